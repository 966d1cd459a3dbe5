#include "named_parts.h"

#include "part.h"
#include "plan.h"
#include "selector.h"

int named_parts_one(int *part, const struct plan *plan, int talk, struct err *err)
{
    const struct talk *t = programme_find(&plan->programme, talk);
    if (*part || t->nb_parts == 1)
        return 0;
    return err_set(err, ERR_USAGE, "talk %d has %zu parts: name one, such as %d/1", talk,
                   t->nb_parts, talk);
}

int named_parts_each(const struct plan *plan, const char *operand, bool only_one,
                     named_part_call *each, void *opaque, struct err *err)
{
    int number, only;
    if (selector_part(&number, &only, &plan->programme, operand, err) < 0)
        return err->code;
    const struct talk *t = programme_find(&plan->programme, number);
    if (only_one && named_parts_one(&only, plan, number, err) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        if ((!only || t->parts[i].number == only) &&
            (plan_part(&pp, plan, t, &t->parts[i], err) < 0 || each(&pp, plan, opaque, err) < 0))
            return err->code;
    }
    return 0;
}
