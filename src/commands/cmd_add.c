#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "analyse_recordings.h"
#include "captions_source.h"
#include "chapters_source.h"
#include "clock.h"
#include "commands.h"
#include "datetime.h"
#include "event.h"
#include "executor.h"
#include "fs.h"
#include "json.h"
#include "match_text.h"
#include "mem.h"
#include "plan.h"
#include "probing.h"
#include "results.h"
#include "selector.h"
#include "store.h"
#include "str.h"
#include "table.h"
#include "unused.h"
#include "zygote.h"

/* --- printing --------------------------------------------------------------------------------- */

static void add_row(struct table *t, const struct plan *p, size_t i, const struct match *m)
{
    const json_t *probe = p->sources[i].probe;
    const char *error = probe ? plan_refusal(probe) : NULL;
    char length[CLOCK_BYTES] = "-";
    const int64_t ms = json_get_int(probe, "duration_ms", -1);
    AUTO_FREE char *match = match_text(p, i, m);
    const size_t nb_files = p->recordings[i].nb_files;
    AUTO_FREE char *name = nb_files > 1 ? mem_printf("%s (%zu files)", p->sources[i].name, nb_files)
                                        : mem_strdup(p->sources[i].name);
    if (ms >= 0)
        clock_format_ms(length, ms, false);
    table_add(t, (const char *const[]){name, length,
                                       error    ? cli_after_path(error, p->recordings[i].path)
                                       : !probe ? "not probed"
                                                : match});
}

/* The talks in a recording of several, in order. */
static json_t *list_talks(const struct plan *p, const struct shared_recording *shared)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shared->nb_talks; i++)
        json_array_append_new(list, json_integer(p->matches.rows[shared->talks[i].row].talk));
    return list;
}

static json_t *list_files(const struct recording *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->nb_files; i++)
        json_array_append_new(list, json_text(r->files[i].path));
    return list;
}

static int print_recordings_json(const struct plan *p, const struct adding *adding, struct err *err)
{
    AUTO_JSON *list = json_array();
    AUTO_FREE const struct match **matches = match_text_list(p);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct match *m = matches[i];
        if (adding_news_of(adding, &p->recordings[i]) == ADDING_NOTHING)
            continue;
        const struct shared_recording *shared = &p->sources[i].sharing;
        AUTO_JSON *probe = NULL;
        if (plan_find_result(&probe, p->event, STAGE_PROBE, p->sources[i].probe_key, err) < 0)
            return err->code;
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:O?, s:o, s:o, s:o, s:o, s:o, s:o}", "path",
                                        json_text(p->recordings[i].path), "files",
                                        list_files(&p->recordings[i]), "probe", probe, "talk",
                                        m ? json_integer(m->talk) : json_null(), "part",
                                        m && m->part ? json_integer(m->part) : json_null(), "sure",
                                        json_boolean(m && m->state == MATCH_SURE), "shared_by",
                                        list_talks(p, shared), "began", json_text(shared->began),
                                        "clock", json_text(shared_clock_name(shared->clock))));
    }
    cli_print_json(list);
    return 0;
}

/* What a file holds that lies beside a recording; NULL: it may be a recording. */
static const char *beside(const char *name)
{
    return chapters_file_name(name) ? "chapters" : captions_file_name(name) ? "captions" : NULL;
}

/* Registers the files as the options say. */
static int register_files(struct adding *r, const struct command *c, struct err *err)
{
    const bool join = command_has(c, "join");
    if (join || command_has(c, "separate"))
        return add_recordings_by_hand(r, c->operands, c->nb_operands, join, err);
    for (int i = 0; i < c->nb_operands; i++) {
        const char *holds = beside(c->operands[i]);
        if (holds && !fs_is_dir(c->operands[i]))
            fprintf(stderr, "'%s' holds %s: it is used with the recording of that name\n",
                    c->operands[i], holds);
        else if (add_recordings(r, c->operands[i], err) < 0)
            return err->code;
    }
    return 0;
}

