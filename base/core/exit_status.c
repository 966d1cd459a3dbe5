#include "exit_status.h"

#include <stdio.h>

#include "err.h"

int exit_status_report(const struct err *err)
{
    fprintf(stderr, "talkpress: %s\n", err->msg);
    if (err->code == ERR_USAGE)
        return EXIT_USAGE;
    if (err->code == ERR_NO_SPACE)
        fputs("talkpress: " EXIT_NO_SPACE_ADVICE "\n", stderr);
    return err->code == ERR_NO_SPACE || err->code == ERR_BUSY ? EXIT_TRY_AGAIN : EXIT_FAILED;
}
