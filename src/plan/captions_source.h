/* Where a recording's captions come from: files beside it, else streams of text in it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "language.h"

struct event;
struct plan;
struct source;

struct caption_source {
    char *path;                    /* NULL: a stream */
    char hash[33];                 /* of the file's content; "" where it cannot be read */
    int stream;                    /* of the recording, or -1 */
    char codec[16];                /* of the stream */
    char language[LANGUAGE_BYTES]; /* as language_short gives it; "" unknown */
    char suffix[24];               /* that it is published under */
    char *no_language;             /* why it is set aside; NULL: it is not (telemetry.h) */
};

/* Whether a file is one of captions, by its suffix. */
bool captions_file_name(const char *name);

/* Fills the captions of all sources, whose probes are loaded, those that a match names whole. Text
 * that is no language is set aside, unless the settings name its file. Folders are looked through
 * once each. Of a recording that is not there now, what captions_note
 * wrote down. */
ATTR_NODISCARD int captions_find(struct source *sources, size_t nb, const struct event *event,
                                 struct err *err);
void captions_free(struct source *source);

/* Writes down in the store which files are beside the recordings that are there, so that what was
 * made with them stays while a disk is unplugged. */
ATTR_NODISCARD int captions_note(const struct plan *plan, struct err *err);

/* "'15-gogrid.de.srt' (de)", "stream 2 of the recording (subrip)": a new string. */
char *captions_describe(const struct caption_source *captions);
/* "not taken: 'DJI_0001.SRT' holds numbers …", and what to do where it is text all the same: a new
 * string. source: whose it is. */
char *captions_describe_set_aside(const struct source *source,
                                  const struct caption_source *set_aside);
/* [{file, stream, language}], of what is set aside with "because": a new value. source: or NULL. */
json_t *captions_json(const struct source *source, bool set_aside);
/* Where the captions come from and what is set aside, in short, for a table: a new string, or NULL
 * where there are none of both. */
char *captions_summary(const struct source *source);
