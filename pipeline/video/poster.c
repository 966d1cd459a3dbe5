#include "poster.h"

#include <errno.h>
#include <libavutil/intreadwrite.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture_graph.h"
#include "reader.h"
#include "rendition.h"

enum { NB_CANDIDATES = 9, QUALITY = 4 };
/* Away from key frames: the most that is decoded from one candidate to the next. A recording may
 * have one key frame for all its hours. */
enum { STEP_MS = 3000 };
/* Standard deviation of 8-bit luma: below this a picture is nearly blank (black, a fade, a blur).
 */
static const double blank_score = 12;

struct poster {
    const struct poster_spec *spec;
    struct media *media;
    /* Of the last candidate: its reader, the cell's first frame, and its own frame; -1: none yet */
    struct picture_reader *pictures;
    int64_t cell, looked_at;
    AVFrame *best;
    double best_score;
    int width, height;
};

/* The last cell that begins at or before a frame. */
static void cell_before(struct picture_range *range, const json_t *cells, int64_t frame)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        const int64_t begin = json_integer_value(json_array_get(cell, 0));
        if (begin > frame)
            break;
        range->key_frame = begin;
        range->key_pts = json_integer_value(json_array_get(cell, 1));
    }
}

/* Contrast: the standard deviation of luma. High for slides and lit rooms, low for black and blur.
 */
static double score(const AVFrame *f)
{
    double sum = 0, squares = 0;
    int64_t nb = 0;
    for (int y = 0; y < f->height; y += 4)
        for (int x = 0; x < f->width; x += 4, nb++) {
            const double v = f->data[0][(ptrdiff_t)y * f->linesize[0] + x];
            sum += v;
            squares += v * v;
        }
    return nb ? sqrt(fmax(0, squares / (double)nb - pow(sum / (double)nb, 2))) : 0;
}

static int upright(AVFrame *out, struct poster *p, AVFrame *in, struct err *err)
{
    AUTO_PICTURE_GRAPH *graph = NULL;
    struct picture_traits traits;
    picture_traits_read(&traits, p->spec->video, p->spec->fields);
    const struct picture_size size = {p->width, p->height};
    if (picture_graph_create(&graph, &size, 1, p->spec->grid.fps, &traits, err) < 0 ||
        picture_graph_send(graph, in, err) < 0 || picture_graph_send(graph, NULL, err) < 0)
        return err->code;
    return picture_graph_receive(graph, 0, out, err);
}

static void close_reader(struct poster *p)
{
    picture_reader_close_p(&p->pictures);
    p->pictures = NULL;
}

/* Opens the file again to decode from its start; seeks are possible in the open one. */
static int open_reader(struct poster *p, const struct picture_range *range, struct err *err)
{
    close_reader(p);
    p->cell = range->key_frame;
    if (!p->media || range->key_frame <= 0) {
        media_close_p(&p->media);
        p->media = NULL;
        if (media_open(&p->media, p->spec->recording, p->spec->files, err) < 0)
            return err->code;
    }
    return picture_reader_open(&p->pictures, p->media, range, err);
}

/* The frame that shows nearest to a candidate's place. Without far, the key frame of its cell,
 * which is cheapest to decode; else at most STEP_MS after that, or after the candidate before. */
static int64_t frame_near(const struct poster *p, const struct picture_range *range, int64_t place,
                          bool far)
{
    const int64_t step = frame_grid_frame_at_ms(&p->spec->grid, STEP_MS);
    const int64_t key = range->key_frame > p->spec->begin ? range->key_frame : p->spec->begin;
    const bool reading = p->pictures && p->cell == range->key_frame;
    const int64_t furthest = (reading && p->looked_at > key ? p->looked_at : key) + step;
    if (!far)
        return key;
    return place < furthest ? place : furthest;
}

/* Reads on to a frame. Returns 1, 0 where there is none, or an error. */
static int read_to(struct poster *p, int64_t frame, AVFrame *out, struct err *err)
{
    int got;
    do {
        av_frame_unref(out);
        got = picture_reader_next(p->pictures, out, err);
    } while (got > 0 && out->pts < frame);
    return got;
}

