#include <stdio.h>

#include "cli.h"
#include "event.h"

int cmd_init(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    const int status = cli_options(&argc, argv, NULL, 0);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc > 2)
        return cli_usage(argv[0], "one folder, please");
    const char *dir = argc == 2 ? argv[1] : cli->dir;
    if (event_init(dir, &err) < 0)
        return cli_fail(&err);
    printf("'%s' is ready. Next: talkpress -C '%s' import PROGRAMME\n", dir, dir);
    return EXIT_OK;
}
