#include "results.h"

#include <stdio.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "job_result.h"
#include "json.h"
#include "key.h"
#include "mem.h"
#include "plan.h"
#include "store.h"
#include "work_listing.h"
#include "workdir.h"

/* --- results that are not valid --------------------------------------------------------------- */

static void note_invalid(const struct event *event, const char *key, const struct err *why)
{
    struct invalid_results *all = event->invalid;
    for (size_t i = 0; i < all->nb; i++)
        if (strcmp(all->keys[i], key) == 0)
            return;
    if (!all->nb)
        all->first = mem_strdup(why->msg);
    key_append(&all->keys, &all->nb, key);
}

int plan_drop_invalid(const struct event *event, struct err *err)
{
    for (size_t i = 0; i < event->invalid->nb; i++)
        if (store_drop_result(event->store, event->invalid->keys[i], err) < 0)
            return err->code;
    return 0;
}

char *plan_describe_invalid(const struct event *event)
{
    const size_t nb = event->invalid->nb;
    if (!nb)
        return NULL;
    return mem_printf("%zu result%s of earlier work %s not valid and count%s as missing: %s; "
                      "'talkpress run' makes %s again",
                      nb, nb == 1 ? "" : "s", nb == 1 ? "is" : "are", nb == 1 ? "s" : "",
                      event->invalid->first, nb == 1 ? "it" : "them");
}

void plan_note_damaged(const struct event *event, const char *key)
{
    struct err why = {0};
    err_set(&why, ERR_EXTERNAL, "the result '%s' in the store is damaged", key);
    note_invalid(event, key, &why);
}

/* Keeps the file for a look. */
static void set_aside(const struct event *event, const char *path, const char *key)
{
    struct err ignored = {0};
    AUTO_FREE char *kept = workdir_failed_report(event->work, key), *dir = fs_dirname(kept);
    if (event->lock >= 0 && fs_mkdirs(dir, &ignored) == 0)
        (void)rename(path, kept); /* else the next run replaces it */
}

/* --- looking ---------------------------------------------------------------------------------- */

/* What messages call a row of the store: the name that its file has in work/. A new string. */
static char *name_of(const struct event *event, const char *key)
{
    return mem_printf("the result '%s/%.2s/%s.json' in the store", event->work, key, key);
}

/* In work/, where it is not in the store, or not valid there. */
static int find_in_work(json_t **out, const struct event *event, enum stage stage, const char *key,
                        struct err *err)
{
    struct err why = {0};
    if (!workdir_has(event->work_dir, key, "json"))
        return 0;
    AUTO_FREE char *path = workdir_path(event->work, key, "json");
    if (job_result_read(out, stage, path, &why) == 0 || why.code == ERR_NOT_FOUND)
        return 0;
    if (why.code != ERR_EXTERNAL) {
        *err = why;
        return err->code;
    }
    note_invalid(event, key, &why);
    set_aside(event, path, key);
    return 0;
}

/* Takes over what the store has, or NULL. If it is not valid, that in work/ counts, if there is
 * one: what damaged the store need not have damaged the file. */
static int settle(json_t **out, json_t *found, bool summary, const struct event *event,
                  enum stage stage, const char *key, struct err *err)
{
    AUTO_JSON *result = found;
    AUTO_FREE char *what = name_of(event, key);
    struct err why = {0};
    if (result && summary)
        (void)!job_result_check_summary(result, what, &why);
    else if (result)
        (void)!job_result_check(result, stage, what, &why);
    if (result && !why.code)
        *out = mem_take(&result);
    else if (find_in_work(out, event, stage, key, err) == 0 && why.code && !*out)
        note_invalid(event, key, &why);
    return err->code;
}

int plan_find_result(json_t **out, const struct event *event, enum stage stage, const char *key,
                     struct err *err)
{
    json_t *found = NULL;
    *out = NULL;
    return store_result(&found, event->store, key, err) < 0
               ? err->code
               : settle(out, found, false, event, stage, key, err);
}

int plan_find_brief(json_t **out, const struct event *event, enum stage stage, const char *key,
                    struct err *err)
{
    json_t *found = NULL;
    *out = NULL;
    return store_result_brief(&found, event->store, key, err) < 0
               ? err->code
               : settle(out, found, false, event, stage, key, err);
}

int plan_find_probe(json_t **out, const struct event *event, const char *key, struct err *err)
{
    return plan_find_brief(out, event, STAGE_PROBE, key, err);
}

int plan_find_summary(json_t **out, const struct event *event, const char *key, struct err *err)
{
    json_t *found = NULL;
    *out = NULL;
    return store_probe_summary(&found, event->store, key, err) < 0
               ? err->code
               : settle(out, found, true, event, STAGE_PROBE, key, err);
}

/* A result in the store is not read: planning asks about hundreds of thousands. If it is not valid,
 * the job that needs it finds out. */
int plan_has(const struct plan *p, enum stage stage, const char *key, const char *ext,
             struct err *err)
{
    bool known;
    AUTO_JSON *result = NULL;
    const struct event *event = p->event;
    if (p->listing ? !work_listing_has(p->listing, key, ext)
                   : !workdir_has(event->work_dir, key, ext))
        return 0;
    if (store_has_result(&known, event->store, key, err) < 0)
        return err->code;
    if (known)
        return 1;
    return find_in_work(&result, event, stage, key, err) < 0 ? err->code : result != NULL;
}
