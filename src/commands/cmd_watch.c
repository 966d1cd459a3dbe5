#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "clock.h"
#include "commands.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "pauses.h"
#include "watch.h"
#include "watch_file.h"
#include "watch_lines.h"
#include "watch_round.h"

/* A pass of --once waits for files that changed a moment ago, but not for those that go on
 * changing. */
static const double once_wait_s = 35;
/* How often it looks whether it was stopped, and whether the user changed the event. */
static const double wake_s = 1, event_every_s = 3;
/* When it tries again: while another talkpress works, on a full disk without new room, after an
 * error (doubled each time). */
static const double busy_s = 3, no_space_s = 300, error_s = 5, most_error_s = 300;
enum { NEW_ROOM_BYTES = 1 << 20 };

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction catching = {.sa_handler = on_signal};
    struct sigaction old;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], NULL, &old) == 0 &&
            (signals[i] != SIGHUP || old.sa_handler != SIG_IGN))
            sigaction(signals[i], &catching, NULL);
}

static void say_news(void *opaque, enum watch_news news, const char *path, const char *text)
{
    struct watching *w = opaque;
    w->back = w->back || news == WATCH_BACK;
    watch_line(&w->lines, watch_news_name(news), json_pack("{s:o}", "path", json_text(path)),
               "'%s' %s", path, text);
}

/* --- when there is a round -------------------------------------------------------------------- */

/* What the event's files show of changes by others: the store, its log, the settings. */
struct event_look {
    int64_t values[6];
};

static struct event_look look_at_event(const char *dir)
{
    static const char *const names[] = {"talkpress.db", "talkpress.db-wal", "talkpress.yaml"};
    struct event_look look = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO_FREE char *path = fs_join(dir, names[i]);
        struct stat st;
        if (stat(path, &st) < 0 || !st.st_size) /* who only reads leaves an empty log */
            continue;
        look.values[2 * i] = st.st_size;
        look.values[2 * i + 1] = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    }
    return look;
}

struct waiting {
    struct event_look event; /* after the last round */
    double event_looked_s;
    double not_before_s, error_pause_s;
    char *said; /* the error that was said; owned; NULL: none */
    bool again; /* the last round did not succeed */
    bool begun; /* the first round did not end it */
};

static bool event_changed(struct waiting *a, const char *dir)
{
    const double now = clock_now_s();
    if (now - a->event_looked_s < event_every_s)
        return false;
    a->event_looked_s = now;
    const struct event_look look = look_at_event(dir);
    return memcmp(&look, &a->event, sizeof look) != 0;
}

static bool has_new_room(const struct watching *w)
{
    return w->no_space && fs_free_bytes(w->round.dir) >= w->full_bytes + NEW_ROOM_BYTES;
}

static bool is_due(const struct watching *w, struct waiting *a)
{
    if (clock_now_s() < a->not_before_s && !has_new_room(w))
        return false;
    return a->again || w->back || watch_is_refresh_due(w) || watch_nb_ready(w->watch) > 0 ||
           (w->next_try > 0 && (double)time(NULL) >= w->next_try) || event_changed(a, w->round.dir);
}

/* --- when a round fails ----------------------------------------------------------------------- */

/* Whether the command ends with the error, and main prints it: a watch that goes on tries again. */
static bool is_end(const struct watching *w, const struct waiting *a, const struct err *err)
{
    return w->once || (!a->begun && err->code != ERR_BUSY && err->code != ERR_NO_SPACE);
}

/* Says an error once, until another one or none comes. */
static void say_error(const struct watching *w, struct waiting *a, const struct err *err)
{
    if (a->said && strcmp(a->said, err->msg) == 0)
        return;
    free(a->said);
    a->said = mem_strdup(err->msg);
    if (!is_end(w, a, err))
        watch_line(&w->lines, err->code == ERR_BUSY ? "busy" : "error", NULL,
                   "%s; talkpress tries again", err->msg);
}

/* Plans when to try again. */
static void after_error(struct watching *w, struct waiting *a, const struct err *err)
{
    a->again = true;
    watch_forget_taken(w->watch);
    if (!w->no_space)
        say_error(w, a, err);
    a->error_pause_s = fmin(a->error_pause_s > 0 ? 2 * a->error_pause_s : error_s, most_error_s);
    a->not_before_s = clock_now_s() + (err->code == ERR_BUSY ? busy_s : a->error_pause_s);
}

