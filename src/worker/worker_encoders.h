/* What encodes the outputs of a job, found by the outer process. Private to worker/. */
#pragma once

#include "attr.h"

struct err;
struct worker;

/* Sets worker->made_by. ERR_INVALID if another version is loaded than the one in the spec, which is
 * part of the outputs' keys: the libraries were replaced since the coordinator planned. */
ATTR_NODISCARD int worker_find_encoders(struct worker *worker, struct err *err);
void worker_forget_encoders(struct worker *worker);
