#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "event.h"
#include "fs.h"
#include "listing.h"
#include "manifest.h"
#include "mem.h"
#include "published_names.h"
#include "send_plan.h"
#include "sent.h"
#include "snapshot.h"
#include "str.h"
#include "tool.h"
#include "words.h"

/* One target. */
struct sending {
    struct event *event;
    const struct send_options *options;
    const char *dir; /* the folder with what is sent */
    struct tool tool;
    struct send_plan plan;
    struct listing listing;
    struct manifest before, sent; /* as the target and the store have it */
    struct send_target_result *result;
    bool counts;    /* whether what is copied now is part of these, for the progress */
    size_t nb_done; /* files of earlier copies */
    int64_t done_bytes;
};

/* --- what is to be done ----------------------------------------------------------------------- */

/* A target on this machine must not be a part of the event. */
static int refuse_own(const struct sending *s, struct err *err)
{
    const char *place = s->tool.target->place;
    AUTO_FREE char *folder = mem_printf("%.*s", (int)strlen(place) - 1, place);
    AUTO_FREE char *parent = fs_dirname(folder);
    AUTO_FREE char *real = *place == '/' ? realpath(place, NULL) : NULL;
    if (*place == '/' && !real) /* it will be made */
        real = realpath(parent, NULL);
    const size_t nb = strlen(s->event->dir);
    if (real && strncmp(real, s->event->dir, nb) == 0 && (!real[nb] || real[nb] == '/'))
        return err_set(err, ERR_INVALID,
                       "it is in the event's own folder: send to a folder somewhere else");
    return 0;
}

/* A list that cannot be read counts as none: what is there is then compared. */
static int read_manifest(struct sending *s, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb;
    struct err ignored = {0};
    if (!listing_find(&s->listing, SEND_MANIFEST))
        return 0;
    if (tool_read(&text, &nb, &s->tool, SEND_MANIFEST, err) < 0)
        return err->code;
    (void)!manifest_parse(&s->before, text, nb, &ignored);
    return s->before.newer
               ? err_set(err, ERR_INVALID,
                         "'" SEND_MANIFEST "' there was written by a newer talkpress: send with "
                         "that one, or, if there is none, remove this file there")
               : 0;
}

static void names_in(struct names *out, const struct send_plan *p, int state, int first, int last)
{
    for (size_t i = 0; i < p->nb; i++)
        if ((int)p->items[i].state == state && (int)p->items[i].phase >= first &&
            (int)p->items[i].phase <= last)
            names_add(out, p->items[i].name);
}

static int compare_there(struct sending *s, struct err *err)
{
    AUTO_NAMES names = {0};
    names_in(&names, &s->plan, ITEM_COMPARE, SEND_FILES, SEND_LISTS);
    s->result->nb_compared = names.nb;
    AUTO_FREE bool *differs = mem_zalloc(names.nb + 1, sizeof *differs);
    if (!names.nb)
        return 0;
    if (tool_compare(differs, &s->tool, s->dir, &names, err) < 0)
        return err->code;
    for (size_t i = 0; i < names.nb; i++)
        if (send_plan_settle(send_plan_find(&s->plan, names.list[i]), differs[i], err) < 0)
            return err->code;
    return 0;
}

static void count(struct sending *s)
{
    struct send_target_result *r = s->result;
    for (size_t i = 0; i < s->plan.nb; i++) {
        const struct send_item *item = &s->plan.items[i];
        if (item->state != ITEM_SEND)
            continue;
        r->nb_sent++;
        r->bytes += item->bytes;
        if (item->altered)
            mem_add_string(&r->altered, &r->nb_altered, item->name);
    }
    for (size_t i = 0; i < s->plan.nb_removed; i++)
        mem_add_string(&r->removed, &r->nb_removed, s->plan.removed[i]);
    for (size_t i = 0; i < s->plan.nb_changed; i++)
        mem_add_string(&r->changed, &r->nb_changed, s->plan.changed[i]);
    r->kept = s->plan.kept;
}

static int make_plan(struct sending *s, const struct send_plan *wanted, struct err *err)
{
    const struct send_options *o = s->options;
    for (size_t i = 0; i < wanted->nb; i++)
        send_plan_add(&s->plan, wanted->items[i].name, wanted->items[i].bytes,
                      wanted->items[i].sha256);
    s->result->nb_files = s->plan.nb;
    if (refuse_own(s, err) < 0 || tool_list(&s->listing, &s->tool, err) < 0 ||
        read_manifest(s, err) < 0 ||
        sent_read(&s->sent, s->event->store, s->tool.target->place, err) < 0 ||
        send_plan_make(&s->plan, &s->listing, &s->before, &s->sent, o->name, o->verify, o->prune,
                       err) < 0 ||
        compare_there(s, err) < 0)
        return err->code;
    count(s);
    return 0;
}

