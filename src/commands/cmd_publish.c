#include <stdio.h>

#include "commands.h"
#include "json.h"
#include "publish.h"
#include "publish_report.h"

static void print_json(const struct publish_result *r)
{
    AUTO_JSON *o = json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "parts", (json_int_t)r->nb_parts,
                             "files", (json_int_t)r->nb_files, "written", (json_int_t)r->nb_written,
                             "removed", (json_int_t)r->nb_removed, "removed_files",
                             publish_removed_json(r), "not_removed", publish_kept_json(r));
    cli_print_json(o);
}

int cmd_publish(struct command *c, struct err *err)
{
    AUTO_PUBLISH_RESULT r = {0};
    if (publish(&r, c->plan, command_has(c, "prune"), err) < 0)
        return err->code;
    if (command_has(c, "json")) {
        print_json(&r);
    } else {
        printf("out/ holds %zu part%s, %zu file%s: %zu written, %zu removed\n", r.nb_parts,
               cli_s(r.nb_parts), r.nb_files, cli_s(r.nb_files), r.nb_written, r.nb_removed);
        if (publish_report(&r, c, true, err) < 0)
            return err->code;
    }
    return r.kept ? EXIT_NEEDS_USER : EXIT_OK;
}
