/*
 * The pictures of a storyboard: how many a part has, for which times, and where each of them is.
 * Picture i, from 0, shows [i * interval, (i + 1) * interval) of the published file. The pictures
 * are on sheets, row by row. Pure.
 */
#pragma once

#include <stdint.h>

enum {
    /* 160x90 is what players show above their time bar. Browsers decode a sheet whole: 100 pictures
     * are 1600x900, 6 MB of memory. */
    STORYBOARD_WIDTH = 160,
    STORYBOARD_HEIGHT = 90,
    STORYBOARD_COLUMNS = 10,
    STORYBOARD_ROWS = 10,
    STORYBOARD_PER_SHEET = STORYBOARD_COLUMNS * STORYBOARD_ROWS,
};

/* Milliseconds between pictures: 10 s, as far as key frames are apart, so that nearly each picture
 * is a key frame, and decoding it alone is cheap. A part of up to 5 minutes has one each 5 s: with
 * fewer than 30 pictures, it could not be found from them what is where. */
int64_t storyboard_interval_ms(int64_t duration_ms);

/* The number of pictures: the last one shows the part's end. At least 1. */
int64_t storyboard_nb_pictures(int64_t duration_ms);
int64_t storyboard_nb_sheets(int64_t duration_ms);

/* The number of pictures on a sheet, from 0; and the size of a sheet with so many, in pixels. The
 * last sheet has no empty rows. */
int storyboard_nb_on_sheet(int64_t duration_ms, int64_t sheet);
void storyboard_sheet_size(int *width, int *height, int nb_pictures);