static int look_at(struct poster *p, int64_t place, bool far, struct err *err)
{
    AUTO_FRAME *in = av_frame_alloc(), *out = av_frame_alloc();
    if (!in || !out)
        return av_fail_nomem(err);
    struct picture_range range = {
        .stream = (int)json_get_int(p->spec->video, "stream", -1),
        .grid = p->spec->grid,
        .end = p->spec->end,
    };
    cell_before(&range, p->spec->cells, place);
    range.begin = frame_near(p, &range, place, far);
    if (range.begin == p->looked_at) /* one cell has several candidates */
        return 0;
    const bool reads_on = far && p->pictures && p->cell == range.key_frame;
    p->looked_at = range.begin;
    if (!reads_on && open_reader(p, &range, err) < 0)
        return err->code;
    int got = read_to(p, range.begin, in, err);
    if (got > 0) {
        p->looked_at = in->pts;
        got = upright(out, p, in, err);
    }
    if (got <= 0)
        return got;
    const double s = score(out);
    if (s > p->best_score || !p->best->buf[0]) {
        p->best_score = s;
        av_frame_unref(p->best);
        out->pts = p->looked_at;
        av_frame_move_ref(p->best, out);
    }
    return 0;
}

static int write_jpeg(const char *path, AVFrame *picture, struct err *err)
{
    AUTO_CODEC *enc = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!enc || !pkt)
        return av_fail_nomem(err);
    enc->width = picture->width;
    enc->height = picture->height;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    enc->color_range = AVCOL_RANGE_MPEG;
    enc->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    enc->time_base = (AVRational){1, 25};
    enc->thread_count = 1;
    enc->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    enc->global_quality = QUALITY * FF_QP2LAMBDA;
    picture->quality = enc->global_quality;
    int ret = avcodec_open2(enc, NULL, NULL);
    if (ret >= 0)
        ret = avcodec_send_frame(enc, picture);
    if (ret >= 0)
        ret = avcodec_receive_packet(enc, pkt);
    if (ret < 0)
        return av_fail(err, ret, "the poster cannot be encoded");
    FILE *f = fopen(path, "wb");
    if (!f)
        return err_errno(err, errno, "cannot create '%s'", path);
    const size_t written = fwrite(pkt->data, 1, (size_t)pkt->size, f);
    const int failed = errno;
    if (fclose(f) != 0 || written != (size_t)pkt->size)
        return err_errno(err, written != (size_t)pkt->size ? failed : errno, "cannot write '%s'",
                         path);
    return 0;
}

static int look_at_all(struct poster *p, bool far, struct err *err)
{
    const struct poster_spec *s = p->spec;
    int ret = 0;
    p->looked_at = -1;
    for (int i = 0; ret >= 0 && i < NB_CANDIDATES; i++) {
        const int64_t at = s->begin + (s->end - s->begin) * (2 * i + 1) / (2 * NB_CANDIDATES);
        ret = look_at(p, at, far, err);
    }
    close_reader(p);
    media_close_p(&p->media);
    p->media = NULL;
    return ret;
}

void poster_size(int *width, int *height, const json_t *video)
{
    const json_t *sar = json_object_get(video, "sar");
    AUTO_JSON *box =
        json_pack("{s:i, s:i}", "max_width", POSTER_WIDTH, "max_height", POSTER_HEIGHT);
    rendition_size(
        width, height, box, (int)json_get_int(video, "width", 0),
        (int)json_get_int(video, "height", 0), (int)json_integer_value(json_array_get(sar, 0)),
        (int)json_integer_value(json_array_get(sar, 1)), (int)json_get_int(video, "rotation", 0));
}

static int make(struct poster *p, const char *path, struct err *err)
{
    const struct poster_spec *s = p->spec;
    poster_size(&p->width, &p->height, s->video);
    p->best = av_frame_alloc();
    if (!p->best)
        return av_fail_nomem(err);
    if (look_at_all(p, false, err) < 0)
        return err->code;
    /* A short part has one cell, which may begin with a black picture. */
    if (p->best_score < blank_score && look_at_all(p, true, err) < 0)
        return err->code;
    if (!p->best->buf[0])
        return err_set(err, ERR_INVALID, "no picture of '%s' could be decoded", s->recording);
    return write_jpeg(path, p->best, err);
}

