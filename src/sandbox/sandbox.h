/*
 * The cage of a process that reads media from strangers: after sandbox_enter it has no network,
 * starts no process, reads the files that were named, writes one folder, and ends with its parent
 * (docs/sandbox.md). What the kernel does not offer is left out and reported, or refused. For a
 * process of one thread; there is no way back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

enum sandbox_mode { SANDBOX_BEST_EFFORT, SANDBOX_REQUIRE, SANDBOX_OFF };

/* "best-effort", "require", "off", and back; false for another word. */
const char *sandbox_mode_name(enum sandbox_mode mode);
bool sandbox_mode_parse(enum sandbox_mode *out, const char *name);

struct sandbox_spec {
    enum sandbox_mode mode;
    /* Files, and folders with all below them, that may be read; what does not exist is left out. */
    char **readable;
    size_t nb_readable;
    const char *writable;     /* the folder for making, changing and removing files; NULL: none */
    int64_t max_memory_bytes; /* 0: no limit, as for the two below. Not held under sanitizers. */
    int64_t max_file_bytes;   /* of each file; writing on fails with EFBIG */
    int64_t max_cpu_s;        /* of all threads; then SIGXCPU */
};

/* What is in force. */
struct sandbox_report {
    int landlock; /* the kernel's version of it, 0: none */
    bool seccomp;
    bool network; /* a network namespace of its own, with nothing in it */
};

/* Whether it is all that SANDBOX_REQUIRE asks for: Landlock and seccomp. The latter denies sockets
 * too, so that a network namespace is a second lock only. */
bool sandbox_is_whole(const struct sandbox_report *report);

/* parent: whose death is ours. ERR_EXTERNAL where the mode requires what this kernel does not do.
 */
ATTR_NODISCARD int sandbox_enter(struct sandbox_report *out, const struct sandbox_spec *spec,
                                 pid_t parent, struct err *err);

/* What sandbox_enter would put in force, found out by a child that tries. */
ATTR_NODISCARD int sandbox_try(struct sandbox_report *out, struct err *err);

/* ERR_EXTERNAL where it would not be whole. */
ATTR_NODISCARD int sandbox_require(struct err *err);

/* "landlock 7, seccomp, network namespace"; what is missing is named too. A new string. */
char *sandbox_describe(const struct sandbox_report *report);
