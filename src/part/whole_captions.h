/* The captions of a whole recording, on its clock, as a job makes them: for the review, which shows
 * them beside the picture. Nothing of it is published, and nothing refers to the result. */
#pragma once

#include <stddef.h>

#include "err.h"
#include "key.h"

struct job_spec;
struct plan;
struct source;

/* The key of the n-th captions of a recording that is probed: the result is KEY.vtt in work/. */
ATTR_NODISCARD int whole_captions_key(char out[KEY_BYTES], const struct source *source, size_t n,
                                      struct err *err);
/* The spec of the job that makes them; borrows from the plan. */
ATTR_NODISCARD int whole_captions_spec(struct job_spec *out, const struct plan *plan,
                                       const struct source *source, size_t n, struct err *err);
