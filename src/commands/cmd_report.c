#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "report.h"
#include "report_file.h"
#include "selector.h"
#include "str.h"

static const char default_file[] = "report.html";

int check_report(struct command *c, struct err *err)
{
    (void)err;
    if (command_has(c, "csv") && command_has(c, "json"))
        return command_usage(c, "--csv and --json exclude each other");
    return 0;
}

static int write_csv(const struct report *r, const char *path, struct err *err)
{
    AUTO_STR csv = {0};
    report_csv(&csv, r->document);
    if (path)
        return fs_write_output(path, csv.s, csv.len, err);
    fputs(csv.s, stdout);
    return 0;
}

static int write_json(const struct report *r, const char *path, struct err *err)
{
    if (path) {
        AUTO_FREE char *text = json_file_text(r->document);
        return fs_write_output(path, text, strlen(text), err);
    }
    cli_print_json(r->document);
    return 0;
}

static int write_html(const struct report *r, const char *path, struct err *err)
{
    const json_t *counts = json_object_get(r->document, "counts");
    const size_t nb = (size_t)json_get_int(counts, "parts", 0);
    const int64_t open = json_get_int(counts, "need_person", 0);
    if (report_file_write(r, path, err) < 0)
        return err->code;
    if (r->no_strips)
        fprintf(stderr, "pictures are missing in the report: %s\n", r->no_strips);
    fprintf(fs_beside_output(path), "%s: %zu part%s, %lld need%s a person\n", path, nb, cli_s(nb),
            (long long)open, open == 1 ? "s" : "");
    return 0;
}

int cmd_report(struct command *c, struct err *err)
{
    const bool csv = command_has(c, "csv"), json = command_has(c, "json");
    const char *output = command_value(c, "output"),
               *path = output || csv || json ? output : default_file;
    AUTO_FREE int *talks = NULL;
    AUTO_REPORT report = {0};
    struct report_wish wish = {.pictures = !csv && !json, .zygote = c->zygote};
    if ((path && report_file_check(path, err) < 0) ||
        selector_talks(&talks, &wish.nb_talks, &c->plan->programme, c->operands, c->nb_operands,
                       err) < 0)
        return err->code;
    wish.talks = talks;
    if (report_make(&report, c->plan, &wish, err) < 0 ||
        (csv    ? write_csv(&report, path, err)
         : json ? write_json(&report, path, err)
                : write_html(&report, path, err)) < 0)
        return err->code;
    return report_needs_person(&report) ? EXIT_NEEDS_USER : EXIT_OK;
}
