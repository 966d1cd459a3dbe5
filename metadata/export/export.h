/*
 * The programme as other tools want it: a programme and the list of its published files go in, text
 * comes out. Pure: no file is read or written. Talks that are gone are left out. If talkpress
 * imported the programme in the same format, importing the output again changes nothing
 * (docs/export.md).
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct programme;

enum export_kind { EXPORT_VIDEO, EXPORT_SOUND, EXPORT_POSTER, EXPORT_CAPTIONS };

/* One published file; the strings are the caller's. */
struct export_file {
    int talk, part;
    enum export_kind kind;
    const char *url;
    const char *type; /* the extension: "mp4" */
    const char *what; /* the rendition or the captions' language; NULL: not known */
    int measured_s;   /* measured length of the part */
};

/* schedule.xml as frab and c3voc's schema define it: days, rooms and events, with links to the
 * files, which must be sorted by talk and part. The document is in *out; the caller frees it. The
 * only error is ERR_NOMEM. */
ATTR_NODISCARD int export_schedule_xml(char **out, const struct programme *programme,
                                       const struct export_file *files, size_t nb_files,
                                       struct err *err);

struct export_text {
    char *path; /* in the folder: "category.json", "videos/a-talk.json" */
    char *text;
    size_t nb_bytes; /* of the text; 0: up to its NUL */
    char *copy;      /* instead of a text: a file in out/ */
};

struct export_texts {
    struct export_text *texts;
    size_t nb;
};

/* pyvideo.org's data: category.json for the event and, in videos/, a file for each part. files as
 * above. Fills *out (zero-initialised); free with export_texts_finish. */
void export_pyvideo(struct export_texts *out, const struct programme *programme,
                    const struct export_file *files, size_t nb_files);
void export_texts_finish(struct export_texts *texts);
#define AUTO_EXPORT_TEXTS ATTR_CLEANUP(export_texts_finish) struct export_texts
