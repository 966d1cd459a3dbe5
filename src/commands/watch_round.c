#include "watch_round.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "add.h"
#include "analyse_recordings.h"
#include "clock.h"
#include "datetime.h"
#include "event.h"
#include "executor.h"
#include "fs.h"
#include "hook_events.h"
#include "json.h"
#include "match_text.h"
#include "mem.h"
#include "order.h"
#include "part.h"
#include "pauses.h"
#include "plan.h"
#include "pool.h"
#include "portion.h"
#include "probing.h"
#include "progress.h"
#include "publish.h"
#include "recordings.h"
#include "refresh.h"
#include "run.h"
#include "store.h"
#include "str.h"
#include "unused.h"
#include "waiting_text.h"
#include "watch.h"
#include "watch_failures.h"
#include "watch_file.h"
#include "workdir.h"
#include "zygote.h"

/* How often a run looks at the folders, looks whether the user decided something, and says how much
 * is left. */
static const double look_every_s = 1, store_every_s = 10, show_every_s = 5, backlog_every_s = 600;
/* Hooks are called at the end of a round, when other commands can have the lock: it ends at the
 * latest so long after something was published. */
static const double tell_after_s = 300;
/* How often the programme is read again. */
static const double refresh_every_s = 180;

struct round {
    struct watching *w;
    struct command *c;
    struct plan *plan;
    struct run *run;
    struct executor_result result;
    size_t nb_later; /* recordings that are probed in another round */
};

double watch_unix_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- adding ----------------------------------------------------------------------------------- */

/* Files that the store has as they are need not be added. */
static int know(struct round *r, struct err *err)
{
    struct recording *list = NULL;
    size_t nb = 0;
    if (store_recordings(&list, &nb, r->c->event->store, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        for (size_t k = 0; k < list[i].nb_files; k++)
            watch_know(r->w->watch, list[i].files[k].path, list[i].files[k].size,
                       list[i].files[k].mtime_ns);
    recordings_free(list, nb);
    return 0;
}

static int take(struct adding *a, struct round *r, struct err *err)
{
    struct recordings_found found;
    if (know(r, err) < 0)
        return err->code;
    while (watch_take(&found, r->w->watch)) {
        const int ret = add_recordings_found(a, &found, err);
        recordings_found_finish(&found);
        if (ret < 0)
            return ret;
    }
    return 0;
}

static bool is_later(const struct round *r, size_t i)
{
    const void *round = g_hash_table_lookup(r->w->later, r->plan->recordings[i].path);
    return !r->plan->sources[i].probe && GPOINTER_TO_UINT(round) == r->w->nb_rounds;
}

/* Of very many files the small ones are left for the next rounds, so that the talks of the others
 * are made in between. */
static void put_off(struct round *r, bool *skip, const struct plan *plan)
{
    AUTO_FREE struct portion_file *files = mem_zalloc(plan->nb_recordings + 1, sizeof *files);
    AUTO_FREE size_t *index = mem_zalloc(plan->nb_recordings + 1, sizeof *index);
    size_t nb = 0;
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        if (skip[i] || plan->sources[i].probe)
            continue;
        index[nb] = i;
        files[nb++] = (struct portion_file){.path = plan->recordings[i].path,
                                            .size = plan->recordings[i].size};
    }
    r->nb_later = portion_choose(files, nb);
    for (size_t i = 0; i < nb; i++) {
        if (!files[i].later)
            continue;
        skip[index[i]] = true;
        g_hash_table_replace(r->w->later, g_strdup(files[i].path),
                             GUINT_TO_POINTER(r->w->nb_rounds));
    }
}

static int choose_probes(bool *skip, void *opaque, const struct plan *plan, struct err *err)
{
    struct round *r = opaque;
    (void)err;
    for (size_t i = 0; i < plan->nb_recordings; i++)
        skip[i] = pauses_hold(r->w->pauses, plan->sources[i].probe_key, watch_unix_s());
    if (!r->w->once)
        put_off(r, skip, plan);
    return 0;
}

static void say_unused(const struct round *r, size_t i)
{
    const struct plan *p = r->plan;
    AUTO_FREE char *match = mem_printf("TALK=%s", p->sources[i].name), *word = str_shell(match);
    watch_line(&r->w->lines, "needs-person",
               json_pack("{s:o}", "path", json_text(p->recordings[i].path)),
               "'%s' needs you: no talk matches; say which it holds: talkpress match %s",
               p->sources[i].name, word);
}

static void say_added(const struct round *r, const struct adding *a)
{
    const struct plan *p = r->plan;
    AUTO_FREE bool *unused = unused_find(p);
    AUTO_FREE const struct match **matches = match_text_list(p);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        if (is_later(r, i) || (!g_hash_table_remove(r->w->later, p->recordings[i].path) &&
                               adding_news_of(a, &p->recordings[i]) != ADDING_NEWS))
            continue;
        const json_t *probe = p->sources[i].probe;
        const char *error = probe ? plan_refusal(probe) : NULL;
        char length[CLOCK_BYTES] = "?";
        const int64_t ms = json_get_int(probe, "duration_ms", -1);
        if (ms >= 0)
            clock_format_ms(length, ms, false);
        AUTO_FREE char *text = error    ? mem_strdup(cli_after_path(error, p->recordings[i].path))
                               : !probe ? mem_strdup("not probed")
                                        : match_text(p, i, matches[i]);
        watch_line(&r->w->lines, "added",
                   json_pack("{s:o, s:o}", "path", json_text(p->recordings[i].path), "talk",
                             matches[i] ? json_integer(matches[i]->talk) : json_null()),
                   "added '%s' (%s): %s", p->sources[i].name, length, text);
        if (unused[i] && probe && !error)
            say_unused(r, i);
    }
}