int poster_make(int64_t *out_frame, const char *path, const struct poster_spec *spec,
                struct err *err)
{
    struct poster p = {.spec = spec};
    const int ret = make(&p, path, err);
    if (ret == 0 && out_frame)
        *out_frame = p.best->pts;
    av_frame_free(&p.best);
    return ret;
}

int poster_of_picture(const char *path, const AVFrame *picture, struct err *err)
{
    AUTO_FRAME *out = NULL;
    if (picture_graph_convert(&out, picture, POSTER_WIDTH, POSTER_HEIGHT, err) < 0)
        return err->code;
    return write_jpeg(path, out, err);
}

/* --- reading it back -------------------------------------------------------------------------- */

static int open_decoder(AVCodecContext **out, struct err *err)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
    *out = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!*out)
        return av_fail_nomem(err);
    (*out)->thread_count = 1;
    (*out)->max_pixels = 2 * (int64_t)POSTER_WIDTH * POSTER_HEIGHT;
    (*out)->err_recognition = AV_EF_EXPLODE | AV_EF_CAREFUL;
    const int ret = avcodec_open2(*out, codec, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot open the decoder of JPEG") : 0;
}

static int decode_jpeg(AVFrame *out, const char *bytes, size_t nb, struct err *err)
{
    AUTO_CODEC *dec = NULL;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (open_decoder(&dec, err) < 0)
        return err->code;
    if (!pkt || av_new_packet(pkt, (int)nb) < 0)
        return av_fail_nomem(err);
    memcpy(pkt->data, bytes, nb);
    int ret = avcodec_send_packet(dec, pkt);
    if (ret >= 0)
        ret = avcodec_send_packet(dec, NULL);
    if (ret >= 0)
        ret = avcodec_receive_frame(dec, out);
    return ret < 0 ? av_fail(err, ret, "the poster does not decode") : 0;
}

/* Whether a segment before the picture's data is one that its encoder writes, and too short for the
 * text of a web page. */
static bool is_usual_segment(uint8_t marker, size_t nb)
{
    enum { TABLE = 0xdb, HUFFMAN = 0xc4, BASELINE = 0xc0, COMMENT = 0xfe, JFIF = 0xe0 };
    return marker == TABLE || marker == HUFFMAN || marker == BASELINE ||
           ((marker == COMMENT || marker == JFIF) && nb <= 32);
}

/* ISO/IEC 10918-1, annex B. One picture in one scan, with no other data in it and none after it,
 * which decoders would skip and other programs read. */
static bool is_one_jpeg(const uint8_t *b, size_t nb)
{
    enum { SCAN = 0xda, END = 0xd9 };
    if (nb < 4 || memcmp(b, "\xff\xd8", 2) != 0)
        return false;
    size_t at = 2;
    for (bool in_header = true; in_header;) {
        if (nb - at < 4 || b[at] != 0xff)
            return false;
        const size_t length = 2 + (size_t)AV_RB16(b + at + 2);
        in_header = b[at + 1] != SCAN;
        if ((in_header && !is_usual_segment(b[at + 1], length)) || nb - at < length)
            return false;
        at += length;
    }
    while (at + 1 < nb && (b[at] != 0xff || b[at + 1] == 0))
        at++;
    return at + 2 == nb && b[at + 1] == END;
}

int poster_check(const char *path, int width, int height, struct err *err)
{
    enum { MAX_BYTES = 16 << 20 /* far more than any JPEG of this size has */ };
    AUTO_FREE char *bytes = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    size_t nb;
    if (!frame)
        return av_fail_nomem(err);
    if (fs_read(&bytes, &nb, path, MAX_BYTES, err) < 0)
        return err->code;
    if (!is_one_jpeg((const uint8_t *)bytes, nb))
        return err_set(err, ERR_EXTERNAL, "the poster is not a JPEG picture");
    if (decode_jpeg(frame, bytes, nb, err) < 0)
        return err->code;
    return frame->width == width && frame->height == height
               ? 0
               : err_set(err, ERR_EXTERNAL, "the poster is %dx%d, not %dx%d", frame->width,
                         frame->height, width, height);
}
