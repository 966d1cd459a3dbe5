/* Finds a recording's captions: files beside it, or if there are none, text streams in it. */
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
    char hash[33];                 /* of the file's content; "": it could not be read */
    int stream;                    /* index in the recording; -1: a file */
    char codec[16];                /* of the stream */
    char language[LANGUAGE_BYTES]; /* as language_short writes it; "": unknown */
    char suffix[24];               /* of the published file: ".vtt", ".de.vtt" */
    /* Why it is set aside; both NULL: it is not. */
    char *no_language; /* what it holds instead of text (telemetry.h) */
    char *refused;     /* "'15-gogrid.vtt' is a link that leads out of its folder" (found.h) */
    char *text;        /* that the user corrected, in a part's list; else NULL */
    bool judged;       /* by its content: a file that the settings do not name */
};

/* Whether the file's suffix is one of captions. */
bool captions_file_name(const char *name);

/* Fills the captions of all sources, and their chapters (chapters_source.h). Their probes must be
 * loaded, as struct source describes. Text that is no language is set aside, unless the settings
 * name its file. What is no file of the recording's folder is set aside too. Each folder is read
 * once. For recordings that do not exist now, the files are those that captions_note wrote to the
 * store. */
ATTR_NODISCARD int captions_find(struct source *sources, size_t nb, const struct event *event,
                                 struct err *err);
void captions_free(struct source *source);

/* Writes to the store which captions files are beside the recordings that exist now, so that
 * outputs made with them stay up to date while a disk is not connected; and what was found in them,
 * so that it is not looked for again. */
ATTR_NODISCARD int captions_note(const struct plan *plan, struct err *err);

/* The captions of a part: those of its recording, with the text that the user corrected in place of
 * that of the same language; those without a language have the talk's, if the user set it. A
 * corrected text is in a file of work/ that whoever starts the job writes (struct job_captions). A
 * new list for captions_list_free. */
ATTR_NODISCARD int captions_of_part(struct caption_source **out, size_t *out_nb,
                                    const struct source *source, const struct plan *plan, int talk,
                                    int part, struct err *err);
void captions_list_free(struct caption_source **list, size_t *nb);

/* Describes captions for the user: "'15-gogrid.de.srt' (de)", "stream 2 of the recording (subrip)".
 * A new string. */
char *captions_describe(const struct caption_source *captions);
/* "not taken: 'DJI_0001.SRT' holds numbers …", and what to do to publish it all the same: a new
 * string. source: whose it is. */
char *captions_describe_set_aside(const struct source *source,
                                  const struct caption_source *set_aside);
/* [{file, stream, language}], of what is set aside with "because", and "corrected": true of a
 * corrected text, which is no file: a new value. */
json_t *captions_json(const struct caption_source *list, size_t nb);
/* Where a part's captions come from and what of its recording is set aside, in short, for a table:
 * a new string, or NULL where there are none of both. */
char *captions_summary(const struct caption_source *list, size_t nb, const struct source *source);
