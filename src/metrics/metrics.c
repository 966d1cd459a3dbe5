#include "metrics.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "datetime.h"
#include "disk_usage.h"
#include "event.h"
#include "exposition.h"
#include "fs.h"
#include "hooks.h"
#include "json.h"
#include "mem.h"
#include "needs.h"
#include "part.h"
#include "plan.h"
#include "progress_file.h"
#include "publish.h"
#include "watch_file.h"

/* --- parts ------------------------------------------------------------------------------------ */

static void add_states(struct exposition *out, const struct metrics_source *s)
{
    exposition_family(out, "talkpress_parts", "Parts of talks by what can be done about them now.");
    for (int state = PART_GONE; state <= PART_COMPLETE; state++) {
        size_t nb = 0;
        for (size_t i = 0; i < s->nb_parts; i++)
            nb += s->parts[i].state == (enum part_state)state;
        exposition_sample(out, "state", part_state_name((enum part_state)state), (double)nb);
    }
}

static void add_verdicts(struct exposition *out, const struct metrics_source *s)
{
    exposition_family(out, "talkpress_part_verdicts",
                      "Parts of talks by how their recording compares with the listed time.");
    for (int verdict = 0; verdict <= VERDICT_DAMAGED; verdict++) {
        size_t nb = 0;
        for (size_t i = 0; i < s->nb_parts; i++)
            nb += s->parts[i].state != PART_GONE && s->parts[i].verdict == (enum verdict)verdict;
        exposition_sample(out, "verdict", verdict_name((enum verdict)verdict), (double)nb);
    }
}

static void add_needs(struct exposition *out, const struct metrics_source *s)
{
    size_t nb[NB_NEEDS] = {0};
    for (size_t i = 0; i < s->nb_parts; i++) {
        AUTO_PART_NEEDS needs = {0};
        const char *failed = part_failure_listed(s->failures, &s->parts[i]);
        if ((failed || !part_waits_for_run(&s->parts[i])) &&
            part_needs_find(&needs, &s->parts[i], s->plan, failed))
            nb[needs.kind]++;
    }
    exposition_family(out, "talkpress_parts_needing_person",
                      "Parts of talks that need a person, by what for.");
    for (int kind = 0; kind < NB_NEEDS; kind++)
        exposition_sample(out, "kind", need_kind_name((enum need_kind)kind), (double)nb[kind]);
}

static void add_work(struct exposition *out, const struct metrics_source *s)
{
    double left_s = 0;
    for (size_t i = 0; i < s->nb_parts; i++)
        left_s += s->parts[i].cost_left + s->parts[i].cost_later;
    exposition_number(out, "talkpress_failed_jobs", "Jobs that failed and could run now.",
                      (double)json_array_size(s->failures));
    exposition_number(out, "talkpress_missing_work_core_seconds",
                      "Estimate of what is missing of parts, in seconds of one core.", left_s);
    exposition_number(out, "talkpress_recordings", "Recordings that were added.",
                      (double)s->plan->nb_recordings);
}

/* --- disks ------------------------------------------------------------------------------------ */

static void add_disks(struct exposition *out, const struct event *event)
{
    const struct {
        const char *name, *path;
    } folders[] = {{"work", event->work}, {"out", event->out}};
    exposition_family(out, "talkpress_folder_bytes",
                      "Size of the files in a folder; out/ shares most of its files with work/.");
    for (int i = 0; i < 2; i++)
        exposition_sample(out, "folder", folders[i].name,
                          (double)disk_usage_bytes(folders[i].path));
    exposition_family(out, "talkpress_folder_free_bytes", "Free bytes of the disk of a folder.");
    for (int i = 0; i < 2; i++) {
        const int64_t nb_free = fs_free_bytes(folders[i].path);
        if (nb_free >= 0)
            exposition_sample(out, "folder", folders[i].name, (double)nb_free);
    }
}

/* --- what is published ------------------------------------------------------------------------ */

struct published_sums {
    size_t nb_parts, nb_files;
    double seconds;
};

static void add_up(struct published_sums *sums, const json_t *published)
{
    size_t i, k;
    json_t *talk, *part;
    json_array_foreach(json_object_get(published, "talks"), i, talk) {
        json_array_foreach(json_object_get(talk, "parts"), k, part) {
            const size_t nb = json_array_size(json_object_get(part, "files"));
            sums->nb_files += nb;
            sums->nb_parts += nb > 0;
            sums->seconds += nb ? json_get_number(part, "measured_s", 0) : 0;
        }
    }
}

