/*
 * Tells files apart whose fingerprints are equal. A fingerprint is made of samples at known places,
 * so anybody can make another file with the same one. A known fingerprint counts only if the
 * content is the known one: all bytes are compared while the known file is there, else samples at
 * secret places (docs/store.md). Reads files and the store. One thread.
 */
#pragma once

#include "attr.h"

struct err;
struct event;
struct recording;
struct recording_file;

struct identity; /* closed by identity_close_p */

/* Begins with the recordings that the store has now. */
ATTR_NODISCARD int identity_open(struct identity **out, struct event *event, struct err *err);
void identity_close_p(struct identity **identity);
#define AUTO_IDENTITY ATTR_CLEANUP(identity_close_p) struct identity

/* Corrects the fingerprint of a file that recording_look returned: if it is known as that of other
 * content, the file gets one made of its whole content. From then on the file is known too. Fails
 * if this file, or the one it is compared with, cannot be read. May take as long as reading both
 * files: not to be called within a transaction. */
ATTR_NODISCARD int identity_settle(struct identity *identity, struct recording_file *file,
                                   struct err *err);
/* The same for the fingerprint of a recording of several files that were settled. Reads no file. */
ATTR_NODISCARD int identity_settle_recording(struct identity *identity, struct recording *recording,
                                             struct err *err);

/* Writes what was found out since the last time into the store. */
ATTR_NODISCARD int identity_save(struct identity *identity, struct err *err);
