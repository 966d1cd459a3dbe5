#include "media_overlap.h"

#include <libavutil/avutil.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "hash.h"
#include "mem.h"

enum {
    LONGEST_OVERLAP_S = 12,
    HEAD_PACKETS_MAX = 20000,
    LEAST_SAME = 3,  /* packets that must be the same in a row, each of them once in its file */
    STEP_US = 20000, /* by which picture and sound may disagree on the overlap's length */
};

struct seen {
    char hash[HASH_BYTES];
    int64_t ts;  /* decoding time, where there is one */
    int64_t pts; /* both on the file's own clock */
    bool key;
    bool once; /* no other packet of the run is the same */
};

/* The packets of one stream at a file's end or start, in decoding order. */
struct run {
    struct seen *list;
    size_t nb;
};

static void finish_runs(struct run *runs, unsigned nb)
{
    for (unsigned i = 0; i < nb; i++)
        free(runs[i].list);
    free(runs);
}

static void note(struct run *run, const AVPacket *pkt)
{
    const int64_t ts = media_piece_order(pkt);
    if (ts == AV_NOPTS_VALUE || pkt->size == 0 || pkt->flags & AV_PKT_FLAG_DISCARD)
        return;
    run->list = mem_grow(run->list, run->nb, sizeof *run->list);
    struct seen *s = &run->list[run->nb++];
    hash_bytes(pkt->data, (size_t)pkt->size, s->hash);
    s->ts = ts;
    s->pts = pkt->pts == AV_NOPTS_VALUE ? ts : pkt->pts;
    s->key = pkt->flags & AV_PKT_FLAG_KEY;
}

/* Reads packets of picture and sound, up to the length of an overlap after the first one of the
 * main stream if head, else to the end. */
static int read_run(struct run *runs, struct media *m, size_t at, bool head, struct err *err)
{
    struct media_piece *p = &m->pieces[at];
    const AVStream *main = media_piece_stream(p, m->main);
    const int64_t longest = av_rescale_q(LONGEST_OVERLAP_S, (AVRational){1, 1}, main->time_base);
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    const struct run *of_main = &runs[m->main];
    for (int i = 0; (!head || i < HEAD_PACKETS_MAX) && av_read_frame(p->fmt, pkt) >= 0; i++) {
        const int stream = media_piece_number(p, pkt->stream_index);
        if (stream >= 0 && stream < (int)m->nb_streams &&
            media_piece_wanted(m->pieces[0].fmt->streams[stream]))
            note(&runs[stream], pkt);
        av_packet_unref(pkt);
        if (head && of_main->nb &&
            of_main->list[of_main->nb - 1].ts - of_main->list[0].ts > longest)
            break;
    }
    p->used = true;
    return m->disk_failed ? av_fail(err, AVERROR(EIO), "cannot read '%s'", p->path) : 0;
}

static int open_piece(struct media *m, size_t at, struct err *err)
{
    if (media_piece_open(&m->pieces[at], err) < 0)
        return err->code;
    return at ? media_piece_compare(m, at, err) : 0;
}

/* Returns 0 where the container cannot seek: then runs stay empty. */
static int read_tail(struct run *runs, struct media *m, size_t at, struct err *err)
{
    if (open_piece(m, at, err) < 0)
        return err->code;
    AVFormatContext *fmt = m->pieces[at].fmt;
    const AVStream *main = media_piece_stream(&m->pieces[at], m->main);
    const int64_t start = fmt->start_time == AV_NOPTS_VALUE ? 0 : fmt->start_time;
    const int64_t from_us = fmt->duration - LONGEST_OVERLAP_S * (int64_t)AV_TIME_BASE;
    const int64_t from = av_rescale_q(start + from_us, AV_TIME_BASE_Q, main->time_base);
    if (fmt->duration <= 0 ||
        (from_us > 0 && av_seek_frame(fmt, main->index, from, AVSEEK_FLAG_BACKWARD) < 0))
        return 0;
    return read_run(runs, m, at, false, err);
}

static bool same(const struct seen *a, const struct seen *b)
{
    return strcmp(a->hash, b->hash) == 0;
}

static int by_hash(const void *a, const void *b)
{
    const struct seen *const *x = a, *const *y = b;
    return strcmp((*x)->hash, (*y)->hash);
}

/* Still pictures and silence repeat by themselves, pictures with the period of their key frames:
 * such packets say nothing about where an overlap begins. */
