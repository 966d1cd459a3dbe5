/*
 * What each result depends on: one function for each kind, which hashes everything that can change
 * that result, and the version of the code that makes it, into its key. Pure. Nothing that cannot
 * change the result is in a key: not the recording's path, not the rendition's name, not the number
 * of workers. tests/unit/test_keys.c holds each key's value: a change here makes everything again.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stdint.h>

#include "job_spec.h"
#include "key.h"

/* --- of recordings --- */

/* fingerprint: of the recording, or of one of its files alone. */
void keys_probe(char out[KEY_BYTES], const char *fingerprint);
/* content: the probe's "hash"; stream: of sound, as the user chose, or -1. */
void keys_analysis(char out[KEY_BYTES], const char *content, int stream);
/* The row under which the store keeps the table of matches (match_cache.h). */
void keys_matches(char out[KEY_BYTES]);
/* The row that says which captions files are beside a recording. */
void keys_captions_note(char out[KEY_BYTES], const char *fingerprint);

/* --- pieces of a part --- */

/* What all cells, or all cards, of a rendition share. settings: the rendition's text. */
void keys_segment_base(char out[KEY_BYTES], const char *settings, int width, int height,
                       AVRational fps);
/* The pictures of a card, however they are encoded. Paths do not count: look does. */
void keys_drawn_card(char out[KEY_BYTES], const struct job_card *card);
/* A segment that shows a card. */
void keys_card(char out[KEY_BYTES], const char *card_base, const char *drawn);

/* The source of a cell. */
struct keys_pictures {
    const char *content; /* the probe's "hash" */
    int stream;          /* of the picture; -1: none */
    const char *fields;  /* of all cells of sound alone, the key of the card that they show */
};
void keys_cell(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
               int64_t begin, int64_t end);
/* All cells of a part: as good as their keys one by one, in a hundredth of the time. */
void keys_cells(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
                int64_t begin, int64_t end);
/* What is known of the seam between two segments. */
void keys_seam(char out[KEY_BYTES], const char *before, const char *after);

/* settings: the rendition's text of its sound. */
void keys_sound(char out[KEY_BYTES], const char *settings, const struct job_sound *sound,
                const struct job_range *range);
/* content: the probe's "hash"; suffix: of the file (".srt"), "" for a stream. */
void keys_captions(char out[KEY_BYTES], const char *content, const struct job_captions *captions,
                   const char *suffix, const char *language, const struct job_range *range);

/* --- outputs of a part --- */

void keys_tags(char out[KEY_BYTES], const struct job_tags *tags, int track);

struct keys_assembly {
    const char *container, *card, *cells, *sound, *tags; /* the last four: keys */
    AVRational fps;
    int width, height, key_frame_s; /* 0 for sound alone */
    int64_t card_frames;
    const char *talk_title;
    const json_t *captions; /* [{key, language}], or NULL */
};
void keys_assembly(char out[KEY_BYTES], const struct keys_assembly *of);

void keys_poster(char out[KEY_BYTES], const char *content, int64_t begin, int64_t end,
                 const char *fields);
void keys_poster_of_card(char out[KEY_BYTES], const char *drawn);
