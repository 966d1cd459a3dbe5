/* Requests for a range of bytes (RFC 9110, section 14), and whether a client has the bytes already.
 * Pure. Inner header. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum byte_range_kind {
    BYTE_RANGE_ALL,  /* there is no range, or one that is not understood, or several: all bytes */
    BYTE_RANGE_PART, /* [begin, end) */
    BYTE_RANGE_NONE, /* there are no such bytes: 416 */
};

struct byte_range {
    enum byte_range_kind kind;
    int64_t begin, end;
};

/* header: the value of Range, or NULL. if_range: that of If-Range, or NULL: with another ETag than
 * etag, all bytes are sent. length: how many bytes there are. */
struct byte_range byte_range_read(const char *header, const char *if_range, const char *etag,
                                  int64_t length);

/* Whether the value of If-None-Match, or NULL, names the ETag. */
bool byte_range_is_known(const char *if_none_match, const char *etag);
