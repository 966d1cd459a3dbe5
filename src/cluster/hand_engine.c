#include "hand_engine.h"

#include <stdlib.h>

#include "mem.h"
#include "str.h"

struct hand {
    char *reason;
    size_t nb_asked;
};

static void begin(void *self, const char *run, const char *queue)
{
    struct hand *h = self;
    AUTO_FREE char *word = str_shell(queue);
    (void)run;
    free(h->reason);
    h->reason = mem_printf("start 'talkpress pilot %s' on them", word);
}

static int start(void *self, int nb, struct err *err)
{
    struct hand *h = self;
    (void)err;
    h->nb_asked += (size_t)nb;
    return 0;
}

/* All that were asked for wait, so that no more are. */
static int turn(void *self, struct engine_view *out, struct err *err)
{
    const struct hand *h = self;
    (void)err;
    *out = (struct engine_view){.nb_waiting = h->nb_asked, .reason = h->reason};
    return 0;
}

/* The file 'stop' in the queue ends the pilots. */
static void cancel(void *self)
{
    struct hand *h = self;
    h->nb_asked = 0;
}

static void destroy(void *self)
{
    struct hand *h = self;
    free(h->reason);
    free(h);
}

struct engine *hand_engine_create(int nb_tasks, int cores)
{
    static const struct engine_ops ops = {begin, start, turn, cancel, destroy};
    struct engine *e = mem_zalloc(1, sizeof *e);
    *e = (struct engine){.ops = &ops,
                         .self = mem_zalloc(1, sizeof(struct hand)),
                         .name = "pilots started by hand",
                         .nb_tasks = nb_tasks,
                         .cores_per_task = cores};
    return e;
}
