/* The document as a page shows it: texts in place of numbers. Private to report/. */
#pragma once

#include <jansson.h>

#include "report.h"

/* Numbers of the pieces (page_html.h) that the page refers to. */
enum { REPORT_PIECE_STYLE, REPORT_PIECE_FIRST };

/* A new value. Piece REPORT_PIECE_FIRST + 2 i is the strip of part i, and the next one its
 * waveform.
 */
json_t *report_view(const struct report *report);
