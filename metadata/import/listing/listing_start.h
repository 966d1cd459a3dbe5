/*
 * Finds where the talks of a listing page begin, the lines with "Episode 15 (two parts):" and the
 * like, and joins the lines of an entry. The caller owns pages and results.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "str.h"

struct listing_page;

enum {
    LISTING_MAX_NUMBER = 999999,
    LISTING_HEAD_BYTES = 1000, /* of an entry: title and speakers, up to the time */
};

/* Where an entry begins. */
struct listing_start {
    size_t line;  /* index in the page */
    int keyword;  /* index of the keyword before the number; the last index: there is none */
    int number;   /* 0: not a number that a talk can have */
    int parts;    /* from "(two parts)"; 0: no parentheses; -1: other text in them */
    size_t after; /* offset of the title in the entry's text */
    bool timed;   /* there is a time in its head */
};

/* Finds all entries of the page, in order. The caller frees *out; it is NULL if there are none. */
void listing_starts_find(struct listing_start **out, size_t *out_nb,
                         const struct listing_page *page);

/* Whether the text begins with a keyword. */
bool listing_is_keyword_at(const char *text);

/* Lines joined by one space, or by "\n\n" between paragraphs. Zero-initialised, then built. */
struct listing_block {
    struct str text;
    size_t *offsets; /* where each line begins in text */
    size_t nb_lines;
    size_t first; /* the first line's index in the page */
};

/* Joins the lines from first up to end, a heading, a break, or max_bytes. The first line loses its
 * mark; others keep it, because a dash at the start of a wrapped line looks like a bullet. */
void listing_block_build(struct listing_block *b, const struct listing_page *page, size_t first,
                         size_t end, size_t max_bytes);
void listing_block_finish(struct listing_block *b);
#define AUTO_LISTING_BLOCK ATTR_CLEANUP(listing_block_finish) struct listing_block

/* The index in the page of the line that holds the offset. */
size_t listing_block_line(const struct listing_block *b, size_t offset);

/* The first "(12:" in the text's first LISTING_HEAD_BYTES: it is meant as a time, but may be
 * malformed. NULL: there is none. */
const char *listing_find_time(const char *text);
bool listing_is_time_at(const char *text);

/* The place after spaces and newlines. */
const char *listing_skip_space(const char *text);
