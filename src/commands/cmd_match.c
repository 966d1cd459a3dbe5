#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "decide.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "selector.h"
#include "store.h"
#include "str.h"
#include "table.h"
#include "unused.h"

static int decide_one(struct plan *p, int number, int part, const char *what, struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct match_wish w = {.talk = number, .part = part, .how = MATCH_AUTO};
    if (strcmp(what, "none") == 0) {
        w.how = MATCH_NO;
    } else if (*what) {
        const int at = selector_recording(p, what, err);
        if (at < 0)
            return at;
        w.how = MATCH_SET;
        w.recording = p->recordings[at].fingerprint;
    }
    return decide_match(&decided, p, &w, err);
}

/* "15=FILE", "15/2=FILE", "3-5=FILE", "15=none", "15=". */
static int decide(struct plan *p, const char *arg, struct err *err)
{
    int number = 0, part = 0;
    const char *equals = strchr(arg, '=');
    AUTO_FREE char *name = equals ? mem_printf("%.*s", (int)(equals - arg), arg) : NULL;
    if (!name)
        return err_set(err, ERR_USAGE,
                       "'%s': write TALK=FILE, TALK=none, or TALK= to remove a decision", arg);
    if (strchr(name, '-')) {
        AUTO_FREE int *talks = NULL;
        size_t nb = 0;
        int ret = selector_talks(&talks, &nb, &p->programme, &name, 1, err);
        for (size_t i = 0; ret == 0 && i < nb; i++)
            ret = decide_one(p, talks[i], 0, equals + 1, err);
        return ret;
    }
    if (selector_part(&number, &part, &p->programme, name, err) < 0)
        return err->code;
    return decide_one(p, number, part, equals + 1, err);
}

static int exchange(struct plan *p, char **operands, struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct exchange_wish w = {0};
    return selector_part(&w.a.talk, &w.a.part, &p->programme, operands[0], err) < 0 ||
                   selector_part(&w.b.talk, &w.b.part, &p->programme, operands[1], err) < 0
               ? err->code
               : decide_exchange(&decided, p, &w, err);
}

static int decide_all(struct command *c, struct err *err)
{
    if (command_has(c, "exchange"))
        return exchange(c->plan, c->operands, err);
    for (int i = 0; i < c->nb_operands; i++)
        if (decide(c->plan, c->operands[i], err) < 0)
            return err->code;
    return 0;
}

static const char *const states[] = {"sure", "unclear", "none"};

/* The rows before a decision. */
struct before {
    struct row {
        int talk, part, recording;
        enum match_state state;
    } * rows;
    size_t nb;
};

static void note_before(struct before *out, const struct plan *p)
{
    out->nb = p->matches.nb_rows;
    out->rows = mem_zalloc(out->nb + 1, sizeof *out->rows);
    for (size_t i = 0; i < out->nb; i++) {
        const struct match *m = &p->matches.rows[i];
        out->rows[i] = (struct row){m->talk, m->part, m->recording, m->state};
    }
}

static bool was_there(const struct before *before, const struct match *m)
{
    for (size_t i = 0; i < before->nb; i++) {
        const struct row *r = &before->rows[i];
        if (r->talk == m->talk && r->part == m->part)
            return r->recording == m->recording && r->state == m->state;
    }
    return false;
}

/* Whether an operand is about the talk. */
static bool is_named(const struct command *c, int talk)
{
    for (int i = 0; i < c->nb_operands; i++) {
        char *end;
        const long from = strtol(c->operands[i], &end, 10);
        const long to = *end == '-' ? strtol(end + 1, NULL, 10) : from;
        if (talk >= from && talk <= to)
            return true;
    }
    return false;
}

/* Whether the user has something to do about it, or should look at it. */
static bool needs_user(const struct match *m)
{
    return m->state == MATCH_UNCLEAR || (m->state == MATCH_NONE && !m->by_hand) || m->suspicion;
}

static void add_row(struct table *t, const struct plan *p, const struct match *m)
{
    char talk[32], score[16] = "", margin[16] = "";
    snprintf(talk, sizeof talk, m->part ? "%d/%d" : "%d", m->talk, m->part);
    if (m->recording >= 0) {
        snprintf(score, sizeof score, "%.2f", m->score);
        snprintf(margin, sizeof margin, "%.2f", m->margin);
    }
    AUTO_FREE char *text =
        mem_printf("%s%s%s%s%s", m->recording >= 0 ? p->sources[m->recording].name : "",
                   m->recording >= 0 ? ": " : "", m->reason ? m->reason : "",
                   m->suspicion ? "; " : "", m->suspicion ? m->suspicion : "");
    table_add(t, (const char *const[]){talk, states[m->state], score, margin, text});
    table_colour(t, 1,
                 m->state == MATCH_SURE      ? TABLE_GOOD
                 : m->state == MATCH_UNCLEAR ? TABLE_BAD
                                             : TABLE_OPEN);
}

/* Rows that need something, or all; after decisions those that they name or change. The rest is
 * counted. */
