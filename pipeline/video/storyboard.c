#include "storyboard.h"

#include <stdlib.h>

#include "av.h"
#include "jpeg.h"
#include "media.h"
#include "mem.h"
#include "picture_signature.h"
#include "small_picture.h"
#include "storyboard_grid.h"

static const char what[] = "the storyboard";

struct board {
    const struct storyboard_spec *spec;
    struct media *media;
    const AVStream *stream;
    AVCodecContext *dec;
    AVFrame *sheet, *small; /* small: a picture, scaled */
    AVFrame *last;          /* the last one decoded; not of show_key */
    int64_t interval_ms, first;
    int nb; /* pictures on the sheet, the first of them first */
    int64_t
        distance[STORYBOARD_PER_SHEET]; /* of the picture drawn there from its middle; -1: none */
    AVPacket **group;                   /* a key packet, and those up to the next one */
    size_t nb_group;
    struct picture_signature before;
    json_t *changes;
};

/* --- times ------------------------------------------------------------------------------------ */

static int64_t ms_of(const struct board *b, int64_t pts)
{
    return av_rescale_q(pts, b->stream->time_base, (AVRational){1, 1000});
}

static int64_t begin_ms(const struct board *b, int i)
{
    return (b->first + i) * b->interval_ms;
}

static int64_t end_ms(const struct board *b, int i)
{
    const int64_t end = begin_ms(b, i + 1);
    return end < b->spec->duration_ms ? end : b->spec->duration_ms;
}

static int64_t middle_ms(const struct board *b, int i)
{
    return (begin_ms(b, i) + end_ms(b, i)) / 2;
}

/* --- one picture ------------------------------------------------------------------------------ */

/* Scales a decoded picture into b->small. */
static int scale(struct board *b, const AVFrame *in, struct err *err)
{
    av_frame_free(&b->small);
    return small_picture_make(&b->small, in, STORYBOARD_WIDTH, STORYBOARD_HEIGHT, err) < 0
               ? err_prefix(err, "'%s': ", b->spec->file)
               : 0;
}

/* Copies b->small to the sheet's place i. */
static void draw(struct board *b, int i)
{
    small_picture_place(b->sheet, b->small, i % STORYBOARD_COLUMNS * STORYBOARD_WIDTH,
                        i / STORYBOARD_COLUMNS * STORYBOARD_HEIGHT, STORYBOARD_WIDTH,
                        STORYBOARD_HEIGHT);
}

/* --- changes ---------------------------------------------------------------------------------- */

/* Compares the key picture in b->small with the one before. */
static void note_change(struct board *b, int64_t at_ms)
{
    struct picture_signature now;
    picture_signature_take(&now, b->small);
    const int strength = picture_signature_change(&b->before, &now);
    b->before = now;
    if (strength >= PICTURE_SIGNATURE_CHANGE && at_ms >= begin_ms(b, 0) &&
        json_array_size(b->changes) < STORYBOARD_MAX_CHANGES)
        json_array_append_new(b->changes, json_pack("[I, i]", (json_int_t)at_ms, strength));
}

/* --- a group: from a key packet to the next --------------------------------------------------- */

/* Draws b->small where it is nearer to a place's middle than what is there. */
static void place(struct board *b, int i, int64_t at_ms)
{
    const int64_t distance = llabs(at_ms - middle_ms(b, i));
    if (b->distance[i] >= 0 && b->distance[i] <= distance)
        return;
    b->distance[i] = distance;
    draw(b, i);
}

/* The next decoded picture: 1, 0 if more packets are needed or all are out, or an error. */
static int receive(struct board *b, AVFrame *out, struct err *err)
{
    const int ret = avcodec_receive_frame(b->dec, out);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
        return 0;
    return ret < 0 ? av_fail(err, ret, "'%s': a picture does not decode", b->spec->file) : 1;
}

static int send(struct board *b, const AVPacket *pkt, struct err *err)
{
    const int ret = avcodec_send_packet(b->dec, pkt);
    return ret < 0 ? av_fail(err, ret, "'%s': a picture does not decode", b->spec->file) : 0;
}

