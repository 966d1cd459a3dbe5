/* The WebVTT file of a storyboard, which tells players where each picture is. */
#pragma once

#include <jansson.h>

/* storyboard: of a part in talks.json. The cues have no gaps; the last one ends at the part's end
 * or later. A new string. */
char *storyboard_vtt(const json_t *storyboard);
