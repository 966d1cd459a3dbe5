#include "settle.h"

#include <math.h>

#include "fs.h"

/* How often a file is asked again that somebody writes or that lacks its end. */
static const double again_s = 2;

static bool same(const struct settle_look *a, const struct settle_look *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
           a->inode == b->inode;
}

/* The time since which the file is as it is. Its own age counts, as far as clocks can be believed:
 * it may have lain there for long, or have been closed a moment before this look. */
static double began(const struct settle_file *f, double now_s, double age_s)
{
    return now_s - fmax(f->remote ? age_s - SETTLE_CLOCK_S : age_s, 0);
}

static enum settle judge(struct settle_file *f, const char *path, double now_s,
                         const struct settle_asks *asks)
{
    if (file_end_temporary_name(fs_basename(path)))
        return SETTLE_TEMPORARY;
    if (f->seen.size == 0)
        return SETTLE_EMPTY;
    if (now_s - f->since_s < f->steady_s)
        return SETTLE_CHANGES;
    if (!f->remote) {
        const enum writer writer = asks->writer(path);
        if (writer == WRITER_OPEN)
            return SETTLE_WRITTEN;
        if (writer == WRITER_UNKNOWN && f->steady_s < SETTLE_REMOTE_S) {
            f->steady_s = SETTLE_REMOTE_S;
            if (now_s - f->since_s < f->steady_s)
                return SETTLE_CHANGES;
        }
    }
    return asks->no_end(path) ? SETTLE_NO_END : SETTLE_FINISHED;
}

bool settle_update(struct settle_file *f, const struct settle_look *look, const char *path,
                   double now_s, double age_s, const struct settle_asks *asks)
{
    const bool was_finished = f->known && f->state == SETTLE_FINISHED,
               changed = !f->known || !same(&f->seen, look);
    if (was_finished && !changed)
        return false;
    if (!f->known)
        f->steady_s = f->remote ? SETTLE_REMOTE_S : SETTLE_LOCAL_S;
    if (changed) {
        /* Its writer closes it in between. */
        if (was_finished && f->seen.inode == look->inode && f->seen.size < look->size)
            f->steady_s = fmin(4 * f->steady_s, SETTLE_MOST_S);
        f->since_s = began(f, now_s, age_s);
        f->seen = *look;
        f->known = true;
    }
    const enum settle before = f->state;
    f->state = judge(f, path, now_s, asks);
    return changed || f->state != before;
}

void settle_restart(struct settle_file *f, double now_s)
{
    if (f->state != SETTLE_FINISHED)
        f->since_s = now_s;
}

double settle_due_s(const struct settle_file *f, double now_s)
{
    switch (f->state) {
    case SETTLE_CHANGES:
        return fmax(f->since_s + f->steady_s - now_s, 0);
    case SETTLE_WRITTEN:
    case SETTLE_NO_END:
    case SETTLE_SERIES:
        return again_s;
    case SETTLE_TEMPORARY:
    case SETTLE_EMPTY:
    case SETTLE_FINISHED:
        break;
    }
    return HUGE_VAL;
}

/* --- what is said of it ----------------------------------------------------------------------- */

bool settle_is_written(enum settle state)
{
    return state == SETTLE_CHANGES || state == SETTLE_WRITTEN;
}

bool settle_is_to_say(struct settle_said *said, const struct settle_file *f, double now_s)
{
    static const double written_s = 10, unfinished_s = 60;
    const bool written = settle_is_written(f->state);
    bool *is_said = written ? &said->written : &said->unfinished;
    const double since_s = written ? said->since_s : fmax(said->since_s, f->since_s);
    if (*is_said || now_s - since_s < (written ? written_s : unfinished_s))
        return false;
    *is_said = true;
    return true;
}

const char *settle_text(enum settle state)
{
    switch (state) {
    case SETTLE_TEMPORARY:
        return "has the name of a file that is still being written: rename it if it is finished";
    case SETTLE_EMPTY:
        return "is empty";
    case SETTLE_NO_END:
        return "has no end (the index 'moov', or the rest of a box): it is still being written "
               "or was cut off; to add it all the same: 'talkpress add FILE'";
    case SETTLE_CHANGES:
    case SETTLE_WRITTEN:
        return "is still being written";
    case SETTLE_SERIES:
    case SETTLE_FINISHED:
        break;
    }
    return NULL;
}