/* Adds what is finished and brings probes and joins up to date; fills r->plan. */
static int add(struct round *r, struct adding *a, struct err *err)
{
    const struct probing probing = {choose_probes, r, true};
    const bool waited = g_hash_table_size(r->w->later) > 0;
    bool joined = false;
    if (take(a, r, err) < 0 || probing_load(r->plan, &r->result, r->c, &probing, err) < 0 ||
        ((waited || adding_has_news(a)) && !r->result.stopped &&
         join_recordings(&joined, a, r->plan, err) < 0))
        return err->code;
    if (joined) {
        plan_finish(r->plan);
        *r->plan = (struct plan){0};
        if (probing_load(r->plan, &r->result, r->c, &probing, err) < 0)
            return err->code;
    }
    say_added(r, a);
    return 0;
}

/* --- while it runs ---------------------------------------------------------------------------- */

/* When the last file of its recording was finished, in seconds since 1970. */
static double closed_at(const struct round *r, const struct part_plan *pp)
{
    const struct recording *recording = pp->source ? pp->source->recording : NULL;
    double last = 0;
    for (size_t i = 0; recording && i < recording->nb_files; i++)
        last = fmax(last, watch_closed_at(r->w->watch, recording->files[i].path));
    return last > 0 || !recording ? last : (double)recording->mtime_ns / 1e9;
}

/* When the recording that has waited longest was finished, or this watch began. */
static double oldest(const struct round *r)
{
    double first = watch_unix_s();
    for (size_t i = 0; i < run_nb_parts(r->run); i++) {
        const struct part_plan *pp = run_part(r->run, i);
        if (pp->state == PART_TO_DO)
            first = fmin(first, fmax(closed_at(r, pp), r->w->started));
    }
    return first;
}

static struct watch_state state_of(const struct round *r)
{
    return (struct watch_state){.nb_folders = r->w->nb_folders,
                                .nb_parts = run_nb_left(r->run),
                                .work_s = run_left_s(r->run) / r->c->pool->nb_slots,
                                .since = oldest(r)};
}

/* Before the first work: a pass of --once without any says nothing. A pool of other machines ends
 * with its round, and its pilots with it: they would have to be found again for each talk. */
static void say_where(const struct round *r)
{
    if (r->c->event->settings.executor.kind == EXECUTOR_LOCAL || r->w->where_said)
        return;
    r->w->where_said = true;
    watch_line(&r->w->lines, "executor", NULL,
               "talks are made on this machine: only 'talkpress run' uses the machines that "
               "'executor' in talkpress.yaml names");
}

