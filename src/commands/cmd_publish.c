#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "event.h"
#include "fixity.h"
#include "hook_events.h"
#include "json.h"
#include "publish.h"
#include "publish_report.h"
#include "send_report.h"
#include "table.h"

/* --- publish --verify ------------------------------------------------------------------------- */

static void draw_progress(size_t nb_done, size_t nb_files, int64_t done_bytes, int64_t all_bytes)
{
    fprintf(stderr, "\rchecking out/: %zu of %zu files, %.1f of %.1f GB\033[K", nb_done, nb_files,
            (double)done_bytes / 1e9, (double)all_bytes / 1e9);
}

static fixity_progress *progress(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 ? draw_progress : NULL;
}

static size_t nb_in_state(const struct fixity_result *f, enum fixity state)
{
    size_t nb = 0;
    for (size_t i = 0; i < f->nb_found; i++)
        nb += f->files[i].state == state;
    return nb;
}

/* Whether SHA256SUMS did not say what it should, although no file had to change. */
static bool sums_were_wrong(const struct publish_result *r)
{
    return r->wrote_sums && r->nb_written == r->nb_lists + r->nb_texts && !r->nb_removed;
}

/* Whether pages, feeds or lists of cues were not what talks.json makes of them. */
static bool texts_were_wrong(const struct publish_result *r)
{
    return r->nb_texts && r->nb_written == r->nb_texts + r->wrote_sums && !r->nb_removed;
}

static void print_fixity(const struct fixity_result *f, const struct publish_result *r,
                         const struct event *event)
{
    const size_t repaired = nb_in_state(f, FIXITY_REPAIRED), bad = f->nb_found - repaired;
    printf("checked %zu file%s, %" PRId64 " bytes: ", f->nb_files, cli_s(f->nb_files), f->nb_bytes);
    if (f->nb_found)
        printf("%zu as published, %zu repaired, %zu not\n", f->nb_same, repaired, bad);
    else
        puts("all as published");
    for (size_t i = 0; i < f->nb_found; i++)
        table_text("  ", "%s %s: %s", fixity_name(f->files[i].state), f->files[i].name,
                   f->files[i].why);
    if (sums_were_wrong(r))
        puts("  repaired SHA256SUMS: it did not list the files as they were published");
    if (texts_were_wrong(r))
        printf("  wrote %zu page%s or other text%s again: not as they should be\n", r->nb_texts,
               cli_s(r->nb_texts), cli_s(r->nb_texts));
    if (f->set_aside)
        table_text("", "damaged files of work/ are in '%s' until 'talkpress gc --prune'",
                   f->set_aside + strlen(event->dir) + 1);
}

static json_t *fixity_json(const struct fixity_result *f, const struct publish_result *r)
{
    json_t *found = json_array();
    for (size_t i = 0; i < f->nb_found; i++)
        json_array_append_new(found,
                              json_pack("{s:s, s:s, s:s}", "file", f->files[i].name, "state",
                                        fixity_name(f->files[i].state), "why", f->files[i].why));
    return json_pack("{s:I, s:I, s:I, s:b, s:I, s:o}", "files", (json_int_t)f->nb_files, "bytes",
                     (json_int_t)f->nb_bytes, "as_published", (json_int_t)f->nb_same,
                     "sums_repaired", sums_were_wrong(r), "texts_repaired",
                     (json_int_t)(texts_were_wrong(r) ? r->nb_texts : 0), "not_as_published",
                     found);
}

static int fixity_status(const struct fixity_result *f, const struct publish_result *r)
{
    if (f->nb_found > nb_in_state(f, FIXITY_REPAIRED))
        return EXIT_FAILED;
    return f->nb_found || sums_were_wrong(r) || texts_were_wrong(r) ? EXIT_NEEDS_USER : EXIT_OK;
}

static int check_published(struct fixity_result *out, struct command *c, struct err *err)
{
    fixity_progress *const shown = command_has(c, "json") ? NULL : progress();
    const int ret = fixity_check(out, c->plan, shown, err);
    if (shown)
        fputs("\r\033[K", stderr);
    return ret;
}

/* --- the command ------------------------------------------------------------------------------ */

/* fixity NULL: the files were not read. The caller owns the result. */
static json_t *result_json(const struct publish_result *r, const struct fixity_result *fixity)
{
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "parts", (json_int_t)r->nb_parts, "files",
                  (json_int_t)r->nb_files, "written", (json_int_t)r->nb_written, "removed",
                  (json_int_t)r->nb_removed, "removed_files", publish_removed_json(r),
                  "not_removed", publish_kept_json(r), "foreign", publish_foreign_json(r));
    if (fixity)
        json_object_set_new(o, "verified", fixity_json(fixity, r));
    return o;
}

/* Sends it, if that is asked for. json: all that is to be printed; NULL: nothing is. before: the
 * exit status of publishing. */
static int finish(struct command *c, json_t *json, int before, struct err *err)
{
    const bool send = command_has(c, "send");
    const int status = send ? send_and_report(c, json, err) : EXIT_OK;
    hooks_tell_publish(c->hooks, send ? status == EXIT_OK : -1);
    hooks_tell_needs(c->hooks, c->plan);
    if (json && status >= 0)
        cli_print_json(json);
    return status ? status : before;
}

int check_publish(struct command *c, struct err *err)
{
    (void)err;
    if (!command_has(c, "dry-run"))
        return EXIT_OK;
    if (!command_has(c, "send"))
        return command_usage(c, "'--dry-run' shows what '--send' would do: give both");
    c->needs = NEEDS_PLAN;
    return EXIT_OK;
}

int cmd_publish(struct command *c, struct err *err)
{
    AUTO_PUBLISH_RESULT r = {0};
    AUTO_FIXITY fixity = {0};
    AUTO_JSON *json = NULL;
    const bool verify = command_has(c, "verify"), as_json = command_has(c, "json");
    if (command_has(c, "dry-run")) {
        json = as_json ? json_object() : NULL;
        return finish(c, json, EXIT_OK, err);
    }
    if (verify && check_published(&fixity, c, err) < 0)
        return err->code;
    const int published = publish(&r, c->plan, command_has(c, "prune"), err);
    fixity_settle(&fixity, c->plan);
    if (published < 0) {
        if (verify && !as_json) /* it may have taken hours */
            print_fixity(&fixity, &r, c->event);
        return err->code;
    }
    int status = verify ? fixity_status(&fixity, &r) : EXIT_OK;
    if (as_json) {
        json = result_json(&r, verify ? &fixity : NULL);
    } else {
        if (verify)
            print_fixity(&fixity, &r, c->event);
        printf("out/ holds %zu part%s, %zu file%s: %zu written, %zu removed\n", r.nb_parts,
               cli_s(r.nb_parts), r.nb_files, cli_s(r.nb_files), r.nb_written, r.nb_removed);
        if (publish_report(&r, c, true, err) < 0)
            return err->code;
    }
    status = status ? status : r.kept ? EXIT_NEEDS_USER : EXIT_OK;
    return finish(c, json, status, err);
}
