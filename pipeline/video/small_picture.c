#include "small_picture.h"

#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "av.h"
#include "mem.h"

enum { LEAST = 8 };

static void sws_free_p(struct SwsContext **sws)
{
    sws_freeContext(*sws);
}
#define AUTO_SWS ATTR_CLEANUP(sws_free_p) struct SwsContext

/* Even: two pixels share their colour. */
static int even(int64_t pixels)
{
    return FFMAX(LEAST, (int)pixels & ~1);
}

static void fit(AVFrame *out, const AVFrame *in, int width, int height)
{
    const AVRational sar =
        in->sample_aspect_ratio.num > 0 ? in->sample_aspect_ratio : (AVRational){1, 1};
    const int64_t w = (int64_t)in->width * sar.num, h = (int64_t)in->height * sar.den;
    out->width = even(w * height > h * width ? width : w * height / h);
    out->height = even(w * height > h * width ? h * width / w : height);
}

/* The ranges are set before the context is complete: it takes them into account where the size does
 * not change only then. */
static struct SwsContext *open_scaler(const AVFrame *in, const AVFrame *out)
{
    AUTO_SWS *sws = sws_alloc_context();
    const int full = in->color_range == AVCOL_RANGE_JPEG;
    const struct {
        const char *name;
        int64_t value;
    } options[] = {{"srcw", in->width},
                   {"srch", in->height},
                   {"src_format", in->format},
                   {"dstw", out->width},
                   {"dsth", out->height},
                   {"dst_format", out->format},
                   {"src_range", full},
                   {"dst_range", 1},
                   {"sws_flags", SWS_AREA | SWS_ACCURATE_RND | SWS_BITEXACT}};
    for (size_t i = 0; sws && i < sizeof options / sizeof *options; i++)
        if (av_opt_set_int(sws, options[i].name, options[i].value, 0) < 0)
            return NULL;
    if (!sws || sws_init_context(sws, NULL, NULL) < 0)
        return NULL;
    sws_setColorspaceDetails(sws, sws_getCoefficients(SWS_CS_ITU709), full,
                             sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
    return mem_take(&sws);
}

/* The picture's memory, once its size is set. */
static int allocate(AVFrame *f, struct err *err)
{
    f->format = AV_PIX_FMT_YUV420P;
    f->color_range = AVCOL_RANGE_JPEG;
    return av_frame_get_buffer(f, 0) < 0 ? av_fail_nomem(err) : 0;
}

int small_picture_make(AVFrame **out, const AVFrame *in, int width, int height, struct err *err)
{
    AUTO_FRAME *small = av_frame_alloc();
    if (!small)
        return av_fail_nomem(err);
    fit(small, in, width, height);
    if (allocate(small, err) < 0)
        return err->code;
    AUTO_SWS *sws = open_scaler(in, small);
    if (!sws || sws_scale(sws, (const uint8_t *const *)in->data, in->linesize, 0, in->height,
                          small->data, small->linesize) < 0)
        return err_set(err, ERR_EXTERNAL, "a picture of %dx%d cannot be scaled", in->width,
                       in->height);
    *out = mem_take(&small);
    return 0;
}

int small_picture_sheet(AVFrame **out, int width, int height, int luma, struct err *err)
{
    AUTO_FRAME *sheet = av_frame_alloc();
    if (!sheet)
        return av_fail_nomem(err);
    sheet->width = width;
    sheet->height = height;
    if (allocate(sheet, err) < 0)
        return err->code;
    for (int plane = 0; plane < 3; plane++)
        memset(sheet->data[plane], plane ? 128 : luma,
               (size_t)sheet->linesize[plane] * (size_t)(height >> (plane > 0)));
    *out = mem_take(&sheet);
    return 0;
}

void small_picture_place(AVFrame *sheet, const AVFrame *small, int x, int y, int width, int height)
{
    const int left = x + ((width - small->width) / 2 & ~1);
    const int top = y + ((height - small->height) / 2 & ~1);
    for (int plane = 0; plane < 3; plane++) {
        const int half = plane > 0;
        av_image_copy_plane(sheet->data[plane] + (ptrdiff_t)(top >> half) * sheet->linesize[plane] +
                                (left >> half),
                            sheet->linesize[plane], small->data[plane], small->linesize[plane],
                            small->width >> half, small->height >> half);
    }
}