/* Decodes the key picture alone. */
static int show_key(struct board *b, int64_t key_ms, struct err *err)
{
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    if (send(b, b->group[0], err) < 0 || send(b, NULL, err) < 0)
        return err->code;
    const int got = receive(b, frame, err);
    avcodec_flush_buffers(b->dec);
    if (got <= 0 || scale(b, frame, err) < 0)
        return got < 0 ? got : err->code;
    const int64_t i = key_ms / b->interval_ms - b->first;
    note_change(b, key_ms);
    if (key_ms >= begin_ms(b, 0) && i < b->nb)
        place(b, (int)i, key_ms);
    return 0;
}

/* Draws the last picture at the places from *i to last whose middle is not after it. */
static int show_last(struct board *b, int *i, int last, struct err *err)
{
    const int64_t at_ms = ms_of(b, b->last->pts);
    if (*i > last || at_ms < middle_ms(b, *i))
        return 0;
    if (scale(b, b->last, err) < 0)
        return err->code;
    for (; *i <= last && at_ms >= middle_ms(b, *i); (*i)++)
        place(b, *i, at_ms);
    return 0;
}

static int show_decoded(struct board *b, int *i, int last, struct err *err)
{
    AUTO_FRAME *frame = av_frame_alloc();
    int got;
    if (!frame)
        return av_fail_nomem(err);
    while (*i <= last && (got = receive(b, frame, err)) != 0) {
        av_frame_unref(b->last);
        av_frame_move_ref(b->last, frame);
        if (got < 0 || show_last(b, i, last, err) < 0)
            return err->code;
    }
    return 0;
}

/* The part's last interval may be so short that no picture begins after its middle, or none at all:
 * the one before is still shown then. */
static int show_end(struct board *b, int i, struct err *err)
{
    if (!b->last->buf[0])
        return 0;
    const int64_t at_ms = ms_of(b, b->last->pts);
    const bool is_end = b->first + i + 1 == storyboard_nb_pictures(b->spec->duration_ms);
    if (at_ms < begin_ms(b, is_end ? i - 1 : i) || at_ms >= end_ms(b, i))
        return 0;
    if (scale(b, b->last, err) < 0)
        return err->code;
    place(b, i, at_ms);
    return 0;
}

/* Decodes the group as far as the middle of places first to last, which have no key picture. */
static int show_between(struct board *b, int first, int last, struct err *err)
{
    int i = first;
    for (size_t n = 0; n < b->nb_group && i <= last; n++)
        if (send(b, b->group[n], err) < 0 || show_decoded(b, &i, last, err) < 0)
            return err->code;
    if (i <= last && (send(b, NULL, err) < 0 || show_decoded(b, &i, last, err) < 0))
        return err->code;
    avcodec_flush_buffers(b->dec);
    return i <= last ? show_end(b, i, err) : 0;
}

/* The places that lie between two key pictures; last < first: none. The picture at 0 is black, and
 * counts as none. */
static void find_between(int *first, int *last, const struct board *b, int64_t key_ms,
                         int64_t next_ms)
{
    *first = 0;
    while (*first < b->nb && begin_ms(b, *first) <= key_ms && (key_ms || begin_ms(b, *first)))
        (*first)++;
    *last = *first - 1;
    while (*last + 1 < b->nb && end_ms(b, *last + 1) <= next_ms)
        (*last)++;
}

static void drop_group(struct board *b)
{
    for (size_t i = 0; i < b->nb_group; i++)
        av_packet_free(&b->group[i]);
    b->nb_group = 0;
}

