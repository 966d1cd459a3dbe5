/*
 * The speaker's review: one HTML file with a small film of a part, which a speaker opens without a
 * server and without the internet, and the answers that come back from it (answers.h), which
 * speaker_diff.h compares with what is decided and applies. Commands use it; it prints nothing but
 * progress. docs/speaker-review.md.
 */
#pragma once

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct part_plan;
struct plan;
struct zygote;

/* Appends the file's text to *out. Makes what is missing of the film. ERR_NOT_FOUND, ERR_INVALID:
 * the part has no recording or no cut that could be shown. */
ATTR_NODISCARD int speaker_export(struct str *out, const struct plan *plan, struct zygote *zygote,
                                  const struct part_plan *part, bool quiet, struct err *err);

/* The name of a file for the part: "review-15.html", "review-15-2.json"; a new string. */
char *speaker_file_name(const struct part_plan *part, const char *ext);
