#include "picture_strip.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "av.h"
#include "jpeg.h"
#include "small_picture.h"

enum { BLACK = 0, MOST = 10000 /* pictures on a sheet */ };

void picture_strip_size(int *width, int *height, const struct strip_picture *pictures, size_t nb)
{
    *width = pictures->width * (int)nb;
    *height = pictures->height;
}

static bool is_side(int side)
{
    return side >= 2 && side <= PICTURE_STRIP_SIDE && side % 2 == 0;
}

/* Copies the picture of the sheet to its place. */
static int place(AVFrame *strip, const AVFrame *sheet, const struct strip_picture *p, size_t at,
                 struct err *err)
{
    AUTO_FRAME *part = av_frame_alloc();
    const bool sound = p->index >= 0 && p->index < MOST && p->columns > 0 && p->columns < MOST &&
                       p->width * (int)(at + 1) <= strip->width && p->height == strip->height;
    const int x = sound ? p->index % p->columns * p->width : 0,
              y = sound ? p->index / p->columns * p->height : 0;
    if (!part || av_frame_ref(part, sheet) < 0)
        return av_fail_nomem(err);
    if (!sound || x + p->width > sheet->width || y + p->height > sheet->height)
        return err_set(err, ERR_EXTERNAL, "'%s' has no picture %d", p->sheet, p->index);
    for (int plane = 0; plane < 3; plane++) {
        const int half = plane > 0;
        part->data[plane] += (ptrdiff_t)(y >> half) * part->linesize[plane] + (x >> half);
    }
    part->width = p->width;
    part->height = p->height;
    small_picture_place(strip, part, (int)at * p->width, 0, p->width, p->height);
    return 0;
}

int picture_strip_make(struct str *out, const struct strip_picture *pictures, size_t nb,
                       struct err *err)
{
    AUTO_FRAME *strip = NULL, *sheet = av_frame_alloc();
    const char *read = NULL;
    int width, height;
    if (nb < 1 || nb > PICTURE_STRIP_MOST || !is_side(pictures->width) ||
        !is_side(pictures->height))
        return err_set(err, ERR_INVALID, "a strip has 1 to %d pictures of up to %d pixels",
                       PICTURE_STRIP_MOST, PICTURE_STRIP_SIDE);
    picture_strip_size(&width, &height, pictures, nb);
    if (!sheet)
        return av_fail_nomem(err);
    if (small_picture_sheet(&strip, width, height, BLACK, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        const char *path = pictures[i].sheet;
        if (!read || strcmp(read, path) != 0) {
            av_frame_unref(sheet);
            if (jpeg_read(sheet, path, INT_MAX, err) < 0)
                return err->code;
            read = path;
        }
        if (place(strip, sheet, &pictures[i], i, err) < 0)
            return err->code;
    }
    return jpeg_encode(out, strip, "the strip", err);
}
