#include <stdio.h>

#include "commands.h"
#include "event.h"
#include "mem.h"
#include "str.h"

int cmd_init(struct command *c, struct err *err)
{
    const char *dir = c->nb_operands ? c->operands[0] : c->dir;
    if (event_init(dir, err) < 0)
        return err->code;
    AUTO_FREE char *shown = str_clean_line(dir), *word = str_shell(dir);
    printf("'%s' is ready. Next: talkpress -C %s import PROGRAMME\n", shown, word);
    return EXIT_OK;
}
