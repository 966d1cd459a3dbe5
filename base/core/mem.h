/* Small allocations of our own: they abort when memory is out, so that callers need no check. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "attr.h"

/* Returns p; where it is NULL, says that memory is out and aborts. */
void *mem_need(void *p);

void *mem_zalloc(size_t nb, size_t size);
char *mem_strdup(const char *s); /* NULL gives NULL */
char *mem_printf(const char *fmt, ...) ATTR_PRINTF(1, 2);
char *mem_vprintf(const char *fmt, va_list args) ATTR_PRINTF(1, 0);

/* Room for one more element: returns the array, grown (doubling) when nb elements fill it.
 * Growth happens when nb is 0 or a power of two, so no capacity is kept. */
void *mem_grow(void *array, size_t nb, size_t size);

/* For AUTO locals: frees the pointer that p points to. */
void mem_free_p(void *p);
#define AUTO_FREE ATTR_CLEANUP(mem_free_p)

/* Frees nb strings and the array itself. */
void mem_free_strings(char **strings, size_t nb);

/* Moves a pointer out of *p, which becomes NULL. */
void *mem_take(void *p);
