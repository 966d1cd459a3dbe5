#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "chapter_table.h"
#include "clock.h"
#include "commands.h"
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

/* A part that is changed, and what was typed for it. */
struct typed {
    const struct part_plan *pp;
    struct store *store;
    char name[32];
    const char *recording; /* fingerprint; "": none */
    struct chosen_chapter *list;
    size_t nb;
};

static bool waits(const struct typed *t, size_t i)
{
    return strcmp(t->list[i].recording, t->recording) != 0;
}

static int choose(const struct typed *t, int64_t at_ms, char *title, struct err *err)
{
    struct chosen_chapter c = {.at_ms = at_ms, .title = title};
    memcpy(c.recording, t->recording, strlen(t->recording) + 1);
    return store_choose_chapter(t->store, t->pp->talk->number, t->pp->part->number, &c, err);
}

static int drop(const struct typed *t, const struct chosen_chapter *c, struct err *err)
{
    return store_drop_chapter(t->store, t->pp->talk->number, t->pp->part->number, c, err);
}

/* A time in the talk as one in its recording. One before the cut is negative in the list. */
static int read_time(int64_t *out, const struct typed *t, const char *text, struct err *err)
{
    const struct part_plan *pp = t->pp;
    const bool before = *text == '-';
    int64_t ms;
    if (!clock_parse_ms(text + before, &ms))
        return err_set(err, ERR_USAGE, "'%s' is not a time in the talk: write [h:]mm:ss[.mmm]",
                       text);
    if (!pp->cut_known || pp->begin >= pp->end)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s: where it begins is not known: see 'talkpress cut %s'", t->name,
                       t->name);
    *out = frame_grid_ms_of(&pp->grid, pp->begin) + (before ? -ms : ms);
    return 0;
}

static int type(const struct typed *t, const struct wish *w, struct err *err)
{
    AUTO_FREE char *title = NULL;
    char length[CLOCK_BYTES];
    int64_t at_ms = 0, from_ms, to_ms;
    size_t nb = 0;
    if (read_time(&at_ms, t, w->time, err) < 0)
        return err->code;
    from_ms = frame_grid_ms_of(&t->pp->grid, t->pp->begin);
    to_ms = frame_grid_ms_of(&t->pp->grid, t->pp->end);
    if (at_ms < from_ms || at_ms >= to_ms)
        return err_set(err, ERR_INVALID, "talk %s: %s is outside it: it is %s long", t->name,
                       w->time, clock_format_ms(length, to_ms - from_ms, true));
    if (chapters_title(&title, w->title, err) < 0)
        return err_prefix(err, "talk %s: ", t->name);
    for (size_t i = 0; i < t->nb; i++)
        nb += !waits(t, i);
    if (nb >= CHAPTERS_MAX)
        return err_set(err, ERR_INVALID, "talk %s has %zu chapters: no more are allowed", t->name,
                       nb);
    return choose(t, at_ms, title, err);
}

static int remove_one(const struct typed *t, const char *time, struct err *err)
{
    int64_t at_ms = 0;
    if (read_time(&at_ms, t, time, err) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb; i++)
        if (!waits(t, i) && t->list[i].at_ms == at_ms)
            return drop(t, &t->list[i], err);
    return err_set(err, ERR_NOT_FOUND,
                   "talk %s: no chapter was typed at %s: see 'talkpress chapter %s'", t->name, time,
                   t->name);
}

static int remove_some(const struct typed *t, const char *which, struct err *err)
{
    const bool all = strcmp(which, "all") == 0;
    if (!all && strcmp(which, "waiting") != 0)
        return remove_one(t, which, err);
    for (size_t i = 0; i < t->nb; i++)
        if ((all || waits(t, i)) && drop(t, &t->list[i], err) < 0)
            return err->code;
    return 0;
}

/* Makes those that wait for another recording chapters of this one, at the same times in it. */
static int adopt(const struct typed *t, struct err *err)
{
    AUTO_CHAPTERS own = {0};
    if (!*t->recording)
        return err_set(err, ERR_NOT_FOUND, "talk %s has no recording: see 'talkpress match'",
                       t->name);
    for (size_t i = 0; i < t->nb; i++)
        if (!waits(t, i))
            chapters_add(&own, t->list[i].at_ms, t->list[i].title);
    for (size_t i = 0; i < t->nb; i++)
        if (waits(t, i) && ((!chapters_find(&own, t->list[i].at_ms) &&
                             choose(t, t->list[i].at_ms, t->list[i].title, err) < 0) ||
                            drop(t, &t->list[i], err) < 0))
            return err->code;
    return 0;
}

static int take(const struct typed *t, const struct plan *plan, struct err *err)
{
    AUTO_CHAPTERS proposed = {0};
    if (part_propose_chapters(&proposed, t->pp, plan, err) < 0)
        return err->code;
    const int64_t begin_ms = frame_grid_ms_of(&t->pp->grid, t->pp->begin);
    for (size_t i = 0; i < proposed.nb; i++)
        if (choose(t, begin_ms + proposed.list[i].at_ms, proposed.list[i].title, err) < 0)
            return err->code;
    return 0;
}

static int change_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                       struct err *err)
{
    const struct wish *w = opaque;
    struct typed t = {.pp = pp,
                      .store = plan->event->store,
                      .recording = pp->source ? pp->source->recording->fingerprint : ""};
    plan_part_name(t.name, pp->talk, pp->part->number);
    if (store_chosen_chapters(&t.list, &t.nb, t.store, pp->talk->number, pp->part->number, err) < 0)
        return err->code;
    const int ret = w->time     ? type(&t, w, err)
                    : w->remove ? remove_some(&t, w->remove, err)
                    : w->adopt  ? adopt(&t, err)
                                : take(&t, plan, err);
    chosen_chapters_free(t.list, t.nb);
    return ret;
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
        analyse_recordings(&result, c->plan, c->zygote, &number, 1, json, err) < 0)
        return err->code;
    if (changes(&w) &&
        (plan_begin(c->plan, err) < 0 ||
         plan_end(c->plan, named_parts_each(c->plan, c->operands[0], true, change_part, &w, err),
                  err) < 0))
        return err->code;
    struct chapter_table table = {.proposed = w.propose && !w.take,
                                  .json = json ? json_array() : NULL};
    if (named_parts_each(c->plan, c->operands[0], false, show_part, &table, err) == 0 && json)
        cli_print_json(table.json);
    json_decref(table.json);
    return err->code < 0 ? err->code : EXIT_OK;
}
