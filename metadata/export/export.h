/*
 * What the exporters share: a programme and the files that were published of it go in, text comes
 * out. They are pure: they write no file and look at none. Talks that are gone are left out. What
 * talkpress imported in a format and exports in the same one imports again without a difference
 * (docs/export.md).
 */
#pragma once

#include <stddef.h>

struct programme;

enum export_kind { EXPORT_VIDEO, EXPORT_SOUND, EXPORT_POSTER, EXPORT_CAPTIONS };

/* One published file; the strings are the caller's. */
struct export_file {
    int talk, part;
    enum export_kind kind;
    const char *url;
    const char *type; /* "mp4": what its name ends with */
    const char *what; /* the rendition or the captions' language; NULL where not known */
    int measured_s;   /* the part's length as it was recorded */
};

/* The files of one part, or of a talk where part is 0, in *out and how many they are. files are in
 * order of talk and part, as all exporters take them. */
size_t export_files_of(const struct export_file **out, const struct export_file *files, size_t nb,
                       int talk, int part);
