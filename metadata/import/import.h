/*
 * Reads a programme in any of the formats that talkpress knows (formats.h). Content decides on the
 * format, not the name alone. All or nothing: the error for something that cannot be understood
 * names the file, the place in it, what was found and what was expected.
 *
 * Talks are in the programme's order, with its numbers. If it has none, numbers stay 0 and each
 * talk has a ref, from which programme_number_talks makes numbers. Timetables give slots (slot_s,
 * start), listings of videos give listed times (listed_s). Limits are the same for all formats:
 * programme_limits.h.
 *
 * What plainly is no talk (a cancelled one, a row of notes) may be left out if the programme's
 * notes say so (programme_note); `import` prints them.
 */
#pragma once

#include "attr.h"

struct err;
struct import_files;
struct programme;

/* Reads *out (zero-initialised by the caller, who frees it with programme_finish; untouched on
 * failure) from the files, and opens none but those of time zones (IMPORT_ZONES and
 * IMPORT_LOCAL_ZONE). To be called in the sandbox: the libraries that do it are large. ERR_INVALID:
 * no format fits, or the file is damaged. */
ATTR_NODISCARD int import_parse(struct programme *out, const struct import_files *files,
                                struct err *err);
#define IMPORT_ZONES      "/usr/share/zoneinfo"
#define IMPORT_LOCAL_ZONE "/etc/localtime"

/* Loads what import_parse cannot load in the sandbox: the converter of a charset that a file says
 * it is in. */
void import_prepare(const struct import_files *files);

/* The same as import_files_read and import_parse, for files that are trusted: without a sandbox. */
ATTR_NODISCARD int import_read(struct programme *out, const char *path, struct err *err);
