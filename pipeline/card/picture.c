#include "picture.h"

#include <assert.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>

#include "av.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

struct input {
    AVIOContext *io;
    AVFormatContext *format;
};

static void input_finish(struct input *in)
{
    avformat_close_input(&in->format);
    avio_closep(&in->io);
}
#define AUTO_INPUT ATTR_CLEANUP(input_finish) struct input

static void sws_free_p(struct SwsContext **sws)
{
    sws_freeContext(*sws);
}
#define AUTO_SWS ATTR_CLEANUP(sws_free_p) struct SwsContext

static int decode_first(AVFrame **out, const char *path, struct err *err);
static int to_premultiplied(AVFrame **out, const AVFrame *in, struct err *err);

AVFrame *picture_alloc(int pix_fmt, int width, int height)
{
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return NULL;
    frame->format = pix_fmt;
    frame->width = width;
    frame->height = height;
    if (av_frame_get_buffer(frame, 0) < 0)
        return NULL;
    return mem_take(&frame);
}

int picture_read(AVFrame **out, const char *path, struct err *err)
{
    if (!fs_exists(path))
        return err_set(err, ERR_NOT_FOUND, "the picture '%s' does not exist", path);
    AUTO_FRAME *frame = NULL;
    if (decode_first(&frame, path, err) < 0)
        return err->code;
    assert(frame);
    if (frame->width > PICTURE_MAX_SIDE || frame->height > PICTURE_MAX_SIDE)
        return err_set(err, ERR_INVALID, "the picture '%s' is %dx%d, at most %dx%d is taken", path,
                       frame->width, frame->height, PICTURE_MAX_SIDE, PICTURE_MAX_SIDE);
    if (to_premultiplied(out, frame, err) < 0)
        return err_prefix(err, "the picture '%s': ", path);
    return 0;
}

/* Opened through an I/O context without a name: a '%' in the path is then no pattern of a series,
 * and a playlist cannot lead to other files. */
static int open_input(struct input *in, const char *path, struct err *err)
{
    AUTO_FREE char *url = mem_printf("file:%s", path);
    if (fs_check(path, PICTURE_MAX_BYTES, err) < 0) /* libavformat would wait for a pipe */
        return err->code;
    int ret = avio_open(&in->io, url, AVIO_FLAG_READ);
    if (ret < 0)
        return av_fail(err, ret, "cannot open the picture '%s'", path);
    in->format = avformat_alloc_context();
    if (!in->format)
        return av_fail_nomem(err);
    in->format->pb = in->io;
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    ret = avformat_open_input(&in->format, NULL, NULL, &options);
    av_dict_free(&options);
    if (ret < 0)
        return av_fail(err, ret, "'%s' is not a picture that can be read", path);
    return 0;
}

static int open_decoder(AVCodecContext **out, AVFormatContext *format, const char *path, int *index,
                        struct err *err)
{
    const AVCodec *codec = NULL;
    *index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (*index < 0)
        return err_set(err, ERR_INVALID, "'%s' is not a picture that can be read", path);
    AUTO_CODEC *ctx = avcodec_alloc_context3(codec);
    if (!ctx || avcodec_parameters_to_context(ctx, format->streams[*index]->codecpar) < 0)
        return av_fail_nomem(err);
    ctx->max_pixels = (int64_t)PICTURE_MAX_SIDE * PICTURE_MAX_SIDE;
    ctx->thread_count = 1;
    const int ret = avcodec_open2(ctx, codec, NULL);
    if (ret < 0)
        return av_fail(err, ret, "cannot open a decoder for the picture '%s'", path);
    *out = mem_take(&ctx);
    return 0;
}

