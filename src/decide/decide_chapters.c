#include <string.h>

#include "chapters.h"
#include "clock.h"
#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "mem.h"
#include "part_chapters.h"

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

/* A time in the talk as one in its recording. */
static int find_time(int64_t *out, const struct typed *t, int64_t talk_ms, struct err *err)
{
    const struct part_plan *pp = t->pp;
    if (!pp->cut_known || pp->begin >= pp->end)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s: where it begins is not known: see 'talkpress cut %s'", t->name,
                       t->name);
    *out = part_recording_ms(pp, talk_ms);
    return 0;
}

static int outside(const struct typed *t, int64_t talk_ms, struct err *err)
{
    char at[CLOCK_BYTES], length[CLOCK_BYTES];
    const struct part_plan *pp = t->pp;
    return err_set(err, ERR_INVALID, "talk %s: %s is outside it: it is %s long", t->name,
                   clock_format_ms(at, talk_ms, talk_ms % 1000 != 0),
                   clock_format_ms(length, part_length_ms(pp), true));
}

static int add(const struct typed *t, int64_t talk_ms, const char *text, struct err *err)
{
    AUTO_FREE char *title = NULL;
    int64_t at_ms = 0;
    size_t nb = 0;
    if (find_time(&at_ms, t, talk_ms, err) < 0)
        return err->code;
    if (talk_ms < 0 || at_ms >= frame_grid_ms_of(&t->pp->grid, t->pp->end))
        return outside(t, talk_ms, err);
    if (chapters_title(&title, text, err) < 0)
        return err_prefix(err, "talk %s: ", t->name);
    for (size_t i = 0; i < t->nb; i++)
        nb += !waits(t, i);
    if (nb >= CHAPTERS_MAX)
        return err_set(err, ERR_INVALID, "talk %s has %zu chapters: no more are allowed", t->name,
                       nb);
    return choose(t, at_ms, title, err);
}

/* One within a break is shown at its joint; of several there, the last. */
static int remove_one(const struct typed *t, int64_t talk_ms, struct err *err)
{
    char at[CLOCK_BYTES];
    int64_t at_ms = 0;
    if (find_time(&at_ms, t, talk_ms, err) < 0)
        return err->code;
    for (size_t i = t->nb; i-- > 0;)
        if (!waits(t, i) && part_ms(t->pp, t->list[i].at_ms) == talk_ms)
            return drop(t, &t->list[i], err);
    return err_set(err, ERR_NOT_FOUND,
                   "talk %s: no chapter was typed at %s: see 'talkpress chapter %s'", t->name,
                   clock_format_ms(at, talk_ms, talk_ms % 1000 != 0), t->name);
}

/* Those of the present recording, or those that wait for another one, or both. */
static int remove_all(const struct typed *t, bool own, bool waiting, struct err *err)
{
    for (size_t i = 0; i < t->nb; i++)
        if ((waits(t, i) ? waiting : own) && drop(t, &t->list[i], err) < 0)
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
    for (size_t i = 0; i < proposed.nb; i++)
        if (choose(t, part_recording_ms(t->pp, proposed.list[i].at_ms), proposed.list[i].title,
                   err) < 0)
            return err->code;
    return 0;
}

/* Chapters outside the cut are kept: they are places in the recording, and come back with it. */
static int set(const struct typed *t, const struct chapters *list, struct err *err)
{
    const struct frame_grid *grid = &t->pp->grid;
    if (!*t->recording || !grid->nb_frames)
        return err_set(err, ERR_NOT_FOUND, "talk %s has no recording: see 'talkpress match'",
                       t->name);
    if (list->nb > CHAPTERS_MAX)
        return err_set(err, ERR_INVALID, "talk %s: at most %d chapters are allowed", t->name,
                       CHAPTERS_MAX);
    if (remove_all(t, true, false, err) < 0)
        return err->code;
    for (size_t i = 0; i < list->nb; i++) {
        AUTO_FREE char *title = NULL;
        const int64_t at_ms = list->list[i].at_ms;
        if (at_ms < 0 || at_ms >= frame_grid_ms_of(grid, grid->nb_frames))
            return err_set(err, ERR_INVALID, "talk %s: chapter %zu is outside its recording",
                           t->name, i + 1);
        if (chapters_title(&title, list->list[i].title, err) < 0)
            return err_prefix(err, "talk %s: ", t->name);
        if (choose(t, at_ms, title, err) < 0)
            return err->code;
    }
    return 0;
}

static int change(const struct typed *t, const struct plan *plan, const struct chapter_wish *w,
                  struct err *err)
{
    switch (w->how) {
    case CHAPTER_ADD:
        return add(t, w->talk_ms, w->title, err);
    case CHAPTER_REMOVE:
        return remove_one(t, w->talk_ms, err);
    case CHAPTER_REMOVE_ALL:
        return remove_all(t, true, true, err);
    case CHAPTER_REMOVE_WAITING:
        return remove_all(t, false, true, err);
    case CHAPTER_ADOPT:
        return adopt(t, err);
    case CHAPTER_TAKE:
        return take(t, plan, err);
    case CHAPTER_SET:
        break;
    }
    return set(t, w->list, err);
}

static int change_part(struct decided *out, const struct part_plan *pp, const struct plan *plan,
                       const void *wish, struct err *err)
{
    (void)out;
    struct typed t = {.pp = pp,
                      .store = plan->event->store,
                      .recording = pp->source ? pp->source->recording->fingerprint : ""};
    plan_part_name(t.name, pp->talk, pp->part->number);
    if (store_chosen_chapters(&t.list, &t.nb, t.store, pp->talk->number, pp->part->number, err) < 0)
        return err->code;
    const int ret = change(&t, plan, wish, err);
    chosen_chapters_free(t.list, t.nb);
    return ret;
}

int decide_chapters(struct decided *out, const struct plan *plan, const struct chapter_wish *wish,
                    struct err *err)
{
    return decide_each_part(out, plan, wish->talk, wish->part, change_part, wish, err);
}
