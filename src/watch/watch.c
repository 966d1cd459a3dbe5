#include "watch.h"

#include <glib.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "file_end.h"
#include "fs.h"
#include "mem.h"
#include "notify.h"
#include "recordings.h"
#include "series.h"
#include "settle.h"
#include "str.h"

/* The folders are looked at again after this without a sign: messages of the kernel may be lost,
 * and it has none of other machines. */
static const double local_every_s = 30, remote_every_s = 10, gone_every_s = 2;
/* Changes that come together are looked at together. */
static const double gather_s = 0.2;
/* A sleep of the machine shorter than this does not matter. */
static const double least_sleep_s = 2;

struct watched_file {
    struct settle_file settle;
    char *path;
    int folder;
    unsigned long seen; /* the number of the last look that found it */
    struct settle_said unfinished;
    bool said;    /* that it waits for awaits */
    char *awaits; /* owned */
    bool taken;
    struct settle_look taken_as;
};

struct watched_folder {
    char *path; /* as named */
    char *real; /* without links; NULL: never seen */
    dev_t dev;
    bool seen, gone, remote, refused;
    bool polled;   /* the kernel does not tell of all changes */
    bool expected; /* it has no files, but one of it is known */
    size_t nb_files, nb_links, nb_closed;
};

struct watch {
    struct watched_folder *folders;
    size_t nb_folders;
    char **left_out; /* paths */
    size_t nb_left_out;
    GHashTable *files; /* struct watched_file by path */
    watch_say *say;
    void *opaque;
    int notify;
    bool woken;
    unsigned long nb_looks;
    double next_look_s, slept_s;
    bool says_all;
    size_t nb_said;
};

static double clock_s(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void file_destroy(void *file)
{
    struct watched_file *f = file;
    free(f->path);
    free(f->awaits);
    free(f);
}

struct watch *watch_create(char *const *folders, size_t nb, watch_say *say, void *opaque)
{
    struct watch *w = mem_zalloc(1, sizeof *w);
    w->say = say;
    w->opaque = opaque;
    w->notify = notify_open();
    w->folders = mem_zalloc(nb + 1, sizeof *w->folders);
    w->nb_folders = nb;
    for (size_t i = 0; i < nb; i++)
        w->folders[i].path = mem_strdup(folders[i]);
    w->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, file_destroy);
    w->slept_s = clock_s(CLOCK_BOOTTIME) - clock_s(CLOCK_MONOTONIC);
    return w;
}

void watch_destroy_p(struct watch **watch)
{
    struct watch *w = *watch;
    if (!w)
        return;
    for (size_t i = 0; i < w->nb_folders; i++) {
        free(w->folders[i].path);
        free(w->folders[i].real);
    }
    free(w->folders);
    mem_free_strings(w->left_out, w->nb_left_out);
    g_hash_table_destroy(w->files);
    if (w->notify >= 0)
        close(w->notify);
    free(w);
    *watch = NULL;
}

void watch_leave_out(struct watch *w, const char *path)
{
    w->left_out = mem_grow(w->left_out, w->nb_left_out, sizeof *w->left_out);
    w->left_out[w->nb_left_out++] = mem_strdup(path);
}

const char *watch_news_name(enum watch_news news)
{
    static const char *const names[] = {"gone",       "back",   "refused", "written",
                                        "unfinished", "polled", "series"};
    return names[news];
}

static void ATTR_PRINTF(4, 5)
    tell(struct watch *w, enum watch_news news, const char *path, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *text = mem_vprintf(fmt, args);
    va_end(args);
    w->nb_said++;
    w->say(w->opaque, news, path, text);
}

/* --- one file --------------------------------------------------------------------------------- */

/* Another file system may be mounted within the folder. */
static struct watched_file *file_of(struct watch *w, const char *path, int folder, dev_t dev)
{
    struct watched_file *f = g_hash_table_lookup(w->files, path);
    if (f)
        return f;
    f = mem_zalloc(1, sizeof *f);
    f->path = mem_strdup(path);
    f->folder = folder;
    f->settle.remote =
        dev == w->folders[folder].dev ? w->folders[folder].remote : file_end_is_remote(path);
    g_hash_table_insert(w->files, f->path, f);
    return f;
}

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The later of its two times, as programs set the first one back. */
static int64_t changed_ns(const struct settle_look *look)
{
    return look->mtime_ns > look->ctime_ns ? look->mtime_ns : look->ctime_ns;
}

