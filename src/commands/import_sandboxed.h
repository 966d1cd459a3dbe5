/* Reads a programme (import.h) in the sandbox, because its file may come from a stranger. */
#pragma once

#include "attr.h"
#include "sandbox.h"

struct err;
struct programme;

/* Like import_read. ERR_INVALID also for a file that exhausts its reader or makes it crash. */
ATTR_NODISCARD int import_sandboxed(struct programme *out, const char *path, enum sandbox_mode mode,
                                    struct err *err);
