/*
 * Settings of a rendition for some versions of its encoder only. At equal settings, another version
 * of an encoder gives another quality, so a rendition's "video" may have a list:
 *
 *   versions:
 *     - version: ">= 2, < 3"
 *       options: {preset: 10, crf: 39}
 *     - version: ">= 3"
 *       options: {preset: 8}
 *       card: {preset: 9}
 *
 * An entry holds "options", "fast", "balanced", "small" and "card"; its settings override those of
 * the same name beside the list. At most one entry holds; where none does, the settings beside the
 * list are used alone. Only rendition.c calls this; it opens no encoder.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* Versions from first on and below end, as by rendition_version_number. */
struct rendition_range {
    uint64_t first, end; /* end: UINT64_MAX: no limit */
};

/* The number of a version for comparing: up to four parts of at most 65534, 16 bits each. Reads the
 * leading digits and dots ("164 r3095" is 164, "3.5+1-f0c" is 3.5, 2 equals 2.0). False: text does
 * not begin with a number, or has more or larger parts. */
bool rendition_version_number(uint64_t *out, const char *text);

/* Reads ">= 2, < 3": one bound or both. ERR_INVALID: another text, or a range that is empty. */
ATTR_NODISCARD int rendition_range_read(struct rendition_range *out, const char *text,
                                        const char *where, struct err *err);

/* Removes "versions" from a rendition's "video", after the settings for the encoder's version have
 * overridden the others. encoders: a set (encoder_set.h; NULL: the reference). *out: the range that
 * holds, as it is written; NULL: none does; the caller frees it. where names the file in messages.
 * ERR_INVALID: the list has another form, two ranges overlap, or the version of the encoder is not
 * known. */
ATTR_NODISCARD int rendition_versions_resolve(char **out, json_t *video, const json_t *encoders,
                                              const char *where, struct err *err);
