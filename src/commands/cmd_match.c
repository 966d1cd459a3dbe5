#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "selector.h"
#include "store.h"
#include "table.h"

static int decide_one(struct plan *p, int number, int part, const char *what, struct err *err)
{
    if (!*what)
        return store_clear_match(p->event->store, number, err);
    if (strcmp(what, "none") == 0)
        return store_choose_match(p->event->store, number, part, NULL, err);
    const int at = selector_recording(p, what, err);
    if (at < 0)
        return at;
    return store_choose_match(p->event->store, number, part, p->recordings[at].fingerprint, err);
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

static const char *const states[] = {"sure", "unclear", "none"};

static void print_matches(const struct plan *p)
{
    static const char *const headings[] = {">talk", "", ">score", ">margin", "recording and reason",
                                           NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
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
    }
    table_print(t);
}

/* For each recording, whether it is matched to a talk. */
static bool *find_matched(const struct plan *p)
{
    bool *matched = mem_zalloc(p->nb_recordings, sizeof *matched);
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (p->matches.rows[i].recording >= 0)
            matched[p->matches.rows[i].recording] = true;
    return matched;
}

static void print_unmatched(const struct plan *p)
{
    AUTO_FREE bool *matched = find_matched(p);
    bool first = true;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        if (matched[i])
            continue;
        if (first)
            puts("\nRecordings that match no talk:");
        first = false;
        printf("  %s\n", p->recordings[i].path);
    }
}

static void print_json(const struct plan *p)
{
    AUTO_FREE bool *matched = find_matched(p);
    json_t *rows = json_array(), *rest = json_array();
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
        if (!matched[i])
            json_array_append_new(rest, json_text(p->recordings[i].path));
    AUTO_JSON *all = json_pack("{s:o, s:o}", "matches", rows, "unmatched", rest);
    cli_print_json(all);
}

int cmd_match(struct command *c, struct err *err)
{
    struct plan *plan = c->plan;
    for (int i = 0; i < c->nb_operands; i++)
        if (decide(plan, c->operands[i], err) < 0)
            return err->code;
    if (c->nb_operands && plan_refresh(plan, err) < 0)
        return err->code;
    if (command_has(c, "json")) {
        print_json(plan);
    } else {
        print_matches(plan);
        print_unmatched(plan);
    }
    for (size_t i = 0; i < plan->matches.nb_rows; i++)
        if (plan->matches.rows[i].state == MATCH_UNCLEAR)
            return EXIT_NEEDS_USER;
    return EXIT_OK;
}