static void look_at_file(struct watch *w, const char *path, int folder, double now_s)
{
    static const struct settle_asks asks = {file_end_writer, file_end_is_missing};
    struct stat st;
    if (stat(path, &st) < 0)
        return;
    struct watched_file *f = file_of(w, path, folder, st.st_dev);
    const struct settle_look look = {st.st_size, ns_of(st.st_mtim), ns_of(st.st_ctim), st.st_ino};
    const double age_s = clock_s(CLOCK_REALTIME) - (double)changed_ns(&look) / 1e9;
    f->seen = w->nb_looks;
    if (f->settle.state == SETTLE_SERIES)
        f->settle.state = SETTLE_FINISHED;
    if (settle_update(&f->settle, &look, path, now_s, age_s, &asks) &&
        f->settle.state != SETTLE_FINISHED && f->unfinished.since_s <= 0) {
        f->unfinished = (struct settle_said){.since_s = now_s};
        f->said = false;
    }
    /* Its rights may have been mended: watch_know knows whether that matters. */
    f->taken = f->taken && memcmp(&look, &f->taken_as, sizeof look) == 0;
}

static void say_unfinished(struct watch *w, struct watched_file *f, double now_s)
{
    const enum settle state = f->settle.state;
    if (settle_is_to_say(&f->unfinished, &f->settle, now_s) || w->says_all)
        tell(w, settle_is_written(state) ? WATCH_WRITTEN : WATCH_UNFINISHED, f->path, "%s",
             settle_text(state));
}

static void say_series(struct watch *w, struct watched_file *f)
{
    if (f->said)
        return;
    f->said = true;
    tell(w, WATCH_SERIES, f->path, "waits for '%s', which must follow by its size or name",
         f->awaits);
}

static void say_file(struct watch *w, struct watched_file *f, double now_s)
{
    if (f->settle.state == SETTLE_FINISHED)
        f->unfinished.since_s = 0;
    else if (f->settle.state == SETTLE_SERIES)
        say_series(w, f);
    else
        say_unfinished(w, f, now_s);
}

/* --- series ----------------------------------------------------------------------------------- */

static void hold_series(struct watch *w, double now_s)
{
    const size_t most = g_hash_table_size(w->files);
    AUTO_FREE struct series_file *list = mem_zalloc(most + 1, sizeof *list);
    AUTO_FREE struct watched_file **files = mem_zalloc(most + 1, sizeof(struct watched_file *));
    size_t nb = 0;
    GHashTableIter it;
    void *value;
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct watched_file *f = value;
        files[nb] = f;
        list[nb++] = (struct series_file){.path = f->path,
                                          .size = f->settle.seen.size,
                                          .finished = f->settle.state == SETTLE_FINISHED,
                                          .broken = f->settle.state == SETTLE_NO_END ||
                                                    f->settle.state == SETTLE_TEMPORARY,
                                          .steady_s = now_s - f->settle.since_s};
    }
    series_judge(list, nb);
    for (size_t i = 0; i < nb; i++) {
        if (!list[i].waits || files[i]->taken)
            continue;
        if (!files[i]->awaits || strcmp(files[i]->awaits, list[i].awaits) != 0)
            files[i]->said = false;
        files[i]->settle.state = SETTLE_SERIES;
        free(files[i]->awaits);
        files[i]->awaits = mem_strdup(list[i].awaits);
    }
    series_finish(list, nb);
}

/* --- folders ---------------------------------------------------------------------------------- */

static void set_gone(struct watch *w, struct watched_folder *d)
{
    if (!d->gone)
        tell(w, WATCH_GONE, d->path, "%s",
             d->expected ? "is empty, but recordings in it are known: is its disk mounted?"
             : d->seen   ? "is gone: its disk was unplugged, or it was renamed"
                         : "is not there yet");
    d->gone = true;
}

/* A place where a disk was mounted is an empty folder without it. */
static bool is_gone(const struct watched_folder *d)
{
    struct stat st;
    if (stat(d->path, &st) < 0 || !S_ISDIR(st.st_mode))
        return true;
    return d->seen && d->nb_files && st.st_dev != d->dev;
}

/* The kernel's messages of some folders are missing. */
static void set_polled(struct watch *w, struct watched_folder *d, bool polled)
{
    if (polled && !d->polled)
        tell(w, WATCH_POLLED, d->path,
             "is looked at every %.0f s: the kernel does not tell of more folders; raise "
             "fs.inotify.max_user_watches or max_user_instances with sysctl(8) to be quicker",
             remote_every_s);
    d->polled = polled;
}

static void say_left_out(struct watch *w, struct watched_folder *d,
                         const struct recordings_found *found)
{
    if (found->nb_links > d->nb_links)
        tell(w, WATCH_REFUSED, d->path,
             "has links that lead out of it, which are not followed (%zu, such as '%s'): to add "
             "what they lead to, 'talkpress add FILE'",
             found->nb_links, found->link);
    d->nb_links = found->nb_links;
    if (found->nb_closed > d->nb_closed)
        tell(w, WATCH_REFUSED, d->path,
             "has folders in which no recordings are looked for (%zu, the first: %s)",
             found->nb_closed, found->closed);
    d->nb_closed = found->nb_closed;
}

