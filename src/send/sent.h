/* What the store remembers of sending: the names that went to a target, should the target's own
 * list be lost, and whether 'publish.after' has still to be run. Inner header of send/. */
#pragma once

#include "err.h"
#include "manifest.h"

struct store;

/* Only names; nothing is known of the files. */
ATTR_NODISCARD int sent_read(struct manifest *out, struct store *store, const char *place,
                             struct err *err);
ATTR_NODISCARD int sent_write(struct store *store, const char *place,
                              const struct manifest *manifest, struct err *err);

/* How many files were changed at targets since 'publish.after' last succeeded; -1: it need not run.
 */
ATTR_NODISCARD int sent_untold(int64_t *out, struct store *store, struct err *err);
ATTR_NODISCARD int sent_set_untold(struct store *store, int64_t nb, struct err *err);
