/*
 * The event's name, dates and place, from the text of a listing page before the first talk. Owns
 * nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct listing_page;
struct programme;

/* Fills name, begin, end and place of the programme from the first nb_lines lines and the page's
 * title; a field that is not found stays NULL. */
void listing_event_read(struct programme *programme, const struct listing_page *page,
                        size_t nb_lines);

/* Whether the text states a date, such as "April 28-29". */
bool listing_event_has_date(const char *text);
