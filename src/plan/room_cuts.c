#include "room_cuts.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "plan.h"
#include "probe.h"
#include "propose_cuts.h"
#include "workdir.h"

enum { PAUSE_BLOCKS = 15 /* of 100 ms; shorter pauses are breaths: there are thousands */ };

/* A shared recording, while its cuts are proposed. */
struct room {
    struct plan *plan;
    struct source *source;
    struct frame_grid grid;
    struct loudness loudness;
    struct cut_unit *units; /* one for each of source->cuts */
    struct cut_hint *moments;
    size_t nb_moments;
};

void room_cuts_finish(struct source *s)
{
    shared_recording_finish(&s->sharing);
    for (size_t i = 0; i < s->nb_cuts; i++)
        free(s->cuts[i].why);
    free(s->cuts);
    s->cuts = NULL;
    s->nb_cuts = 0;
}

const struct room_cut *room_cuts_find(const struct source *s, int talk, int part)
{
    for (size_t i = 0; i < s->nb_cuts; i++)
        if (s->cuts[i].talk->number == talk && s->cuts[i].part->number == part)
            return &s->cuts[i];
    return NULL;
}

/* --- sharing --------------------------------------------------------------------------------- */

/* Whether the user cut a part of the talk from the recording. */
static int is_cut_from(bool *out, const struct plan *p, const struct match *m, struct err *err)
{
    const struct talk *t = programme_find(&p->programme, m->talk);
    for (size_t i = 0; i < t->nb_parts; i++) {
        struct chosen_cut cut;
        bool found;
        if (store_chosen_cut(&cut, &found, p->event->store, m->talk, t->parts[i].number, err) < 0)
            return err->code;
        *out =
            *out || (found && strcmp(cut.recording, p->recordings[m->recording].fingerprint) == 0);
    }
    return 0;
}

int room_cuts_find_shared(struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->nb_recordings; i++)
        room_cuts_finish(&p->sources[i]);
    AUTO_FREE struct sharing_candidate *list = mem_zalloc(p->nb_recordings + 1, sizeof *list);
    AUTO_FREE struct shared_recording *found = mem_zalloc(p->nb_recordings + 1, sizeof *found);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        struct source *s = &p->sources[i];
        chosen_place_finish(&s->place);
        if (store_chosen_place(&s->place, p->event->store, s->recording->fingerprint, err) < 0)
            return err->code;
        list[i] = (struct sharing_candidate){
            .path = s->recording->path,
            .duration_ms = json_get_int(s->probe, "duration_ms", -1),
            .start = s->place.start,
            .room = s->place.room,
            .created = json_get_string(s->probe, "creation_time", NULL),
        };
        if (p->matches.format_of[i] >= 0) /* the talks are in the one that is taken */
            list[i].created = NULL;
    }
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->by_hand && m->recording >= 0 &&
            is_cut_from(&list[m->recording].divided, p, m, err) < 0)
            return err->code;
    }
    shared_recording_find(found, &p->matches, &p->programme, list, p->nb_recordings);
    for (size_t i = 0; i < p->nb_recordings; i++)
        p->sources[i].sharing = found[i];
    return 0;
}

/* --- parts and hints ------------------------------------------------------------------------- */

static int add_unit(struct room *r, const struct talk *t, const struct part *part, int64_t start_ms,
                    struct err *err)
{
    struct source *s = r->source;
    struct chosen_cut cut;
    bool found;
    if (store_chosen_cut(&cut, &found, r->plan->event->store, t->number, part->number, err) < 0)
        return err->code;
    struct cut_unit u = {
        .start_ms = start_ms,
        .length_ms = 1000LL * (part->listed_s ? part->listed_s : part->slot_s),
        .is_slot = !part->listed_s,
    };
    if (found && strcmp(cut.recording, s->recording->fingerprint) == 0 &&
        cut.begin < r->grid.nb_frames) {
        u.fixed = true;
        u.begin_ms = frame_grid_ms_of(&r->grid, cut.begin);
        u.end_ms = frame_grid_ms_of(&r->grid, cut.end);
    }
    r->units = mem_grow(r->units, s->nb_cuts, sizeof *r->units);
    s->cuts = mem_grow(s->cuts, s->nb_cuts, sizeof *s->cuts);
    r->units[s->nb_cuts] = u;
    s->cuts[s->nb_cuts++] = (struct room_cut){.talk = t, .part = part};
    return 0;
}

