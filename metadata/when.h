/*
 * Times of timetables: dates, local times, zones and durations as files write them, to the form in
 * which talks keep them. Zones are IANA names ("Europe/Berlin"), by the system's own zone files.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "attr.h"

enum {
    WHEN_BYTES = 32,
    WHEN_DATE_BYTES = 11,
    WHEN_MAX_DURATION_S = 7 * 24 * 3600,
};

struct when {
    char text[WHEN_BYTES]; /* "2010-04-28T09:00:00-07:00"; without the offset where none is known */
    int64_t unix_s;        /* for comparing; a time without an offset counts as UTC */
};

/* Whether the system knows a zone of that name. */
bool when_is_zone(const char *zone);

/* All return false, and leave *out alone, where text is not of the form. zone may be NULL. */

/* "2010-04-28T09:00:00", seconds may be missing, fractions are cut; with "Z", an offset, or
 * neither: then it is local time of the zone. UTC becomes the zone's local time; another offset
 * stays, for it is local time already. */
ATTR_NODISCARD bool when_read(struct when *out, const char *text, const char *zone);

/* date and local time of the zone, "2010-04-28" and "9:00", "09:00" or "09:00:00". */
ATTR_NODISCARD bool when_combine(struct when *out, const char *date, const char *time,
                                 const char *zone);

/* The date of "2010-04-28", or of what when_read reads; nb_days later. */
ATTR_NODISCARD bool when_read_date(char out[WHEN_DATE_BYTES], const char *text, const char *zone,
                                   int nb_days);

/* "09:00" or "09:00:00", seconds since midnight. */
ATTR_NODISCARD bool when_read_clock(int *out_s, const char *text);

/* "00:50" (hours and minutes), "01:30:00", also above 24 hours, up to WHEN_MAX_DURATION_S. */
ATTR_NODISCARD bool when_read_duration(int *out_s, const char *text);