/* --- probing ---------------------------------------------------------------------------------- */

struct failed_before {
    const struct plan *plan;
    const struct adding *adding;
    bool *skip; /* of each recording */
};

static int note_failed(void *opaque, const struct failure *failure)
{
    struct failed_before *f = opaque;
    for (size_t i = 0; i < f->plan->nb_recordings; i++)
        if (strcmp(f->plan->sources[i].probe_key, failure->key) == 0)
            f->skip[i] = adding_news_of(f->adding, &f->plan->recordings[i]) != ADDING_NEWS;
    return 0;
}

/* What failed before is left to 'talkpress run'. */
static int skip_failed(bool *skip, void *opaque, const struct plan *plan, struct err *err)
{
    struct failed_before failed = {plan, opaque, skip};
    return store_each_failure(plan->event->store, note_failed, &failed, err);
}

static int load_and_probe(struct plan *plan, struct executor_result *total, struct adding *adding,
                          struct command *c, struct err *err)
{
    const struct probing probing = {skip_failed, adding, command_has(c, "json")};
    return probing_load(plan, total, c, &probing, err);
}

/* --- when and where it was made --------------------------------------------------------------- */

/* "2010-04-28 09:02" in the form of the store; NULL for "auto". */
static int read_start(char **out, const char *text, struct err *err)
{
    struct datetime when;
    free(*out);
    *out = NULL;
    if (strcmp(text, "auto") == 0)
        return 0;
    if (!datetime_parse_iso(&when, text) || !when.has_time)
        return err_set(
            err, ERR_USAGE,
            "'%s' is not a date and time: write '2010-04-28 09:02', with an offset (+02:00) "
            "if it is not the event's time zone, or 'auto'",
            text);
    *out = datetime_format(&when);
    return 0;
}

/* The room as the programme spells it; NULL for "auto". Without a programme, any name is accepted.
 */
static int read_room(char **out, const char *text, const struct programme *p, struct err *err)
{
    const char *known = p->nb_talks ? NULL : text, *one = NULL;
    for (size_t i = 0; i < p->nb_talks; i++) {
        one = p->talks[i].room ? p->talks[i].room : one;
        if (p->talks[i].room && strcasecmp(p->talks[i].room, text) == 0)
            known = p->talks[i].room;
    }
    free(*out);
    *out = NULL;
    if (strcmp(text, "auto") == 0)
        return 0;
    if (!known && one)
        return err_set(err, ERR_USAGE, "no talk of the programme is in a room '%s'; one is in '%s'",
                       text, one);
    if (!known)
        return err_set(err, ERR_USAGE, "the programme names no rooms: omit --room");
    *out = mem_strdup(known);
    return 0;
}

/* Stores --start and --room for the recording that the files belong to. */
static int choose_place(struct plan *plan, const struct command *c, struct err *err)
{
    const char *start = command_value(c, "start"), *room = command_value(c, "room");
    char **paths = c->operands;
    int recording = -1;
    for (int i = 0; i < c->nb_operands; i++) {
        const int at = selector_recording(plan, paths[i], err);
        if (at < 0)
            return err_prefix(err, "--start and --room apply to one recording: ");
        if (i && at != recording)
            return err_set(err, ERR_USAGE,
                           "--start and --room apply to one recording: '%s' and '%s' are two",
                           paths[i], paths[0]);
        recording = at;
    }
    struct chosen_place *place = &plan->sources[recording].place;
    if ((start && read_start(&place->start, start, err) < 0) ||
        (room && read_room(&place->room, room, &plan->programme, err) < 0) ||
        store_choose_place(plan->event->store, plan->recordings[recording].fingerprint, place,
                           err) < 0)
        return err->code;
    return 0;
}

static int set_place(struct plan *plan, const struct command *c, struct err *err)
{
    return plan_begin(plan, err) < 0 ? err->code : plan_end(plan, choose_place(plan, c, err), err);
}

