#include "needs.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "sound_text.h"
#include "store.h"

static const char *const kind_names[NB_NEEDS] = {
    [NEED_MATCH] = "match",   [NEED_RECORDING] = "recording", [NEED_CUT] = "cut",
    [NEED_LENGTH] = "length", [NEED_SOUND] = "sound",         [NEED_FAILED] = "failed",
};

const char *need_kind_name(enum need_kind kind)
{
    return kind_names[kind];
}

void part_needs_finish(struct part_needs *needs)
{
    free(needs->why);
    *needs = (struct part_needs){0};
}

bool part_waits(const struct part_plan *pp, const char *failed)
{
    return !failed && (pp->state == PART_WAITING || pp->state == PART_HELD);
}

bool part_waits_for_run(const struct part_plan *pp)
{
    return pp->state == PART_WAITING &&
           (pp->obstacle == OBSTACLE_NOT_PROBED || pp->obstacle == OBSTACLE_NOT_ANALYSED);
}

/* What each obstacle asks for. */
static const struct {
    enum need_kind kind;
    const char *what;
} of_obstacle[] = {
    [OBSTACLE_UNSURE] = {NEED_MATCH, "Choose its recording"},
    [OBSTACLE_NO_RECORDING] = {NEED_MATCH, "Choose its recording, or accept that there is none"},
    [OBSTACLE_NOT_PROBED] = {NEED_RECORDING, "Open it: its recording is read then"},
    [OBSTACLE_REFUSED] = {NEED_RECORDING, "Choose another recording, or accept that there is none"},
    [OBSTACLE_NOT_ANALYSED] = {NEED_RECORDING, "Open it: its recording is analysed then"},
    [OBSTACLE_CUT_PROPOSED] = {NEED_CUT, "Take the proposed cut, or set another"},
    [OBSTACLE_CUT_UNKNOWN] = {NEED_CUT, "Set where it begins and ends"},
    [OBSTACLE_CUT_EMPTY] = {NEED_CUT, "Set where it begins and ends"},
    [OBSTACLE_CARD] = {NEED_FAILED, "Correct the card's template or its pictures"},
    [OBSTACLE_ABSENT] = {NEED_RECORDING, "Connect the disk that its recording is on"},
};

static void of_waiting(struct part_needs *out, const struct part_plan *pp)
{
    const bool cause =
        *pp->cause && (pp->obstacle == OBSTACLE_UNSURE || pp->obstacle == OBSTACLE_REFUSED ||
                       pp->obstacle == OBSTACLE_CUT_PROPOSED);
    *out = (struct part_needs){.kind = of_obstacle[pp->obstacle].kind,
                               .why = mem_strdup(cause ? pp->cause : pp->waiting),
                               .what = of_obstacle[pp->obstacle].what};
}

static void of_verdict(struct part_needs *out, const struct part_plan *pp, const struct plan *plan)
{
    AUTO_FREE char *sound =
        pp->source ? sound_fault(pp->source, plan->event->settings.target_lufs) : NULL;
    *out = (struct part_needs){.kind = NEED_LENGTH,
                               .why = mem_strdup(pp->cause),
                               .what = "Set the cut, or accept it as it is"};
    if (pp->verdict == VERDICT_UNCLEAR || pp->verdict == VERDICT_MISSING) {
        out->kind = NEED_MATCH;
        out->what = "Choose its recording";
    } else if (sound && strstr(pp->cause, sound)) {
        out->kind = NEED_SOUND;
        out->what = "Choose another stream or channel, or accept it as it is";
    } else if (pp->verdict == VERDICT_DAMAGED) {
        out->kind = NEED_RECORDING;
        out->what = "Watch the damaged place, then accept it as it is";
    }
}

bool part_needs_find(struct part_needs *out, const struct part_plan *pp, const struct plan *plan,
                     const char *failed)
{
    *out = (struct part_needs){0};
    if (pp->state != PART_WAITING && pp->state != PART_HELD && pp->state != PART_TO_DO)
        return false;
    if (failed)
        *out = (struct part_needs){.kind = NEED_FAILED,
                                   .why = mem_strdup(failed),
                                   .what = "Mend the cause: 'talkpress run' tries it again"};
    else if (pp->state == PART_WAITING)
        of_waiting(out, pp);
    else if (pp->held)
        of_verdict(out, pp, plan);
    else
        return false;
    return true;
}

/* --- failures --------------------------------------------------------------------------------- */

struct part_failure {
    char key[33];
    char *message;
};

static int note(void *opaque, const struct failure *f)
{
    struct part_failures *all = opaque;
    if (strlen(f->key) >= sizeof all->list->key)
        return 0;
    all->list = mem_grow(all->list, all->nb, sizeof *all->list);
    struct part_failure *one = &all->list[all->nb++];
    *one = (struct part_failure){.message = mem_strdup(f->message)};
    memcpy(one->key, f->key, strlen(f->key) + 1);
    return 0;
}

int part_failures_read(struct part_failures *out, struct store *store, struct err *err)
{
    *out = (struct part_failures){0};
    return store_each_failure(store, note, out, err);
}

void part_failures_finish(struct part_failures *failures)
{
    for (size_t i = 0; i < failures->nb; i++)
        free(failures->list[i].message);
    free(failures->list);
    *failures = (struct part_failures){0};
}

static bool is_of(const struct part_failure *f, const struct part_plan *pp)
{
    const struct source *s = pp->source;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        if (strcmp(pp->jobs[i].key, f->key) == 0)
            return true;
    return s && ((!s->probe && strcmp(s->probe_key, f->key) == 0) ||
                 (!s->analysis && strcmp(s->analysis_key, f->key) == 0));
}

const char *part_failures_find(const struct part_failures *failures, const struct part_plan *pp)
{
    for (size_t i = 0; i < failures->nb; i++)
        if (is_of(&failures->list[i], pp))
            return failures->list[i].message;
    return NULL;
}

const char *part_failure_listed(const json_t *failures, const struct part_plan *pp)
{
    size_t i;
    json_t *f;
    json_array_foreach(failures, i, f) {
        if (json_get_int(f, "talk", 0) == pp->talk->number &&
            json_get_int(f, "part", 0) == pp->part->number)
            return json_get_string(f, "message", "");
    }
    return NULL;
}
