/*
 * Speakers that a table or a list has in its titles: "First talk - Ann Lee". Which part of the
 * titles names people is decided for all of them, because one title alone leaves it open.
 */
#pragma once

#include <stddef.h>

struct programme;

/* Moves names out of the titles of talks without speakers, if at least a third of these titles have
 * one form in which they do. Returns how many talks got speakers; *out_form is the form for the
 * user, static. */
size_t title_speakers_take(const char **out_form, struct programme *programme);
