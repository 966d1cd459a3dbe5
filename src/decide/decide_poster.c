#include <string.h>

#include "clock.h"
#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "json.h"

/* The frame of the recording that the wish names. */
static int find_frame(int64_t *out, const struct part_plan *pp, const struct poster_wish *w,
                      const char *name, struct err *err)
{
    char length[CLOCK_BYTES], at[CLOCK_BYTES];
    if (!pp->cut_known || pp->begin >= pp->end)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s has no recording whose cut is known: see 'talkpress match' and "
                       "'talkpress cut'",
                       name);
    if (!json_is_object(json_object_get(pp->source->probe, "video")))
        return err_set(err, ERR_INVALID,
                       "talk %s: '%s' has no picture, so the poster is its title card", name,
                       pp->source->name);
    const struct part_clock clock = part_clock_of(pp);
    const int64_t frame_ms = w->frame >= 0 ? part_ms(pp, frame_grid_ms_of(&pp->grid, w->frame)) : 0,
                  talk_ms = w->frame >= 0 ? frame_ms : w->talk_ms;
    *out = w->frame >= 0 ? w->frame
                         : frame_grid_frame_at_ms(&pp->grid, part_recording_ms(pp, w->talk_ms));
    for (size_t i = 0; w->frame < 0 && i < pp->nb_drops; i++)
        if (*out == pp->drops[i].begin) /* the nearest one, but the joint is as near */
            *out = pp->drops[i].end;
    if (!part_clock_has(&clock, *out))
        return err_set(err, ERR_INVALID, "talk %s has no picture at %s: it is %s long", name,
                       clock_format_ms(at, talk_ms, talk_ms % 1000 != 0),
                       clock_format_ms(length, part_length_ms(pp), true));
    /* Outside, the first or last picture is shown. */
    *out = *out < pp->picture_begin  ? pp->picture_begin
           : *out >= pp->picture_end ? pp->picture_end - 1
                                     : *out;
    return 0;
}

static int poster_part(struct decided *out, const struct part_plan *pp, const struct plan *plan,
                       const void *wish, struct err *err)
{
    (void)out;
    const struct poster_wish *w = wish;
    struct store *store = plan->event->store;
    struct chosen_poster chosen;
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (w->clear)
        return store_choose_poster(store, pp->talk->number, pp->part->number, NULL, err);
    if (find_frame(&chosen.frame, pp, w, name, err) < 0)
        return err->code;
    memcpy(chosen.recording, pp->source->recording->fingerprint, sizeof chosen.recording);
    return store_choose_poster(store, pp->talk->number, pp->part->number, &chosen, err);
}

int decide_poster(struct decided *out, const struct plan *plan, const struct poster_wish *wish,
                  struct err *err)
{
    return decide_each_part(out, plan, wish->talk, wish->part, poster_part, wish, err);
}