static void say_backlog(const struct round *r)
{
    const struct watch_state now = state_of(r);
    const double behind_s = watch_unix_s() - now.since;
    AUTO_FREE char *text = watch_backlog_text(now.nb_parts, now.work_s, behind_s);
    if (now.nb_parts)
        say_where(r);
    if (now.nb_parts)
        watch_line(&r->w->lines, "queue",
                   json_pack("{s:I, s:f, s:f}", "parts", (json_int_t)now.nb_parts, "work_s",
                             now.work_s, "behind_s", behind_s),
                   "%s", text);
}

/* For 'status'. What still lacks something at the end of a round waits for somebody, or for its
 * next try: the watch is not behind. */
static void show_backlog(const struct round *r, bool is_end)
{
    struct watch_state now = {.nb_folders = r->w->nb_folders};
    if (!is_end || r->w->paused)
        now = state_of(r);
    if (!r->w->once)
        watch_file_write(&r->w->file, r->c->event->work, &now);
}

/* Whether the user has decided something since the plan was read. */
static bool store_changed(const struct round *r)
{
    struct err ignored = {0};
    int64_t version = 0;
    return store_version(&version, r->plan->event->store, &ignored) == 0 &&
           version != r->plan->version;
}

static bool is_due(double *last_s, double every_s)
{
    const double now = clock_now_s();
    if (*last_s > 0 && now - *last_s < every_s)
        return false;
    *last_s = now;
    return true;
}

/* Whether the round ends before its work does: something is to be added, the user decided
 * something, or a hook waits for the end of the lock. */
static bool has_news(struct round *r)
{
    struct watching *w = r->w;
    if (is_due(&w->last_look_s, look_every_s))
        watch_catch_up(w->watch);
    return watch_nb_ready(w->watch) > 0 ||
           (w->untold_s > 0 && clock_now_s() - w->untold_s > tell_after_s) ||
           (is_due(&w->last_store_s, store_every_s) && store_changed(r));
}

static bool pauses(void *opaque)
{
    struct round *r = opaque;
    struct watching *w = r->w;
    if (*w->stop)
        return true;
    if (is_due(&w->last_backlog_s, backlog_every_s))
        say_backlog(r);
    if (is_due(&w->last_shown_s, show_every_s))
        show_backlog(r, false);
    w->paused = w->paused || (!w->once && has_news(r));
    return w->paused;
}

static void say_needs(const struct round *r, const struct part_plan *pp)
{
    char name[32];
    AUTO_FREE char *text = waiting_text(pp);
    plan_part_name(name, pp->talk, pp->part->number);
    const char *before = g_hash_table_lookup(r->w->said, name);
    if (before && strcmp(before, text) == 0)
        return;
    g_hash_table_replace(r->w->said, g_strdup(name), g_strdup(text));
    watch_line(&r->w->lines, "needs-person",
               json_pack("{s:i, s:i}", "talk", pp->talk->number, "part", pp->part->number),
               "talk %s needs you: %s", name, text);
}

static void say_published(const struct round *r, const struct part_plan *pp)
{
    char name[32], time[WATCH_TIME_BYTES];
    const double since = closed_at(r, pp), late_s = fmax(watch_unix_s() - since, 0);
    AUTO_FREE char *after =
        since > r->w->started
            ? mem_printf(" (%s after its recording was finished)", watch_time(time, late_s))
            : mem_strdup("");
    g_hash_table_remove(r->w->said, plan_part_name(name, pp->talk, pp->part->number));
    watch_line(&r->w->lines, "published",
               json_pack("{s:i, s:i, s:o}", "talk", pp->talk->number, "part", pp->part->number,
                         "after_s", *after ? json_real(late_s) : json_null()),
               "talk %s is published%s: %s", name, after, pp->talk->title);
}

/* After the run: what needs somebody, and what the user has accepted since. What lacks only a
 * recording, or a disk that is unplugged, needs nobody. */
static void look_at_part(const struct round *r, const struct part_plan *pp)
{
    const bool away =
        pp->source && pp->source->absent && watch_is_gone(r->w->watch, pp->source->absent);
    const bool missing =
        pp->verdict == VERDICT_MISSING && !pp->source && pp->obstacle != OBSTACLE_UNSURE;
    char name[32];
    if ((pp->state == PART_WAITING && !missing && !away) || pp->state == PART_HELD)
        say_needs(r, pp);
    else if (g_hash_table_remove(r->w->said, plan_part_name(name, pp->talk, pp->part->number)) &&
             pp->state == PART_COMPLETE)
        say_published(r, pp);
}

