/* Files that repeat the end of the file before: some recorders begin the next one up to a few
 * seconds early, so that nothing is lost. Found by the packets' content. */
#include <libavutil/avutil.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "hash.h"
#include "media_join.h"
#include "mem.h"

enum {
    LONGEST_OVERLAP_S = 12,
    HEAD_PACKETS_MAX = 20000,
    /* So many packets must be the same in a row, and so many of them unlike each other: still
     * pictures and silence repeat by themselves. */
    LEAST_SAME = 3,
};

struct seen {
    char hash[HASH_BYTES];
    int64_t ts;  /* decoding time, where there is one */
    int64_t pts; /* both on the file's own clock */
    bool key;
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
    const int64_t ts = media_join_order(pkt);
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
            media_join_wanted(m->pieces[0].fmt->streams[stream]))
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
    return at ? media_join_compare(m, at, err) : 0;
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

/* Whether b repeats a from their packets i and k on, up to the end of a, whose last packet may be
 * incomplete. */
static bool repeats(const struct run *a, size_t i, const struct run *b, size_t k)
{
    size_t nb_same = 0, nb_unlike = 0;
    if (a->nb - i > b->nb - k)
        return false;
    for (size_t j = 0; i + j < a->nb; j++) {
        if (!same(&a->list[i + j], &b->list[k + j])) {
            if (i + j + 1 < a->nb)
                return false;
            continue;
        }
        nb_same++;
        nb_unlike += j == 0 || !same(&a->list[i + j], &a->list[i + j - 1]);
    }
    return nb_same >= LEAST_SAME && nb_unlike >= LEAST_SAME;
}

/* The packets of a and b, the main stream's, at which a can give way to b: a key packet if there is
 * one. */
static bool find_cut(size_t *i, size_t *k, const struct run *a, const struct run *b)
{
    for (int key = 1; key >= 0; key--)
        for (*k = 0; *k < b->nb && b->nb - *k >= LEAST_SAME; ++*k)
            for (*i = 0; b->list[*k].key >= key && *i + LEAST_SAME <= a->nb; ++*i)
                if (same(&a->list[*i], &b->list[*k]) && repeats(a, *i, b, *k))
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

int media_overlap_find(struct media *m, size_t at, struct err *err)
{
    struct run *tails = mem_zalloc(m->nb_streams, sizeof *tails);
    struct run *heads = mem_zalloc(m->nb_streams, sizeof *heads);
    size_t i, k;
    if (read_tail(tails, m, at - 1, err) == 0 && tails[m->main].nb && open_piece(m, at, err) == 0 &&
        read_run(heads, m, at, true, err) == 0 &&
        find_cut(&i, &k, &tails[m->main], &heads[m->main]) &&
        advances(m, at, &tails[m->main].list[i], &heads[m->main].list[k]))
        cut(m, at, tails, heads, &tails[m->main].list[i], &heads[m->main].list[k]);
    finish_runs(tails, m->nb_streams);
    finish_runs(heads, m->nb_streams);
    return err->code;
}
