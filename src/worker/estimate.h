/* What an event will need on this machine: a short stand-in is made and encoded as 'run' would, and
 * what that took is scaled to the whole. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* all_ms: the event's recordings together. scratch: a folder that can be written to. Prints a few
 * lines on stdout. */
ATTR_NODISCARD int estimate_print(const char *scratch, int64_t all_ms, size_t nb_talks,
                                  struct err *err);
