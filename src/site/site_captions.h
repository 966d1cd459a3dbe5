/* Captions as the site has them: a transcript on the part's page, and what the search needs.
 * Private to site/. */
#pragma once

#include <jansson.h>

#include "cues.h"
#include "str.h"

struct html_pieces;

/* Makes the cues' texts plain: one line each, without markup. The other functions need it. */
void captions_make_plain(struct cues *cues);

/* The cues in paragraphs of about half a minute: [{t, clock, lines}]. lines is the number of a
 * piece that is added: <span data-t="SECONDS" data-end="SECONDS">TEXT</span> for each cue. A new
 * value. */
json_t *captions_transcript(const struct cues *cues, struct html_pieces *pieces);

/* Appends the script NAME.captions.js of a part: a call of captionLines with the part's page and
 * its lines, each a time in seconds and a text. */
void captions_script(struct str *out, const char *page, const struct cues *cues);

/* Which words occur in the captions of which pages. */
struct word_index;
struct word_index *word_index_create(void);
/* Adds the words of a page's cues. */
void word_index_add(struct word_index *index, const char *page, const struct cues *cues);
/* Appends the script captions-index.js: a call of captionIndex. Appends nothing where no page was
 * added. */
void word_index_script(struct str *out, const struct word_index *index);
void word_index_destroy_p(struct word_index **index);
#define AUTO_WORD_INDEX ATTR_CLEANUP(word_index_destroy_p) struct word_index
