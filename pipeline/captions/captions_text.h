/* Converts the text of a cue from the markup of its format to WebVTT's, and to plain text. All
 * return new strings, as captions.h describes them; "" if nothing would show. Inner header. */
#pragma once

#include <stdbool.h>

/* From the markup of SubRip or WebVTT. In WebVTT (strict), all tags but <i>, <b> and <u> are
 * removed; SubRip does not define tags, so that anything but the usual ones is text. */
char *captions_from_markup(const char *text, bool strict);
/* From the Text field of Advanced SubStation; drawings are removed. */
char *captions_from_ass(const char *text);
/* From text without markup. */
char *captions_from_plain(const char *text);
/* From a cue's text to text without markup and escapes. */
char *captions_to_plain(const char *text);
