/*
 * Errors. A function that can fail returns 0 or a negative enum err_code and fills the caller's
 * struct err. The first message wins: upper layers may put words in front (err_prefix), never
 * replace it. Nothing here allocates, so an error can always be reported.
 */
#pragma once

#include "attr.h"

/* Each code is a different act of whoever runs the job. */
enum err_code {
    ERR_OK = 0,
    ERR_INVALID = -1,   /* the input is wrong: doing it again cannot help */
    ERR_NOT_FOUND = -2, /* something named does not exist */
    ERR_BUSY = -3,      /* somebody else holds it: later */
    ERR_NO_SPACE = -4,  /* disk or quota is full: after making room */
    ERR_IO = -5,        /* reading or writing failed */
    ERR_EXTERNAL = -6,  /* a library or a process did not do what it should */
    ERR_CANCELLED = -7, /* the user stopped it */
    ERR_NOMEM = -8,     /* out of memory */
    ERR_BUG = -9,       /* talkpress itself is wrong */
    ERR_USAGE = -10,    /* what the user typed cannot be read: to be typed again */
};

enum err_origin { ERR_OURS, ERR_ERRNO, ERR_LIBAV, ERR_SQLITE };

struct err {
    enum err_code code;
    enum err_origin origin;
    int origin_code; /* errno, AVERROR or SQLite code, by origin */
    char msg[1024];  /* for a person, without a newline at the end or control characters */
};

/* Set code and message unless one is set already. Returns the code that err holds then. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* The same for a failed system call: ": " and the text of errnum follow the message, and the code
 * follows from errnum (ENOSPC and EDQUOT: no space; ENOENT: not found; ENOMEM: no memory). */
int err_errno(struct err *err, int errnum, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* The same for another library: code, origin and origin_code as given. */
int err_foreign(struct err *err, enum err_code code, enum err_origin origin, int origin_code,
                const char *fmt, ...) ATTR_PRINTF(5, 6);

/* Put words in front of the message that err holds. Returns its code. */
int err_prefix(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* The name of a code ("invalid", "no space" …), as results and JSON carry it, and back. */
const char *err_code_name(enum err_code code);
enum err_code err_code_by_name(const char *name);