/* --- what was sent ---------------------------------------------------------------------------- */

static int put_manifest(struct sending *s, const struct manifest *m, struct err *err)
{
    AUTO_FREE char *now = manifest_text(m), *before = manifest_text(&s->before);
    AUTO_FREE char *path = fs_join(s->tool.scratch, SEND_MANIFEST);
    AUTO_NAMES names = {0};
    names_add(&names, SEND_MANIFEST);
    if (strcmp(now, before) == 0)
        return 0;
    return fs_write(path, now, strlen(now), err) < 0 ||
                   tool_put(&s->tool, s->tool.scratch, &names, true, err) < 0
               ? err->code
               : 0;
}

/* Before anything is changed, so that all files that come are known to be talkpress's. */
static int announce(struct sending *s, struct err *err)
{
    AUTO_MANIFEST m = {.event = mem_strdup(s->options->name)};
    for (size_t i = 0; i < s->before.nb; i++) {
        const struct sent_file *f = &s->before.files[i];
        const struct send_item *item = send_plan_find(&s->plan, f->name);
        if (!item || item->state != ITEM_SEND)
            manifest_add(&m, f->name, f->time, f->bytes, f->sha256);
    }
    for (size_t i = 0; i < s->plan.nb; i++) {
        const struct send_item *item = &s->plan.items[i];
        if (item->state == ITEM_SEND || !manifest_find(&s->before, item->name))
            manifest_add(&m, item->name, NULL, item->bytes, item->sha256);
    }
    for (size_t i = 0; i < s->sent.nb; i++) {
        const char *name = s->sent.files[i].name;
        if (!send_plan_find(&s->plan, name) && !manifest_find(&s->before, name) &&
            listing_find(&s->listing, name))
            manifest_add(&m, name, NULL, -1, "");
    }
    manifest_sort(&m);
    return sent_write(s->event->store, s->tool.target->place, &m, err) < 0 ||
                   put_manifest(s, &m, err) < 0
               ? err->code
               : 0;
}

/* After all was verified: with the times that the target gives the files, by which another send
 * sees at once that nobody changed them. */
static int conclude(struct sending *s, struct err *err)
{
    AUTO_MANIFEST m = {.event = mem_strdup(s->options->name)};
    for (size_t i = 0; i < s->plan.nb; i++) {
        const struct send_item *item = &s->plan.items[i];
        const struct there *there = listing_find(&s->listing, item->name);
        if (!there || there->bytes != item->bytes)
            return err_set(err, ERR_IO,
                           "'%s' was sent, but is not there, or has another size: does somebody "
                           "else write there?",
                           item->name);
        manifest_add(&m, item->name, there->time, item->bytes, item->sha256);
    }
    for (size_t i = 0; i < s->plan.nb_removed && s->plan.kept; i++) {
        const struct sent_file *f = manifest_find(&s->before, s->plan.removed[i]);
        manifest_add(&m, s->plan.removed[i], f ? f->time : NULL, f ? f->bytes : -1,
                     f ? f->sha256 : "");
    }
    manifest_sort(&m);
    return put_manifest(s, &m, err) < 0 ||
                   sent_write(s->event->store, s->tool.target->place, &m, err) < 0
               ? err->code
               : 0;
}

/* --- sending ---------------------------------------------------------------------------------- */

static void on_copied(void *opaque, int64_t bytes, size_t nb_files)
{
    const struct sending *s = opaque;
    if (s->counts)
        s->options->progress(s->options->opaque, s->result->target, s->nb_done + nb_files,
                             s->result->nb_sent, s->done_bytes + bytes, s->result->bytes);
}

static int send_phase(struct sending *s, enum send_phase phase, struct err *err)
{
    AUTO_NAMES names = {0};
    names_in(&names, &s->plan, ITEM_SEND, (int)phase, (int)phase);
    s->counts = true;
    const int put = tool_put(&s->tool, s->dir, &names, false, err);
    s->counts = false;
    if (put < 0)
        return put;
    for (size_t i = 0; i < names.nb; i++)
        s->done_bytes += send_plan_find(&s->plan, names.list[i])->bytes;
    s->nb_done += names.nb;
    return 0;
}

