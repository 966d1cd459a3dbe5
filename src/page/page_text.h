/* Values as pages show them: lengths, sizes, days. All functions
 * return a new value. */
#pragma once

#include <jansson.h>
#include <stdint.h>

json_t *text_length(int64_t ms);       /* "12:06", "1:02:03" */
json_t *text_total(int64_t ms);        /* "13 h 25 min" */
json_t *text_iso_length(int64_t ms);   /* "PT726S" (ISO 8601) */
json_t *text_seconds(int64_t ms);      /* "12.5" */
json_t *text_size(int64_t nb_bytes);   /* "17.8 MB" */
json_t *text_paragraphs(const char *); /* a list; an empty line is between two of them */

/* "12.5"; into out, which is returned. ms >= 0. */
enum { TEXT_SECONDS_BYTES = 32 };
const char *text_format_seconds(char out[TEXT_SECONDS_BYTES], int64_t ms);

/* "28–29 April 2010". Days as "2010-04-28"; end may be NULL. NULL: begin is none. */
char *text_days(const char *begin, const char *end);