/* Of a day and time without a zone only the day is sure. */
static bool is_overdue(const struct part_plan *pp)
{
    static const int64_t grace_s = 1800, no_zone_s = 14 * 3600;
    struct datetime start;
    const int64_t end_s = order_end_s(pp->talk);
    if (pp->state != PART_WAITING || pp->verdict != VERDICT_MISSING || pp->source ||
        end_s == INT64_MAX || !datetime_parse_iso(&start, pp->talk->start))
        return false;
    return (double)(end_s + grace_s + (start.has_offset ? 0 : no_zone_s)) < watch_unix_s();
}

/* Talks that are over and have no recording, once each, in one line. A card may still be in its
 * camera. */
static void say_overdue(const struct round *r)
{
    AUTO_STR list = {0};
    json_t *talks = json_array();
    for (size_t i = 0; i < run_nb_parts(r->run); i++) {
        const struct part_plan *pp = run_part(r->run, i);
        const int number = pp->talk->number;
        if (!is_overdue(pp) || !g_hash_table_add(r->w->overdue, GINT_TO_POINTER(number)))
            continue;
        str_addf(&list, "%s%d", list.len ? ", " : "", number);
        json_array_append_new(talks, json_integer(number));
    }
    const size_t nb = json_array_size(talks);
    json_t *more = json_pack("{s:o}", "talks", talks);
    if (nb)
        watch_line(&r->w->lines, "overdue", more, "%zu talk%s over and ha%s no recording: %s", nb,
                   nb == 1 ? " is" : "s are", nb == 1 ? "s" : "ve", list.s);
    else
        json_decref(more);
}

static int publish_now(const struct round *r, struct err *err)
{
    AUTO_PUBLISH_RESULT result = {0};
    if (publish(&result, r->plan, false, err) < 0)
        return err->code;
    if (result.kept && !r->w->kept_said)
        watch_line(&r->w->lines, "kept", NULL,
                   "%zu files in out/ are no longer needed, and stay because they are many: see "
                   "'talkpress publish'",
                   result.nb_stale - result.nb_renamed);
    r->w->kept_said = result.kept;
    hooks_tell_publish(r->c->hooks, -1);
    return 0;
}

static int made(void *opaque, const struct part_plan *pp, struct err *err)
{
    const struct round *r = opaque;
    r->w->paused = r->w->paused || r->nb_later;
    if (pp->state != PART_COMPLETE) {
        look_at_part(r, pp);
        return 0;
    }
    if (publish_now(r, err) < 0)
        return err->code;
    say_published(r, pp);
    if (r->w->untold_s <= 0 && hooks_wants(r->c->hooks, HOOK_AFTER_PUBLISH))
        r->w->untold_s = clock_now_s();
    return 0;
}

static int run(struct round *r, const int *talks, size_t nb_talks, struct err *err)
{
    const struct run_attendant attendant = {pauses, made, r};
    if (nb_talks && !*r->w->stop &&
        analyse_probed(&r->result, r->plan, r->c->pool, talks, nb_talks, true, err) < 0)
        return err->code;
    run_attend(r->run, &attendant);
    r->w->last_backlog_s = 0;
    r->w->last_shown_s = 0;
    r->w->last_store_s = clock_now_s();
    if (run_execute(&r->result, r->run, talks, nb_talks, err) < 0)
        return err->code;
    if (publish_now(r, err) < 0)
        return err->code;
    for (size_t i = 0; i < run_nb_parts(r->run); i++)
        look_at_part(r, run_part(r->run, i));
    r->w->paused = r->w->paused || r->nb_later;
    /* Not while a file has yet to be added. */
    watch_catch_up(r->w->watch);
    if (!r->w->paused && !r->w->once && watch_nb_coming(r->w->watch) == 0)
        say_overdue(r);
    return 0;
}

/* --- the round -------------------------------------------------------------------------------- */

void watch_note_full(struct watching *w)
{
    if (w->full_bytes < 0)
        w->full_bytes = fs_free_bytes(w->round.dir);
}

static void say_no_space(const struct round *r)
{
    AUTO_FREE char *message = run_space_message(r->run);
    if (!r->w->no_space)
        watch_line(&r->w->lines, "no-space", NULL,
                   "the disk is full: %s; talkpress goes on when there is room", message);
}

