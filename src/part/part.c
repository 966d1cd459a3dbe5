#include "part.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "mem.h"
#include "part_chapters.h"
#include "part_cut.h"
#include "part_work.h"
#include "verdict.h"

/* --- recording, cut, verdict ----------------------------------------------------------------- */

static int look_up_acceptance(struct part_plan *pp, const struct plan *p, struct err *err)
{
    bool found;
    if (store_acceptance(&pp->acceptance, &found, p->event->store, pp->talk->number,
                         pp->part->number, err) < 0)
        return err->code;
    /* It is valid only for the recording, the cut and the verdict that the user accepted. */
    const struct acceptance *a = &pp->acceptance;
    AUTO_FREE char *drops = part_drops_text(pp);
    pp->accepted =
        found && strcmp(a->verdict, verdict_name(pp->verdict)) == 0 &&
        strcmp(a->recording, pp->source ? pp->source->recording->fingerprint : "") == 0 &&
        a->begin == pp->begin && a->end == pp->end && strcmp(a->drops, drops) == 0;
    return 0;
}

/* Whatever the part waits for, its captions are known as far as its recording is. */
static int find_captions(struct part_plan *pp, const struct plan *p, struct err *err)
{
    return !pp->source ? 0
                       : captions_of_part(&pp->captions, &pp->nb_captions, pp->source, p,
                                          pp->talk->number, pp->part->number, err);
}

static int describe_part(struct part_plan *pp, const struct plan *p, struct err *err)
{
    pp->match = plan_match(p, pp->talk, pp->part->number);
    if (plan_holds_talk(pp->match))
        pp->source = &p->sources[pp->match->recording];
    const json_t *probe = pp->source ? pp->source->probe : NULL;
    if (probe && !plan_refusal(probe) && part_decide_cut(pp, p, err) < 0)
        return err->code;
    part_judge(pp, p);
    if (find_captions(pp, p, err) < 0)
        return err->code;
    const int found = part_find_chapters(pp, p, err);
    return found < 0 ? found : look_up_acceptance(pp, p, err);
}

/* A part that is short or long stays so, whatever else is wrong with it: its cause names both. */
static int judge_outputs(struct part_plan *pp, const struct plan *p, struct err *err)
{
    AUTO_FREE char *found = part_output_cause(pp);
    if (!found || (pp->verdict != VERDICT_OK && pp->cause && strstr(pp->cause, found)))
        return 0;
    char *cause = pp->verdict == VERDICT_OK || !pp->cause || !*pp->cause
                      ? mem_take(&found)
                      : mem_printf("%s; %s", pp->cause, found);
    free(pp->cause);
    pp->cause = cause;
    if (pp->verdict != VERDICT_OK)
        return 0;
    pp->verdict = VERDICT_DAMAGED;
    acceptance_finish(&pp->acceptance);
    return look_up_acceptance(pp, p, err);
}

/* --- obstacles ------------------------------------------------------------------------------- */

static enum part_obstacle obstacle(const struct part_plan *pp, const struct plan *plan)
{
    if (!pp->source)
        return pp->verdict == VERDICT_UNCLEAR ? OBSTACLE_UNSURE : OBSTACLE_NO_RECORDING;
    if (!pp->source->probe)
        return OBSTACLE_NOT_PROBED;
    if (plan_refusal(pp->source->probe))
        return OBSTACLE_REFUSED;
    if (!pp->source->analysis)
        return OBSTACLE_NOT_ANALYSED;
    if (pp->cut_proposed)
        return OBSTACLE_CUT_PROPOSED;
    if (!pp->cut_known)
        return OBSTACLE_CUT_UNKNOWN;
    if (pp->begin >= pp->end)
        return OBSTACLE_CUT_EMPTY;
    return plan->look[0] ? OBSTACLE_NONE : OBSTACLE_CARD;
}

static const char *const obstacle_texts[] = {
    [OBSTACLE_NONE] = NULL,
    [OBSTACLE_UNSURE] = "not sure which recording it is",
    [OBSTACLE_NO_RECORDING] = "no recording",
    [OBSTACLE_NOT_PROBED] = "its recording is not probed yet",
    [OBSTACLE_REFUSED] = "its recording cannot be published",
    [OBSTACLE_NOT_ANALYSED] = "its recording is not analysed yet",
    [OBSTACLE_CUT_PROPOSED] =
        "its cut is only proposed: see 'talkpress cut', then take it or set another",
    [OBSTACLE_CUT_UNKNOWN] =
        "the programme lists no times of its parts: set the cut with 'talkpress cut'",
    [OBSTACLE_CUT_EMPTY] = "its cut is empty: set it with 'talkpress cut'",
};

