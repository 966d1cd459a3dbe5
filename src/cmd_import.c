#include <stdio.h>

#include "cli.h"
#include "diff.h"
#include "event.h"
#include "import.h"
#include "json.h"
#include "programme.h"
#include "store.h"
#include "table.h"

static const char *const kinds[] = {"new", "changed", "gone", "back"};

static void print_changes(const struct diff *d)
{
    static const char *const headings[] = {"", ">talk", "", NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < d->nb; i++) {
        char number[16] = "event";
        if (d->changes[i].talk)
            snprintf(number, sizeof number, "%d", d->changes[i].talk);
        table_add(t, (const char *const[]){kinds[d->changes[i].kind], number, d->changes[i].text});
    }
    table_print(t);
}

static void print_changes_json(const struct diff *d, bool applied)
{
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < d->nb; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:s}", "change", kinds[d->changes[i].kind],
                                        "talk", d->changes[i].talk, "text", d->changes[i].text));
    AUTO_JSON *all = json_pack("{s:O, s:b}", "changes", list, "applied", applied);
    cli_print_json(all);
}

static void print_counts(const struct diff *d, const struct programme *p, bool dry_run)
{
    size_t nb[4] = {0}, parts = 0;
    bool event = false;
    for (size_t i = 0; i < d->nb; i++)
        if (d->changes[i].talk)
            nb[d->changes[i].kind]++;
        else
            event = true;
    for (size_t i = 0; i < p->nb_talks; i++)
        parts += p->talks[i].nb_parts;
    printf("%s%zu talks, %zu parts: %zu new, %zu changed, %zu gone%s%s\n", d->nb ? "\n" : "",
           p->nb_talks, parts, nb[CHANGE_NEW] + nb[CHANGE_BACK], nb[CHANGE_CHANGED],
           nb[CHANGE_GONE], event ? "; the event itself" : "",
           dry_run ? " (dry run: nothing was applied)"
           : d->nb ? ""
                   : ": nothing changes");
}

static int import(const char *dir, const char *path, bool dry_run, bool json, struct err *err)
{
    AUTO_EVENT event = {.lock = -1};
    AUTO_PROGRAMME before = {0}, after = {0};
    struct diff d;
    if (event_open(&event, dir, err) < 0 || import_read(&after, path, err) < 0 ||
        store_programme(&before, event.store, err) < 0)
        return err->code;
    programme_number_talks(&after, &before);
    diff_programmes(&d, &before, &after);
    const bool apply = !dry_run && d.nb;
    if (json) {
        print_changes_json(&d, apply);
    } else {
        if (d.nb)
            print_changes(&d);
        print_counts(&d, &after, dry_run);
    }
    const int ret = apply ? store_set_programme(event.store, &after, err) : 0;
    diff_finish(&d);
    return ret;
}

int cmd_import(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    bool dry_run = false, json = false;
    const struct cli_option options[] = {{"dry-run", 'n', NULL, &dry_run},
                                         {"json", 0, NULL, &json}};
    const int status = cli_options(&argc, argv, options, 2);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc != 2)
        return cli_usage(argv[0], "one programme, please");
    return import(cli->dir, argv[1], dry_run, json, &err) < 0 ? cli_fail(&err) : EXIT_OK;
}