/* --- the outcome ------------------------------------------------------------------------------ */

/* What can be wrong with recordings and matches: what this call is about, and all the rest. */
struct tally {
    size_t nb_refused, nb_unclear;
};

/* The recording that surely held the row's talk before, where it does not any more: its index now,
 * or -1. */
static int lost_recording(const struct plan *now, const struct match *m, const struct plan *before)
{
    const struct talk *t = programme_find(&before->programme, m->talk);
    const struct match *was = t ? plan_match(before, t, m->part) : NULL;
    if (!was || was->state != MATCH_SURE || m->state == MATCH_SURE)
        return -1;
    for (size_t i = 0; i < now->nb_recordings; i++)
        if (strcmp(now->recordings[i].fingerprint,
                   before->recordings[was->recording].fingerprint) == 0)
            return (int)i;
    return -1;
}

/* A talk that was sure of a recording and is not any more, because of what was added. */
static void add_lost_row(struct table *t, const struct plan *now, const struct match *m, int lost)
{
    AUTO_FREE char *perhaps = m->recording >= 0 && m->recording != lost
                                  ? mem_printf(", perhaps '%s' is", now->sources[m->recording].name)
                                  : mem_strdup("");
    AUTO_FREE char *text = mem_printf("no longer certain to be talk %d%s: %s", m->talk, perhaps,
                                      m->reason ? m->reason : "");
    table_add(t, (const char *const[]){now->sources[lost].name, "", text});
}

static bool is_news(const struct plan *p, int recording, const struct adding *a,
                    enum adding_news least)
{
    return recording >= 0 && adding_news_of(a, &p->recordings[recording]) >= least;
}

static void count(struct tally *own, struct tally *rest, const struct plan *now,
                  const struct plan *before, const struct adding *a, enum adding_news least)
{
    for (size_t i = 0; i < now->nb_recordings; i++) {
        struct tally *t = is_news(now, (int)i, a, least) ? own : rest;
        t->nb_refused += now->sources[i].probe && plan_refusal(now->sources[i].probe);
    }
    AUTO_FREE bool *lost = mem_zalloc(now->nb_recordings + 1, sizeof *lost);
    for (size_t i = 0; i < now->matches.nb_rows; i++) {
        const int at = lost_recording(now, &now->matches.rows[i], before);
        if (at >= 0)
            lost[at] = true;
    }
    for (size_t i = 0; i < now->matches.nb_rows; i++) {
        const struct match *m = &now->matches.rows[i];
        const bool disturbed =
            lost_recording(now, m, before) >= 0 || (m->recording >= 0 && lost[m->recording]);
        struct tally *t = disturbed || is_news(now, m->recording, a, least) ? own : rest;
        t->nb_unclear += m->state == MATCH_UNCLEAR;
    }
}

static const char *matches_are(size_t nb)
{
    return nb == 1 ? "match is" : "matches are";
}

static void print_tally(const struct adding *r, const struct tally *own, const struct tally *rest)
{
    table_text("", "%zu added, %zu known already; %zu cannot be read, %zu %s unclear%s",
               r->nb_added, r->nb_known, own->nb_refused + r->nb_failed, own->nb_unclear,
               matches_are(own->nb_unclear), own->nb_unclear ? ": see 'talkpress match'" : "");
    AUTO_STR s = {0};
    if (rest->nb_refused)
        str_addf(&s, "%zu recording%s cannot be read", rest->nb_refused, cli_s(rest->nb_refused));
    if (rest->nb_unclear)
        str_addf(&s, "%s%zu %s unclear", s.len ? ", " : "", rest->nb_unclear,
                 matches_are(rest->nb_unclear));
    if (s.len)
        table_text("", "from before: %s: see 'talkpress status'", s.s);
}