static void mark_once(struct run *run)
{
    AUTO_FREE struct seen **sorted = mem_zalloc(run->nb + 1, sizeof *sorted);
    for (size_t i = 0; i < run->nb; i++)
        sorted[i] = &run->list[i];
    qsort(sorted, run->nb, sizeof *sorted, by_hash);
    for (size_t i = 0; i < run->nb; i++)
        sorted[i]->once = (i == 0 || !same(sorted[i - 1], sorted[i])) &&
                          (i + 1 == run->nb || !same(sorted[i], sorted[i + 1]));
}

/* Whether b repeats a from their packets i and k on, up to the end of a, whose last packet may be
 * incomplete. nb_once: how many of these packets are the same nowhere else. */
static bool repeats(size_t *nb_once, const struct run *a, size_t i, const struct run *b, size_t k)
{
    size_t nb_same = 0;
    *nb_once = 0;
    if (a->nb - i > b->nb - k)
        return false;
    for (size_t j = 0; i + j < a->nb; j++) {
        const struct seen *x = &a->list[i + j], *y = &b->list[k + j];
        if (same(x, y)) {
            nb_same++;
            *nb_once += x->once && y->once;
        } else if (i + j + 1 < a->nb) {
            return false;
        }
    }
    return nb_same >= LEAST_SAME;
}

/* What the end of one file and the start of the next hold. */
struct ends {
    struct media *media;
    size_t at; /* the next one */
    struct run *tails, *heads;
};

/* From the clock of the next file to that of the one before, if a and b are the same packet. */
static int64_t step_us(const struct ends *e, int stream, const struct seen *a, const struct seen *b)
{
    const AVStream *st_a = media_piece_stream(&e->media->pieces[e->at - 1], stream),
                   *st_b = media_piece_stream(&e->media->pieces[e->at], stream);
    return av_rescale_q(a->pts, st_a->time_base, AV_TIME_BASE_Q) -
           av_rescale_q(b->pts, st_b->time_base, AV_TIME_BASE_Q);
}

/* By how much the next file begins early, according to packets of one stream that are nowhere else
 * in it. */
static bool find_step(int64_t *step, const struct ends *e, int stream)
{
    const struct run *a = &e->tails[stream], *b = &e->heads[stream];
    size_t nb_once;
    for (size_t k = 0; k < b->nb; k++)
        for (size_t i = 0; b->list[k].once && i < a->nb; i++) {
            if (!same(&a->list[i], &b->list[k]) || !a->list[i].once)
                continue;
            *step = step_us(e, stream, &a->list[i], &b->list[k]);
            if (repeats(&nb_once, a, i, b, k) && nb_once >= LEAST_SAME)
                return true;
        }
    return false;
}

/* The picture is asked first; one that stands still says nothing, but what is spoken over it
 * does. */
static bool find_step_of_any(int64_t *step, const struct ends *e)
{
    if (find_step(step, e, e->media->main))
        return true;
    for (unsigned i = 0; i < e->media->nb_streams; i++)
        if ((int)i != e->media->main && find_step(step, e, (int)i))
            return true;
    return false;
}

/* The packets of the main stream at which a file can give way to the next: a key packet if there
 * is one. */
static bool find_cut(size_t *i, size_t *k, const struct ends *e, int64_t step)
{
    const int main = e->media->main;
    const struct run *a = &e->tails[main], *b = &e->heads[main];
    size_t nb_once;
    for (int key = 1; key >= 0; key--)
        for (*k = 0; *k < b->nb && b->nb - *k >= LEAST_SAME; ++*k)
            for (*i = 0; b->list[*k].key >= key && *i + LEAST_SAME <= a->nb; ++*i)
                if (same(&a->list[*i], &b->list[*k]) &&
                    llabs(step_us(e, main, &a->list[*i], &b->list[*k]) - step) <= STEP_US &&
                    repeats(&nb_once, a, *i, b, *k))
                    return true;
    return false;
}

static bool holds(const struct run *run, const struct seen *s)
{
    for (size_t i = 0; i < run->nb; i++)
        if (same(&run->list[i], s))
            return true;
    return false;
}

/* Where another stream of the file after begins that is continued at the cut: its first packet from
 * there on. NULL: it has none. */
static const struct seen *first_from(const struct run *b, int64_t pts)
{
    for (size_t i = 0; i < b->nb; i++)
        if (b->list[i].pts >= pts)
            return &b->list[i];
    return NULL;
}

/* Cuts one of the other streams. Returns false where its packets differ in the time that the main
 * stream repeats: then nothing overlaps. */
