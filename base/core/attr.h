/* Names for the compiler attributes that talkpress uses. */
#pragma once

#include <stddef.h> /* so that this header alone is a translation unit */

#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_NODISCARD         __attribute__((warn_unused_result))
#define ATTR_VECTOR(bytes)     __attribute__((vector_size(bytes)))

/* Declares a local that owns something: when it goes out of scope, fn is called with a pointer to
 * it. Initialise it in its declaration; do not use goto in the same function. */
#define ATTR_CLEANUP(fn) __attribute__((cleanup(fn), unused))
