/*
 * What the hosts of videos, podcast players and timetables want to know of the published videos:
 * files to upload with them, or to send to an API. Made from the document of talks.json, so that a
 * kit describes what is in out/, also if the programme has changed since. Pure: no file is read or
 * written.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "attr.h"
#include "export.h"

struct err;

/* What a kit is made from. */
struct kit_source {
    const json_t *published; /* the document of talks.json, valid */
    const char *base_url;    /* of out/ on the web, with a slash at its end; NULL: no links */
    const char *image;       /* the feeds' picture, a file in out/; NULL: none */
};

/* Something that was left out or shortened, and how often. */
struct kit_note {
    char *what;  /* for the user: "title shortened to 100 characters" */
    char *first; /* where it was first */
    size_t nb;
};

struct kit {
    struct export_texts files;
    struct kit_note *notes;
    size_t nb_notes;
};
void kit_finish(struct kit *kit);
#define AUTO_KIT ATTR_CLEANUP(kit_finish) struct kit

/* Each fills *out (zero-initialised), which is to be finished also after an error. The only error
 * is ERR_NOMEM. podcast and pretalx need base_url. */
typedef int kit_make(struct kit *out, const struct kit_source *source, struct err *err);
kit_make kit_archive, kit_peertube, kit_podcast, kit_pretalx, kit_voctoweb, kit_youtube;

/* The feeds of kit_podcast. A feed without an item is left out. */
#define KIT_FEED_VIDEO "feed-video.xml"
#define KIT_FEED_SOUND "feed-sound.xml"
