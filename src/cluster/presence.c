#include "presence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "crew.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "queue.h"
#include "str.h"

enum { HOST_BYTES = 256 };

void presence_finish(struct presence *p)
{
    free(p->queue);
    terms_finish(&p->terms);
    *p = (struct presence){0};
}

static void host_name(char out[HOST_BYTES])
{
    if (gethostname(out, HOST_BYTES) < 0)
        *out = '\0';
    out[HOST_BYTES - 1] = '\0';
}

static int new_run(char out[KEY_BYTES], struct err *err)
{
    uint8_t bytes[(KEY_BYTES - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return err_set(err, ERR_IO, "cannot get random bytes for the run's id");
    str_hex(out, bytes, sizeof bytes);
    return 0;
}

static int say_busy(const struct run_beat *other, struct err *err)
{
    return err_set(err, ERR_BUSY,
                   "another 'talkpress run' works on this event, on %s (process %lld): wait until "
                   "it has ended, or stop it there",
                   other->host, (long long)other->pid);
}

/* The event's lock says so on one machine; between machines it may not reach. So its beat is
 * listened to for a while. */
static int check_alone(const struct run_beat *found, const char *queue, struct err *err)
{
    enum { REST_US = 100000 };
    const double until_s = clock_now_s() + 3 * RUN_BEAT_MS / 1000.0;
    char host[HOST_BYTES];
    host_name(host);
    if (strcmp(host, found->host) == 0)
        return 0;
    while (clock_now_s() < until_s) {
        AUTO_RUN_BEAT now = {0};
        if (!run_beat_read(&now, queue))
            return 0; /* it ends just now */
        if (now.beat != found->beat || strcmp(now.run, found->run) != 0)
            return say_busy(&now, err);
        usleep(REST_US);
    }
    return 0;
}

/* Whether pilots of the earlier run may work for this one. */
static bool same_terms(const struct terms *a, const struct terms *b)
{
    return json_equal(a->programs, b->programs) && strcmp(a->work, b->work) == 0 &&
           a->sandbox == b->sandbox && a->stall_s == b->stall_s && a->silent_s == b->silent_s;
}

static bool can_adopt(const struct presence *p, const struct run_beat *found)
{
    struct err ignored = {0};
    AUTO_TERMS old = {0};
    return terms_read(&old, p->queue, &ignored) == 0 && strcmp(old.run, found->run) == 0 &&
           same_terms(&old, &p->terms);
}

/* What waits in the queue is given again, if it is still wanted. */
static int empty_new(const char *queue, struct err *err)
{
    AUTO_FREE char *folder = fs_join(queue, "new");
    return fs_remove_all(folder, err);
}

/* crew: NULL: there is none yet. */
static int write_beat(struct presence *p, const struct crew *crew, struct err *err)
{
    char host[HOST_BYTES];
    host_name(host);
    AUTO_RUN_BEAT beat = {.host = mem_strdup(host), .pid = getpid(), .beat = ++p->beat};
    memcpy(beat.run, p->terms.run, KEY_BYTES);
    if (crew)
        crew_add_silent(&beat, crew);
    return run_beat_write(p->queue, &beat, err);
}

int presence_open(struct presence *p, bool *adopted, struct err *err)
{
    AUTO_RUN_BEAT found = {0};
    const bool is_found = run_beat_read(&found, p->queue);
    if ((is_found && check_alone(&found, p->queue, err) < 0) ||
        (!p->terms.programs && terms_programs(&p->terms.programs, err) < 0))
        return err->code;
    *adopted = is_found && can_adopt(p, &found);
    p->beat = 0;
    if (*adopted) {
        memcpy(p->terms.run, found.run, KEY_BYTES);
        p->beat = found.beat;
    } else {
        queue_clear(p->queue);
        if (new_run(p->terms.run, err) < 0)
            return err->code;
    }
    if (empty_new(p->queue, err) < 0 || queue_make(p->queue, err) < 0 ||
        queue_set_stop(p->queue, false, err) < 0 || terms_write(p->queue, &p->terms, err) < 0 ||
        write_beat(p, NULL, err) < 0)
        return err->code;
    p->open = true;
    p->beat_s = clock_now_s();
    return 0;
}

int presence_add_folder(struct presence *p, const char *folder, struct err *err)
{
    struct terms *t = &p->terms;
    for (size_t i = t->nb_folders; i-- > 0;)
        if (strcmp(t->folders[i], folder) == 0)
            return 0;
    mem_add_string(&t->folders, &t->nb_folders, folder);
    return terms_write(p->queue, t, err);
}

/* Another process with another idea of who coordinates: the later one wins, and the folder is its
 * now. */
static int check_own(struct presence *p, struct err *err)
{
    char host[HOST_BYTES];
    AUTO_RUN_BEAT now = {0};
    host_name(host);
    if (!run_beat_read(&now, p->queue) || (now.pid == getpid() && strcmp(now.host, host) == 0))
        return 0;
    p->open = false;
    return say_busy(&now, err);
}

int presence_beat(struct presence *p, const struct crew *crew, double now_s, struct err *err)
{
    struct err failed = {0};
    if (now_s - p->beat_s < RUN_BEAT_MS / 1000.0)
        return 0;
    p->beat_s = now_s;
    if (check_own(p, err) < 0)
        return err->code;
    if (write_beat(p, crew, &failed) == 0) {
        p->failing_s = 0;
        return 0;
    }
    if (p->failing_s <= 0)
        p->failing_s = now_s;
    if (now_s - p->failing_s < p->terms.silent_s / 2.0)
        return 0;
    *err = failed;
    return err->code;
}

void presence_close(struct presence *p)
{
    AUTO_FREE char *path = fs_join(p->queue, "run.json");
    if (!p->open)
        return;
    p->open = false;
    queue_clear(p->queue);
    unlink(path);
}
