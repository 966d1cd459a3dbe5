/* The sandbox's two walls; sandbox.c is the door. */
#pragma once

#include <stdbool.h>

struct sandbox_spec;

/* Built with a sanitizer: their run time reads /proc, and stops threads to look for leaks. */
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

/* Landlock: files, TCP, signals. Returns its version, 0 where the kernel has none, or a negative
 * errno. */
int sandbox_close_files(const struct sandbox_spec *spec);

/* seccomp: the system calls of decoding and encoding, no others. Returns 0 or a negative errno. */
int sandbox_close_syscalls(void);
