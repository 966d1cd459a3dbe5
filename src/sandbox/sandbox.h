/*
 * The sandbox of a process that reads untrusted files, or what strangers send. After sandbox_enter,
 * the process can reach no network, starts no process, reads and writes only the named files,
 * makes, renames and removes none, and is killed when its parent dies (docs/sandbox.md). Protection
 * that the kernel does not offer is left out and reported, or is an error, depending on the mode.
 * Called by workers and by children of talkpress (sandboxed_call.h) before they parse anything, in
 * a process with one thread; it cannot be undone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

enum sandbox_mode { SANDBOX_BEST_EFFORT, SANDBOX_REQUIRE, SANDBOX_OFF };

/* What the process does: what it needs is allowed, and nothing else. */
enum sandbox_profile {
    SANDBOX_READER, /* decodes, encodes, parses: files, threads, no sockets */
    SANDBOX_DOOR,   /* serves clients of a listening socket that it was given: no files, no threads,
                     * no other sockets */
};

/* "best-effort", "require", "off"; and back: false for an unknown name. */
const char *sandbox_mode_name(enum sandbox_mode mode);
bool sandbox_mode_parse(enum sandbox_mode *out, const char *name);

struct sandbox_spec {
    enum sandbox_mode mode;
    enum sandbox_profile profile;
    int nb_kept;        /* descriptors that stay open beside the standard ones: 3 to 2 + nb_kept */
    int max_open_files; /* 0: 4096 */
    /* Files, and folders with everything in them, that may be read. Missing ones are ignored. */
    char **readable;
    size_t nb_readable;
    /* Files that may be written. They must exist: so their number is limited, nothing can be hidden
     * in a file that has no name any more, and max_file_bytes limits their sum. */
    char **writable;
    size_t nb_writable;
    /* Writable memory; 0: no limit, as below. Address space, which costs memory in page tables, is
     * limited to 8 times as much. Ignored with sanitizers. */
    int64_t max_memory_bytes;
    int64_t max_file_bytes; /* of each file; further writes fail with EFBIG */
    int64_t max_cpu_s;      /* processor time of all threads; then SIGXCPU */
};

/* Which protection is in force. */
struct sandbox_report {
    int landlock; /* the version of Landlock's interface; 0: none */
    bool seccomp;
    bool network; /* in an empty network namespace of its own */
};

/* Whether it has all that SANDBOX_REQUIRE requires: Landlock and seccomp. seccomp denies sockets
 * too, so that the network namespace is not required. */
bool sandbox_is_whole(const struct sandbox_report *report);

/* Puts the sandbox in force for the calling process and sets *out. parent: the process whose death
 * kills this one. ERR_EXTERNAL where the mode is SANDBOX_REQUIRE and this kernel cannot do it. */
ATTR_NODISCARD int sandbox_enter(struct sandbox_report *out, const struct sandbox_spec *spec,
                                 pid_t parent, struct err *err);

/* What sandbox_enter would put in force, found by trying it in a child process. */
ATTR_NODISCARD int sandbox_try(struct sandbox_report *out, struct err *err);

/* ERR_EXTERNAL where sandbox_is_whole would be false. */
ATTR_NODISCARD int sandbox_require(struct err *err);

/* "landlock 7, seccomp, network namespace", naming what is missing too. A new string. */
char *sandbox_describe(const struct sandbox_report *report);
