/* The published parts, as kits see them. Private to kits/. Strings belong to the list or to the
 * document, unless a function says that they are new. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "datetime.h"
#include "kits.h"

struct licence;

struct kit_part {
    const json_t *talk, *part;
    char *name;           /* of its files, without suffix: "15-gogrid-and-xen-part-1" */
    char *title;          /* with the part if there are several */
    char *guid;           /* a UUID that never changes (docs/kits.md) */
    const char *language; /* the talk's, else the event's; NULL: not known */
    int number, part_number;
    size_t nb_parts;      /* of the talk, published or not */
    int episode;          /* from 1, in order of time; talks that are not published count too */
    struct datetime when; /* has_day false: not known */
    bool when_is_stated;  /* by the talk itself, with a time of day */
    int64_t duration_ms;  /* of its first file */
};

/* In order of time: oldest first. */
struct kit_parts {
    struct kit_part *list;
    size_t nb;
};
void kit_parts_read(struct kit_parts *out, const json_t *published);
void kit_parts_finish(struct kit_parts *parts);
#define AUTO_KIT_PARTS ATTR_CLEANUP(kit_parts_finish) struct kit_parts

/* --- files of a part --- */

/* The address of a file in out/: a new string, NULL without base_url. */
char *kit_url(const struct kit_source *source, const char *name);

const char *kit_file_name(const json_t *file);

/* Whether more than the file's name is known: while a part is being made again, pictures and
 * captions are among its files. */
bool kit_is_media(const json_t *file);

/* Whether the file is of that MIME type, without parameters. */
bool kit_is(const json_t *file, const char *mime);
bool kit_has_codec(const json_t *file, const char *codec);

/* The file to download and to upload: H.264 in MP4, the largest that has at most max_lines, else
 * the smallest. NULL: there is none. */
const json_t *kit_best_mp4(const struct kit_part *part, int max_lines);

/* The one to upload where the host makes smaller ones itself. NULL: there is none, which is noted.
 */
const json_t *kit_upload(struct kit *kit, const struct kit_part *part);

/* AAC alone, else MP3; NULL: there is none. */
const json_t *kit_best_sound(const struct kit_part *part);

/* --- texts of a part --- */

/* The event's licence. False: it is not one of Creative Commons. */
bool kit_licence(struct licence *out, const struct kit_source *source);

/* The abstract, or NULL. */
const char *kit_abstract(const struct kit_part *part);

/* The address of the talk's page; NULL: the programme states none, or one that is not of the web
 * ("javascript:…", or with blanks). */
const char *kit_page(const struct kit_part *part);

/* "Ann Lee, Bo Chan", empty without speakers. A new string. */
char *kit_speakers(const struct kit_part *part);

/* "Conf, Ghent, 2010-04-28": what is known of it. A new string. */
char *kit_occasion(const json_t *published, const struct kit_part *part);
