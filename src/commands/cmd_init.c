#include <stdio.h>

#include "commands.h"
#include "event.h"

int cmd_init(struct command *c, struct err *err)
{
    const char *dir = c->nb_operands ? c->operands[0] : c->dir;
    if (event_init(dir, err) < 0)
        return err->code;
    printf("'%s' is ready. Next: talkpress -C '%s' import PROGRAMME\n", dir, dir);
    return EXIT_OK;
}
