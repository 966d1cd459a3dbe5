#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "decide.h"
#include "event.h"
#include "journal.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "selector.h"
#include "table.h"

enum { LISTED = 20 };

/* --- the list --------------------------------------------------------------------------------- */

static json_t *entry_json(const struct journal_entry *e)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "id", (json_int_t)e->id, "at",
                     e->at, "through", e->through, "kind", e->kind, "talk",
                     e->talk ? json_integer(e->talk) : json_null(), "part",
                     e->part ? json_integer(e->part) : json_null(), "recording",
                     json_text(*e->recording ? e->recording : NULL), "text", json_text(e->text),
                     "can_undo", e->can_undo);
}

/* "2010-04-28 09:02" of "2010-04-28T09:02:00.250Z". */
static char *when(const struct journal_entry *e)
{
    return mem_printf("%.10s %.5s", e->at, strlen(e->at) > 16 ? e->at + 11 : "");
}

/* "15", or "15/2" of a talk that has several parts; "": about a recording. */
static void name_talk(char buf[32], const struct journal_entry *e, const struct plan *plan)
{
    const struct talk *t = programme_find(&plan->programme, e->talk);
    *buf = '\0';
    if (e->part && t)
        plan_part_name(buf, t, e->part);
    else if (e->talk)
        snprintf(buf, 32, "%d", e->talk);
}

static void print_entries(const struct journal_entry *list, size_t nb, const struct plan *plan)
{
    static const char *const headings[] = {">id", "when (UTC)", "through", ">talk", "what", NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < nb; i++) {
        char id[24], talk[32];
        const struct journal_entry *e = &list[i];
        AUTO_FREE char *at = when(e);
        snprintf(id, sizeof id, "%lld", (long long)e->id);
        name_talk(talk, e, plan);
        table_add(t, (const char *const[]){id, at, e->through, talk, e->text});
    }
    table_print(t);
}

static int list(const struct plan *plan, int talk, int part, bool json, struct err *err)
{
    struct journal_entry *entries = NULL;
    size_t nb = 0;
    if (journal_read(&entries, &nb, plan, talk, part, LISTED, err) < 0)
        return err->code;
    if (json) {
        AUTO_JSON *all = json_array();
        for (size_t i = 0; i < nb; i++)
            json_array_append_new(all, entry_json(&entries[i]));
        cli_print_json(all);
    } else if (nb) {
        print_entries(entries, nb, plan);
    } else {
        puts("nothing was decided yet");
    }
    journal_free(entries, nb);
    return EXIT_OK;
}

/* --- taking back ------------------------------------------------------------------------------ */

static int read_id(int64_t *out, const char *text, struct err *err)
{
    char *end;
    const long long id = strtoll(text, &end, 10);
    if (end == text || *end || id < 1)
        return err_set(err, ERR_USAGE, "'%s' is not the ID of a decision: see 'talkpress undo'",
                       text);
    *out = id;
    return 0;
}

/* The operand is looked up again: another process may have imported a programme. */
static int take_back(struct decided *out, struct command *c, struct err *err)
{
    const char *id = command_value(c, "decision");
    struct undo_wish w = {0};
    if ((id ? read_id(&w.id, id, err)
            : selector_part(&w.talk, &w.part, &c->plan->programme, c->operands[0], err)) < 0)
        return err->code;
    return decide_undo(out, c->plan, &w, err);
}

static int undo(struct command *c, struct err *err)
{
    AUTO_DECIDED decided = {0};
    if (plan_begin(c->plan, err) < 0 || plan_end(c->plan, take_back(&decided, c, err), err) < 0)
        return err->code;
    if (command_has(c, "json")) {
        AUTO_JSON *said = json_array();
        char *next = decided.said.s;
        for (char *line; (line = strsep(&next, "\n")) && next;)
            json_array_append_new(said, json_text(line));
        AUTO_JSON *all = json_pack("{s:O}", "done", said);
        cli_print_json(all);
    } else {
        table_lines("  ", decided.said.s);
    }
    return EXIT_OK;
}

/* --- the command ------------------------------------------------------------------------------ */

int check_undo(struct command *c, struct err *err)
{
    (void)err;
    if (command_has(c, "decision") && (c->nb_operands || command_has(c, "list")))
        return command_usage(c, "--decision names what to take back: it cannot be used with --list "
                                "or a TALK");
    return 0;
}

int cmd_undo(struct command *c, struct err *err)
{
    int talk = 0, part = 0;
    if (command_has(c, "decision") || (c->nb_operands && !command_has(c, "list")))
        return undo(c, err);
    if (c->nb_operands && selector_part(&talk, &part, &c->plan->programme, c->operands[0], err) < 0)
        return err->code;
    return list(c->plan, talk, part, command_has(c, "json"), err);
}
