/*
 * The signed part of a speaker's review: which part of which event it is about, and what was
 * decided when it was exported. The signature (HMAC-SHA256 under a key that only the event's store
 * knows) says that this event exported a review with exactly these values. What a file of answers
 * is about is taken from here alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"
#include "sha256.h"

struct part_plan;
struct plan;
struct store;

enum { TICKET_EVENT_BYTES = 65, TICKET_ISSUED_BYTES = 33 };

struct ticket {
    char event[TICKET_EVENT_BYTES]; /* its UUID */
    int talk, part;
    char recording[HASH_BYTES]; /* fingerprint */
    int64_t begin, end;         /* the cut, in frames of the recording */
    char *drops;                /* owned; as part_drops_text */
    char version[HASH_BYTES];   /* of what was decided about the part: ticket_version */
    char issued[TICKET_ISSUED_BYTES];
    char signature[SHA256_BYTES];
};
void ticket_finish(struct ticket *ticket);
#define AUTO_TICKET ATTR_CLEANUP(ticket_finish) struct ticket

/* A ticket of the part as it is now, signed. The part has a recording and a cut. */
ATTR_NODISCARD int ticket_issue(struct ticket *out, const struct plan *plan,
                                const struct part_plan *part, struct err *err);

/* ERR_INVALID: the signature is not the event's. Who made the file cannot know the key. */
ATTR_NODISCARD int ticket_check(const struct ticket *ticket, struct store *store, struct err *err);

/* A hash of the user's decisions about the part; what jobs make meanwhile does not change it. */
void ticket_version(char out[HASH_BYTES], const struct part_plan *part);