/* Both lists are written only if something changed. 0: there is none. */
static double last_publication_s(const struct event *event)
{
    double last = 0;
    const char *const names[] = {PUBLISH_LIST, PUBLISH_SUMS};
    for (int i = 0; i < 2; i++) {
        struct stat st;
        AUTO_FREE char *path = fs_join(event->out, names[i]);
        if (stat(path, &st) == 0 && (double)st.st_mtime > last)
            last = (double)st.st_mtime;
    }
    return last;
}

static void add_published(struct exposition *out, const struct event *event)
{
    struct err ignored = {0};
    struct published_sums sums = {0};
    AUTO_FREE char *path = fs_join(event->out, PUBLISH_LIST);
    AUTO_JSON *published = NULL;
    if (fs_is_regular(path) && json_read_file(&published, path, &ignored) == 0)
        add_up(&sums, published);
    exposition_number(out, "talkpress_published_parts", "Parts of talks in out/.",
                      (double)sums.nb_parts);
    exposition_number(out, "talkpress_published_files", "Videos and sound files in out/.",
                      (double)sums.nb_files);
    exposition_number(out, "talkpress_published_seconds", "Length of the parts in out/.",
                      sums.seconds);
    const double last = last_publication_s(event);
    if (last > 0)
        exposition_number(out, "talkpress_last_publication_timestamp_seconds",
                          "When out/ changed last.", last);
}

/* --- what works now --------------------------------------------------------------------------- */

static void add_run(struct exposition *out, const struct event *event)
{
    AUTO_JSON *progress = progress_file_read(event->work);
    exposition_number(out, "talkpress_run_active", "1 if a run works now, else 0.",
                      progress ? 1 : 0);
    if (!progress)
        return;
    exposition_number(out, "talkpress_run_progress_ratio", "Progress of the run, 0 to 1.",
                      json_get_number(progress, "done", 0));
    if (json_is_number(json_object_get(progress, "left_s")))
        exposition_number(out, "talkpress_run_left_seconds",
                          "Estimate of the time until the run ends.",
                          json_get_number(progress, "left_s", 0));
}

static void add_watch(struct exposition *out, const struct event *event)
{
    AUTO_JSON *watch = watch_file_read(event->work);
    exposition_number(out, "talkpress_watch_active", "1 if a watch works on the event, else 0.",
                      watch ? 1 : 0);
    if (!watch)
        return;
    exposition_number(out, "talkpress_watch_parts_to_make", "Parts that the watch is to make.",
                      json_get_number(watch, "parts", 0));
    exposition_number(out, "talkpress_watch_work_seconds", "Estimate of their work, on all cores.",
                      json_get_number(watch, "work_s", 0));
    exposition_number(out, "talkpress_watch_behind_seconds",
                      "For how long the oldest of their recordings has been finished.",
                      json_get_number(watch, "behind_s", 0));
}

/* --- hooks ------------------------------------------------------------------------------------ */

static bool was_called(const json_t *hook)
{
    return json_is_string(json_object_get(hook, "at"));
}

static void add_hooks(struct exposition *out, const struct event *event)
{
    AUTO_JSON *hooks = hooks_states(event);
    size_t i;
    json_t *hook;
    if (!json_array_size(hooks))
        return;
    exposition_family(out, "talkpress_hook_ok",
                      "0 if the hook's last call failed or it is not run, else 1.");
    json_array_foreach(hooks, i, hook) {
        const char *state = json_get_string(hook, "state", "");
        exposition_sample(out, "hook", json_get_string(hook, "hook", ""),
                          strcmp(state, "ok") == 0 || strcmp(state, "new") == 0);
    }
    exposition_family(out, "talkpress_hook_last_call_timestamp_seconds",
                      "When the hook was called last.");
    json_array_foreach(hooks, i, hook) {
        struct datetime at;
        if (was_called(hook) && datetime_parse_iso(&at, json_get_string(hook, "at", "")))
            exposition_sample(out, "hook", json_get_string(hook, "hook", ""),
                              (double)datetime_unix_s(&at));
    }
    exposition_family(out, "talkpress_hook_last_call_duration_seconds",
                      "How long the hook's last call took.");
    json_array_foreach(hooks, i, hook) {
        if (was_called(hook))
            exposition_sample(out, "hook", json_get_string(hook, "hook", ""),
                              json_get_number(hook, "seconds", 0));
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

char *metrics_text(const struct metrics_source *s)
{
    const struct event *event = s->plan->event;
    struct exposition out = {.event = event->dir};
    exposition_family(&out, "talkpress_event_info", "1; the event's name is a label.");
    exposition_sample(&out, "name", s->plan->programme.name ? s->plan->programme.name : "", 1);
    add_states(&out, s);
    add_verdicts(&out, s);
    add_needs(&out, s);
    add_work(&out, s);
    add_disks(&out, event);
    add_published(&out, event);
    add_run(&out, event);
    add_watch(&out, event);
    add_hooks(&out, event);
    return str_take(&out.text);
}
