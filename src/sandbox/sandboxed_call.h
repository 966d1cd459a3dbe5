/*
 * Runs a function of ours over bytes that strangers wrote, in a child process that is in the
 * sandbox. The caller has opened and read the files; the child gets them by fork, parses them, and
 * answers with bytes that the caller validates. Whatever happens in the child (endless work, more
 * memory than allowed, a crash, an answer without end, somebody's code instead of ours) becomes one
 * error here, and the caller goes on. To be called from a process with one thread.
 */
#pragma once

#include <stddef.h>

#include "sandbox.h"

struct str;

struct sandboxed_call {
    const char *file;   /* for messages: what is read, without quotes */
    const char *advice; /* what to do with a file that cannot be read: "export it again" */
    enum sandbox_mode mode;
    char **readable; /* files, and folders with all in them, that the child may read */
    size_t nb_readable;
    int64_t max_memory_bytes; /* that of the caller included */
    int max_cpu_s, max_wall_s;
    size_t max_answer_bytes;
    void (*prepare)(const void *input); /* before the sandbox closes: loads what is needed from
                                         * files, and parses nothing; or NULL */
    /* In the sandbox: writes the answer to *out, or sets an error, which the caller gets. */
    int (*run)(struct str *out, const void *input, struct err *err);
    const void *input;
};

/* *out (zero-initialised, the caller's) is the answer of a child that ended well; it may still come
 * from code that took the child over. ERR_INVALID: the file exhausts or crashes its reader.
 * ERR_NOMEM: it needed more memory than it may have, or than there was. ERR_EXTERNAL: the settings
 * require a sandbox, and there is none. */
ATTR_NODISCARD int sandboxed_call(struct str *out, const struct sandboxed_call *call,
                                  struct err *err);
