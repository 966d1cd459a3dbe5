/*
 * Cards drawn by the tests, their pixels measured, and pictures for cards to read. For tests that
 * link the pipeline; a failure fails the test.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "av.h"
#include "card.h"

extern const uint8_t background[3]; /* the template's */
extern const char long_title[];

struct card_params params_of(int width, int height);
struct card_text full_text(const char *title);

/* The caller's: a card, or its picture. */
struct card *create(const struct card_text *text, const struct card_params *params);
AVFrame *draw(const struct card_text *text, const struct card_params *params);
AVFrame *draw_title(const char *title);

/* Expects a refusal whose message has all of the words, which end with NULL. */
void expect_refused(const struct card_text *text, const struct card_params *params,
                    enum err_code code, ...);

const uint8_t *pixel(const AVFrame *rgb, int x, int y);
bool row_has_ink(const AVFrame *rgb, int y);

struct extent {
    int left, top, right, bottom, nb_bands,
        nb_pixels; /* bands: rows with ink, parted by rows without */
};
struct extent measure(const AVFrame *rgb);
struct extent measure_and_free(AVFrame *rgb);
bool same(const AVFrame *a, const AVFrame *b);

/* A group's setup and teardown: makes an empty folder, removes it. */
int make_dir(void **state);
int remove_dir(void **state);
char *in_dir(const char *name);
