#include "part_cut.h"

#include <string.h>

#include "fs.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "probe.h"
#include "room_cuts.h"
#include "str.h"
#include "workdir.h"

bool part_shares_recording(const struct part_plan *pp)
{
    return pp->talk->nb_parts > 1 && pp->match->part == 0;
}

/* A recording without a cut is published from its first picture to its last, and for as long before
 * and after them as somebody speaks. Without an analysis, nobody does. */
static void find_whole(struct part_plan *pp)
{
    const json_t *video = json_object_get(pp->source->probe, "video");
    const json_t *analysis = pp->source->analysis;
    const int64_t all = pp->grid.nb_frames;
    const int64_t begin = json_get_int(video, "begin", 0), end = json_get_int(video, "end", all);
    pp->picture_begin = begin > 0 && begin < all ? begin : 0;
    pp->picture_end = end > pp->picture_begin && end < all ? end : all;
    const int64_t speech_begin = frame_grid_frame_at_ms(
                      &pp->grid, json_get_int(analysis, "speech_begin_ms", INT32_MAX)),
                  speech_end =
                      frame_grid_frame_at_ms(&pp->grid, json_get_int(analysis, "speech_end_ms", 0));
    pp->whole_begin = pp->picture_begin;
    pp->whole_end = pp->picture_end;
    if (speech_begin >= 0 && speech_begin < pp->whole_begin)
        pp->whole_begin = speech_begin;
    if (speech_end > pp->whole_end)
        pp->whole_end = speech_end < all ? speech_end : all;
}

int64_t part_lead_in_ms(const struct part_plan *pp, const struct plan *p)
{
    const int listed_s = part_shares_recording(pp) ? talk_listed_s(pp->talk) : pp->part->listed_s;
    if (!listed_s || pp->match->shared)
        return 0;
    return lead_in_of(&p->lead_in, 1000LL * listed_s,
                      frame_grid_ms_of(&pp->grid, pp->whole_end) -
                          frame_grid_ms_of(&pp->grid, pp->whole_begin),
                      p->event->settings.limits.tolerance_ms);
}

/* The frame at which part n ends, if one recording holds all parts: at its listed time after a
 * lead-in, moved by *moved_ms to the quietest moment nearby. */
static int64_t boundary(const struct part_plan *pp, int64_t lead_in_ms, const struct loudness *l,
                        int n, int64_t *moved_ms)
{
    int64_t listed_ms = frame_grid_ms_of(&pp->grid, pp->whole_begin) + lead_in_ms;
    for (int i = 0; i < n; i++)
        listed_ms += (int64_t)pp->talk->parts[i].listed_s * 1000;
    const int64_t block_ms = 100, least = listed_ms - PLAN_SNAP_MS;
    const size_t centre = (size_t)(listed_ms / block_ms);
    const size_t quiet =
        l->nb ? loudness_quietest(l, (size_t)((least > 0 ? least : 0) / block_ms),
                                  (size_t)((listed_ms + PLAN_SNAP_MS) / block_ms) + 1, centre)
              : centre;
    *moved_ms = quiet == centre ? 0 : (int64_t)quiet * block_ms - listed_ms;
    int64_t frame = frame_grid_frame_at_ms(&pp->grid, listed_ms + *moved_ms);
    return frame < pp->whole_end ? frame : pp->whole_end;
}

static void cut_between_parts(struct part_plan *pp, const struct plan *p)
{
    AUTO_LOUDNESS l = {0};
    const int n = pp->part->number;
    for (size_t i = 0; i < pp->talk->nb_parts; i++)
        if (!pp->talk->parts[i].listed_s) {
            pp->cut_known = false;
            return;
        }
    if (!pp->source->analysis) {
        pp->cut_known = false; /* until the analysis is made, the listed length is reported */
        return;
    }
    AUTO_FREE char *path = workdir_path(p->event->work, pp->source->analysis_key, "bin");
    struct err damaged = {0}; /* a file that is damaged counts as one that is not there */
    if (fs_exists(path))
        (void)!loudness_read(&l, path, &damaged);
    const int64_t lead_in_ms = part_lead_in_ms(pp, p);
    int64_t moved_begin = 0, moved_end = 0;
    if (n > 1)
        pp->begin = boundary(pp, lead_in_ms, &l, n - 1, &moved_begin);
    if ((size_t)n < pp->talk->nb_parts)
        pp->end = boundary(pp, lead_in_ms, &l, n, &moved_end);
    pp->cut_moved_ms = n > 1 ? moved_begin : moved_end;
}

