#include "hiring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"

/* How often tasks are asked for in vain. */
enum { MOST_VAIN = 6 };
static const double turn_every_s = 0.25;
/* Between two requests; doubled each time in vain. */
static const double first_pause_s = 1, most_pause_s = 60;
/* Somebody waits for tasks for so long before it is told why. */
static const double patience_s = 3;

void hiring_finish(struct hiring *h)
{
    free(h->told);
    h->told = NULL;
}

void hiring_note_done(struct hiring *h)
{
    h->nb_vain = 0;
}

typedef void say_function(void *opaque, const char *message);

static void tell(struct hiring *h, char *message, say_function *say, void *opaque)
{
    AUTO_FREE char *text = message;
    if (h->told && strcmp(h->told, text) == 0)
        return;
    free(h->told);
    h->told = mem_take(&text);
    say(opaque, h->told);
}

static void tell_state(struct hiring *h, double now_s, const struct crew_count *count,
                       say_function *say, void *opaque)
{
    const struct engine_view *v = &h->view;
    if (v->trouble)
        tell(h, mem_strdup(v->trouble), say, opaque);
    if (count->nb_working) {
        h->waits_s = 0;
        return;
    }
    if (h->waits_s <= 0)
        h->waits_s = now_s;
    if (!v->trouble && v->reason && now_s - h->waits_s > patience_s)
        tell(h, mem_printf("waiting for machines (%s): %s", h->engine->name, v->reason), say,
             opaque);
}

static int give_up(const struct hiring *h, const struct crew *crew, struct err *err)
{
    const char *refusal = crew_refusal(crew);
    if (refusal)
        return err_set(err, ERR_EXTERNAL, "no machine can work on this event. %s", refusal);
    return err_set(err, ERR_EXTERNAL,
                   "%d times, tasks of %s ended without having done a job: what they printed is in "
                   "work/queue/log",
                   MOST_VAIN, h->engine->name);
}

static int ask_for_more(struct hiring *h, double now_s, size_t nb_jobs, const struct crew *crew,
                        struct err *err)
{
    const size_t per_task = (size_t)h->engine->cores_per_task,
                 useful = (nb_jobs + per_task - 1) / per_task, most = (size_t)h->engine->nb_tasks,
                 wanted = useful < most ? useful : most,
                 have = h->view.nb_waiting + h->view.nb_running;
    if (wanted <= have || now_s < h->next_s)
        return 0;
    if (h->nb_vain >= MOST_VAIN) /* those that work go on */
        return have || crew_count(crew).nb_working ? 0 : give_up(h, crew, err);
    h->nb_vain += have < h->expected;
    h->next_s = now_s + fmin(first_pause_s * pow(2, h->nb_vain), most_pause_s);
    h->expected = wanted;
    return h->engine->ops->start(h->engine->self, (int)(wanted - have), err);
}

int hiring_turn(struct hiring *h, double now_s, size_t nb_jobs, const struct crew *crew,
                say_function *say, void *opaque, struct err *err)
{
    if (now_s - h->turned_s < turn_every_s)
        return 0;
    h->turned_s = now_s;
    h->view = (struct engine_view){0};
    if (h->engine->ops->turn(h->engine->self, &h->view, err) < 0)
        return err->code;
    if (h->view.never && nb_jobs) {
        *err = *h->view.never;
        return err->code;
    }
    const struct crew_count count = crew_count(crew);
    tell_state(h, now_s, &count, say, opaque);
    return ask_for_more(h, now_s, nb_jobs, crew, err);
}