static void print_news(const struct plan *now, const struct plan *before, const struct adding *a,
                       enum adding_news least)
{
    static const char *const headings[] = {"recording", ">length", "", NULL};
    AUTO_FREE const struct match **matches = match_text_list(now);
    struct table *t = table_create(headings);
    size_t nb = 0;
    for (size_t i = 0; i < now->nb_recordings; i++)
        if (is_news(now, (int)i, a, least)) {
            add_row(t, now, i, matches[i]);
            nb++;
        }
    for (size_t i = 0; i < now->matches.nb_rows; i++) {
        const int lost = lost_recording(now, &now->matches.rows[i], before);
        if (lost < 0)
            continue;
        add_lost_row(t, now, &now->matches.rows[i], lost);
        nb++;
    }
    table_print(t);
    if (nb)
        putchar('\n');
}

/* Reports and judges what this call did: what was wrong before is counted alone. */
static int print_outcome(const struct plan *now, const struct plan *before, const struct adding *r,
                         const struct executor_result *result, const struct command *c,
                         struct err *err)
{
    struct tally own = {0}, rest = {0};
    const bool placed = command_has(c, "start") || command_has(c, "room");
    /* Known files are shown only to whoever asks about nothing else. */
    const enum adding_news least = placed               ? ADDING_KNOWN
                                   : adding_has_news(r) ? ADDING_NEWS
                                                        : ADDING_NAMED;
    count(&own, &rest, now, before, r, least);
    if (command_has(c, "json")) {
        if (print_recordings_json(now, r, err) < 0)
            return err->code;
    } else {
        /* A single file is shown even if it is known: the user asks about it. */
        const bool one = r->nb_known == 1 && r->nb_added == 0;
        print_news(now, before, r, one ? ADDING_KNOWN : least);
        print_tally(r, &own, &rest);
    }
    if (r->nb_failed || own.nb_refused || result->nb_failed || result->stopped)
        return result->no_space ? EXIT_TRY_AGAIN : EXIT_FAILED;
    return own.nb_unclear || r->nb_unjoined ? EXIT_NEEDS_USER : EXIT_OK;
}

int check_add(struct command *c, struct err *err)
{
    const char *start = command_value(c, "start");
    AUTO_FREE char *parsed = NULL;
    if (command_has(c, "join") && command_has(c, "separate"))
        return command_usage(c, "--join and --separate exclude each other");
    return start ? read_start(&parsed, start, err) : 0;
}

int cmd_add(struct command *c, struct err *err)
{
    AUTO_PLAN plan = {0}, before = {0};
    AUTO_ADDING r = {.event = c->event};
    struct executor_result result = {0};
    bool joined = false;
    /* The zygote loads its libraries while the files are read. */
    if (zygote_start(c->zygote, err) < 0 || plan_load(&before, c->event, err) < 0 ||
        register_files(&r, c, err) < 0 || load_and_probe(&plan, &result, &r, c, err) < 0 ||
        (!result.stopped && join_recordings(&joined, &r, &plan, err) < 0))
        return err->code;
    if (joined) {
        plan_finish(&plan);
        if (load_and_probe(&plan, &result, &r, c, err) < 0)
            return err->code;
    }
    if ((command_has(c, "start") || command_has(c, "room")) && !r.nb_failed &&
        set_place(&plan, c, err) < 0)
        return err->code;
    return print_outcome(&plan, &before, &r, &result, c, err);
}

static int remove_all(const struct command *c, struct err *err)
{
    for (int i = 0; i < c->nb_operands; i++) {
        const int at = selector_recording(c->plan, c->operands[i], err);
        if (at < 0 ||
            store_remove_recording(c->event->store, c->plan->recordings[at].path, err) < 0)
            return err->code;
    }
    return 0;
}

int cmd_remove(struct command *c, struct err *err)
{
    if (plan_begin(c->plan, err) < 0)
        return err->code;
    if (remove_all(c, err) < 0 || store_commit(c->event->store, err) < 0) {
        store_rollback(c->event->store);
        return err->code;
    }
    return EXIT_OK;
}