static int decode_first(AVFrame **out, const char *path, struct err *err)
{
    AUTO_INPUT in = {0};
    AUTO_CODEC *ctx = NULL;
    int index;
    if (open_input(&in, path, err) < 0)
        return err->code;
    assert(in.format);
    if (open_decoder(&ctx, in.format, path, &index, err) < 0)
        return err->code;
    AUTO_PACKET *packet = av_packet_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    if (!packet || !frame)
        return av_fail_nomem(err);
    int ret = AVERROR(EAGAIN);
    while (ret == AVERROR(EAGAIN)) {
        ret = av_read_frame(in.format, packet);
        if (ret == AVERROR_EOF)
            ret = avcodec_send_packet(ctx, NULL);
        else if (ret >= 0 && packet->stream_index == index)
            ret = avcodec_send_packet(ctx, packet);
        av_packet_unref(packet);
        if (ret >= 0)
            ret = avcodec_receive_frame(ctx, frame);
    }
    /* Any failure here is the file's: cut short, not a picture, or larger than max_pixels. */
    if (ret < 0)
        return err_foreign(err, ERR_INVALID, ERR_LIBAV, ret,
                           "cannot decode the picture '%s': it is damaged, or larger than %dx%d",
                           path, PICTURE_MAX_SIDE, PICTURE_MAX_SIDE);
    *out = mem_take(&frame);
    return 0;
}

enum { SCALE_FLAGS = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT };

static int convert(AVFrame *out, const AVFrame *in, struct err *err)
{
    AUTO_SWS *sws = sws_getContext(in->width, in->height, in->format, out->width, out->height,
                                   out->format, SCALE_FLAGS, NULL, NULL, NULL);
    const int ret = sws ? sws_scale(sws, (const uint8_t *const *)in->data, in->linesize, 0,
                                    in->height, out->data, out->linesize)
                        : AVERROR(EINVAL);
    if (ret < 0)
        return av_fail(err, ret, "cannot convert from %s", av_get_pix_fmt_name(in->format));
    return 0;
}

static int to_premultiplied(AVFrame **out, const AVFrame *in, struct err *err)
{
    AUTO_FRAME *pic = picture_alloc(AV_PIX_FMT_GBRAP, in->width, in->height);
    if (!pic)
        return av_fail_nomem(err);
    if (convert(pic, in, err) < 0)
        return err->code;
    for (int y = 0; y < pic->height; y++) {
        const uint8_t *alpha = pic->data[3] + (ptrdiff_t)y * pic->linesize[3];
        for (int plane = 0; plane < 3; plane++) {
            uint8_t *row = pic->data[plane] + (ptrdiff_t)y * pic->linesize[plane];
            for (int x = 0; x < pic->width; x++)
                row[x] = (uint8_t)picture_div255(row[x] * alpha[x]);
        }
    }
    *out = mem_take(&pic);
    return 0;
}

/* Plane by plane as grey: swscale would take RGB through YUV, which shifts colours. */
int picture_fill(AVFrame **out, const AVFrame *pic, int width, int height, struct err *err)
{
    int crop_w = pic->width, crop_h = pic->height;
    if ((int64_t)crop_w * height > (int64_t)crop_h * width)
        crop_w = FFMAX(1, (int)av_rescale(crop_h, width, height));
    else
        crop_h = FFMAX(1, (int)av_rescale(crop_w, height, width));
    const int x = (pic->width - crop_w) / 2, y = (pic->height - crop_h) / 2;

    AUTO_FRAME *scaled = picture_alloc(AV_PIX_FMT_GBRAP, width, height);
    AUTO_SWS *sws = sws_getContext(crop_w, crop_h, AV_PIX_FMT_GRAY8, width, height,
                                   AV_PIX_FMT_GRAY8, SCALE_FLAGS, NULL, NULL, NULL);
    if (!scaled || !sws)
        return av_fail_nomem(err);
    for (int plane = 0; plane < 4; plane++) {
        const uint8_t *from = pic->data[plane] + (ptrdiff_t)y * pic->linesize[plane] + x;
        const int ret = sws_scale(sws, &from, &pic->linesize[plane], 0, crop_h,
                                  &scaled->data[plane], &scaled->linesize[plane]);
        if (ret < 0)
            return av_fail(err, ret, "cannot scale a picture");
    }
    *out = mem_take(&scaled);
    return 0;
}

