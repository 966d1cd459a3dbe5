#include "captions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_text.h"
#include "clock.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

void captions_cut(struct cues *c, int64_t begin_ms, int64_t end_ms, int64_t shift_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->nb; i++) {
        struct cue cue = c->cues[i];
        cue.start_ms = cue.start_ms > begin_ms ? cue.start_ms : begin_ms;
        cue.end_ms = cue.end_ms < end_ms ? cue.end_ms : end_ms;
        if (cue.start_ms >= cue.end_ms || !*cue.text) {
            free(cue.text);
            continue;
        }
        cue.start_ms += shift_ms;
        cue.end_ms += shift_ms;
        c->cues[kept++] = cue;
    }
    c->nb = kept;
    cues_sort(c); /* those that were clipped at the front may start together now */
}

static int64_t without(int64_t ms, int64_t begin_ms, int64_t end_ms)
{
    return ms >= end_ms ? ms - (end_ms - begin_ms) : ms > begin_ms ? begin_ms : ms;
}

void captions_drop(struct cues *c, int64_t begin_ms, int64_t end_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->nb; i++) {
        struct cue cue = c->cues[i];
        cue.start_ms = without(cue.start_ms, begin_ms, end_ms);
        cue.end_ms = without(cue.end_ms, begin_ms, end_ms);
        if (cue.start_ms < cue.end_ms)
            c->cues[kept++] = cue;
        else
            free(cue.text);
    }
    c->nb = kept;
    cues_sort(c); /* those that were clipped at the front start together now */
}

/* --- one at a time --------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The cues that show at a time, by their places; in order. */
struct showing {
    size_t *cues;
    size_t nb, next; /* next: the first cue that has not begun */
};

static void move_to(struct showing *s, const struct cues *c, char *const *texts, int64_t ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->nb; i++)
        if (c->cues[s->cues[i]].end_ms > ms)
            s->cues[kept++] = s->cues[i];
    for (; s->next < c->nb && c->cues[s->next].start_ms <= ms; s->next++)
        if (*texts[s->next] && c->cues[s->next].end_ms > ms)
            s->cues[kept++] = s->next;
    s->nb = kept;
}

/* Their texts, a line each. */
static char *join(const struct showing *s, char *const *texts)
{
    struct str all = {0};
    for (size_t i = 0; i < s->nb; i++)
        str_addf(&all, "%s%s", i ? "\n" : "", texts[s->cues[i]]);
    return str_take(&all);
}

/* A cue for each time between two of the times that shows something. */
static int flatten(struct cues *out, const struct cues *c, char *const *texts, const int64_t *times,
                   struct err *err)
{
    AUTO_FREE size_t *places = mem_zalloc(c->nb + 1, sizeof *places);
    struct showing showing = {.cues = places};
    size_t nb_bytes = 0;
    for (size_t i = 0; i + 1 < 2 * c->nb; i++) {
        if (times[i] == times[i + 1])
            continue;
        move_to(&showing, c, texts, times[i]);
        if (!showing.nb)
            continue;
        char *text = join(&showing, texts);
        cues_add(out, times[i], times[i + 1], text);
        nb_bytes += strlen(text);
        if (nb_bytes > CAPTIONS_MAX_BYTES)
            return err_set(err, ERR_INVALID,
                           "captions: so many overlap that in an MP4 file, which shows one at a "
                           "time, they would take more than %d MB: correct the captions, or "
                           "remove them to publish without captions",
                           CAPTIONS_MAX_BYTES >> 20);
    }
    return 0;
}

int captions_flatten(struct cues *out, const struct cues *c, struct err *err)
{
    AUTO_FREE int64_t *times = mem_zalloc(2 * c->nb + 1, sizeof *times);
    char **texts = mem_zalloc(c->nb + 1, sizeof *texts);
    AUTO_CUES flat = {0};
    for (size_t i = 0; i < c->nb; i++) {
        times[2 * i] = c->cues[i].start_ms;
        times[2 * i + 1] = c->cues[i].end_ms;
        texts[i] = captions_to_plain(c->cues[i].text);
    }
    qsort(times, 2 * c->nb, sizeof *times, by_time);
    const int ret = flatten(&flat, c, texts, times, err);
    mem_free_strings(texts, c->nb);
    if (ret < 0)
        return ret;
    *out = flat;
    flat = (struct cues){0};
    return 0;
}

/* --- writing --------------------------------------------------------------------------------- */

char *captions_webvtt(const struct cues *c)
{
    struct str s = {0};
    str_add(&s, "WEBVTT\n");
    for (size_t i = 0; i < c->nb; i++) {
        char from[CLOCK_BYTES], to[CLOCK_BYTES];
        str_addf(&s, "\n%s --> %s\n%s\n", clock_format_cue(from, c->cues[i].start_ms),
                 clock_format_cue(to, c->cues[i].end_ms), c->cues[i].text);
    }
    return str_take(&s);
}

static bool same_cues(const struct cues *a, const struct cues *b)
{
    if (a->nb != b->nb)
        return false;
    for (size_t i = 0; i < a->nb; i++)
        if (a->cues[i].start_ms != b->cues[i].start_ms || a->cues[i].end_ms != b->cues[i].end_ms ||
            strcmp(a->cues[i].text, b->cues[i].text) != 0)
            return false;
    return true;
}

int captions_write(const char *path, const struct cues *c, struct err *err)
{
    AUTO_FREE char *text = captions_webvtt(c);
    AUTO_CUES back = {0};
    FILE *f = fopen(path, "wb");
    if (!f)
        return err_errno(err, errno, "cannot create '%s'", path);
    const bool written = fputs(text, f) >= 0;
    const int failed = errno;
    if (fclose(f) != 0 || !written)
        return err_errno(err, written ? errno : failed, "cannot write '%s'", path);
    if (c->nb == 0)
        return 0;
    if (captions_read_file(&back, path, err) < 0)
        return err->code;
    return same_cues(c, &back) ? 0
                               : err_set(err, ERR_BUG,
                                         "the captions in '%s' read back otherwise than they were "
                                         "written",
                                         path);
}
