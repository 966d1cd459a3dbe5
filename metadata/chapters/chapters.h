/*
 * Chapters: places in a recording or in a part of a talk, each with a title. Users type them, a
 * list beside the recording names them, or changes of slides propose them. Pure; from any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Players of MP4 files read titles of up to 255 bytes; Ogg files number chapters to 999. */
enum { CHAPTERS_MAX = 500, CHAPTERS_TITLE_BYTES = 255, CHAPTERS_FILE_BYTES = 1 << 18 };

struct chapter {
    int64_t at_ms;
    char *title; /* one line, clean, not empty */
};

/* In order of time, no two at one time. */
struct chapters {
    struct chapter *list;
    size_t nb;
};

void chapters_finish(struct chapters *chapters);
#define AUTO_CHAPTERS ATTR_CLEANUP(chapters_finish) struct chapters

/* Adds a chapter in its place, or gives the one at that time this title. */
void chapters_add(struct chapters *chapters, int64_t at_ms, const char *title);
const struct chapter *chapters_find(const struct chapters *chapters, int64_t at_ms);

/* The title as it is kept and published, a new string. ERR_INVALID, without a place: nothing of it
 * is visible, or it is too long. */
ATTR_NODISCARD int chapters_title(char **out, const char *text, struct err *err);

/* Reads a list of chapters: lines "12:30 Title", or WebVTT, whose cues are the chapters, if it
 * begins with "WEBVTT". A stranger may have written it: bytes are nb, then a NUL. ERR_INVALID names
 * the file and the line, and says what to do. */
ATTR_NODISCARD int chapters_read(struct chapters *out, const char *name, const char *bytes,
                                 size_t nb, struct err *err);

/* The chapters of a part that takes up begin_ms to end_ms, from its start. The one that runs when
 * the part begins is at 0. */
void chapters_cut(struct chapters *out, const struct chapters *all, int64_t begin_ms,
                  int64_t end_ms);

/* Leaves out [begin_ms, end_ms) of the clock: later chapters move. Of those within it, the last one
 * begins where it was, unless another one does. */
void chapters_drop(struct chapters *chapters, int64_t begin_ms, int64_t end_ms);

/* The chapters of a part as they are published, on the clock of a video with a card of card_ms. The
 * first is at 0, because players and hosts ask for that: one that begins with the talk begins with
 * its card, and before a later one there is one of the title. */
void chapters_publish(struct chapters *out, const struct chapters *of_part, int64_t card_ms,
                      const char *title);

/* --- proposals -------------------------------------------------------------------------------- */

struct slide_change {
    int64_t at_ms; /* from the part's start */
    int strength;  /* 0 to 1000 */
};

/* Proposes chapters at the strongest changes of slides: at least a minute from each other, from the
 * part's start and from the chapters that are there, and not in the last seconds. They are called
 * "Slide 1" and so on. */
void chapters_propose(struct chapters *out, const struct slide_change *changes, size_t nb,
                      const struct chapters *there, int64_t length_ms);
