/* An answer to a request: bytes that the door may read, or an error for the user. Inner header. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum {
    STATUS_OK = 200,
    STATUS_NOT_FOUND = 404,
    STATUS_STALE = 409,       /* what the page shows is no longer so */
    STATUS_REFUSED = 422,     /* the decision cannot be made */
    STATUS_FAILED = 500,      /* talkpress or a worker failed */
    STATUS_UNAVAILABLE = 503, /* not now */
};

struct answer {
    int status;
    int fd; /* owned; -1: an error */
    int64_t offset, length;
    const char *type;  /* static */
    const char *cache; /* static; for the header Cache-Control */
    char etag[40];     /* "": none */
    char *version;     /* owned; of the part, with STATUS_STALE; else NULL */
    struct err why;    /* of an error */
};

#define ANSWER_NONE ((struct answer){.fd = -1})
void answer_finish(struct answer *answer);
#define AUTO_ANSWER ATTR_CLEANUP(answer_finish) struct answer

/* Bytes in memory. Moves the text out of *text. */
void answer_text(struct answer *out, struct str *text, const char *type);
/* Takes over the value; NULL is a bug. */
void answer_json(struct answer *out, json_t *value);
/* A range of a file, whose descriptor it takes over. etag: what identifies these bytes. kept: the
 * browser may keep them without asking again. */
void answer_file(struct answer *out, int fd, int64_t offset, int64_t length, const char *type);
void answer_tag(struct answer *out, const char *etag, bool kept);
void answer_error(struct answer *out, int status, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* The status that the code asks for. */
void answer_err(struct answer *out, const struct err *err);
