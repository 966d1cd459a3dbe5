/* The order in which talks are made while the event goes on: that of their ends, so that who has
 * spoken first is online first. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct programme;
struct talk;

/* When the talk ends by the timetable, in seconds since 1970; a time without a zone counts as UTC.
 * INT64_MAX: it does not say. */
int64_t order_end_s(const struct talk *talk);

/* The numbers of all talks that are not gone: first those whose end the timetable says, by their
 * ends, then the others as the programme lists them. The caller frees the list. */
int *order_by_end(size_t *out_nb, const struct programme *programme);
