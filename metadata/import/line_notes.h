/*
 * Notes about lines of a file, reported together: "'talks.csv', lines 3, 5: left out: ...".
 * For importers, while they read.
 */
#pragma once

#include <stddef.h>

struct programme;

struct line_note;

/* Zero-initialised is empty; free with line_notes_finish. */
struct line_notes {
    struct line_note *notes;
    size_t nb;
};

/* Adds the line to the note that says this. */
void line_notes_add(struct line_notes *notes, int line, const char *what);
/* The first note, for a message: "line 3: left out: ...". A new string; NULL: there is none. */
char *line_notes_first(const struct line_notes *notes);
/* Adds the notes to the programme's; name is the file in them. */
void line_notes_write(const struct line_notes *notes, struct programme *programme,
                      const char *name);
void line_notes_finish(struct line_notes *notes);
