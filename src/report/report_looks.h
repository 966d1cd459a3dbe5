/*
 * What the checks of report_check_list.c and of report_check_files.c share. Private to
 * report/.
 */
#pragma once

#include <stdint.h>

#include "attr.h"
#include "clock.h"
#include "report_checks.h"

/* Sets a finding; measured is a format. */
void report_found(struct report_finding *f, enum report_result result, const char *required,
                  const char *measured, ...) ATTR_PRINTF(4, 5);

/* A time with thousandths, in buf. */
const char *report_length(char buf[CLOCK_BYTES], int64_t ms);

/* --- report_check_files.c: each looks at all renditions that are made --- */

void look_made(struct report_finding *f, const struct report_look *l);
void look_codecs(struct report_finding *f, const struct report_look *l);
void look_size(struct report_finding *f, const struct report_look *l);
void look_frames(struct report_finding *f, const struct report_look *l);
void look_duration(struct report_finding *f, const struct report_look *l);
void look_picture_start(struct report_finding *f, const struct report_look *l);
void look_sound_start(struct report_finding *f, const struct report_look *l);
void look_seams(struct report_finding *f, const struct report_look *l);
void look_key_frames(struct report_finding *f, const struct report_look *l);
void look_contents(struct report_finding *f, const struct report_look *l);
void look_captions(struct report_finding *f, const struct report_look *l);
void look_published(struct report_finding *f, const struct report_look *l);
void look_loudness(struct report_finding *f, const struct report_look *l);
void look_peak(struct report_finding *f, const struct report_look *l);
