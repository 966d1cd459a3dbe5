#include <stdio.h>

#include "commands.h"
#include "complete.h"

int cmd_complete(struct command *c, struct err *err)
{
    (void)err;
    complete_print(stdout, command_verbs, c->operands, c->nb_operands);
    return EXIT_OK;
}
