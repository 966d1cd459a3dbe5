#include <stdio.h>

#include "cli.h"
#include "event.h"
#include "json.h"
#include "plan.h"
#include "publish.h"

int cmd_publish(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    bool json = false;
    const struct cli_option options[] = {{"json", 0, NULL, &json}};
    const int status = cli_options(&argc, argv, options, 1);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc != 1)
        return cli_usage(argv[0], "it takes no operands");
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    struct publish_result r;
    if (event_open(&event, cli->dir, &err) < 0 || event_lock(&event, &err) < 0 ||
        plan_load(&plan, &event, &err) < 0 || publish(&r, &plan, &err) < 0)
        return cli_fail(&err);
    if (json) {
        AUTO_JSON *o = json_pack("{s:I, s:I, s:I, s:I}", "parts", (json_int_t)r.nb_parts, "files",
                                 (json_int_t)r.nb_files, "written", (json_int_t)r.nb_written,
                                 "removed", (json_int_t)r.nb_removed);
        cli_print_json(o);
    } else {
        printf("out/ holds %zu parts, %zu files: %zu written, %zu removed\n", r.nb_parts,
               r.nb_files, r.nb_written, r.nb_removed);
    }
    return EXIT_OK;
}