static int end_group(struct board *b, int64_t next_ms, struct err *err)
{
    int first, last;
    if (!b->nb_group)
        return 0;
    const int64_t key_ms = ms_of(b, b->group[0]->pts);
    find_between(&first, &last, b, key_ms, next_ms);
    if ((key_ms && show_key(b, key_ms, err) < 0) ||
        (first <= last && show_between(b, first, last, err) < 0))
        return err->code;
    drop_group(b);
    const double done = (double)(key_ms - begin_ms(b, 0)) / (double)(b->nb * b->interval_ms);
    return b->spec->progress && b->spec->progress(b->spec->opaque, done)
               ? err_set(err, ERR_CANCELLED, "stopped")
               : 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static int open_file(struct board *b, struct err *err)
{
    int video, audio;
    if (media_open(&b->media, b->spec->file, NULL, err) < 0)
        return err->code;
    AVFormatContext *fmt = media_format(b->media);
    media_choose(&video, &audio, fmt);
    if (video < 0)
        return err_set(err, ERR_EXTERNAL, "'%s' has no picture", b->spec->file);
    for (int i = 0; i < (int)fmt->nb_streams; i++)
        if (i != video)
            fmt->streams[i]->discard = AVDISCARD_ALL;
    b->stream = fmt->streams[video];
    return media_decoder(&b->dec, b->media, video, NULL, err);
}

/* Just before the sheet's first picture, so that its first key picture can be compared. */
static int seek(struct board *b, struct err *err)
{
    const int64_t ms = begin_ms(b, 0) - 1;
    return ms < 0 ? 0
                  : media_seek(b->media, b->stream->index,
                               av_rescale_q(ms, (AVRational){1, 1000}, b->stream->time_base), err);
}

/* Moves the packet to the group. */
static int keep(struct board *b, AVPacket *pkt, struct err *err)
{
    AVPacket *kept = av_packet_alloc();
    if (!kept)
        return av_fail_nomem(err);
    av_packet_move_ref(kept, pkt);
    b->group = mem_grow(b->group, b->nb_group, sizeof *b->group);
    b->group[b->nb_group++] = kept;
    return 0;
}

static int read_groups(struct board *b, struct err *err)
{
    AUTO_PACKET *pkt = av_packet_alloc();
    const int64_t stop_ms = end_ms(b, b->nb - 1);
    int64_t next_ms = -1;
    int got = 0;
    if (!pkt)
        return av_fail_nomem(err);
    while (next_ms < stop_ms && (got = media_read(b->media, pkt, err)) > 0) {
        const bool ours = pkt->stream_index == b->stream->index, key = pkt->flags & AV_PKT_FLAG_KEY;
        if (ours && key) {
            next_ms = ms_of(b, pkt->pts);
            if (end_group(b, next_ms, err) < 0)
                return err->code;
        }
        if (ours && (key || b->nb_group) && keep(b, pkt, err) < 0)
            return err->code;
        av_packet_unref(pkt);
    }
    if (got < 0)
        return got;
    return next_ms < stop_ms ? end_group(b, stop_ms, err) : 0;
}

static int begin_sheet(struct board *b, struct err *err)
{
    const int64_t duration_ms = b->spec->duration_ms, sheet = b->spec->sheet;
    b->interval_ms = storyboard_interval_ms(duration_ms);
    b->first = sheet * STORYBOARD_PER_SHEET;
    b->nb = storyboard_nb_on_sheet(duration_ms, sheet);
    for (int i = 0; i < b->nb; i++)
        b->distance[i] = -1;
    b->changes = json_array();
    b->last = av_frame_alloc();
    if (!b->last)
        return av_fail_nomem(err);
    int width, height;
    storyboard_sheet_size(&width, &height, b->nb);
    return small_picture_sheet(&b->sheet, width, height, 0, err);
}

static int check_whole(const struct board *b, struct err *err)
{
    for (int i = 0; i < b->nb; i++)
        if (b->distance[i] < 0)
            return err_set(err, ERR_EXTERNAL, "'%s' has no picture from %lld to %lld ms",
                           b->spec->file, (long long)begin_ms(b, i), (long long)end_ms(b, i));
    return 0;
}

static void finish(struct board *b)
{
    drop_group(b);
    free(b->group);
    av_frame_free(&b->sheet);
    av_frame_free(&b->small);
    av_frame_free(&b->last);
    avcodec_free_context(&b->dec);
    media_close_p(&b->media);
    json_decref(b->changes);
}

int storyboard_make(json_t **out_changes, const char *path, const struct storyboard_spec *spec,
                    struct err *err)
{
    struct board b = {.spec = spec};
    if (begin_sheet(&b, err) == 0 && open_file(&b, err) == 0 && seek(&b, err) >= 0 &&
        read_groups(&b, err) == 0 && check_whole(&b, err) == 0 &&
        jpeg_write(path, b.sheet, what, err) == 0)
        *out_changes = json_incref(b.changes);
    finish(&b);
    return err->code;
}

int storyboard_check(const char *path, int64_t duration_ms, int64_t sheet, struct err *err)
{
    int width, height;
    storyboard_sheet_size(&width, &height, storyboard_nb_on_sheet(duration_ms, sheet));
    return jpeg_check(path, width, height, what, err);
}
