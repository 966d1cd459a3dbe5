#include "commands.h"
#include "pilot.h"

int cmd_pilot(struct command *c, struct err *err)
{
    return pilot_run(c->operands[0], err) < 0 ? err->code : EXIT_OK;
}