static void set_obstacle(struct part_plan *pp, enum part_obstacle o, const struct plan *plan)
{
    pp->obstacle = o;
    if (o == OBSTACLE_ABSENT)
        pp->waiting = pp->waiting_text = mem_printf(
            "its recording '%s' was not found: is its disk connected?", pp->source->absent);
    else
        pp->waiting = o == OBSTACLE_CARD ? plan->look_err.msg : obstacle_texts[o];
}

/* Whether the recording is needed, but absent. A part that is complete, or lacks only its card,
 * does not need it. */
static bool needs_absent_recording(const struct part_plan *pp)
{
    if (!pp->source || !pp->source->absent)
        return false;
    bool needed = !pp->source->probe || (!pp->source->analysis && !plan_refusal(pp->source->probe));
    for (size_t i = 0; i < pp->nb_jobs; i++)
        needed = needed || pp->jobs[i].reads;
    return needed;
}

static void free_jobs(struct part_plan *pp)
{
    for (size_t i = 0; i < pp->nb_jobs; i++)
        job_finish(&pp->jobs[i]);
    free(mem_take(&pp->jobs));
    pp->nb_jobs = 0;
}

static enum part_state state(const struct part_plan *pp)
{
    if (pp->talk->gone)
        return PART_GONE;
    if (!pp->source && pp->accepted)
        return PART_SETTLED;
    if (pp->waiting)
        return PART_WAITING;
    if (pp->nb_outputs == 0 || pp->nb_outputs_done < pp->nb_outputs)
        return PART_TO_DO;
    return pp->held ? PART_HELD : PART_COMPLETE;
}

/* --- all of it ------------------------------------------------------------------------------- */

int plan_part(struct part_plan *out, const struct plan *plan, const struct talk *talk,
              const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {.talk = talk, .part = part, .poster_frame = -1};
    assert(plan);
    if (describe_part(&pp, plan, err) < 0)
        return err->code;
    /* Jobs do not depend on the verdict. If the user accepts the part, everything is made; if the
     * user moves the cut instead, only the cells at its ends must be made. */
    set_obstacle(&pp, obstacle(&pp, plan), plan);
    const int planned = pp.waiting ? 0 : part_work_plan(&pp, plan, err);
    if (planned < 0 || (!pp.waiting && !planned && judge_outputs(&pp, plan, err) < 0))
        return err->code;
    if (planned > 0) {
        free_jobs(&pp);
        set_obstacle(&pp, OBSTACLE_NOT_PROBED, plan);
    }
    pp.held = pp.verdict != VERDICT_OK && !pp.accepted;
    if (needs_absent_recording(&pp)) {
        free_jobs(&pp);
        set_obstacle(&pp, OBSTACLE_ABSENT, plan);
    }
    pp.state = state(&pp);
    *out = pp;
    pp = (struct part_plan){0};
    return 0;
}

int plan_keys(char (**out)[33], size_t *out_nb, const struct plan *plan, const struct talk *talk,
              const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {.talk = talk, .part = part};
    if (describe_part(&pp, plan, err) < 0)
        return err->code;
    const enum part_obstacle o = obstacle(&pp, plan);
    return o == OBSTACLE_NONE || o == OBSTACLE_CARD ? part_work_keys(out, out_nb, &pp, plan, err)
                                                    : 0;
}

void part_plan_drop_work(struct part_plan *pp)
{
    for (size_t i = 0; i < pp->nb_jobs; i++) {
        free(mem_take(&pp->jobs[i].renditions));
        pp->jobs[i].nb_renditions = 0;
    }
    part_work_finish(pp);
}

void part_plan_trim(struct part_plan *pp)
{
    part_plan_drop_work(pp);
    free_jobs(pp);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        json_decref(pp->outputs[i].result);
        pp->outputs[i].result = NULL;
    }
}

void part_plan_finish(struct part_plan *pp)
{
    part_plan_trim(pp);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        free(pp->outputs[i].suffix);
        mem_free_strings(pp->outputs[i].made_again, pp->outputs[i].nb_made_again);
    }
    free(pp->outputs);
    free(pp->drops);
    free(pp->cause);
    free(pp->waiting_text);
    captions_list_free(&pp->captions, &pp->nb_captions);
    chapters_finish(&pp->chapters);
    acceptance_finish(&pp->acceptance);
    *pp = (struct part_plan){0};
}

const char *part_state_name(enum part_state state)
{
    static const char *const names[] = {
        [PART_GONE] = "gone",   [PART_SETTLED] = "settled", [PART_WAITING] = "waiting",
        [PART_TO_DO] = "to do", [PART_HELD] = "held",       [PART_COMPLETE] = "complete"};
    return names[state];
}

bool part_plan_made(const struct part_plan *pp)
{
    return pp->state == PART_HELD || pp->state == PART_COMPLETE;
}

const char *part_job_rendition(const struct part_plan *pp, const struct job *job, size_t i)
{
    return pp->work->works[job->renditions[i]].rendition->name;
}