/* Compares what was sent in these phases, and sends once more what differs. */
static int verify(struct sending *s, enum send_phase first, enum send_phase last, struct err *err)
{
    AUTO_NAMES names = {0};
    names_in(&names, &s->plan, ITEM_SEND, (int)first, (int)last);
    for (int nb_tried = 0; names.nb; nb_tried++) {
        AUTO_FREE bool *differs = mem_zalloc(names.nb, sizeof *differs);
        AUTO_NAMES bad = {0};
        if (tool_compare(differs, &s->tool, s->dir, &names, err) < 0)
            return err->code;
        for (size_t i = 0; i < names.nb; i++)
            if (differs[i])
                names_add(&bad, names.list[i]);
        if (bad.nb && nb_tried)
            return err_set(err, ERR_IO,
                           "'%s' was sent twice, and what arrived is something else: the disk or "
                           "the network there changes files, or somebody else writes there",
                           bad.list[0]);
        if (bad.nb && tool_put(&s->tool, s->dir, &bad, true, err) < 0)
            return err->code;
        names_finish(&names);
        names = bad;
        bad = (struct names){0};
    }
    return 0;
}

static int remove_unneeded(struct sending *s, struct err *err)
{
    AUTO_NAMES names = {0};
    for (size_t i = 0; i < s->plan.nb_leftover; i++)
        names_add(&names, s->plan.leftover[i]);
    for (size_t i = 0; i < s->plan.nb_removed && !s->plan.kept; i++)
        names_add(&names, s->plan.removed[i]);
    return tool_remove(&s->tool, &names, err);
}

/* The command of 'publish.after' must run even if this process ends before. */
static int note_change(const struct sending *s, int64_t nb, struct err *err)
{
    int64_t before;
    if (!s->event->settings.publish.after)
        return 0;
    if (sent_untold(&before, s->event->store, err) < 0)
        return err->code;
    return sent_set_untold(s->event->store, (before > 0 ? before : 0) + nb, err);
}

static int change(struct sending *s, struct err *err)
{
    struct send_target_result *r = s->result;
    const size_t nb_removed = s->plan.kept ? 0 : s->plan.nb_removed;
    if (r->nb_sent + nb_removed + s->plan.nb_leftover == 0)
        return 0;
    if (note_change(s, (int64_t)(r->nb_sent + nb_removed), err) < 0 || announce(s, err) < 0 ||
        send_phase(s, SEND_FILES, err) < 0 || verify(s, SEND_FILES, SEND_FILES, err) < 0 ||
        send_phase(s, SEND_PAGES, err) < 0 || send_phase(s, SEND_LISTS, err) < 0 ||
        verify(s, SEND_PAGES, SEND_LISTS, err) < 0 || remove_unneeded(s, err) < 0)
        return err->code;
    listing_finish(&s->listing);
    return tool_list(&s->listing, &s->tool, err);
}

static int send_to(struct sending *s, const struct send_plan *wanted, struct err *err)
{
    if (make_plan(s, wanted, err) < 0 || s->options->dry_run)
        return err->code;
    return change(s, err) < 0 || conclude(s, err) < 0 ? err->code : tool_clean(&s->tool, err);
}

static void send_finish(struct sending *s)
{
    send_plan_finish(&s->plan);
    listing_finish(&s->listing);
    manifest_finish(&s->before);
    manifest_finish(&s->sent);
}

/* --- all targets ------------------------------------------------------------------------------ */

static int send_each(struct send_result *out, struct event *event, const struct send_options *o,
                     const struct snapshot *snapshot, const struct send_plan *wanted,
                     struct child_guard *guard, struct err *err)
{
    const struct publish_settings *settings = &event->settings.publish;
    for (size_t i = 0; i < settings->nb_targets; i++) {
        struct send_target_result *r = &out->targets[out->nb++];
        struct sending s = {.event = event,
                            .options = o,
                            .dir = snapshot->dir ? snapshot->dir : event->out,
                            .result = r,
                            .tool = {.target = &settings->targets[i],
                                     .tries = settings->tries,
                                     .scratch = snapshot->scratch,
                                     .guard = guard,
                                     .copied = o->progress ? on_copied : NULL,
                                     .opaque = &s}};
        r->target = settings->targets[i].name;
        if (send_to(&s, wanted, &r->err) < 0)
            err_prefix(&r->err, "'%s': ", r->target);
        send_finish(&s);
        if (child_guard_check(guard, err) < 0)
            return err->code;
    }
    return 0;
}

