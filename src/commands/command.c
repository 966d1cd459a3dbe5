#include <stdio.h>

#include "command_pool.h"
#include "commands.h"
#include "event.h"
#include "hook_events.h"
#include "mem.h"
#include "plan.h"
#include "pool.h"
#include "recordings.h"
#include "results.h"
#include "store.h"
#include "zygote.h"

static int make_ready(struct event *event, struct plan *plan, const struct command *c,
                      struct err *err)
{
    if (event_open(event, c->dir, err) < 0 ||
        ((c->needs & NEEDS_LOCK) && event_lock(event, err) < 0) ||
        ((c->needs & NEEDS_FRESH) && recordings_refresh(event, err) < 0) ||
        ((c->needs & NEEDS_PLAN) && plan_load(plan, event, err) < 0))
        return err->code;
    return 0;
}

/* Says once that results are not valid, and which. What dropping them cannot do now, the next
 * command does. */
static void report_invalid(const struct event *event)
{
    struct err ignored = {0};
    AUTO_FREE char *text = plan_describe_invalid(event);
    if (text)
        fprintf(stderr, "talkpress: %s\n", text);
    if (event->lock >= 0)
        (void)!plan_drop_invalid(event, &ignored);
}

/* Also after a command that failed: it may have changed something before. If it cannot be made, the
 * command has done its work all the same. If the folder or the store is another one now, nothing is
 * written there, and a command that failed has said so. */
static void back_up(const struct event *event, bool failed)
{
    struct err why = {0};
    if (!event->store ||
        (!store_has_changed(event->store) && (event->lock < 0 || store_has_backup(event->store))))
        return;
    const bool gone = event_check_store(event, &why) < 0;
    if (gone ? !failed : store_backup(event->store, &why) < 0)
        fprintf(stderr, "the backup of the store was not renewed: %s\n", why.msg);
}

static void open_hooks(struct command *c, const struct event *event)
{
    c->hooks = c->needs & NEEDS_HOOKS ? hooks_open(event) : NULL;
    hooks_hold(c->hooks);
    hooks_note_published(c->hooks);
}

/* Without the lock, so that hooks can run other commands. */
static void close_hooks(struct command *c, struct event *event)
{
    if (!c->hooks)
        return;
    event_unlock(event);
    hooks_close_p(&c->hooks);
}

/* What another process or the user did is no failure. */
static const char *failure(const struct err *err)
{
    return err->code < 0 && err->code != ERR_CANCELLED && err->code != ERR_BUSY &&
                   err->code != ERR_USAGE
               ? err->msg
               : NULL;
}

int command_run(struct command *c, struct err *err)
{
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_PLAN plan = {0};
    if (c->needs && make_ready(&event, &plan, c, err) < 0)
        return err->code;
    if (event.store)
        store_set_through(event.store, c->verb->name);
    c->event = c->needs ? &event : NULL;
    c->zygote = c->needs ? zygote_create(event.work) : NULL;
    c->plan = c->needs & NEEDS_PLAN ? &plan : NULL;
    open_hooks(c, &event);
    const int status = c->needs && command_pool_create(&c->pool, c, &event, c->zygote, err) < 0
                           ? err->code
                           : c->verb->run(c, err);
    hooks_tell_failed(c->hooks, c->verb->name, failure(err));
    pool_destroy_p(&c->pool);
    zygote_destroy_p(&c->zygote);
    if (c->event)
        report_invalid(c->event);
    back_up(&event, err->code < 0);
    close_hooks(c, &event);
    return status;
}
