/* What talkpress has sent to a target, as the file SEND_MANIFEST there says: so each machine that
 * sends there knows it, also after the store was restored. A name is in it before the file is sent,
 * and until after it was removed. Inner header of send/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SEND_MANIFEST ".talkpress-sent.json"

struct sent_file {
    char *name;
    char *time; /* of the file at the target, as listed once it was verified; NULL: it may not be
                   complete */
    int64_t bytes;
    char sha256[65];
};

/* All is owned. The files are sorted by name. */
struct manifest {
    char *event; /* the event's name; NULL: not known */
    struct sent_file *files;
    size_t nb;
    bool newer; /* a later version of talkpress wrote it: nothing more of it is known */
};

/* Reads it. Skips names that no file of talkpress has. ERR_INVALID: it is not one. */
ATTR_NODISCARD int manifest_parse(struct manifest *out, const char *text, size_t nb,
                                  struct err *err);
/* The file's text, a new string. */
char *manifest_text(const struct manifest *manifest);

/* Appends a file. sort: once all are added. */
void manifest_add(struct manifest *manifest, const char *name, const char *time, int64_t bytes,
                  const char *sha256);
void manifest_sort(struct manifest *manifest);
const struct sent_file *manifest_find(const struct manifest *manifest, const char *name);

void manifest_finish(struct manifest *manifest);
#define AUTO_MANIFEST ATTR_CLEANUP(manifest_finish) struct manifest
