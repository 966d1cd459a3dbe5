/* Small allocations that abort when memory runs out, so that callers need no check. Large ones, and
 * those of libav and SQLite, return ERR_NOMEM instead. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "attr.h"

/* Returns p; if it is NULL, prints this message and aborts. */
#define MEM_MESSAGE "talkpress: out of memory"
void *mem_need(void *p);

void *mem_zalloc(size_t nb, size_t size); /* nb elements, zeroed; never NULL */
char *mem_strdup(const char *s);          /* NULL for NULL */
char *mem_printf(const char *fmt, ...) ATTR_PRINTF(1, 2);
char *mem_vprintf(const char *fmt, va_list args) ATTR_PRINTF(1, 0);

/* Makes room for one more element in an array of nb elements of this size: returns the array,
 * perhaps moved. Its capacity doubles when nb is 0 or a power of two, so that it is not stored;
 * elements must be added one by one and not removed. */
void *mem_grow(void *array, size_t nb, size_t size);

/* For AUTO locals: frees the pointer that p points to. */
void mem_free_p(void *p);
#define AUTO_FREE ATTR_CLEANUP(mem_free_p)

/* Appends a copy of the string to an array of nb strings, whose number it counts. */
void mem_add_string(char ***strings, size_t *nb, const char *s);
/* Frees nb strings and the array itself. */
void mem_free_strings(char **strings, size_t nb);

/* Returns the pointer that p points to, and sets it to NULL: moves ownership out of a local. */
void *mem_take(void *p);
