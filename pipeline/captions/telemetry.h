/*
 * Telemetry: text tracks in which cameras and drones write positions, exposure and times. It must
 * not be published as captions. Tells it from language of any script. Pure.
 */
#pragma once

#include "cues.h"

/* To be raised whenever the same cues would get another verdict. */
enum { TELEMETRY_VERSION = 1 };
/* So many cues of a track are enough to decide. */
enum { TELEMETRY_CUES = 2000 };

/* NULL: the cues may be language. Else why they are not, to follow "it holds": a static string. */
const char *telemetry_find(const struct cues *cues);

/* The static string that telemetry_find returns and that equals the text; NULL: none does. */
const char *telemetry_by_name(const char *text);
