/* Jansson with our error handling: whole files in and out, and members that must be there. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

void json_decref_p(json_t **p);
#define AUTO_JSON ATTR_CLEANUP(json_decref_p) json_t

/* An object read from a file; the caller's. */
ATTR_NODISCARD int json_read_file(json_t **out, const char *path, struct err *err);
/* The same from text; what names it in messages. */
ATTR_NODISCARD int json_read_text(json_t **out, const char *text, const char *what,
                                  struct err *err);
/* Writes atomically, keys sorted. */
ATTR_NODISCARD int json_write_file(const char *path, const json_t *value, struct err *err);

/* One line with sorted keys: equal values give equal text. The caller frees it. */
char *json_canonical(const json_t *value);

/* Members that must be there. where names the object in messages. Strings and values belong to
 * obj. */
ATTR_NODISCARD int json_need_string(const char **out, const json_t *obj, const char *key,
                                    const char *where, struct err *err);
ATTR_NODISCARD int json_need_int(int64_t *out, const json_t *obj, const char *key,
                                 const char *where, struct err *err);
/* A whole number from least to most. */
ATTR_NODISCARD int json_need_number(int64_t *out, const json_t *obj, const char *key, int64_t least,
                                    int64_t most, const char *where, struct err *err);
ATTR_NODISCARD int json_need_object(json_t **out, const json_t *obj, const char *key,
                                    const char *where, struct err *err);
ATTR_NODISCARD int json_need_array(json_t **out, const json_t *obj, const char *key,
                                   const char *where, struct err *err);

/* Members that may be absent, or null: the fallback then. */
const char *json_get_string(const json_t *obj, const char *key, const char *fallback);
int64_t json_get_int(const json_t *obj, const char *key, int64_t fallback);
double json_get_number(const json_t *obj, const char *key, double fallback);
bool json_get_bool(const json_t *obj, const char *key, bool fallback);

/* Strings that may be NULL or malformed UTF-8: null, or cleaned. */
json_t *json_text(const char *s);

/* Makes every text in it harmless to show (str_clean). */
void json_clean(json_t *value);
