#include "results.h"

#include "event.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "store.h"
#include "work_listing.h"
#include "workdir.h"

int plan_has(const struct plan *p, const char *key, const char *ext, struct err *err)
{
    bool known;
    const struct event *event = p->event;
    if (p->listing ? !work_listing_has(p->listing, key, ext)
                   : !workdir_has(event->work_dir, key, ext))
        return 0;
    if (store_has_result(&known, event->store, key, err) < 0)
        return err->code;
    return known || workdir_has(event->work_dir, key, "json");
}

/* Whether all numbers in it are small enough that sums of several do not overflow. */
static bool bounded(json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;
    json_object_foreach(value, key, child)
        if (!bounded(child))
            return false;
    json_array_foreach(value, i, child)
        if (!bounded(child))
            return false;
    const int64_t v = json_integer_value(value), most = INT64_MAX / 16;
    return -most <= v && v <= most;
}

int plan_find_result(json_t **out, const struct event *event, const char *key, struct err *err)
{
    AUTO_JSON *result = NULL;
    if (store_result(&result, event->store, key, err) < 0)
        return err->code;
    if (!result && workdir_has(event->work_dir, key, "json")) {
        AUTO_FREE char *path = workdir_path(event->work, key, "json");
        if (json_read_file(&result, path, err) < 0)
            return err->code;
    }
    if (!bounded(result))
        return err_set(err, ERR_INVALID,
                       "the result '%s/%.2s/%s.json' is damaged: it contains a number that is too "
                       "large: remove it, and it is made again",
                       event->work, key, key);
    *out = mem_take(&result);
    return 0;
}

int plan_find_probe(json_t **out, const struct event *event, const char *key, struct err *err)
{
    if (store_result_brief(out, event->store, key, err) < 0)
        return err->code;
    return *out ? 0 : plan_find_result(out, event, key, err);
}