static void print_matches(const struct plan *p, const struct command *c,
                          const struct before *before)
{
    static const char *const headings[] = {">talk", "", ">score", ">margin", "recording and reason",
                                           NULL};
    struct table *t = table_create(headings);
    const bool all = command_has(c, "all");
    size_t nb_left_out = 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (all || (c->nb_operands ? is_named(c, m->talk) || !was_there(before, m) : needs_user(m)))
            add_row(t, p, m);
        else
            nb_left_out++;
    }
    const bool empty = nb_left_out == p->matches.nb_rows;
    table_print(t);
    if (nb_left_out && !c->nb_operands)
        printf("%s%zu match%s sure: 'talkpress match --all' shows %s\n", empty ? "" : "\n",
               nb_left_out, nb_left_out == 1 ? " is" : "es are", nb_left_out == 1 ? "it" : "them");
}

static void print_unmatched(const struct plan *p)
{
    static const char *const headings[] = {"", ">", "", NULL};
    AUTO_FREE bool *unused = unused_find(p);
    struct table *t = table_create(headings);
    bool first = true;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        if (!unused[i])
            continue;
        if (first)
            puts("\nRecordings that match no talk:");
        first = false;
        const json_t *probe = p->sources[i].probe;
        const char *error = json_get_string(probe, "error", NULL);
        const int64_t ms = json_get_int(probe, "duration_ms", -1);
        char length[CLOCK_BYTES] = "";
        AUTO_FREE char *reason = unused_reason(p, i);
        if (ms >= 0)
            clock_format_ms(length, ms, false);
        table_add(t, (const char *const[]){p->sources[i].name, length,
                                           error ? cli_after_path(error, p->recordings[i].path)
                                                 : reason});
    }
    table_print(t);
}

/* A line for each recording that has other formats. */
static void print_formats(const struct plan *p)
{
    AUTO_FREE struct str *names = mem_zalloc(p->nb_recordings + 1, sizeof *names);
    bool first = true;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const int of = p->matches.format_of[i];
        if (of >= 0)
            str_addf(&names[of], "%s%s", names[of].len ? ", " : "", p->sources[i].name);
    }
    for (size_t i = 0; i < p->nb_recordings; i++) {
        if (!names[i].len)
            continue;
        if (first)
            puts("\nSet aside (to take one all the same: talkpress match TALK=FILE):");
        first = false;
        table_text("    ", "  %s: another format of '%s'", names[i].s, p->sources[i].name);
        str_finish(&names[i]);
    }
}

static void print_missing(const struct plan *p)
{
    struct unused_summary unused;
    unused_begin(&unused, p);
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        const struct talk *t = programme_find(&p->programme, m->talk);
        if (t && m->state == MATCH_NONE && !m->by_hand)
            unused_note_missing(&unused, t, m->part ? talk_part(t, m->part) : &t->parts[0]);
    }
    unused_print(&unused);
}

static void print_json(const struct plan *p)
{
    AUTO_FREE bool *unused = unused_find(p);
    json_t *rows = json_array(), *rest = json_array(), *formats = json_array();
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        json_array_append_new(
            rows, json_pack("{s:i, s:o, s:s, s:o, s:f, s:f, s:o, s:o}", "talk", m->talk, "part",
                            m->part ? json_integer(m->part) : json_null(), "state",
                            states[m->state], "recording",
                            json_text(m->recording >= 0 ? p->recordings[m->recording].path : NULL),
                            "score", m->score, "margin", m->margin, "reason", json_text(m->reason),
                            "suspicion", json_text(m->suspicion)));
    }
    for (size_t i = 0; i < p->nb_recordings; i++)
        if (unused[i])
            json_array_append_new(rest, json_text(p->recordings[i].path));
        else if (p->matches.format_of[i] >= 0)
            json_array_append_new(
                formats,
                json_pack("{s:o, s:o}", "recording", json_text(p->recordings[i].path), "format_of",
                          json_text(p->recordings[p->matches.format_of[i]].path)));
    AUTO_JSON *all =
        json_pack("{s:o, s:o, s:o}", "matches", rows, "unmatched", rest, "other_formats", formats);
    cli_print_json(all);
}

/* After decisions: how many matches still need one. */
static void print_unclear(const struct plan *p)
{
    size_t nb = 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        nb += p->matches.rows[i].state == MATCH_UNCLEAR;
    if (nb)
        printf("\n%zu match%s unclear: see 'talkpress match'\n", nb, nb == 1 ? " is" : "es are");
}

int check_match(struct command *c, struct err *err)
{
    (void)err;
    return command_has(c, "exchange") && c->nb_operands != 2
               ? command_usage(c, "--exchange needs two TALKs")
               : 0;
}

int cmd_match(struct command *c, struct err *err)
{
    struct plan *plan = c->plan;
    struct before before = {0};
    int ret = c->nb_operands ? plan_begin(plan, err) : 0;
    if (ret < 0)
        return ret;
    note_before(&before, plan);
    if (c->nb_operands)
        ret = plan_end(plan, decide_all(c, err), err);
    if (ret == 0 && command_has(c, "json")) {
        print_json(plan);
    } else if (ret == 0) {
        print_matches(plan, c, &before);
        if (c->nb_operands) {
            print_unclear(plan);
        } else {
            print_unmatched(plan);
            print_formats(plan);
            print_missing(plan);
        }
    }
    free(before.rows);
    if (ret < 0)
        return ret;
    for (size_t i = 0; i < plan->matches.nb_rows; i++)
        if (plan->matches.rows[i].state == MATCH_UNCLEAR)
            return EXIT_NEEDS_USER;
    return EXIT_OK;
}
