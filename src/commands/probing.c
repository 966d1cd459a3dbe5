#include "probing.h"

#include "analyse_recordings.h"
#include "captions_source.h"
#include "chapters_source.h"
#include "cli.h"
#include "mem.h"
#include "plan.h"

int probing_load(struct plan *plan, struct executor_result *total, struct command *c,
                 const struct probing *probing, struct err *err)
{
    if (plan_load(plan, c->event, err) < 0)
        return err->code;
    AUTO_FREE bool *skip = mem_zalloc(plan->nb_recordings + 1, sizeof *skip);
    if (probing->skip(skip, probing->opaque, plan, err) < 0 ||
        probe_recordings(total, plan, c->pool, skip, probing->quiet, err) < 0)
        return err->code;
    return captions_note(plan, err) < 0 ? err->code : chapters_note(plan, err);
}
