#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fs.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "plan_jobs.h"
#include "plan_work.h"
#include "probe.h"
#include "room_cuts.h"
#include "sound_text.h"
#include "workdir.h"

const char plan_refused[] = "its recording cannot be published";

/* --- a part's recording and verdict ----------------------------------------------------------- */

const struct match *plan_match(const struct plan *p, const struct talk *talk, int part)
{
    for (size_t i = p->first_match[talk - p->programme.talks];
         i < p->matches.nb_rows && p->matches.rows[i].talk == talk->number; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->part == 0 || m->part == part)
            return m;
    }
    return NULL;
}

int plan_may_hold(const struct plan *p, const struct match *match, const char *fingerprint)
{
    size_t at = 0;
    if (!match || match->by_hand)
        return -1;
    while (at < p->nb_recordings && strcmp(p->recordings[at].fingerprint, fingerprint) != 0)
        at++;
    if (at == p->nb_recordings)
        return -1;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (plan_holds_talk(&p->matches.rows[i]) && p->matches.rows[i].recording == (int)at)
            return -1;
    return (int)at;
}

/* Whether the talk's parts all lie in this one recording. */
static bool parts_share_recording(const struct part_plan *pp)
{
    return pp->talk->nb_parts > 1 && pp->match->part == 0;
}

/* The frame at which part n of a talk in one recording ends: where the listed times say, moved to
 * the quietest moment near. moved_ms says by how much. */
static int64_t boundary(const struct part_plan *pp, const struct loudness *l, int n,
                        int64_t *moved_ms)
{
    int64_t listed_ms = 0;
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
    return frame < pp->grid.nb_frames ? frame : pp->grid.nb_frames;
}

static int cut_between_parts(struct part_plan *pp, const struct plan *p, struct err *err)
{
    AUTO_LOUDNESS l = {0};
    const int n = pp->part->number;
    for (size_t i = 0; i < pp->talk->nb_parts; i++)
        if (!pp->talk->parts[i].listed_s) {
            pp->cut_known = false;
            return 0;
        }
    if (!pp->source->analysis) {
        pp->cut_known = false; /* the measured length is the listed one until it can be cut */
        return 0;
    }
    AUTO_FREE char *path = workdir_path(p->event->work, pp->source->analysis_key, "bin");
    if (fs_exists(path) && loudness_read(&l, path, err) < 0)
        return err->code;
    int64_t moved_begin = 0, moved_end = 0;
    if (n > 1)
        pp->begin = boundary(pp, &l, n - 1, &moved_begin);
    if ((size_t)n < pp->talk->nb_parts)
        pp->end = boundary(pp, &l, n, &moved_end);
    pp->cut_moved_ms = n > 1 ? moved_begin : moved_end;
    return 0;
}