static bool is_within(const char *path, const char *folder)
{
    const size_t nb = strlen(folder);
    return strncmp(path, folder, nb) == 0 && (!path[nb] || path[nb] == '/');
}

/* Takes out of the list what talkpress writes itself. */
static void leave_out(struct recordings_found *found, const struct watch *w)
{
    for (size_t i = 0; i < w->nb_left_out; i++) {
        AUTO_FREE char *real = realpath(w->left_out[i], NULL);
        size_t nb = 0;
        for (size_t k = 0; k < found->nb; k++)
            if (real && is_within(found->paths[k], real))
                free(found->paths[k]);
            else
                found->paths[nb++] = found->paths[k];
        found->nb = nb;
    }
}

static void look_at_files(struct watch *w, int at, const struct recordings_found *found,
                          double now_s)
{
    bool polled = false;
    for (size_t i = 0; i < found->nb_folders; i++)
        polled = !notify_add(w->notify, found->folders[i]) || polled;
    set_polled(w, &w->folders[at], polled);
    for (size_t i = 0; i < found->nb; i++)
        look_at_file(w, found->paths[i], at, now_s);
}

static void set_there(struct watch *w, struct watched_folder *d)
{
    struct stat st;
    if (d->gone && d->seen)
        tell(w, WATCH_BACK, d->path, "is there again");
    d->gone = false;
    d->seen = true;
    if (stat(d->path, &st) == 0)
        d->dev = st.st_dev;
    d->remote = file_end_is_remote(d->path);
}

/* Another disk, or another folder mounted there, counts once it has files. */
static void look_at_folder(struct watch *w, int at, double now_s)
{
    struct watched_folder *d = &w->folders[at];
    struct recordings_found found = {0};
    struct err why = {0};
    const bool maybe_gone = is_gone(d);
    AUTO_FREE char *real = realpath(d->path, NULL);
    if (!real || recordings_find_open(&found, real, &why) < 0) {
        if (!real || !fs_is_dir(real)) {
            set_gone(w, d);
        } else if (!d->refused) {
            d->refused = true;
            tell(w, WATCH_REFUSED, d->path, "cannot be looked at: %s", why.msg);
        }
        return;
    }
    d->refused = false;
    leave_out(&found, w);
    d->expected = d->expected && !found.nb;
    if ((maybe_gone || d->expected) && !found.nb) {
        set_gone(w, d);
    } else {
        set_there(w, d);
        free(d->real);
        d->real = mem_take(&real);
        d->nb_files = found.nb;
        say_left_out(w, d, &found);
        look_at_files(w, at, &found, now_s);
    }
    recordings_found_finish(&found);
}

static gboolean is_lost(void *path, void *value, void *opaque)
{
    const struct watch *w = opaque;
    const struct watched_file *f = value;
    (void)path;
    return f->seen != w->nb_looks && !w->folders[f->folder].gone && !w->folders[f->folder].refused;
}

static double due_s(struct watch *w, double now_s)
{
    double due = local_every_s;
    GHashTableIter it;
    void *value;
    for (size_t i = 0; i < w->nb_folders; i++)
        due = fmin(due, w->folders[i].gone                             ? gone_every_s
                        : w->folders[i].remote || w->folders[i].polled ? remote_every_s
                                                                       : local_every_s);
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value))
        due = fmin(due, settle_due_s(&((struct watched_file *)value)->settle, now_s));
    return due + 0.01;
}

static void look(struct watch *w, double now_s)
{
    GHashTableIter it;
    void *value;
    w->nb_looks++;
    for (size_t i = 0; i < w->nb_folders; i++)
        look_at_folder(w, (int)i, now_s);
    g_hash_table_foreach_remove(w->files, is_lost, w);
    hold_series(w, now_s);
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value))
        say_file(w, value, now_s);
    w->next_look_s = now_s + due_s(w, now_s);
}

/* Whether the machine slept since the last call: the writers did, too. */
static bool has_slept(struct watch *w)
{
    const double slept_s = clock_s(CLOCK_BOOTTIME) - clock_s(CLOCK_MONOTONIC);
    const bool has = slept_s - w->slept_s > least_sleep_s;
    w->slept_s = slept_s;
    return has;
}