static void after_success(struct watching *w, struct waiting *a)
{
    if (a->said)
        watch_line(&w->lines, "again", NULL, "the event can be worked on again");
    free(mem_take(&a->said));
    a->again = w->paused;
    a->error_pause_s = 0;
    a->not_before_s = 0;
}

/* Runs a round. Returns its exit status, or a negative code. */
static int run_round(struct watching *w, struct waiting *a, struct err *err)
{
    const bool was_full = w->no_space;
    w->full_bytes = -1;
    const int status = command_run(&w->round, err);
    w->stopped = w->stopped || stop_signal;
    a->event = look_at_event(w->round.dir);
    if (err->code == ERR_NO_SPACE) {
        watch_note_full(w);
        if (!w->no_space)
            watch_line(&w->lines, "no-space", NULL, "%s; talkpress goes on when there is room",
                       err->msg);
        w->no_space = true; /* not even for what is added */
    }
    if (status >= 0)
        w->back = false;
    if (status < 0)
        after_error(w, a, err);
    else
        after_success(w, a);
    if (w->no_space) {
        a->again = true;
        a->not_before_s = clock_now_s() + no_space_s;
    } else if (was_full && status >= 0) {
        watch_line(&w->lines, "space", NULL, "there is room on the disk again");
    }
    return status;
}

/* --- the command ------------------------------------------------------------------------------ */

static int once(struct watching *w, struct waiting *a, struct err *err)
{
    const double begin = clock_now_s();
    watch_look(w->watch);
    while (watch_nb_settling(w->watch) && clock_now_s() - begin < once_wait_s && !stop_signal) {
        watch_wait(w->watch, wake_s);
        watch_look(w->watch);
    }
    const size_t nb_left = watch_say_all(w->watch);
    const int status = run_round(w, a, err);
    return status == EXIT_OK && nb_left ? EXIT_NEEDS_USER : status;
}

static int go_on(struct watching *w, struct waiting *a, struct err *err)
{
    while (!w->stopped) {
        struct err why = {0};
        watch_look(w->watch);
        if (is_due(w, a) && run_round(w, a, &why) < 0 && is_end(w, a, &why)) {
            *err = why;
            return err->code;
        }
        a->begun = true;
        if (!w->stopped && !stop_signal)
            watch_wait(w->watch, wake_s);
        w->stopped = w->stopped || stop_signal;
    }
    watch_line(&w->lines, "stopped", NULL, "stopped");
    return EXIT_OK;
}

/* The event's folder may be in a watched one. */
static void leave_out_own(const struct watching *w)
{
    AUTO_FREE char *work = fs_join(w->round.dir, "work"), *out = fs_join(w->round.dir, "out");
    watch_leave_out(w->watch, work);
    watch_leave_out(w->watch, out);
}

int cmd_watch(struct command *c, struct err *err)
{
    static const struct verb round_verb = {
        .name = "watch", .needs = NEEDS_LOCK | NEEDS_HOOKS, .run = watch_round};
    struct watching w = {
        .round = {.verb = &round_verb, .dir = c->dir, .needs = round_verb.needs},
        .lines = {.json = command_has(c, "json")},
        .stop = &stop_signal,
        .programme = command_value(c, "programme"),
        .nb_folders = (size_t)c->nb_operands,
        .once = command_has(c, "once"),
        .started = (double)time(NULL),
        .overdue = g_hash_table_new(NULL, NULL),
        .said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .later = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    struct waiting a = {.again = true};
    stop_signal = 0;
    catch_signals();
    w.watch = watch_create(c->operands, (size_t)c->nb_operands, say_news, &w);
    leave_out_own(&w);
    if (!w.once)
        watch_line(&w.lines, "watching", NULL, "watching %d folder%s", c->nb_operands,
                   cli_s((size_t)c->nb_operands));
    const int status = w.once ? once(&w, &a, err) : go_on(&w, &a, err);
    watch_destroy_p(&w.watch);
    pauses_close_p(&w.pauses);
    watch_file_close_p(&w.file);
    g_hash_table_destroy(w.said);
    g_hash_table_destroy(w.overdue);
    g_hash_table_destroy(w.later);
    free(a.said);
    return status;
}
