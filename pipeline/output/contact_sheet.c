#include "contact_sheet.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "av.h"
#include "card_labels.h"
#include "jpeg.h"
#include "mem.h"
#include "small_picture.h"

/* In pixels, all even. A sheet of many posters has smaller ones, so that it stays below some
 * megabytes and 65500 pixels, the most of JPEG. */
enum {
    FEW = 200,
    WIDTH = 240,
    WIDTH_OF_MANY = 160,
    GAP = 8,
    LETTERS = 15,
    LETTERS_OF_MANY = 12,
    LINES = 2,
    BACKGROUND = 28, /* of luma: dark grey */
};
/* Width against height of the whole sheet: that of a screen. */
static const double shape = 16.0 / 9;

struct layout {
    int width, picture_height, label_height, letters; /* of a cell, without its gaps */
    int columns, rows;
};

static int cell_height(const struct layout *l)
{
    return l->picture_height + l->label_height + 2 * GAP;
}

static struct layout lay_out(size_t nb)
{
    const bool few = nb <= FEW;
    struct layout l = {.width = few ? WIDTH : WIDTH_OF_MANY,
                       .letters = few ? LETTERS : LETTERS_OF_MANY};
    l.picture_height = l.width * 9 / 16 & ~1;
    l.label_height = LINES * l.letters & ~1; /* libass' lines are as high as its letters */
    const double cell = (double)cell_height(&l) / (l.width + GAP);
    l.columns = (int)fmin((double)nb, ceil(sqrt((double)nb * shape * cell)));
    l.rows = (int)((nb + (size_t)l.columns - 1) / (size_t)l.columns);
    return l;
}

static void place_of(int *x, int *y, const struct layout *l, size_t i)
{
    *x = GAP + (int)(i % (size_t)l->columns) * (l->width + GAP);
    *y = GAP + (int)(i / (size_t)l->columns) * cell_height(l);
}

void contact_sheet_size(int *width, int *height, size_t nb)
{
    const struct layout l = lay_out(nb);
    *width = GAP + l.columns * (l.width + GAP);
    *height = GAP + l.rows * cell_height(&l);
}

int contact_sheet_make(struct str *out, const struct contact_cell *cells, size_t nb,
                       struct err *err)
{
    const struct layout l = lay_out(nb);
    AUTO_FRAME *sheet = NULL;
    AUTO_FREE struct card_label *labels = mem_zalloc(nb, sizeof *labels);
    int width, height;
    contact_sheet_size(&width, &height, nb);
    if (small_picture_sheet(&sheet, width, height, BACKGROUND, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FRAME *poster = av_frame_alloc(), *small = NULL;
        int x, y;
        if (!poster)
            return av_fail_nomem(err);
        place_of(&x, &y, &l, i);
        if (jpeg_read(poster, cells[i].poster, l.width, err) < 0 ||
            small_picture_make(&small, poster, l.width, l.picture_height, err) < 0)
            return err->code;
        small_picture_place(sheet, small, x, y, l.width, l.picture_height);
        labels[i] =
            (struct card_label){cells[i].label, x, y + l.picture_height, l.width, l.label_height};
    }
    return card_labels_draw(sheet, labels, nb, l.letters, err) < 0
               ? err->code
               : jpeg_encode(out, sheet, "the contact sheet", err);
}
