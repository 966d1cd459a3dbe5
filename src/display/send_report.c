#include "send_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "send.h"
#include "str.h"
#include "table.h"

enum { MOST_NAMES = 20 };

/* --- progress --------------------------------------------------------------------------------- */

struct shown {
    double begin_s, drawn_s;
    int64_t first_bytes; /* when it began */
    const char *target;
};

static void add_time_left(struct str *line, const struct shown *s, int64_t done, int64_t all)
{
    const double seconds = clock_now_s() - s->begin_s;
    const double rate = seconds > 2 ? (double)(done - s->first_bytes) / seconds : 0;
    if (rate <= 0)
        return;
    const double left = (double)(all - done) / rate;
    str_addf(line, ", %.1f MB/s", rate / 1e6);
    if (left >= 90)
        str_addf(line, ", about %.0f min left", left / 60);
    else if (left >= 1)
        str_addf(line, ", about %.0f s left", left);
}

/* One line of at most 79 columns: the target comes last, and is cut off. */
static void draw(void *opaque, const char *target, size_t nb_done, size_t nb_files, int64_t done,
                 int64_t all)
{
    struct shown *s = opaque;
    const double now = clock_now_s();
    AUTO_STR line = {0};
    if (s->target != target)
        *s = (struct shown){.begin_s = now, .first_bytes = done, .target = target};
    if (now - s->drawn_s < 0.2)
        return;
    s->drawn_s = now;
    str_addf(&line, "sending: %zu of %zu files, %.1f of %.1f MB", nb_done, nb_files,
             (double)done / 1e6, (double)all / 1e6);
    add_time_left(&line, s, done, all);
    AUTO_FREE char *clean = str_clean_line(target);
    str_addf(&line, " to %s", clean);
    fprintf(stderr, "\r%.79s\033[K", line.s);
    fflush(stderr);
}

static bool shows_progress(const struct command *c)
{
    const char *term = getenv("TERM");
    return !command_has(c, "json") && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* --- the report ------------------------------------------------------------------------------- */

static void print_names(char *const *names, size_t nb)
{
    for (size_t i = 0; i < nb && i < MOST_NAMES; i++)
        printf("    %s\n", names[i]);
    if (nb > MOST_NAMES)
        printf("    and %zu more\n", nb - MOST_NAMES);
}

static void print_target(const struct send_target_result *r, bool dry_run)
{
    const size_t removed = r->kept ? 0 : r->nb_removed;
    if (r->err.code)
        return;
    if (dry_run)
        table_text("",
                   "'%s': would send %zu of %zu file%s, %" PRId64 " bytes, compare %zu, remove %zu",
                   r->target, r->nb_sent, r->nb_files, cli_s(r->nb_files), r->bytes, r->nb_compared,
                   removed);
    else
        table_text("", "'%s': sent %zu of %zu file%s, %" PRId64 " bytes; removed %zu", r->target,
                   r->nb_sent, r->nb_files, cli_s(r->nb_files), r->bytes, removed);
    if (r->nb_altered) {
        puts(dry_run ? "  changed or removed there by somebody else:"
                     : "  changed or removed there by somebody else, and sent again:");
        print_names(r->altered, r->nb_altered);
    }
    if (r->nb_removed) {
        puts(r->kept   ? "  NOT removed there, although nothing needs it any more:"
             : dry_run ? "  to be removed there:"
                       : "  removed there:");
        print_names(r->removed, r->nb_removed);
    }
    if (r->nb_changed) {
        puts("  NOT removed there, because it is not what was sent; if you do not need it, remove "
             "it:");
        print_names(r->changed, r->nb_changed);
    }
    if (r->kept)
        table_text("  ", "If they are to go, type 'talkpress publish --send --prune'. If this is "
                         "not all of the event, complete it first.");
}

static json_t *names_json(char *const *names, size_t nb)
{
    json_t *list = json_array();
    for (size_t i = 0; i < nb; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *target_json(const struct send_target_result *r)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "target", r->target,
                          "files", (json_int_t)r->nb_files, "sent", (json_int_t)r->nb_sent, "bytes",
                          (json_int_t)r->bytes, "compared", (json_int_t)r->nb_compared,
                          "removed_files", names_json(r->removed, r->kept ? 0 : r->nb_removed),
                          "not_removed", names_json(r->removed, r->kept ? r->nb_removed : 0),
                          "not_removed_changed", names_json(r->changed, r->nb_changed), "altered",
                          names_json(r->altered, r->nb_altered));
    json_object_set_new(o, "error", r->err.code ? json_text(r->err.msg) : json_null());
    return o;
}

static int worse(int a, int b)
{
    static const int order[] = {EXIT_FAILED, EXIT_TRY_AGAIN, EXIT_NEEDS_USER};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return EXIT_OK;
}

/* Prints what failed. Returns the exit status. */
static int report_failures(const struct send_result *r)
{
    int status = r->told_err.code ? exit_status_report(&r->told_err) : EXIT_OK;
    for (size_t i = 0; i < r->nb; i++) {
        const struct send_target_result *t = &r->targets[i];
        if (t->err.code)
            status = worse(status, exit_status_report(&t->err));
        else if (t->kept)
            status = worse(status, EXIT_NEEDS_USER);
    }
    return status;
}

int send_and_report(struct command *c, json_t *json, struct err *err)
{
    AUTO_SEND_RESULT r = {0};
    struct shown shown = {0};
    const bool draws = shows_progress(c);
    const struct send_options options = {.name = c->plan->programme.name,
                                         .dry_run = command_has(c, "dry-run"),
                                         .verify = command_has(c, "verify"),
                                         .prune = command_has(c, "prune"),
                                         .progress = draws ? draw : NULL,
                                         .opaque = &shown};
    const int sent = send_all(&r, c->event, &options, err);
    if (draws && shown.target)
        fputs("\r\033[K", stderr);
    if (sent < 0)
        return err->code;
    for (size_t i = 0; i < r.nb && !json; i++)
        print_target(&r.targets[i], options.dry_run);
    json_t *list = json ? json_array() : NULL;
    for (size_t i = 0; i < r.nb && json; i++)
        json_array_append_new(list, target_json(&r.targets[i]));
    if (json)
        json_object_set_new(json, "sent", list);
    return report_failures(&r);
}
