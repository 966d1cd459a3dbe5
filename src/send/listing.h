/* What is in the folder of a target, as rsync or rclone lists it. Inner header of send/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct there {
    char *name;
    char *time; /* of its last change, as the tool says it */
    int64_t bytes;
    bool is_file;
};

/* Owned; sorted by name. */
struct listing {
    struct there *files;
    size_t nb;
};

/* Read the output of 'rsync --list-only' and of 'rclone lsjson'. Of rsync's, lines of other forms
 * are skipped. */
void listing_read_rsync(struct listing *out, const char *text);
ATTR_NODISCARD int listing_read_rclone(struct listing *out, const char *text, size_t nb,
                                       struct err *err);

const struct there *listing_find(const struct listing *listing, const char *name);

void listing_finish(struct listing *listing);
#define AUTO_LISTING ATTR_CLEANUP(listing_finish) struct listing