void picture_over(AVFrame *rgb, const AVFrame *pic, int x, int y)
{
    static const int plane_of[] = {2, 0, 1}; /* GBRAP's planes in the order R, G, B */
    const int x0 = FFMAX(0, -x), x1 = FFMIN(pic->width, rgb->width - x);
    const int y0 = FFMAX(0, -y), y1 = FFMIN(pic->height, rgb->height - y);
    for (int row = y0; row < y1; row++) {
        const uint8_t *alpha = pic->data[3] + (ptrdiff_t)row * pic->linesize[3];
        uint8_t *to = rgb->data[0] + (ptrdiff_t)(y + row) * rgb->linesize[0];
        for (int c = 0; c < 3; c++) {
            const int p = plane_of[c];
            const uint8_t *from = pic->data[p] + (ptrdiff_t)row * pic->linesize[p];
            for (int col = x0; col < x1; col++) {
                uint8_t *v = &to[(ptrdiff_t)3 * (x + col) + c];
                /* Scaling can overshoot: a colour may exceed its alpha. */
                *v = (uint8_t)FFMIN(255, from[col] + picture_div255(*v * (255 - alpha[col])));
            }
        }
    }
}

int picture_fade(AVFrame **out, const AVFrame *yuv, int light, struct err *err)
{
    static const int black[3] = {16, 128, 128};
    AUTO_FRAME *faded = picture_alloc(AV_PIX_FMT_YUV420P, yuv->width, yuv->height);
    if (!faded || av_frame_copy_props(faded, yuv) < 0)
        return av_fail_nomem(err);
    for (int p = 0; p < 3; p++) {
        const int rest = black[p] * (255 - light) + 128;
        const int width = p ? AV_CEIL_RSHIFT(yuv->width, 1) : yuv->width;
        const int height = p ? AV_CEIL_RSHIFT(yuv->height, 1) : yuv->height;
        for (int y = 0; y < height; y++) {
            const uint8_t *from = yuv->data[p] + (ptrdiff_t)y * yuv->linesize[p];
            uint8_t *to = faded->data[p] + (ptrdiff_t)y * faded->linesize[p];
            for (int x = 0; x < width; x++) {
                /* Divided by 255 and rounded, exactly; in 16 bits, of which compilers make vectors.
                 */
                const uint16_t t = (uint16_t)(from[x] * light + rest);
                to[x] = (uint8_t)((uint16_t)(t + (t >> 8)) >> 8);
            }
        }
    }
    *out = mem_take(&faded);
    return 0;
}

int picture_png(struct str *out, const AVFrame *frame, struct err *err)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (!codec)
        return err_set(err, ERR_EXTERNAL, "this libav has no PNG encoder");
    AUTO_CODEC *ctx = avcodec_alloc_context3(codec);
    AUTO_PACKET *packet = av_packet_alloc();
    if (!ctx || !packet)
        return av_fail_nomem(err);
    ctx->width = frame->width;
    ctx->height = frame->height;
    ctx->pix_fmt = frame->format;
    ctx->time_base = (AVRational){1, 1};
    ctx->thread_count = 1;
    int ret = avcodec_open2(ctx, codec, NULL);
    if (ret >= 0)
        ret = avcodec_send_frame(ctx, frame);
    if (ret >= 0)
        ret = avcodec_send_frame(ctx, NULL);
    if (ret >= 0)
        ret = avcodec_receive_packet(ctx, packet);
    if (ret < 0)
        return av_fail(err, ret, "cannot encode the picture as a PNG");
    str_add_bytes(out, (const char *)packet->data, (size_t)packet->size);
    return 0;
}
