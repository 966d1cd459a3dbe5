/* Durations as people write them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses "[h:]mm:ss[.mmm]" or "ss[.mmm]" followed by the end of the text. Seconds, and minutes
 * below hours, must be under 60. Returns false where text is anything else. */
bool clock_parse_ms(const char *text, int64_t *out_ms);

/* "12:06", "1:02:03"; with_ms adds ".250". Negative durations get a minus sign, unless
 * all that is shown is zero. A duration below
 * an hour has no hours; minutes always stand. buf of CLOCK_BYTES. */
enum { CLOCK_BYTES = 40 };
const char *clock_format_ms(char buf[CLOCK_BYTES], int64_t ms, bool with_ms);
