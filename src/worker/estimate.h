/* What an event will need on this machine: a short stand-in is made and encoded as 'run' would, and
 * the time and size of that are scaled to the whole event. */
#pragma once

#include "err.h"

struct estimate_request;

/* cores: that a run would use. Prints a few lines on stdout. */
ATTR_NODISCARD int estimate_print(const struct estimate_request *request, int cores,
                                  struct err *err);
