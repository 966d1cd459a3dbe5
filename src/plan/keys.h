/*
 * What each result depends on. There is one function for each kind of result. It hashes everything
 * that can change the result, and the version of the code that makes it, into the key. What cannot
 * change the result is not in the key: paths of recordings, names of renditions, the number of
 * workers. The functions are pure. A changed key makes its results again in every event, so
 * tests/unit/test_keys.c pins the value of each.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stdint.h>

#include "job_spec.h"
#include "key.h"

/* --- of recordings --- */

/* fingerprint: of the recording, or of a single file of it. */
void keys_probe(char out[KEY_BYTES], const char *fingerprint);
/* content: the probe's "hash"; stream: the sound stream that the user chose, or -1. */
void keys_analysis(char out[KEY_BYTES], const char *content, int stream);
/* The key under which the store keeps the cached matches (match_cache.h). */
void keys_matches(char out[KEY_BYTES]);
/* The key under which the store keeps the list of captions files beside a recording. */
void keys_captions_note(char out[KEY_BYTES], const char *fingerprint);
/* The same of the list of chapters beside it. */
void keys_chapters_note(char out[KEY_BYTES], const char *fingerprint);
/* The key under which it keeps whether a captions file of this content and suffix is language. */
void keys_captions_verdict(char out[KEY_BYTES], const char *content, const char *suffix);

/* The key under which the store keeps the names of the site's pages. */
void keys_texts(char out[KEY_BYTES]);

/* The key under which the store keeps what was sent to a target; "": what 'publish.after' has still
 * to be told. */
void keys_sent(char out[KEY_BYTES], const char *target);

/* The key under which the store keeps where the programme was imported from. */
void keys_programme_source(char out[KEY_BYTES]);

/* --- pieces of a part --- */

/* What all cells, or all cards, of a rendition have in common. settings: their settings as text. */
void keys_segment_base(char out[KEY_BYTES], const char *settings, int width, int height,
                       AVRational fps);
/* The pictures of a card, before encoding. Paths are not in the key; card->look is. */
void keys_drawn_card(char out[KEY_BYTES], const struct job_card *card);
/* A segment that shows a card. */
void keys_card(char out[KEY_BYTES], const char *card_base, const char *drawn);

/* The source of a cell. */
struct keys_pictures {
    const char *content; /* the probe's "hash" */
    int stream;          /* of the picture; -1: none */
    const char *fields;  /* interlacing; without picture: the key of the card that is shown */
};
void keys_cell(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
               int64_t begin, int64_t end);
/* All cells of a part. Depends on the same as their keys one by one, in a hundredth of the time. */
void keys_cells(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
                const struct job_range *range);
/* The check of the seam between two segments, whose keys these are. */
void keys_seam(char out[KEY_BYTES], const char *before, const char *after);

/* settings: the sound settings of the rendition as text. */
void keys_sound(char out[KEY_BYTES], const char *settings, const struct job_sound *sound,
                const struct job_range *range);
/* content: the probe's "hash"; suffix: of the file (".srt"); "": a stream. */
void keys_captions(char out[KEY_BYTES], const char *content, const struct job_captions *captions,
                   const char *suffix, const char *language, const struct job_range *range);

/* --- what the review shows of a recording --- */

/* A segment of its preview. base: as of cells. */
void keys_preview_picture(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
                          const struct job_preview *preview);
/* settings: those of the sound as text; content: the probe's "hash". */
void keys_preview_sound(char out[KEY_BYTES], const char *settings, const char *content,
                        const struct job_sound *sound, const struct job_preview *preview);
/* A sheet of thumbnails. */
void keys_thumbs(char out[KEY_BYTES], const struct keys_pictures *from,
                 const struct job_thumbs *thumbs);

/* --- outputs of a part --- */

void keys_tags(char out[KEY_BYTES], const struct job_tags *tags, int track);

struct keys_assembly {
    const char *container, *card, *cells, *sound, *tags; /* the last four: keys */
    AVRational fps;
    int width, height, key_frame_s; /* 0: a file without picture */
    int64_t card_frames;
    const char *talk_title;
    const json_t *captions; /* [{key, language}], or NULL */
    const json_t *chapters; /* [{start_ms, title}], or NULL */
};
void keys_assembly(char out[KEY_BYTES], const struct keys_assembly *of);

void keys_poster(char out[KEY_BYTES], const char *content, const struct job_range *range,
                 const char *fields);
void keys_poster_of_card(char out[KEY_BYTES], const char *drawn);

/* A sheet of the storyboard of a finished file. It depends on the file's pictures alone, so that
 * other tags or captions do not make it again. card, cells: keys. */
void keys_storyboard(char out[KEY_BYTES], const char *container, const char *card,
                     const char *cells, const struct job_storyboard *storyboard);
