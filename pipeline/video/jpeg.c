#include "jpeg.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

enum {
    QUALITY = 4,
    MAX_BYTES = 64 << 20, /* far more than any JPEG of talkpress has */
};

int jpeg_encode(struct str *out, AVFrame *picture, const char *what, struct err *err)
{
    AUTO_CODEC *enc = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!enc || !pkt)
        return av_fail_nomem(err);
    enc->width = picture->width;
    enc->height = picture->height;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    enc->color_range =
        picture->color_range == AVCOL_RANGE_JPEG ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
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
        return av_fail(err, ret, "%s cannot be encoded", what);
    str_add_bytes(out, (const char *)pkt->data, (size_t)pkt->size);
    return 0;
}

int jpeg_write(const char *path, AVFrame *picture, const char *what, struct err *err)
{
    AUTO_STR jpeg = {0};
    return jpeg_encode(&jpeg, picture, what, err) < 0 ? err->code
                                                      : fs_write(path, jpeg.s, jpeg.len, err);
}

/* --- reading one back --------------------------------------------------------------------------
 */

/* lowres: decodes to a half, a quarter or an eighth of the size (1, 2, 3), in less time. */
static int open_decoder(AVCodecContext **out, int64_t max_pixels, int lowres, struct err *err)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
    *out = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!*out)
        return av_fail_nomem(err);
    (*out)->thread_count = 1;
    (*out)->max_pixels = max_pixels;
    (*out)->lowres = lowres;
    (*out)->err_recognition = AV_EF_EXPLODE | AV_EF_CAREFUL;
    const int ret = avcodec_open2(*out, codec, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot open the decoder of JPEG") : 0;
}

static int decode_jpeg(AVFrame *out, const char *bytes, size_t nb, int64_t max_pixels, int lowres,
                       const char *what, struct err *err)
{
    AUTO_CODEC *dec = NULL;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (open_decoder(&dec, max_pixels, lowres, err) < 0)
        return err->code;
    if (!pkt || av_new_packet(pkt, (int)nb) < 0)
        return av_fail_nomem(err);
    memcpy(pkt->data, bytes, nb);
    int ret = avcodec_send_packet(dec, pkt);
    if (ret >= 0)
        ret = avcodec_send_packet(dec, NULL);
    if (ret >= 0)
        ret = avcodec_receive_frame(dec, out);
    return ret < 0 ? av_fail(err, ret, "%s does not decode", what) : 0;
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

int jpeg_check_bytes(const char *bytes, size_t nb, int width, int height, const char *what,
                     struct err *err)
{
    /* A picture of another size is decoded, to tell its size, unless it is much larger. */
    enum { MORE_PIXELS = 1 << 20 };
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    if (!is_one_jpeg((const uint8_t *)bytes, nb))
        return err_set(err, ERR_EXTERNAL, "%s is not a JPEG picture", what);
    if (decode_jpeg(frame, bytes, nb, 2 * (int64_t)width * height + MORE_PIXELS, 0, what, err) < 0)
        return err->code;
    return frame->width == width && frame->height == height
               ? 0
               : err_set(err, ERR_EXTERNAL, "%s is %dx%d, not %dx%d", what, frame->width,
                         frame->height, width, height);
}

int jpeg_check(const char *path, int width, int height, const char *what, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    return fs_read(&bytes, &nb, path, MAX_BYTES, err) < 0
               ? err->code
               : jpeg_check_bytes(bytes, nb, width, height, what, err);
}

/* The width that the frame header states (ISO/IEC 10918-1, B.2.2); 0: there is none. */
static int width_of(const uint8_t *b, size_t nb)
{
    enum { BASELINE = 0xc0, SCAN = 0xda };
    for (size_t at = 2; at + 9 <= nb && b[at] == 0xff && b[at + 1] != SCAN;
         at += 2 + (size_t)AV_RB16(b + at + 2))
        if (b[at + 1] == BASELINE)
            return AV_RB16(b + at + 7);
    return 0;
}

int jpeg_read(AVFrame *out, const char *path, int least_width, struct err *err)
{
    enum { MAX_PIXELS = 8192 * 4608, MAX_LOWRES = 3 };
    AUTO_FREE char *bytes = NULL, *what = mem_printf("'%s'", path);
    size_t nb;
    int lowres = 0;
    if (fs_read(&bytes, &nb, path, MAX_BYTES, err) < 0)
        return err->code;
    while (lowres < MAX_LOWRES && width_of((uint8_t *)bytes, nb) >> (lowres + 1) >= least_width)
        lowres++;
    if (decode_jpeg(out, bytes, nb, MAX_PIXELS, lowres, what, err) < 0)
        return err->code;
    const bool known = out->format == AV_PIX_FMT_YUV420P || out->format == AV_PIX_FMT_YUVJ420P;
    if (out->format == AV_PIX_FMT_YUVJ420P)
        out->color_range = AVCOL_RANGE_JPEG;
    return known ? 0 : err_set(err, ERR_EXTERNAL, "%s is not a picture of talkpress", what);
}
