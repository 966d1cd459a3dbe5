/* Jansson with talkpress's errors: reading files and text, and members that must exist. With it
 * comes json_print.h, which prints. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "json_print.h"

void json_decref_p(json_t **p);
#define AUTO_JSON ATTR_CLEANUP(json_decref_p) json_t

/* Read an object from a file or from text; what names the text in messages. The caller owns *out.
 * ERR_INVALID: broken JSON, with line and column, or not an object. */
ATTR_NODISCARD int json_read_file(json_t **out, const char *path, struct err *err);
ATTR_NODISCARD int json_read_text(json_t **out, const char *text, const char *what,
                                  struct err *err);

/* Reads an object from nb bytes of text of unknown origin. Before parsing, counts what may begin a
 * value: a text of 60 MB may hold 20 million empty lists, which take 3 GB. ERR_INVALID: more than
 * max_values, or as above. */
ATTR_NODISCARD int json_read_limited(json_t **out, const char *text, size_t nb, size_t max_values,
                                     const char *what, struct err *err);

/* Members that must exist: ERR_INVALID if one is missing or of another kind. where names obj in the
 * message. Strings and values belong to obj. */
ATTR_NODISCARD int json_need_string(const char **out, const json_t *obj, const char *key,
                                    const char *where, struct err *err);
/* An integer from least to most. */
ATTR_NODISCARD int json_need_number(int64_t *out, const json_t *obj, const char *key, int64_t least,
                                    int64_t most, const char *where, struct err *err);
ATTR_NODISCARD int json_need_object(json_t **out, const json_t *obj, const char *key,
                                    const char *where, struct err *err);
ATTR_NODISCARD int json_need_array(json_t **out, const json_t *obj, const char *key,
                                   const char *where, struct err *err);

/* Members that may be missing: fallback if obj is NULL, or if the member is missing or of another
 * kind. Strings belong to obj. */
const char *json_get_string(const json_t *obj, const char *key, const char *fallback);
int64_t json_get_int(const json_t *obj, const char *key, int64_t fallback);
double json_get_number(const json_t *obj, const char *key, double fallback);
bool json_get_bool(const json_t *obj, const char *key, bool fallback);

/* A new value for a text: str_clean's result, so that malformed UTF-8 does no harm; null for NULL.
 */
json_t *json_text(const char *s);