/* Lists the parts of the talks in order of time. Only the first part of a talk has a start. */
static int list_units(struct room *r, struct err *err)
{
    const struct shared_recording *shared = &r->source->sharing;
    for (size_t i = 0; i < shared->nb_talks; i++) {
        const struct match *m = &r->plan->matches.rows[shared->talks[i].row];
        const struct talk *t = programme_find(&r->plan->programme, m->talk);
        int64_t start = shared->talks[i].start_ms;
        for (size_t k = 0; k < t->nb_parts; k++) {
            if (m->part && t->parts[k].number != m->part)
                continue;
            if (add_unit(r, t, &t->parts[k], start, err) < 0)
                return err->code;
            start = CUT_UNKNOWN;
        }
    }
    return 0;
}

static void add_moment(struct room *r, enum cut_hint_kind kind, int64_t begin_ms, int64_t end_ms)
{
    r->moments = mem_grow(r->moments, r->nb_moments, sizeof *r->moments);
    r->moments[r->nb_moments++] = (struct cut_hint){kind, begin_ms, end_ms};
}

static void find_moments(struct room *r)
{
    const struct source *s = r->source;
    enum sound_use use = SOUND_BOTH;
    int pair;
    AUTO_FREE char *path = workdir_path(r->plan->event->work, s->analysis_key, "bin");
    struct err damaged = {0}; /* a file that is damaged counts as one that is not there */
    if (fs_exists(path))
        (void)!loudness_read(&r->loudness, path, &damaged);
    if (sound_use_parse(&use, &pair, s->use))
        loudness_use(&r->loudness, use);
    const double threshold = loudness_silence(loudness_integrated(&r->loudness, 0, r->loudness.nb));
    for (size_t begin, end = 0;
         loudness_next_silence(&begin, &end, &r->loudness, end, threshold, PAUSE_BLOCKS);)
        add_moment(r, CUT_HINT_SILENCE, (int64_t)begin * 100, (int64_t)end * 100);
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(s->analysis, "black"), i, v)
        add_moment(r, CUT_HINT_BLACK, json_integer_value(json_array_get(v, 0)),
                   json_integer_value(json_array_get(v, 1)));
    json_array_foreach(json_object_get(s->analysis, "scenes"), i, v)
        add_moment(r, CUT_HINT_SCENE, json_integer_value(v), json_integer_value(v));
}

/* --- proposing ------------------------------------------------------------------------------- */

/* If only a listed time decides a cut, it is moved to the quietest moment nearby, so that no word
 * is cut. */
static int64_t quiet_moment(const struct room *r, int64_t ms)
{
    const int64_t from = ms > PLAN_SNAP_MS ? ms - PLAN_SNAP_MS : 0;
    if (!r->loudness.nb)
        return ms;
    return 100 * (int64_t)loudness_quietest(&r->loudness, (size_t)from / 100,
                                            (size_t)(ms + PLAN_SNAP_MS) / 100 + 1,
                                            (size_t)ms / 100);
}

static int64_t frame_at(const struct room *r, int64_t ms, int64_t least)
{
    const int64_t frame = frame_grid_frame_at_ms(&r->grid, ms);
    return frame < least ? least : frame < r->grid.nb_frames ? frame : r->grid.nb_frames;
}

static void propose(struct room *r)
{
    struct source *s = r->source;
    AUTO_FREE struct proposed_cut *cuts = mem_zalloc(s->nb_cuts, sizeof *cuts);
    propose_cuts(cuts, r->units, s->nb_cuts, r->moments, r->nb_moments,
                 frame_grid_ms_of(&r->grid, r->grid.nb_frames));
    int64_t at = 0;
    for (size_t i = 0; i < s->nb_cuts; i++) {
        const struct proposed_cut *c = &cuts[i];
        struct room_cut *out = &s->cuts[i];
        const bool empty = c->begin_ms >= c->end_ms;
        if (r->units[i].fixed)
            at = 0; /* cuts set by the user may overlap */
        out->begin = frame_at(r, c->begin_loose ? quiet_moment(r, c->begin_ms) : c->begin_ms, at);
        out->end =
            empty ? out->begin
                  : frame_at(r, c->end_loose ? quiet_moment(r, c->end_ms) : c->end_ms, out->begin);
        out->by_hand = r->units[i].fixed;
        out->score = c->score;
        out->why = c->why;
        at = out->end;
    }
}

static int propose_for_source(struct plan *p, struct source *s, struct err *err)
{
    struct room r = {.plan = p, .source = s};
    int ret = probe_grid(&r.grid, s->probe, err);
    if (ret == 0)
        ret = list_units(&r, err);
    if (ret == 0)
        find_moments(&r);
    if (ret == 0)
        propose(&r);
    loudness_finish(&r.loudness);
    free(r.units);
    free(r.moments);
    return ret;
}

int room_cuts_propose(struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->nb_recordings; i++)
        if (p->sources[i].sharing.nb_talks && p->sources[i].analysis &&
            propose_for_source(p, &p->sources[i], err) < 0)
            return err->code;
    return 0;
}
