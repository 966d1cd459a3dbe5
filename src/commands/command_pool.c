#include "command_pool.h"

#include "cli.h"
#include "cluster_pool.h"
#include "err.h"
#include "event.h"
#include "hand_engine.h"
#include "local_pool.h"
#include "slurm_engine.h"

int command_pool_check(struct command *c)
{
    enum executor_kind kind;
    const char *word = command_value(c, "executor");
    return word && !executor_kind_parse(&kind, word)
               ? command_usage(c, "'--executor' should be local, slurm or pilots, not '%s'", word)
               : EXIT_OK;
}

static enum executor_kind kind_of(const struct command *c, const struct event *event)
{
    enum executor_kind kind = event->settings.executor.kind;
    if (!(c->needs & NEEDS_MACHINES))
        return EXECUTOR_LOCAL;
    const char *word = command_value(c, "executor");
    if (word)
        (void)executor_kind_parse(&kind, word);
    return kind;
}

static struct pool *create_local(const struct event *event, struct zygote *zygote)
{
    const struct local_pool_settings settings = {
        .work = event->work,
        .nb_workers = event->settings.workers,
        .stall_s = event->settings.stall_s,
        .zygote = zygote,
    };
    return local_pool_create(&settings);
}

static struct pool *create_cluster(const struct event *event, struct engine *engine, int silent_s)
{
    const struct cluster_settings settings = {
        .work = event->work,
        .stall_s = event->settings.stall_s,
        .silent_s = silent_s,
        .sandbox = event->settings.sandbox,
    };
    return cluster_pool_create(&settings, engine);
}

static int create_slurm(struct pool **out, const struct event *event, struct err *err)
{
    const struct slurm_settings *settings = &event->settings.executor.slurm;
    struct engine *engine;
    if (slurm_engine_create(&engine, settings, err) < 0)
        return err->code;
    *out = create_cluster(event, engine, settings->silent_s);
    return 0;
}

int command_pool_create(struct pool **out, const struct command *c, const struct event *event,
                        struct zygote *zygote, struct err *err)
{
    const struct pilots_settings *pilots = &event->settings.executor.pilots;
    switch (kind_of(c, event)) {
    case EXECUTOR_SLURM:
        return create_slurm(out, event, err);
    case EXECUTOR_PILOTS:
        *out = create_cluster(event, hand_engine_create(pilots->tasks, pilots->cores),
                              pilots->silent_s);
        return 0;
    case EXECUTOR_LOCAL:
        break;
    }
    *out = create_local(event, zygote);
    return 0;
}
