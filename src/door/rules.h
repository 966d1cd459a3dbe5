/* Who may ask the door anything: the rules for a server on a machine that other users and other web
 * pages reach too. They are checked in the order of enum rules_verdict, on the head of a request,
 * before its path is looked at. Pure. Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "review_link.h"

struct rules {
    int port;
    const struct link_hello *hello; /* the token, more hosts */
};

/* Of the head of a request; headers that are missing are NULL. */
struct rules_head {
    const char *method;
    size_t nb_bytes; /* of all headers */
    bool unclean;    /* as RULES_UNCLEAN */
    const char *host, *origin, *fetch_site, *content_type, *content_length, *transfer_encoding;
    const char *cookie;
};

enum rules_verdict {
    RULES_HOST = 1,  /* named by a name that is not ours: DNS rebinding */
    RULES_HEADERS,   /* more than RULES_MAX_HEADER_BYTES */
    RULES_UNCLEAN,   /* a header that matters came twice, or with a NUL byte */
    RULES_FOREIGN,   /* sent by another page */
    RULES_STRANGER,  /* without the cookie of this run */
    RULES_TYPE,      /* POST of something that is not JSON */
    RULES_NO_LENGTH, /* a body without its length */
    RULES_KNOWN = 0, /* none of these */
};

enum { RULES_MAX_HEADER_BYTES = 8 << 10 };

/* The first rule that the request breaks. */
enum rules_verdict rules_check(const struct rules *rules, const struct rules_head *head);

/* Whether this is the token; takes the same time for each wrong one of the same length. */
bool rules_is_token(const struct rules *rules, const char *text);

/* The length of the body that a request states; 0: it has none. */
size_t rules_body_bytes(const struct rules_head *head);

/* What to answer: the status, and a sentence for the user. */
int rules_status(enum rules_verdict verdict);
const char *rules_text(enum rules_verdict verdict);
