/*
 * Errors. A function that can fail returns 0 or a negative enum err_code and fills the caller's
 * struct err, which starts zeroed. The first message wins: callers may put words in front of it
 * (err_prefix), never replace it. Nothing here allocates, so an error can always be reported.
 */
#pragma once

#include "attr.h"

/* A code for each reaction that the caller or the user can have. */
enum err_code {
    ERR_OK = 0,
    ERR_INVALID = -1,   /* the input is wrong; trying again cannot help */
    ERR_NOT_FOUND = -2, /* something named does not exist */
    ERR_BUSY = -3,      /* another process holds it; try again later */
    ERR_NO_SPACE = -4,  /* disk or quota is full; make room and try again */
    ERR_IO = -5,        /* reading or writing failed */
    ERR_EXTERNAL = -6,  /* a library or another program failed */
    ERR_CANCELLED = -7, /* the user stopped it */
    ERR_NOMEM = -8,     /* out of memory */
    ERR_BUG = -9,       /* a fault in talkpress itself */
    ERR_USAGE = -10,    /* the command line is wrong */
};

enum err_origin { ERR_OURS, ERR_ERRNO, ERR_LIBAV, ERR_SQLITE };

struct err {
    enum err_code code;
    enum err_origin origin;
    int origin_code; /* errno, AVERROR or SQLite code, depending on origin */
    char msg[1024];  /* for the user; no control characters, no newline at the end */
};

/* Set code and message unless err holds an error already. Return the code that err holds. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* The same for a failed system call: ": " and the text of errnum are appended to the message, and
 * the code follows from errnum (ENOSPC and EDQUOT: no space; ENOENT and ENOTDIR: not found; ENOMEM:
 * no memory; EAGAIN and EBUSY: busy; others: input/output). */
int err_errno(struct err *err, int errnum, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* What to do about a failed system call, to be appended to its message; "" for most. */
const char *err_advice(int errnum);

/* The same for an error of a library. */
int err_foreign(struct err *err, enum err_code code, enum err_origin origin, int origin_code,
                const char *fmt, ...) ATTR_PRINTF(5, 6);

/* Put words in front of the message that err holds. Returns its code. */
int err_prefix(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* The name of a code in results and JSON: "invalid", "no space"; static. Unknown codes and names
 * are "bug" and ERR_BUG. */
const char *err_code_name(enum err_code code);
enum err_code err_code_by_name(const char *name);
