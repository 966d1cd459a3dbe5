/* Finds a recording's captions: files beside it, or if there are none, text streams in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "language.h"

struct event;
struct plan;
struct source;

struct caption_source {
    char *path;                    /* NULL: a stream */
    char hash[33];                 /* of the file's content; "": it cannot be read */
    int stream;                    /* index in the recording; -1: a file */
    char codec[16];                /* of the stream */
    char language[LANGUAGE_BYTES]; /* as language_short writes it; "": unknown */
    char suffix[24];               /* of the published file: ".vtt", ".de.vtt" */
};

/* Whether the file's suffix is one of captions. */
bool captions_file_name(const char *name);

/* Fills the captions of all sources. Their probes must be loaded, as struct source describes. Each
 * folder is read once. For recordings that do not exist now, the files are those that captions_note
 * wrote to the store. */
ATTR_NODISCARD int captions_find(struct source *sources, size_t nb, const struct event *event,
                                 struct err *err);
void captions_free(struct source *source);

/* Writes to the store which captions files are beside the recordings that exist now, so that
 * outputs made with them stay up to date while a disk is not connected. */
ATTR_NODISCARD int captions_note(const struct plan *plan, struct err *err);

/* Describes captions for the user: "'15-gogrid.de.srt' (de)", "stream 2 of the recording (subrip)".
 * A new string. */
char *captions_describe(const struct caption_source *captions);
