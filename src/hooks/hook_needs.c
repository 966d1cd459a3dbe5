#include "hook_needs.h"

#include <string.h>

#include "event.h"
#include "hook_document.h"
#include "json.h"
#include "mem.h"
#include "needs.h"
#include "part.h"
#include "plan.h"

void hook_needs_finish(struct hook_needs *n)
{
    json_decref(n->parts);
    json_decref(n->reasons);
    *n = (struct hook_needs){0};
}

/* During a conference, most parts wait for their recording: that is no news. */
static bool lacks_recording(const struct part_plan *pp)
{
    return pp->state == PART_WAITING && pp->obstacle == OBSTACLE_NO_RECORDING;
}

static json_t *commands_for(const char *name)
{
    return json_pack("[o, s]", json_sprintf("talkpress why %s", name), "talkpress review");
}

static void add(struct hook_needs *out, const struct part_plan *pp, const struct part_needs *needs)
{
    AUTO_FREE char *reason = mem_printf("%s: %s", need_kind_name(needs->kind), needs->why);
    json_t *part = hook_document_part(pp->talk, pp->part);
    const char *name = json_get_string(part, "name", "");
    json_object_set_new(out->reasons, name, json_text(reason));
    json_object_set_new(part, "kind", json_string(need_kind_name(needs->kind)));
    json_object_set_new(part, "why", json_text(needs->why));
    json_object_set_new(part, "what", json_text(needs->what));
    json_object_set_new(part, "commands", commands_for(name));
    json_object_set_new(part, "recording",
                        json_text(pp->source ? pp->source->recording->path : NULL));
    json_array_append_new(out->parts, part);
}

static int find_in(struct hook_needs *out, const struct plan *plan,
                   const struct part_failures *failures, const struct talk *talk,
                   const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    AUTO_PART_NEEDS needs = {0};
    if (plan_part(&pp, plan, talk, part, err) < 0)
        return err->code;
    if (!part_needs_find(&needs, &pp, plan, part_failures_find(failures, &pp)))
        return 0;
    if (lacks_recording(&pp) && needs.kind == NEED_MATCH)
        out->nb_without_recording++;
    else if (!part_waits_for_run(&pp) || needs.kind == NEED_FAILED)
        add(out, &pp, &needs);
    return 0;
}

int hook_needs_find(struct hook_needs *out, struct plan *plan, struct err *err)
{
    AUTO_PART_FAILURES failures = {0};
    *out = (struct hook_needs){.parts = json_array(), .reasons = json_object()};
    if (part_failures_read(&failures, plan->event->store, err) < 0)
        return err->code;
    int ret = 0;
    plan_list_work(plan, true);
    for (size_t i = 0; i < plan->programme.nb_talks && ret == 0; i++) {
        const struct talk *talk = &plan->programme.talks[i];
        for (size_t k = 0; k < talk->nb_parts && ret == 0; k++)
            ret = find_in(out, plan, &failures, talk, &talk->parts[k], err);
    }
    plan_list_work(plan, false);
    return ret;
}

json_t *hook_needs_compare(struct hook_needs *needs, const json_t *told)
{
    size_t i;
    json_t *part, *reason, *settled = json_array();
    const char *name;
    json_array_foreach(needs->parts, i, part) {
        const char *now = json_get_string(part, "name", "");
        const json_t *was = json_object_get(told, now);
        const bool same = json_equal(was, json_object_get(needs->reasons, now));
        json_object_set_new(part, "change", json_string(!was ? "new" : same ? "same" : "changed"));
    }
    json_object_foreach((json_t *)(uintptr_t)told, name, reason)
        if (!json_object_get(needs->reasons, name))
            json_array_append_new(settled, json_string(name));
    return settled;
}
