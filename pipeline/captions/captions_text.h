/* The text of a cue: from the markup of its format to WebVTT's, and to plain text. All return new
 * strings, as captions.h says of cues' texts; "" where nothing of it would show. */
#pragma once

#include <stdbool.h>

/* From SubRip's and WebVTT's markup. Of WebVTT (strict) every tag goes but <i>, <b>, <u>; SubRip
 * has no list of tags, so that what is none of the usual ones is text. */
char *captions_from_markup(const char *text, bool strict);
/* From the Text field of Advanced SubStation; drawings go. */
char *captions_from_ass(const char *text);
char *captions_from_plain(const char *text);
/* From a cue's text: no markup, nothing escaped. */
char *captions_to_plain(const char *text);
