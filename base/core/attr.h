/* Compiler attributes behind names of our own, and cleanup of locals that own something. */
#pragma once

#include <stddef.h> /* so that this header alone is a translation unit */

#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_NODISCARD         __attribute__((warn_unused_result))
#define ATTR_VECTOR(bytes)     __attribute__((vector_size(bytes)))

/* A local declared with it is handed to fn (which takes a pointer to it) when it goes out of scope.
 * Initialise at the declaration; no goto in a function that uses it. */
#define ATTR_CLEANUP(fn) __attribute__((cleanup(fn), unused))