static void look_if_due(struct watch *w, double gathering_s)
{
    const double now_s = clock_s(CLOCK_MONOTONIC);
    if (notify_drain(w->notify) || w->woken) {
        const double wait_s = w->woken ? fmin(w->next_look_s - now_s, gathering_s) : gathering_s;
        w->woken = true;
        w->next_look_s = fmin(w->next_look_s, now_s + wait_s);
    }
    if (has_slept(w)) {
        GHashTableIter it;
        void *value;
        g_hash_table_iter_init(&it, w->files);
        while (g_hash_table_iter_next(&it, NULL, &value))
            settle_restart(&((struct watched_file *)value)->settle, now_s);
        w->next_look_s = now_s;
    }
    if (now_s < w->next_look_s)
        return;
    w->woken = false;
    look(w, now_s);
}

void watch_look(struct watch *w)
{
    look_if_due(w, gather_s);
}

void watch_catch_up(struct watch *w)
{
    look_if_due(w, 0);
}

void watch_wait(struct watch *w, double most_s)
{
    const double wait_s = fmin(w->next_look_s - clock_s(CLOCK_MONOTONIC), most_s);
    /* While the changes of a moment are gathered, only the time wakes. */
    struct pollfd fd = {.fd = w->woken ? -1 : w->notify, .events = POLLIN};
    (void)poll(&fd, 1, (int)(fmax(wait_s, 0) * 1000) + 1);
}

/* --- what is finished ------------------------------------------------------------------------- */

static bool is_ready(const struct watched_file *f)
{
    return f->settle.state == SETTLE_FINISHED && !f->taken;
}

static size_t count(const struct watch *w, bool (*is)(const struct watched_file *file))
{
    size_t nb = 0;
    GHashTableIter it;
    void *value;
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value))
        nb += is(value);
    return nb;
}

size_t watch_nb_ready(const struct watch *w)
{
    return count(w, is_ready);
}

static bool is_settling(const struct watched_file *f)
{
    return f->settle.state == SETTLE_CHANGES;
}

size_t watch_nb_settling(const struct watch *w)
{
    return count(w, is_settling);
}

/* It may soon be another recording of the event. */
static bool is_coming(const struct watched_file *f)
{
    return settle_is_written(f->settle.state) || is_ready(f);
}

size_t watch_nb_coming(const struct watch *w)
{
    return count(w, is_coming);
}

static void set_taken(struct watched_file *f)
{
    f->taken = true;
    f->taken_as = f->settle.seen;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool watch_take(struct recordings_found *out, struct watch *w)
{
    GHashTableIter it;
    void *value;
    *out = (struct recordings_found){0};
    int folder = -1;
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct watched_file *f = value;
        if (!is_ready(f) || (folder >= 0 && f->folder != folder))
            continue;
        folder = f->folder;
        set_taken(f);
        out->paths = mem_grow(out->paths, out->nb, sizeof *out->paths);
        out->paths[out->nb++] = mem_strdup(f->path);
    }
    if (folder < 0)
        return false;
    qsort(out->paths, out->nb, sizeof *out->paths, by_text);
    out->folder = mem_strdup(w->folders[folder].real);
    return true;
}

void watch_know(struct watch *w, const char *path, int64_t size, int64_t mtime_ns)
{
    struct watched_file *f = g_hash_table_lookup(w->files, path);
    if (f && f->settle.seen.size == size && f->settle.seen.mtime_ns == mtime_ns)
        set_taken(f);
    for (size_t i = 0; !f && i < w->nb_folders; i++) {
        struct watched_folder *d = &w->folders[i];
        if (d->real && !d->gone && !d->nb_files && is_within(path, d->real) && !fs_exists(path)) {
            d->expected = true;
            set_gone(w, d);
        }
    }
}

void watch_forget_taken(struct watch *w)
{
    GHashTableIter it;
    void *value;
    g_hash_table_iter_init(&it, w->files);
    while (g_hash_table_iter_next(&it, NULL, &value))
        ((struct watched_file *)value)->taken = false;
}

bool watch_is_unfinished(const struct watch *w, const char *path)
{
    const struct watched_file *f = g_hash_table_lookup(w->files, path);
    struct stat st;
    if (!f || stat(path, &st) < 0)
        return false;
    return f->settle.state != SETTLE_FINISHED || st.st_size != f->settle.seen.size ||
           ns_of(st.st_mtim) != f->settle.seen.mtime_ns;
}

double watch_closed_at(const struct watch *w, const char *path)
{
    const struct watched_file *f = g_hash_table_lookup(w->files, path);
    return f ? (double)changed_ns(&f->settle.seen) / 1e9 : 0;
}

bool watch_is_gone(const struct watch *w, const char *path)
{
    for (size_t i = 0; i < w->nb_folders; i++)
        if (w->folders[i].gone && w->folders[i].real && is_within(path, w->folders[i].real))
            return true;
    return false;
}

size_t watch_say_all(struct watch *w)
{
    w->says_all = true;
    w->nb_said = 0;
    look(w, clock_s(CLOCK_MONOTONIC));
    w->says_all = false;
    return w->nb_said;
}