static bool cut_other(struct media_span *a_span, struct media_span *b_span, const struct run *a,
                      const struct run *b, int64_t step, int64_t cut, const AVStream *st)
{
    const struct seen *first = first_from(b, cut);
    if (!first)
        return true;
    const int64_t half =
        a->nb > 1 ? (a->list[a->nb - 1].ts - a->list[0].ts) / (int64_t)(a->nb - 1) / 2 : 0;
    size_t nb = 0, nb_same = 0;
    for (size_t i = 0; i < a->nb; i++)
        if (a->list[i].ts >= first->ts + step - half) {
            nb++;
            nb_same += holds(b, &a->list[i]);
        }
    /* Uncompressed sound may be divided into packets anywhere. */
    if (av_get_exact_bits_per_sample(st->codecpar->codec_id) == 0 && 2 * nb_same + 1 < nb)
        return false;
    a_span->until = first->ts + step - half;
    b_span->from = first->ts;
    return true;
}

static void cut(struct media *m, size_t at, const struct run *tails, const struct run *heads,
                const struct seen *a, const struct seen *b)
{
    struct media_piece *before = &m->pieces[at - 1], *p = &m->pieces[at];
    const AVRational base = m->pieces[0].fmt->streams[m->main]->time_base;
    const AVRational base_a = media_piece_stream(before, m->main)->time_base;
    const AVRational base_b = media_piece_stream(p, m->main)->time_base;
    const int64_t step =
        av_rescale_q(a->pts, base_a, AV_TIME_BASE_Q) - av_rescale_q(b->pts, base_b, AV_TIME_BASE_Q);
    for (unsigned i = 0; i < m->nb_streams; i++) {
        const AVStream *st_a = media_piece_stream(before, (int)i),
                       *st_b = media_piece_stream(p, (int)i);
        /* The packets of both are compared on the clock of b, which has the first one's time base
         * in all recorders: else nothing is cut. */
        if ((int)i == m->main || !st_a || !st_b || av_cmp_q(st_a->time_base, st_b->time_base) != 0)
            continue;
        if (!cut_other(&before->spans[i], &p->spans[i], &tails[i], &heads[i],
                       av_rescale_q(step, AV_TIME_BASE_Q, st_b->time_base),
                       av_rescale_q(b->pts, base_b, st_b->time_base), st_b)) {
            for (unsigned k = 0; k <= i; k++) {
                before->spans[k].until = INT64_MAX;
                p->spans[k].from = INT64_MIN;
            }
            return;
        }
    }
    before->spans[m->main].until = a->ts;
    p->spans[m->main].from = b->ts;
    p->overlaps = true;
    p->step = av_rescale_q(a->pts, base_a, base) - av_rescale_q(b->pts, base_b, base);
}

/* Whether a, of the file before, is further from that file's start than b from its own: a file that
 * is repeated whole is a copy, and nothing of it is dropped. */
static bool advances(const struct media *m, size_t at, const struct seen *a, const struct seen *b)
{
    const struct media_piece *before = &m->pieces[at - 1], *p = &m->pieces[at];
    const int64_t start_a = before->fmt->start_time, start_b = p->fmt->start_time;
    if (start_a == AV_NOPTS_VALUE || start_b == AV_NOPTS_VALUE)
        return true;
    const AVRational base_a = media_piece_stream(before, m->main)->time_base;
    const AVRational base_b = media_piece_stream(p, m->main)->time_base;
    return av_rescale_q(a->pts, base_a, AV_TIME_BASE_Q) - start_a >
           av_rescale_q(b->pts, base_b, AV_TIME_BASE_Q) - start_b;
}

static void find_and_cut(const struct ends *e)
{
    struct media *m = e->media;
    int64_t step;
    size_t i, k;
    for (unsigned n = 0; n < m->nb_streams; n++) {
        mark_once(&e->tails[n]);
        mark_once(&e->heads[n]);
    }
    if (!find_step_of_any(&step, e) || !find_cut(&i, &k, e, step))
        return;
    const struct seen *a = &e->tails[m->main].list[i], *b = &e->heads[m->main].list[k];
    if (advances(m, e->at, a, b))
        cut(m, e->at, e->tails, e->heads, a, b);
}

int media_overlap_find(struct media *m, size_t at, struct err *err)
{
    const struct ends e = {.media = m,
                           .at = at,
                           .tails = mem_zalloc(m->nb_streams, sizeof *e.tails),
                           .heads = mem_zalloc(m->nb_streams, sizeof *e.heads)};
    if (read_tail(e.tails, m, at - 1, err) == 0 && e.tails[m->main].nb &&
        open_piece(m, at, err) == 0 && read_run(e.heads, m, at, true, err) == 0)
        find_and_cut(&e);
    finish_runs(e.tails, m->nb_streams);
    finish_runs(e.heads, m->nb_streams);
    return err->code;
}
