#include "jpeg.h"

#include <errno.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "mem.h"

enum { QUALITY = 4 };

int jpeg_write(const char *path, AVFrame *picture, const char *what, struct err *err)
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

/* --- reading one back --------------------------------------------------------------------------
 */

static int open_decoder(AVCodecContext **out, int64_t max_pixels, struct err *err)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
    *out = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!*out)
        return av_fail_nomem(err);
    (*out)->thread_count = 1;
    (*out)->max_pixels = max_pixels;
    (*out)->err_recognition = AV_EF_EXPLODE | AV_EF_CAREFUL;
    const int ret = avcodec_open2(*out, codec, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot open the decoder of JPEG") : 0;
}

static int decode_jpeg(AVFrame *out, const char *bytes, size_t nb, int64_t max_pixels,
                       const char *what, struct err *err)
{
    AUTO_CODEC *dec = NULL;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (open_decoder(&dec, max_pixels, err) < 0)
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

int jpeg_check(const char *path, int width, int height, const char *what, struct err *err)
{
    /* Far more than any JPEG of talkpress has. A picture of another size is decoded, to tell its
     * size, unless it is much larger. */
    enum { MAX_BYTES = 64 << 20, MORE_PIXELS = 1 << 20 };
    AUTO_FREE char *bytes = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    size_t nb;
    if (!frame)
        return av_fail_nomem(err);
    if (fs_read(&bytes, &nb, path, MAX_BYTES, err) < 0)
        return err->code;
    if (!is_one_jpeg((const uint8_t *)bytes, nb))
        return err_set(err, ERR_EXTERNAL, "%s is not a JPEG picture", what);
    if (decode_jpeg(frame, bytes, nb, 2 * (int64_t)width * height + MORE_PIXELS, what, err) < 0)
        return err->code;
    return frame->width == width && frame->height == height
               ? 0
               : err_set(err, ERR_EXTERNAL, "%s is %dx%d, not %dx%d", what, frame->width,
                         frame->height, width, height);
}
