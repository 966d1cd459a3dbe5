/* Durations as users write and read them, and the clock that measures them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds on the monotonic clock. */
double clock_now_s(void);

/* Seconds of processor time that the process has used. */
double clock_cpu_s(void);

/* Reads "[h:]mm:ss[.mmm]" or "ss[.mmm]". Seconds, and minutes if there are hours, have two digits
 * and are below 60. False if the text is anything else; *out_ms is then unchanged. */
bool clock_parse_ms(const char *text, int64_t *out_ms);

/* Writes "12:06" or, from one hour on, "1:02:03" to buf and returns buf. with_ms appends ".250";
 * otherwise the duration is rounded to seconds. Negative durations get a minus sign unless they
 * round to zero. */
enum { CLOCK_BYTES = 40 };
const char *clock_format_ms(char buf[CLOCK_BYTES], int64_t ms, bool with_ms);

/* "00:12:06.250", as WebVTT and the chapters of Ogg have it. */
const char *clock_format_cue(char buf[CLOCK_BYTES], int64_t ms);

/* The same as clock_format_ms for a place in a recording, where a player would look for it, in
 * whole seconds: what lies before the first picture is at 0:00. */
const char *clock_format_place(char buf[CLOCK_BYTES], int64_t ms);
