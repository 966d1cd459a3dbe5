#include <malloc.h>

#include "commands.h"

static const struct cli_program program = {command_verbs, command_run};

int main(int argc, char **argv)
{
    /* Planning a part allocates about what planning the one before freed: memory is not returned
     * to the kernel in between, and the smallest pieces are not merged. */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MXFAST, 0);
    return cli_main(&program, argc, argv);
}
