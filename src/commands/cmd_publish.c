#include <stdio.h>

#include "commands.h"
#include "json.h"
#include "publish.h"

int cmd_publish(struct command *c, struct err *err)
{
    struct publish_result r;
    if (publish(&r, c->plan, err) < 0)
        return err->code;
    if (command_has(c, "json")) {
        AUTO_JSON *o = json_pack("{s:I, s:I, s:I, s:I}", "parts", (json_int_t)r.nb_parts, "files",
                                 (json_int_t)r.nb_files, "written", (json_int_t)r.nb_written,
                                 "removed", (json_int_t)r.nb_removed);
        cli_print_json(o);
    } else {
        printf("out/ holds %zu part%s, %zu file%s: %zu written, %zu removed\n", r.nb_parts,
               cli_s(r.nb_parts), r.nb_files, cli_s(r.nb_files), r.nb_written, r.nb_removed);
    }
    return EXIT_OK;
}
