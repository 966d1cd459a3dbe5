/* talkpress-media: the program that reads recordings and draws cards. talkpress starts it, or
 * replaces itself by it (media_program.h). Its arguments:
 *
 *     worker SPEC            does one job (worker.h)
 *     worker --serve WORK    is the zygote of a coordinator (zygote_process.h)
 *     worker --try-cards     serves that request on stdin, for a coordinator that waits
 *     card, versions …       serves the request on stdin (requests.h)
 */
#include <fontconfig/fontconfig.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "exit_status.h"
#include "process.h"
#include "requests.h"
#include "worker.h"
#include "zygote_process.h"

static int run(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(what, "worker") == 0) {
        if (strcmp(argv[2], "--serve") == 0)
            return zygote_serve();
        return strcmp(argv[2], "--try-cards") == 0 ? request_serve("try-cards")
                                                   : worker_main(argv[2]);
    }
    if (argc == 2 && request_known(what))
        return request_serve(what);
    fputs("talkpress: only talkpress starts talkpress-media: see 'talkpress --help'\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (process_begin())
        return EXIT_FAILED;
    setlocale(LC_CTYPE, "C.UTF-8"); /* independent of the user's locale */
    av_log_quiet();                 /* a worker directs libav's messages to its log */
    setenv("SVT_LOG", "1", 0);      /* without this, SVT-AV1 prints a greeting */
    const int status = run(argc, argv);
    FcFini(); /* frees the memory of fontconfig, for leak checkers */
    return process_end(status);
}
