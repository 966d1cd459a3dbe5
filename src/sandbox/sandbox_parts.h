/* The two parts of the sandbox, which sandbox.c puts together: Landlock (files.c) and seccomp
 * (syscalls.c). Inner header. */
#pragma once

#include <stdbool.h>

#include "sandbox.h"

/* 1 if built with a sanitizer: its run time reads /proc, and stops threads to look for leaks. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* Restricts files, TCP and signals with Landlock. Returns the version of its interface, 0 if the
 * kernel has none, or a negative errno. */
int sandbox_close_files(const struct sandbox_spec *spec);

/* Allows only the system calls that the profile needs, with seccomp. Returns 0 or a negative errno.
 */
int sandbox_close_syscalls(enum sandbox_profile profile);