static int exit_status(const struct round *r, const struct adding *a, bool any_failed)
{
    const struct run_tally t = run_count(r->run);
    if (r->result.no_space)
        return EXIT_TRY_AGAIN;
    if (a->nb_failed || r->result.nb_failed || r->result.stopped || t.nb_unfinished || any_failed)
        return EXIT_FAILED;
    return t.nb_waiting ? EXIT_NEEDS_USER : EXIT_OK;
}

/* Reads the programme again, if it is time to. After the work, as the network may be slow; what has
 * changed is the next round's. */
static int refresh(const struct round *r, struct err *err)
{
    struct watching *w = r->w;
    AUTO_REFRESH_RESULT result = {0};
    if (*w->stop || r->result.stopped || !watch_is_refresh_due(w))
        return 0;
    w->refreshed_s = clock_now_s();
    if ((w->programme && refresh_set_place(r->c->event, w->programme, err) < 0) ||
        refresh_programme(&result, r->c->event, err) < 0)
        return err->code;
    if (result.is_news && result.text)
        watch_line(&w->lines, "programme",
                   json_pack("{s:b}", "applied", result.state == REFRESH_APPLIED), "%s",
                   result.text);
    if (result.state != REFRESH_APPLIED)
        return 0;
    w->paused = true;
    hooks_tell_import(r->c->hooks, &result.programme, &result.diff);
    return 0;
}

bool watch_is_refresh_due(const struct watching *w)
{
    return w->refreshed_s <= 0 || clock_now_s() - w->refreshed_s > refresh_every_s;
}

static void tell_hooks(const struct round *r, const struct err *err)
{
    size_t nb = 0;
    for (int i = 0; i < NB_STAGES; i++)
        nb += r->result.nb_run[i];
    if (nb || r->result.nb_failed)
        hooks_tell_run(r->c->hooks, r->run, &r->result);
    if (err->code == 0)
        hooks_tell_needs(r->c->hooks, r->plan);
}

/* Also after an error: what failed must not be tried at once again. */
static int execute(struct round *r, const struct adding *a, struct err *err)
{
    AUTO_FREE int *talks = NULL;
    size_t nb_talks = 0;
    bool any_failed = false;
    struct err unnoted = {0};
    if (watch_list_talks(&talks, &nb_talks, &any_failed, r->w, r->plan, err) < 0)
        return err->code;
    struct progress *progress = progress_create("encoding", r->c->pool->nb_slots, true);
    progress_share(progress, r->c->event->work);
    r->run = run_create(r->plan, r->c->pool, r->c->zygote, progress);
    const int ret = r->result.stopped ? 0 : run(r, talks, nb_talks, err);
    if (watch_note_failures(r->w, r->c->event->store, true, &unnoted) < 0 && ret >= 0)
        *err = unnoted;
    tell_hooks(r, err);
    const bool no_space = r->result.no_space || err->code == ERR_NO_SPACE;
    if (no_space) {
        watch_note_full(r->w);
        say_no_space(r);
    }
    r->w->no_space = no_space;
    show_backlog(r, true);
    const int status = err->code < 0 ? err->code : exit_status(r, a, any_failed);
    run_destroy(r->run);
    progress_destroy(progress);
    return status;
}

int watch_round(struct command *c, struct err *err)
{
    AUTO_PLAN plan = {0};
    AUTO_ADDING adding = {.event = c->event};
    struct watching *w = (struct watching *)c;
    struct round r = {.w = w, .c = c, .plan = &plan};
    hooks_stop_at(c->hooks, w->stop);
    w->paused = false;
    w->nb_rounds++;
    w->untold_s = 0;
    watch_open_pauses(w, c->event->work);
    /* The zygote loads its libraries while the files are read. */
    if (zygote_start(c->zygote, err) < 0 ||
        watch_note_failures(w, c->event->store, false, err) < 0 || add(&r, &adding, err) < 0 ||
        watch_end_pauses(w, &plan, &adding, err) < 0)
        return err->code;
    const int status = execute(&r, &adding, err);
    w->stopped = w->stopped || r.result.stopped;
    return status < 0 || refresh(&r, err) == 0 ? status : err->code;
}
