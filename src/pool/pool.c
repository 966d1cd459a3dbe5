#include "pool.h"

#include <stdlib.h>

#include "err.h"

void worker_end_finish(struct worker_end *end)
{
    free(end->last_line);
    free(end->log);
    free(end->node);
    free(end->failed);
    *end = (struct worker_end){0};
}

int pool_submit(struct pool *p, int slot, const struct job *job, const struct job_spec *spec,
                struct err *err)
{
    return p->ops->submit(p->self, slot, job, spec, err);
}

int pool_poll(struct pool *p, int most_ms, const struct pool_listener *listener, struct err *err)
{
    return p->ops->poll(p->self, most_ms, listener, err);
}

void pool_cancel(struct pool *p)
{
    p->ops->cancel(p->self);
}

void pool_destroy_p(struct pool **pool)
{
    struct pool *p = *pool;
    if (!p)
        return;
    p->ops->destroy(p->self);
    free(p);
    *pool = NULL;
}
