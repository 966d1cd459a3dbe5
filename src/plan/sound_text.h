/* Describes defects of a recording's sound to the user. */
#pragma once

struct source;

/* The audible defects that the analysis found, with their times: a silent channel, drift, clipping,
 * hum, drop-outs. A new string, or NULL if there are none. */
char *sound_remarks(const struct source *source);
