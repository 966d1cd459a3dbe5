/*
 * Where the talks of a listing page begin: the lines with "Episode 15 (two parts):" and the like,
 * and the text that follows such a line. Pages and what is found in them belong to the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "str.h"

struct listing_page;

enum {
    LISTING_MAX_NUMBER = 999999,
    LISTING_HEAD_BYTES = 1000, /* of an entry, up to its time: title and speakers */
};

/* Where an entry begins. */
struct listing_start {
    size_t line;  /* index in the page */
    int keyword;  /* which stands before the number; the last of them is none */
    int number;   /* 0: not one that a talk can have */
    int parts;    /* of "(two parts)"; 0 without it, -1 where the parentheses hold something else */
    size_t after; /* bytes of the entry's text up to the title */
    bool timed;   /* a time follows in its head */
};

/* All entries of the page in their order. *out is the caller's to free; NULL where there is none.
 */
void listing_starts_find(struct listing_start **out, size_t *out_nb,
                         const struct listing_page *page);

/* Whether the text begins with a keyword, whatever follows. */
bool listing_is_keyword_at(const char *text);

/* Lines joined by one space, or by "\n\n" between paragraphs. Zero-initialised, then built. */
struct listing_block {
    struct str text;
    size_t *offsets; /* where each line begins in text */
    size_t nb_lines;
    size_t first; /* the first line's index in the page */
};

/* Joins the lines from first on until end, a heading or a break, or until max_bytes are had. The
 * first line goes without its mark; others keep it, for a wrapped dash looks like a bullet. */
void listing_block_build(struct listing_block *b, const struct listing_page *page, size_t first,
                         size_t end, size_t max_bytes);
void listing_block_finish(struct listing_block *b);
#define AUTO_LISTING_BLOCK ATTR_CLEANUP(listing_block_finish) struct listing_block

/* The index in the page of the line that holds the offset. */
size_t listing_block_line(const struct listing_block *b, size_t offset);

/* The first "(12:" in the text's first LISTING_HEAD_BYTES, that is, what is meant to be a time
 * whether or not it is one; NULL where there is none. */
const char *listing_find_time(const char *text);
bool listing_is_time_at(const char *text);

/* Behind spaces and newlines. */
const char *listing_skip_space(const char *text);