static int decide_cut(struct part_plan *pp, const struct plan *p, struct err *err)
{
    struct chosen_cut chosen;
    bool found;
    if (probe_grid(&pp->grid, pp->source->probe, err) < 0 ||
        store_chosen_cut(&chosen, &found, p->event->store, pp->talk->number, pp->part->number,
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
    pp->begin = 0;
    pp->end = pp->grid.nb_frames;
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
    return parts_share_recording(pp) ? cut_between_parts(pp, p, err) : 0;
}

/* The first piece of damage that the analysis found. */
static void damage_facts(struct verify_facts *f, const json_t *analysis)
{
    static const char *const where[] = {"picture_damage", "sound_damage"};
    for (int i = 0; i < 2; i++) {
        const json_t *d = json_object_get(analysis, where[i]);
        if (!json_is_object(d))
            continue;
        const int64_t at_ms = json_get_int(d, "first_ms", 0);
        if (!f->nb_damaged || at_ms < f->damaged_at_ms) {
            f->damaged_at_ms = at_ms;
            f->damage = json_get_string(d, "what", NULL);
        }
        f->nb_damaged += json_get_int(d, "nb", 0);
    }
}

/* The longest of the gaps, its time from the first picture. */
static void gap_facts(struct verify_facts *f, const json_t *probe, int64_t origin_ms)
{
    size_t i;
    json_t *gap;
    json_array_foreach(json_object_get(probe, "gaps"), i, gap)
    {
        const int64_t ms = json_get_int(gap, "length_ms", 0);
        if (llabs(ms) <= llabs(f->gap_ms))
            continue;
        f->gap_ms = ms;
        f->gap_at_ms = json_get_int(gap, "at_ms", 0) - origin_ms;
    }
}

static void media_facts(struct verify_facts *f, const struct part_plan *pp)
{
    const json_t *probe = pp->source->probe, *analysis = pp->source->analysis;
    f->refusal = plan_refusal(probe);
    f->recording_ms = json_get_int(probe, "duration_ms", -1);
    f->truncated = json_get_string(probe, "truncated", NULL);
    f->no_picture = !json_is_object(json_object_get(probe, "video"));
    f->no_sound = !json_is_object(json_object_get(probe, "audio"));
    f->sound_error = json_get_string(probe, "sound_error", NULL);
    const int64_t origin_ms = pp->grid.time_base.num ? frame_grid_origin_ms(&pp->grid) : 0;
    gap_facts(f, probe, origin_ms);
    f->silence_head_ms = json_get_int(analysis, "silence_head_ms", -1);
    f->silence_tail_ms = json_get_int(analysis, "silence_tail_ms", -1);
    f->black_head_ms = json_get_int(analysis, "black_head_ms", -1);
    f->black_tail_ms = json_get_int(analysis, "black_tail_ms", -1);
    f->sound_at_end = json_get_bool(analysis, "sound_at_end", false);
    f->nb_damaged = json_array_size(json_object_get(probe, "corrupt")) > 0
                        ? json_get_int(probe, "nb_corrupt", 0)
                        : 0;
    f->damaged_at_ms =
        json_integer_value(json_array_get(json_object_get(probe, "corrupt"), 0)) - origin_ms;
    damage_facts(f, analysis);
}

/* The time that stands for a part in verify. Of a part that talkpress cut at a listed time, the
 * length without the move to a quiet moment: the listed times are what it is held against. */
static int64_t compared_ms(const struct part_plan *pp)
{
    if (!pp->cut_by_hand && parts_share_recording(pp)) {
        int64_t before_ms = 0;
        for (int i = 0; i < pp->part->number; i++)
            before_ms += (int64_t)pp->talk->parts[i].listed_s * 1000;
        const bool last = (size_t)pp->part->number == pp->talk->nb_parts;
        const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
        const int64_t all_ms = frame_grid_ms_of(&pp->grid, pp->grid.nb_frames);
        return last || all_ms < before_ms ? listed_ms + all_ms - before_ms : listed_ms;
    }
    return frame_grid_ms_of(&pp->grid, pp->end) - frame_grid_ms_of(&pp->grid, pp->begin);
}

/* A new string. */
static char *describe_proposal(const struct part_plan *pp)
{
    char name[32], from[CLOCK_BYTES], to[CLOCK_BYTES];
    if (!pp->room_cut)
        return mem_strdup("its recording holds other talks too: 'talkpress cut' proposes where "
                          "each of them lies");
    plan_part_name(name, pp->talk, pp->part->number);
    return mem_printf("proposed: %s to %s (%s); 'talkpress cut %s --take' takes it%s%s",
                      clock_format_ms(from, frame_grid_ms_of(&pp->grid, pp->begin), false),
                      clock_format_ms(to, frame_grid_ms_of(&pp->grid, pp->end), false),
                      pp->room_cut->why, name, pp->match->suspicion ? "; " : "",
                      pp->match->suspicion ? pp->match->suspicion : "");
}

static void judge(struct part_plan *pp, const struct plan *p)
{
    AUTO_FREE char *note = NULL, *sound_note = NULL;
    struct verify_facts f = {.talk = pp->talk->number,
                             .part = pp->part->number,
                             .listed_s = pp->part->listed_s,
                             .slot_s = pp->part->slot_s,
                             .measured_ms = -1,
                             .silence_head_ms = -1};
    const struct match *m = pp->match;
    pp->measured_ms = -1;
    if (pp->cut_proposed) {
        f.unclear = true;
        note = describe_proposal(pp);
    } else if (m && m->state == MATCH_UNCLEAR) {
        f.unclear = true;
        note = mem_printf("perhaps '%s' (%s)%s%s",
                          m->recording >= 0 ? fs_basename(p->recordings[m->recording].path) : "?",
                          m->reason ? m->reason : "", m->suspicion ? "; " : "",
                          m->suspicion ? m->suspicion : "");
    } else if (m && m->suspicion) {
        note = mem_strdup(m->suspicion);
    } else if (m && m->state == MATCH_NONE && m->by_hand) {
        note = mem_strdup(m->reason);
    }
    f.match_note = note;
    if (pp->source && pp->source->probe) {
        media_facts(&f, pp);
        f.sound_note = sound_note = sound_remarks(pp->source);
        if (!f.refusal) {
            f.measured_ms = compared_ms(pp);
            pp->measured_ms =
                frame_grid_ms_of(&pp->grid, pp->end) - frame_grid_ms_of(&pp->grid, pp->begin);
            if (!pp->cut_known)
                pp->measured_ms = f.measured_ms;
        }
        f.absent = pp->source->absent != NULL;
        f.whole_recording = pp->begin == 0 && pp->end == pp->grid.nb_frames;
        f.runs_to_end = pp->end == pp->grid.nb_frames;
        f.cut_by_hand = pp->cut_by_hand;
        f.shares_recording = parts_share_recording(pp);
    }
    pp->verdict = verify_part(&pp->cause, &f, &p->programme, &p->event->settings.limits);
}

static int look_up_acceptance(struct part_plan *pp, const struct plan *p, struct err *err)
{
    bool found;
    if (store_acceptance(&pp->acceptance, &found, p->event->store, pp->talk->number,
                         pp->part->number, err) < 0)
        return err->code;
    /* It holds for the recording, the cut and the verdict that the person saw. */
    const struct acceptance *a = &pp->acceptance;
    pp->accepted =
        found && strcmp(a->verdict, verdict_name(pp->verdict)) == 0 &&
        strcmp(a->recording, pp->source ? pp->source->recording->fingerprint : "") == 0 &&
        a->begin == pp->begin && a->end == pp->end;
    return 0;
}

static int describe_part(struct part_plan *pp, const struct plan *p, struct err *err)
{
    pp->match = plan_match(p, pp->talk, pp->part->number);
    if (plan_holds_talk(pp->match))
        pp->source = &p->sources[pp->match->recording];
    const json_t *probe = pp->source ? pp->source->probe : NULL;
    if (probe && !plan_refusal(probe) && decide_cut(pp, p, err) < 0)
        return err->code;
    judge(pp, p);
    return look_up_acceptance(pp, p, err);
}

/* What only the work on an output came upon: damage that the full decode met, a remark. A new
 * string, or NULL. */
static char *output_cause(const json_t *result)
{
    const json_t *damage = json_object_get(result, "damage");
    const char *remark = json_get_string(result, "remark", NULL);
    char at[CLOCK_BYTES];
    if (json_get_int(damage, "nb", 0) == 0)
        return mem_strdup(remark);
    return mem_printf("%lld packets or pictures did not decode, the first at %s: %s",
                      (long long)json_get_int(damage, "nb", 0),
                      clock_format_ms(at, json_get_int(damage, "first_ms", 0), false),
                      json_get_string(damage, "what", "damaged"));
}

static int judge_outputs(struct part_plan *pp, const struct plan *p, struct err *err)
{
    for (size_t i = 0; i < pp->nb_outputs && pp->verdict == VERDICT_OK; i++) {
        char *cause = output_cause(pp->outputs[i].result);
        if (!cause)
            continue;
        free(pp->cause);
        pp->cause = cause;
        pp->verdict = VERDICT_DAMAGED;
        acceptance_finish(&pp->acceptance);
        return look_up_acceptance(pp, p, err);
    }
    return 0;
}

/* What keeps a part from being worked on, or NULL. */
static const char *obstacle(const struct part_plan *pp)
{
    if (!pp->source)
        return pp->verdict == VERDICT_UNCLEAR ? "not sure which recording it is" : "no recording";
    if (!pp->source->probe)
        return "its recording is not probed yet";
    if (plan_refusal(pp->source->probe))
        return plan_refused;
    if (!pp->source->analysis)
        return "its recording is not analysed yet";
    if (pp->cut_proposed)
        return "its cut is only proposed: see 'talkpress cut', and take it or set it";
    if (!pp->cut_known)
        return "the programme states no time to cut the parts at: set it with 'talkpress cut'";
    if (pp->begin >= pp->end)
        return "its cut is empty: set it with 'talkpress cut'";
    return NULL;
}

/* A part that is complete, or lacks only its card, needs its recording no more. */
static void wait_for_recording(struct part_plan *pp)
{
    if (!pp->source || !pp->source->absent)
        return;
    bool needed = !pp->source->probe || (!pp->source->analysis && !plan_refusal(pp->source->probe));
    for (size_t i = 0; i < pp->nb_jobs; i++)
        needed = needed || pp->jobs[i].reads;
    if (!needed)
        return;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        job_finish(&pp->jobs[i]);
    pp->nb_jobs = 0;
    pp->waiting_for = mem_printf("its recording '%s' is not there now: is its disk connected?",
                                 pp->source->absent);
    pp->waiting = pp->waiting_for;
}

int plan_part(struct part_plan *out, struct plan *plan, const struct talk *talk,
              const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {.talk = talk, .part = part};
    if (describe_part(&pp, plan, err) < 0)
        return err->code;
    /* Work goes on whatever the verdict: when a person accepts it, all is there; when the person
     * moves the cut instead, all but the cells at its ends is. */
    pp.waiting = obstacle(&pp);
    if (!pp.waiting && (plan_jobs_of_part(&pp, plan, err) < 0 || judge_outputs(&pp, plan, err) < 0))
        return err->code;
    pp.held = pp.verdict != VERDICT_OK && !pp.accepted;
    pp.settled = !pp.source && pp.accepted;
    wait_for_recording(&pp);
    *out = pp;
    pp = (struct part_plan){0};
    return 0;
}

int plan_keys(char (**out)[33], size_t *out_nb, struct plan *plan, const struct talk *talk,
              const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {.talk = talk, .part = part};
    if (describe_part(&pp, plan, err) < 0)
        return err->code;
    return obstacle(&pp) ? 0 : plan_jobs_keys(out, out_nb, &pp, plan, err);
}

void part_plan_trim(struct part_plan *pp)
{
    for (size_t i = 0; i < pp->nb_jobs; i++)
        job_finish(&pp->jobs[i]);
    free(mem_take(&pp->jobs));
    pp->nb_jobs = 0;
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        json_decref(pp->outputs[i].result);
        pp->outputs[i].result = NULL;
    }
}

void part_plan_finish(struct part_plan *pp)
{
    part_plan_trim(pp);
    free(pp->outputs);
    free(pp->cause);
    free(pp->waiting_for);
    acceptance_finish(&pp->acceptance);
    *pp = (struct part_plan){0};
}

bool part_plan_made(const struct part_plan *pp)
{
    return !pp->waiting && pp->nb_outputs > 0 && pp->nb_outputs_done == pp->nb_outputs;
}

bool part_plan_complete(const struct part_plan *pp)
{
    return part_plan_made(pp) && !pp->held;
}

const char *plan_part_name(char *buf, const struct talk *talk, int part)
{
    if (talk->nb_parts > 1)
        snprintf(buf, 32, "%d/%d", talk->number, part);
    else
        snprintf(buf, 32, "%d", talk->number);
    return buf;
}
