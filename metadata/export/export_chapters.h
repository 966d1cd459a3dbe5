/*
 * A part's chapters as other programs want them. chapters is the member of that name of a part in
 * talks.json: [{start_ms, title}], in order of time, the first at 0. Pure; each text is a new
 * string.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* WebVTT, one cue each without gaps; the last one ends with the video, after duration_ms. */
char *export_chapters_vtt(const json_t *chapters, int64_t duration_ms);

/* JSON chapters 1.2 of the podcast namespace. title: of the part. */
char *export_chapters_json(const json_t *chapters, const char *title);

/* "0:00 Welcome", a line each, for a description on YouTube. *broken is set to the rule that they
 * break, for the user, in which case YouTube shows none: a new string; NULL: they break none. */
char *export_chapters_youtube(char **broken, const json_t *chapters, int64_t duration_ms);
