#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "chapter_table.h"
#include "clock.h"
#include "commands.h"
#include "decide.h"
#include "event.h"
#include "mem.h"
#include "named_parts.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "selector.h"
#include "store.h"
#include "str.h"

/* --- changing them ---------------------------------------------------------------------------- */

/* What the command should do to a part. */
struct wish {
    const char *time, *title; /* to be typed */
    const char *remove;       /* a time, "all" or "waiting" */
    bool adopt, propose, take;
};

static bool changes(const struct wish *w)
{
    return w->time || w->remove || w->adopt || w->take;
}

/* One before the cut is negative in the list. */
static int read_time(int64_t *out, const char *text, struct err *err)
{
    const bool before = *text == '-';
    int64_t ms;
    if (!clock_parse_ms(text + before, &ms))
        return err_set(err, ERR_USAGE, "'%s' is not a time in the talk: write [h:]mm:ss[.mmm]",
                       text);
    *out = before ? -ms : ms;
    return 0;
}

static enum chapter_how how(const struct wish *w)
{
    return w->time                             ? CHAPTER_ADD
           : w->adopt                          ? CHAPTER_ADOPT
           : w->take                           ? CHAPTER_TAKE
           : strcmp(w->remove, "all") == 0     ? CHAPTER_REMOVE_ALL
           : strcmp(w->remove, "waiting") == 0 ? CHAPTER_REMOVE_WAITING
                                               : CHAPTER_REMOVE;
}

static int change(const struct plan *plan, const char *operand, const struct wish *wish,
                  struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct chapter_wish w = {.how = how(wish), .title = wish->title};
    const char *time = w.how == CHAPTER_ADD      ? wish->time
                       : w.how == CHAPTER_REMOVE ? wish->remove
                                                 : NULL;
    if (selector_part(&w.talk, &w.part, &plan->programme, operand, err) < 0 ||
        named_parts_one(&w.part, plan, w.talk, err) < 0 ||
        (time && read_time(&w.talk_ms, time, err) < 0))
        return err->code;
    return decide_chapters(&decided, plan, &w, err);
}

/* --- the command ------------------------------------------------------------------------------ */

static int show_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                     struct err *err)
{
    return chapter_table_add(opaque, pp, plan, err);
}

static struct wish read_wish(const struct command *c)
{
    const bool typed = c->nb_operands == 3;
    return (struct wish){.time = typed ? c->operands[1] : NULL,
                         .title = typed ? c->operands[2] : NULL,
                         .remove = command_value(c, "remove"),
                         .adopt = command_has(c, "adopt"),
                         .propose = command_has(c, "propose"),
                         .take = command_has(c, "take")};
}

int check_chapter(struct command *c, struct err *err)
{
    (void)err;
    const struct wish w = read_wish(c);
    if (c->nb_operands == 2)
        return command_usage(c, "expected a TALK, or a TALK, a TIME and a TITLE");
    if ((w.time != NULL) + (w.remove != NULL) + w.adopt + w.propose + command_has(c, "list") > 1)
        return command_usage(c,
                             "a TIME, --remove, --adopt, --propose and --list exclude each other");
    if (w.take && !w.propose)
        return command_usage(c, "--take is for what --propose shows");
    return 0;
}

int cmd_chapter(struct command *c, struct err *err)
{
    struct wish w = read_wish(c);
    struct executor_result result = {0};
    const bool json = command_has(c, "json");
    int number, part;
    if (selector_part(&number, &part, &c->plan->programme, c->operands[0], err) < 0 ||
        analyse_recordings(&result, c->plan, c->pool, &number, 1, json, err) < 0)
        return err->code;
    if (changes(&w) && (plan_begin(c->plan, err) < 0 ||
                        plan_end(c->plan, change(c->plan, c->operands[0], &w, err), err) < 0))
        return err->code;
    struct chapter_table table = {.proposed = w.propose && !w.take,
                                  .json = json ? json_array() : NULL};
    if (named_parts_each(c->plan, c->operands[0], false, show_part, &table, err) == 0 && json)
        cli_print_json(table.json);
    json_decref(table.json);
    return err->code < 0 ? err->code : EXIT_OK;
}
