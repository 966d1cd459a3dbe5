/* Pictures that are made from pictures of recordings. They are read in the sandbox. The process
 * that has read them may be an attacker's, so another one, which reads none of them, checks what it
 * made. Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct picture_call {
    const char *what;    /* is made, for messages */
    const char *advice;  /* see sandboxed_call.h */
    const char *sandbox; /* sandbox_mode_name; NULL: as sandboxed_call has it */
    char **files;        /* what is read */
    size_t nb_files;
    bool fonts; /* text is drawn */
    int64_t max_memory_bytes;
    size_t max_bytes; /* of what is made */
    int (*draw)(struct str *out, const void *request, struct err *err);
    int (*check)(const struct str *made, const void *request, struct err *err);
    const void *request;
};

/* Makes the pictures, writes them to the path, and answers with {"bytes"} or {"failure"} on
 * standard output. err: what is wrong with the request already: then they are not made. Returns the
 * process's exit status. */
int picture_call_serve(const struct picture_call *call, const char *path, struct err *err);
