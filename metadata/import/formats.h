/*
 * The formats that import.c knows: one file for each, named after it. docs/import.md describes
 * them for users.
 *
 * X_sniff(bytes, nb_bytes, name): whether the file is of this format. bytes end with a NUL that
 * nb_bytes does not count; name is the file's path.
 *
 * X_read(out, bytes, nb_bytes, name, err): reads the file into *out (zero-initialised by the
 * caller, who frees it with programme_finish; untouched on failure). name is the file in messages.
 * ERR_INVALID: the file is not of this format or damaged; the message gives the place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct import_files;
struct json_t;
struct programme;

/* CSV with a heading row; columns are known by their names. The sniff accepts a heading row with a
 * title and another known column, and any file whose name ends with ".csv" or ".tsv", so that an
 * unknown heading row is reported as one. */
bool import_csv_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_csv_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                   const char *name, struct err *err);

/* What is no programme at all: an empty file, a PDF, a spreadsheet, a picture, an archive, a
 * recording. Comes first. Reading it always fails: the message says what it is, and what to hand in
 * instead. */
bool import_foreign_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_foreign_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                       const char *name, struct err *err);

/* A timetable in HTML: table rows or list items with a <time datetime="..."> and a title. The sniff
 * wants two of them. */
bool import_html_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_html_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                    const char *name, struct err *err);

/* A page with schema.org's microdata, as talkpress publishes it: items of the type EducationEvent
 * are talks. The sniff wants such a type. */
bool import_microdata_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_microdata_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                         const char *name, struct err *err);

/* iCalendar (RFC 5545): each event is a talk. Cancelled events are left out; all-day events get
 * neither start nor slot. */
bool import_ical_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_ical_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                    const char *name, struct err *err);

/* A list in Markdown: each item is a link, the speakers and the listed time. The sniff wants one
 * such item. */
bool import_markdown_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_markdown_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                        const char *name, struct err *err);

/* pyvideo.org's data: a JSON file for each talk; its ref is made from the file's name. A folder
 * holds such files, in it or in videos/, and category.json for the event. */
bool import_pyvideo_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_pyvideo_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                       const char *name, struct err *err);
ATTR_NODISCARD int import_pyvideo_read_folder(struct programme *out,
                                              const struct import_files *files, struct err *err);

/* A timetable in JSON: the c3voc schedule, version 1 (events by day and room, as frab and pretalx
 * export it) and version 2 (a flat list of events), and the list of talks or submissions of
 * pretalx's API. Messages name the place as "schedule.conference.days[0].rooms["Saal 1"][3]". The
 * sniff looks for an object with a member "schedule" or "results". */
bool import_schedule_json_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_schedule_json_read(struct programme *out, const char *bytes,
                                             size_t nb_bytes, const char *name, struct err *err);

/* The text after a byte order mark of UTF-8, if it has one. */
const char *import_skip_mark(const char *bytes);

/* Parses JSON of limited size; the caller owns *out. ERR_INVALID: broken, with line and column, or
 * too many values. */
ATTR_NODISCARD int import_json_parse(struct json_t **out, const char *bytes, size_t nb_bytes,
                                     const char *name, struct err *err);

/* schedule.xml, the timetable of pentabarf, frab and pretalx; wafer calls it pentabarf.xml. The
 * sniff wants the root element <schedule>. Nothing outside the file is read, and entities that the
 * file defines are not expanded. */
bool import_schedule_xml_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_schedule_xml_read(struct programme *out, const char *bytes,
                                            size_t nb_bytes, const char *name, struct err *err);

/* The name of the root element in what begins like XML: the place in bytes; NULL: it does not. */
const char *import_schedule_xml_root(const char *bytes);

/* Files of no known format. Reading them always fails: the message says what was found, and for
 * each format what it lacks. Other than the last one, the sniffs want JSON, or XML that is no web
 * page. */
bool import_unknown_json_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_unknown_json_read(struct programme *out, const char *bytes,
                                            size_t nb_bytes, const char *name, struct err *err);
bool import_unknown_xml_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_unknown_xml_read(struct programme *out, const char *bytes,
                                           size_t nb_bytes, const char *name, struct err *err);
bool import_unknown_sniff(const char *bytes, size_t nb_bytes, const char *name);
ATTR_NODISCARD int import_unknown_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                       const char *name, struct err *err);
