#include "space.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "store.h"
#include "str.h"

/* Before any file of a rendition is finished, its bit rate is taken to be that of the recording,
 * but at most this (2 Mbit/s). */
static const double most_bytes_per_ms = 250;

/* What the store grows by, at most, in a short time: its journal. */
enum { STORE_BYTES = 100000 };

static void add_missing(struct space *s, const struct part_plan *pp)
{
    const struct recording *r = pp->source->recording;
    const double all_ms = (double)json_get_int(pp->source->probe, "duration_ms", 0);
    const double ms = pp->measured_ms > 0 ? (double)pp->measured_ms : all_ms;
    const double rate = all_ms > 0 ? (double)r->size / all_ms : 0;
    s->missing_ms += ms;
    s->likely_bytes += ms * (rate < most_bytes_per_ms ? rate : most_bytes_per_ms);
}

/* --- what is published ------------------------------------------------------------------------ */

static int note_published(void *opaque, const struct published *p)
{
    struct space_needs *n = opaque;
    AUTO_FREE char *path = fs_join(n->event->out, p->name);
    if (fs_exists(path)) /* the store has its name before the file is there */
        key_append(&n->published, &n->nb_published, p->key);
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_published(const struct space_needs *n, const char *key)
{
    return n->nb_published &&
           bsearch(key, n->published, n->nb_published, sizeof *n->published, by_key);
}

void space_begin(struct space_needs *out, const struct event *event)
{
    struct err ignored = {0};
    *out = (struct space_needs){.event = event};
    out->by_rendition = mem_zalloc(event->settings.nb_renditions, sizeof *out->by_rendition);
    (void)!store_each_published(event->store, note_published, out, &ignored);
    if (out->nb_published)
        qsort(out->published, out->nb_published, sizeof *out->published, by_key);
}

void space_finish(struct space_needs *n)
{
    free(n->by_rendition);
    free(n->published);
}

/* --- what is needed --------------------------------------------------------------------------- */

static void add_output(struct space_needs *n, const struct part_plan *pp, const struct output *o)
{
    const double bytes = (double)json_get_int(o->result, "bytes", 0);
    if (o->result && pp->state == PART_COMPLETE && !is_published(n, o->key))
        n->unpublished_bytes += bytes;
    if (o->kind != OUTPUT_RENDITION)
        return;
    struct space *s = &n->by_rendition[o->rendition - n->event->settings.renditions];
    if (o->result) {
        s->made_bytes += bytes;
        s->made_ms += (double)json_get_int(o->result, "duration_ms", 0);
    } else {
        add_missing(s, pp);
    }
}

void space_add(struct space_needs *n, const struct part_plan *pp)
{
    if (!pp->source)
        return;
    for (size_t i = 0; pp->nb_outputs == 0 && i < n->event->settings.nb_renditions; i++)
        add_missing(&n->by_rendition[i], pp);
    for (size_t i = 0; i < pp->nb_outputs; i++)
        add_output(n, pp, &pp->outputs[i]);
}

static double missing_bytes(const struct space_needs *n)
{
    double bytes = 0;
    for (size_t i = 0; i < n->event->settings.nb_renditions; i++) {
        const struct space *s = &n->by_rendition[i];
        bytes += s->made_ms > 0 ? s->missing_ms * s->made_bytes / s->made_ms : s->likely_bytes;
    }
    return bytes;
}

/* --- the disks -------------------------------------------------------------------------------- */

/* A folder, and what is needed on its disk. */
struct need {
    const char *path;
    struct statx st;
    double bytes;
    bool merged; /* counted with a folder before it, on the same disk */
};

static void look(struct need *n)
{
    if (statx(AT_FDCWD, n->path, 0, STATX_BASIC_STATS | STATX_MNT_ID, &n->st) < 0)
        n->st = (struct statx){0};
}

static bool same_disk(const struct need *a, const struct need *b)
{
    return a->st.stx_dev_major == b->st.stx_dev_major && a->st.stx_dev_minor == b->st.stx_dev_minor;
}

/* A file in out/ takes no space of its own if it is a hard link, which a mount does not lead out
 * of. */
static bool can_link(const struct need *a, const struct need *b)
{
    return same_disk(a, b) && a->st.stx_mnt_id == b->st.stx_mnt_id;
}

static double free_bytes(const struct need *n)
{
    const int64_t nb = fs_free_bytes(n->path);
    return nb > 0 ? (double)nb : 0;
}

/* Adds up the needs of folders on the same disk. Returns the number of disks. */
static size_t merge(struct need *needs, size_t nb)
{
    size_t nb_disks = 0;
    for (size_t i = 0; i < nb; i++) {
        for (size_t k = 0; k < i && !needs[i].merged; k++) {
            needs[i].merged = !needs[k].merged && same_disk(&needs[k], &needs[i]);
            needs[k].bytes += needs[i].merged ? needs[i].bytes : 0;
        }
        nb_disks += !needs[i].merged;
    }
    return nb_disks;
}

static char *describe(struct need *needs, size_t nb)
{
    const size_t nb_disks = merge(needs, nb);
    bool short_of = false;
    AUTO_STR s = {0};
    for (size_t i = 0; i < nb; i++) {
        const struct need *n = &needs[i];
        const double room = free_bytes(n);
        if (n->merged)
            continue;
        short_of = short_of || n->bytes > room;
        str_addf(&s, "%sabout %.1f MB more are needed", s.len ? "; " : "", n->bytes / 1e6);
        if (nb_disks > 1)
            str_addf(&s, " in '%s'", n->path);
        str_addf(&s, ", and %.1f MB are free%s", room / 1e6, nb_disks > 1 ? " there" : "");
        if (nb_disks > 1 && n->bytes > room)
            str_addf(&s, " (%.1f MB too few)", (n->bytes - room) / 1e6);
    }
    if (!short_of)
        str_add(&s, ": a quota or the number of files may be the limit");
    return str_take(&s);
}

char *space_message(const struct space_needs *n)
{
    const struct event *event = n->event;
    const double missing = missing_bytes(n);
    /* In work/ twice: the pieces, and the file assembled from them. The store needs little. */
    struct need needs[] = {
        {.path = event->work, .bytes = 2 * missing},
        {.path = event->out},
        {.path = event->dir, .bytes = STORE_BYTES},
    };
    enum { NB = sizeof needs / sizeof *needs };
    for (size_t i = 0; i < NB; i++)
        look(&needs[i]);
    if (!can_link(&needs[0], &needs[1]))
        needs[1].bytes = missing + n->unpublished_bytes;
    return describe(needs, NB);
}