/* Begin and end: as set by the user, proposed, or those of the whole recording. */
static int decide_ends(struct part_plan *pp, const struct plan *p, struct err *err)
{
    struct chosen_cut chosen;
    bool found;
    if (store_chosen_cut(&chosen, &found, p->event->store, pp->talk->number, pp->part->number,
                         err) < 0)
        return err->code;
    pp->cut_known = true;
    if (found && strcmp(chosen.recording, pp->source->recording->fingerprint) == 0 &&
        chosen.begin < pp->grid.nb_frames) {
        pp->cut_by_hand = true;
        pp->begin = chosen.begin;
        pp->end = chosen.end < pp->grid.nb_frames ? chosen.end : pp->grid.nb_frames;
        return 0;
    }
    pp->begin = pp->whole_begin;
    pp->end = pp->whole_end;
    if (pp->match->shared) {
        pp->cut_proposed = true;
        pp->room_cut = room_cuts_find(pp->source, pp->talk->number, pp->part->number);
        pp->cut_known = pp->room_cut;
        if (pp->room_cut) {
            pp->begin = pp->room_cut->begin;
            pp->end = pp->room_cut->end;
        }
        return 0;
    }
    if (part_shares_recording(pp))
        cut_between_parts(pp, p);
    return 0;
}

/* The breaks that the user left out of it, and the offset of its sound, if it is this recording
 * that they were set for. */
static int find_drops(struct part_plan *pp, const struct plan *p, struct err *err)
{
    AUTO_FREE struct chosen_drop *list = NULL;
    struct chosen_offset offset;
    size_t nb = 0;
    bool found;
    const char *recording = pp->source->recording->fingerprint;
    if (store_chosen_drops(&list, &nb, p->event->store, pp->talk->number, pp->part->number, err) <
            0 ||
        store_chosen_offset(&offset, &found, p->event->store, pp->talk->number, pp->part->number,
                            err) < 0)
        return err->code;
    pp->drops = nb ? mem_zalloc(nb, sizeof *pp->drops) : NULL;
    for (size_t i = 0; i < nb; i++)
        if (strcmp(list[i].recording, recording) == 0)
            pp->drops[pp->nb_drops++] = (struct part_drop){list[i].begin, list[i].end};
    pp->nb_drops = part_drops_normalise(pp->drops, pp->nb_drops, &pp->begin, &pp->end);
    pp->sound_offset_ms = found && strcmp(offset.recording, recording) == 0 ? offset.sound_ms : 0;
    return 0;
}

int part_decide_cut(struct part_plan *pp, const struct plan *p, struct err *err)
{
    if (probe_grid(&pp->grid, pp->source->probe, err) < 0)
        return err->code;
    find_whole(pp);
    if (decide_ends(pp, p, err) < 0 || find_drops(pp, p, err) < 0)
        return err->code;
    const struct part_clock clock = part_clock_of(pp);
    pp->nb_frames = pp->begin < pp->end ? part_clock_frames(&clock) : 0;
    return 0;
}

/* --- its clock -------------------------------------------------------------------------------- */

struct part_clock part_clock_of(const struct part_plan *pp)
{
    return (struct part_clock){&pp->grid, pp->begin, pp->end, pp->drops, pp->nb_drops};
}

int64_t part_ms(const struct part_plan *pp, int64_t recording_ms)
{
    const struct part_clock clock = part_clock_of(pp);
    return part_clock_ms(&clock, recording_ms);
}

int64_t part_recording_ms(const struct part_plan *pp, int64_t ms)
{
    const struct part_clock clock = part_clock_of(pp);
    return part_clock_recording_ms(&clock, ms);
}

int64_t part_length_ms(const struct part_plan *pp)
{
    const struct part_clock clock = part_clock_of(pp);
    return part_clock_length_ms(&clock);
}

char *part_drops_text(const struct part_plan *pp)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < pp->nb_drops; i++)
        str_addf(&s, "%s%lld-%lld", i ? "," : "", (long long)pp->drops[i].begin,
                 (long long)pp->drops[i].end);
    return s.s ? str_take(&s) : mem_strdup("");
}
