/*
 * Finds recordings that are one talk in several formats, as archives publish them: talk.mp4,
 * talk_hd.webm and talk.opus. Their names differ only by marks of a format, and their lengths are
 * nearly the same. Pure. docs/matching.md says which one is taken.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct match_recording;

struct format_clue {
    int talk;    /* whose words or number the name has; -1: none */
    bool chosen; /* by the user, for a talk: never set aside */
};

/* Sets best[i] to the recording of which recording i is another format; -1: it is none. Never a
 * recording that is set aside itself. */
void match_formats_find(int *best, const struct match_recording *recordings,
                        const struct format_clue *clues, size_t nb);

/* The name that all formats of a recording share, for tests: without folder, suffix and marks. The
 * caller frees it; "" if there is nothing else in the name. */
char *match_formats_stem(const struct match_recording *recording);
