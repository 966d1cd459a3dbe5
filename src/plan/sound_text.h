/* What the user reads about a recording's sound. */
#pragma once

#include <stdbool.h>

struct source;

/* What a listener will hear, with times: which channels are used, a high gain, drift, clipping,
 * hum, drop-outs. A new string, or NULL where there is nothing to say. target_lufs: of the event.
 */
char *sound_remarks(const struct source *source, double target_lufs);

/* Whether nobody speaks in what would be published, as far as that was measured. */
bool sound_says_nothing(const struct source *source);

/* Why the sound must not be published without a decision: nobody speaks in it, but somebody does in
 * what is left out; it is timecode; it is silent, or nothing but noise. A new string, or NULL. */
char *sound_fault(const struct source *source, double target_lufs);

/* What each of several channels carries; a new string, or NULL where there is one. */
char *sound_channels(const struct source *source);
