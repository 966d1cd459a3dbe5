/* Estimates the time and space that an event will need on this machine. A short stand-in recording
 * is made and encoded, as 'talkpress run' would do; its time and size are scaled to the whole
 * event. */
#pragma once

#include "err.h"

struct estimate_request;

/* Prints the estimate to stdout. cores: the number of cores that a run would use. */
ATTR_NODISCARD int estimate_print(const struct estimate_request *request, int cores,
                                  struct err *err);
