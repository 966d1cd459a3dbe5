/*
 * Speakers that a table or a list has in its titles: "First talk - Ann Lee". Which part of the
 * titles names people is decided for all of them, because one title alone leaves it open.
 */
#pragma once

#include <stdbool.h>

struct programme;

/* Moves names out of the titles of talks without speakers, if at least a third of these titles have
 * one form in which they do, adds a note, and returns whether it did. name is the file in it. */
bool title_speakers_take(struct programme *programme, const char *name);
