/* A part's waveform with its cut, as SVG for a page. Private to report/. */
#pragma once

struct part_plan;
struct report_part;

/* The recording from a little before the part to a little after it: loudness and peaks in decibels,
 * what is left out, and marks at faults. Its classes are those of report.css. A new string; NULL:
 * the sound was not measured, or where the part is is not known. */
char *report_waveform(const struct report_part *part, const struct part_plan *pp);