static bool all_complete(const struct send_result *r)
{
    for (size_t i = 0; i < r->nb; i++)
        if (r->targets[i].err.code)
            return false;
    return true;
}

struct told {
    char last[400];
};

/* What the command says goes to standard error: standard output may be JSON. */
static void on_told(void *opaque, const char *line, bool is_error)
{
    struct told *told = opaque;
    AUTO_FREE char *clean = str_clean(line);
    (void)is_error;
    snprintf(told->last, sizeof told->last, "%s", clean);
    fprintf(stderr, "%s\n", clean);
}

static int tell(struct send_result *out, const struct event *event, struct child_guard *guard,
                struct err *err)
{
    int64_t nb;
    int status;
    struct told told = {0};
    char *const command = event->settings.publish.after;
    if (!command || !all_complete(out))
        return 0;
    if (sent_untold(&nb, event->store, err) < 0 || nb < 0)
        return err->code;
    static const char *const all[] = {"*", NULL};
    AUTO_WORDS words = {0}, setting = {0};
    words_add(&words, "sh");
    words_add(&words, "-c");
    words_add(&words, "%s", command);
    words_add(&setting, "TALKPRESS_EVENT=%s", event->dir);
    words_add(&setting, "TALKPRESS_OUT=%s", event->out);
    words_add(&setting, "TALKPRESS_CHANGED=%lld", (long long)nb);
    const struct child c = {.words = words.list,
                            .dir = event->dir,
                            .setting = setting.list,
                            .variables = all,
                            .line = on_told,
                            .opaque = &told};
    out->told = true;
    if (child_run(&status, &c, guard, err) < 0)
        return err->code;
    if (status == 0)
        return sent_set_untold(event->store, -1, err);
    err_set(&out->told_err, ERR_EXTERNAL,
            "the command of 'after' in 'publish' failed with status %d%s%s; everything was sent, "
            "and the next 'talkpress publish --send' runs it again",
            status, told.last[0] ? ": " : "", told.last);
    return 0;
}

static int send_snapshot(struct send_result *out, struct event *event, const struct send_options *o,
                         struct snapshot *snapshot, struct child_guard *guard, char *const *names,
                         size_t nb, struct err *err)
{
    AUTO_SEND_PLAN wanted = {0};
    if ((!o->dry_run && snapshot_take(snapshot, event, names, nb, err) < 0) ||
        snapshot_list(&wanted, snapshot->dir ? snapshot->dir : event->out, names, nb, err) < 0)
        return err->code;
    if (snapshot->linked)
        event_unlock(event);
    out->targets = mem_zalloc(event->settings.publish.nb_targets + 1, sizeof *out->targets);
    if (send_each(out, event, o, snapshot, &wanted, guard, err) < 0)
        return err->code;
    guard->lock = -1; /* what the command leaves running does not keep others from sending */
    return o->dry_run ? 0 : tell(out, event, guard, err);
}

int send_all(struct send_result *out, struct event *event, const struct send_options *o,
             struct err *err)
{
    AUTO_SNAPSHOT snapshot = {.lock = -1};
    struct child_guard guard;
    char **names = NULL;
    size_t nb = 0;
    *out = (struct send_result){0};
    if (!event->settings.publish.nb_targets)
        return err_set(err, ERR_INVALID,
                       "'%s/talkpress.yaml' says nowhere to send to: name a target in 'publish: "
                       "{to: [...]}'",
                       event->dir);
    if (snapshot_lock(&snapshot, event, err) < 0 || published_names(&names, &nb, event, err) < 0)
        return err->code;
    if (child_guard_open(&guard, snapshot.lock, err) == 0)
        (void)!send_snapshot(out, event, o, &snapshot, &guard, names, nb, err);
    child_guard_close(&guard);
    mem_free_strings(names, nb);
    return err->code;
}

void send_result_finish(struct send_result *r)
{
    for (size_t i = 0; i < r->nb; i++) {
        mem_free_strings(r->targets[i].removed, r->targets[i].nb_removed);
        mem_free_strings(r->targets[i].changed, r->targets[i].nb_changed);
        mem_free_strings(r->targets[i].altered, r->targets[i].nb_altered);
    }
    free(r->targets);
    *r = (struct send_result){0};
}
