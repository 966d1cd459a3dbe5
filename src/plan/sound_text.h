/* What a person is told of a recording's sound, in words. */
#pragma once

struct source;

/* What was found that a listener will hear: a dead channel, clipping, hum, drop-outs; with times. A
 * new string, or NULL where there is nothing to say. */
char *sound_remarks(const struct source *source);
