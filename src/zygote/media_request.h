/*
 * What talkpress asks of talkpress-media, besides jobs: to draw a card, or to make stand-in
 * recordings. A command fills in a request and hands it over as talkpress-media's standard input
 * (media_program.h), so that talkpress-media needs no event, no store and no programme. As JSON it
 * is written and read only here. Each request owns what its members point to.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* NULL: that line, or that picture, is left out. */
struct card_request {
    char *event, *section, *title, *speakers, *part, *date, *place;
    char *template_path, *logo_path, *background_path;
    char *png_path;
    char *talk; /* as the user named it, for the message at the end */
    int width, height;
    int duration_ms, fade_ms;
};

/* One stand-in recording. */
struct recording_request {
    int talk; /* its number, for messages */
    char *path, *title, *speakers, *subtitle;
    int64_t *part_ms;
    size_t nb_parts;
};

/* What the estimate is made from. */
struct estimate_request {
    char **renditions; /* files; no estimate is made where there are none */
    size_t nb_renditions;
    int64_t all_ms; /* of the event's recordings together */
    int nb_talks;
    char *scratch; /* a folder that can be written to */
};

struct rehearse_request {
    struct recording_request *recordings;
    size_t nb_recordings;
    int width, height, fps;
    bool tones;
    int cores; /* so many recordings are made at once */
    struct estimate_request estimate;
};

void card_request_finish(struct card_request *request);
#define AUTO_CARD_REQUEST ATTR_CLEANUP(card_request_finish) struct card_request
void rehearse_request_finish(struct rehearse_request *request);
#define AUTO_REHEARSE_REQUEST ATTR_CLEANUP(rehearse_request_finish) struct rehearse_request

/* A new value. */
json_t *card_request_write(const struct card_request *request);
json_t *rehearse_request_write(const struct rehearse_request *request);

/* ERR_INVALID where a member is missing or of the wrong type. *out is to be finished also then. */
ATTR_NODISCARD int card_request_read(struct card_request *out, const json_t *json, struct err *err);
ATTR_NODISCARD int rehearse_request_read(struct rehearse_request *out, const json_t *json,
                                         struct err *err);
