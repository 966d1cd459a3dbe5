/*
 * Requests to talkpress-media other than jobs: to draw a card, to try the texts of many cards, to
 * make a contact sheet, strips of pictures, or stand-in recordings. A command passes a request as
 * JSON on standard input (media_program.h), so that talkpress-media does not need the event, the
 * store or the programme. Only this file writes and reads that JSON, and the answer. A request owns
 * what its members point to.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A text or picture that is NULL is left out. */
struct card_request {
    char *event, *section, *title, *speakers, *part, *date, *place;
    char *template_path, *logo_path, *background_path;
    char *png_path;    /* the file to write */
    char *sandbox;     /* sandbox_mode_name: how it is read, laid out and drawn */
    char *talk;        /* as the user named it, for the message at the end */
    int width, height; /* in pixels */
    int duration_ms, fade_ms;
};

/* Whether the texts have room on their cards, and fonts. Template, logo and size are those of the
 * first card. png_path and background_path are not used. */
struct trial_request {
    struct card_request *cards;
    size_t nb_cards;
};

/* What is wrong with a card. */
struct trial_finding {
    int card;       /* its index in the request */
    char *problem;  /* why it cannot be made; NULL: it can */
    char *left_out; /* emoji that it is without; or NULL */
};

struct trial_answer {
    char *failure; /* why no card can be tried: the template or the logo; or NULL */
    struct trial_finding *findings;
    size_t nb_findings;
};

/* A contact sheet: posters, small, with the names of their talks. */
struct contact_request {
    char *path;               /* the file to write */
    char *sandbox;            /* sandbox_mode_name: how the posters are read */
    char **posters, **labels; /* paths of JPEG files, and what is written below them */
    size_t nb;
};

/* A picture of a storyboard or of thumbnails, for a strip. */
struct strip_request_picture {
    char *sheet;                       /* path of a JPEG file */
    int index, columns, width, height; /* of the picture on it: see picture_strip.h */
};
struct strip_request {
    struct strip_request_picture *pictures;
    size_t nb;
};
/* Strips of pictures. The file that is written has, for each of
 * them, the number of its bytes (32 bits, little-endian) and then a JPEG; 0 bytes: a sheet of it
 * could not be read. */
struct strips_request {
    char *path;    /* the file to write */
    char *sandbox; /* sandbox_mode_name: how the sheets are read */
    struct strip_request *strips;
    size_t nb;
};

/* One stand-in recording. */
struct recording_request {
    int talk;                          /* number of the talk, for messages */
    char *path;                        /* the file to write */
    char *title, *speakers, *subtitle; /* shown in the picture */
    int64_t *part_ms;                  /* length of each part */
    size_t nb_parts;
};

/* An estimate of the time and space that the event will need. */
struct estimate_request {
    char **renditions; /* paths of rendition files; none: no estimate */
    size_t nb_renditions;
    int64_t all_ms; /* total length of the event's recordings */
    int nb_talks;
    char *scratch; /* a writable folder, for the trial */
};

struct rehearse_request {
    struct recording_request *recordings;
    size_t nb_recordings;
    int width, height, fps; /* pixels; frames per second */
    bool tones;             /* the sound is tones instead of speech */
    int cores;              /* number of recordings that are made at once */
    struct estimate_request estimate;
};

void card_request_finish(struct card_request *request);
#define AUTO_CARD_REQUEST ATTR_CLEANUP(card_request_finish) struct card_request
void trial_request_finish(struct trial_request *request);
#define AUTO_TRIAL_REQUEST ATTR_CLEANUP(trial_request_finish) struct trial_request
void trial_answer_finish(struct trial_answer *answer);
#define AUTO_TRIAL_ANSWER ATTR_CLEANUP(trial_answer_finish) struct trial_answer
void contact_request_finish(struct contact_request *request);
#define AUTO_CONTACT_REQUEST ATTR_CLEANUP(contact_request_finish) struct contact_request
void strips_request_finish(struct strips_request *request);
#define AUTO_STRIPS_REQUEST ATTR_CLEANUP(strips_request_finish) struct strips_request
void rehearse_request_finish(struct rehearse_request *request);
#define AUTO_REHEARSE_REQUEST ATTR_CLEANUP(rehearse_request_finish) struct rehearse_request

/* Return a new JSON value. */
json_t *card_request_write(const struct card_request *request);
json_t *trial_request_write(const struct trial_request *request);
json_t *trial_answer_write(const struct trial_answer *answer);
json_t *contact_request_write(const struct contact_request *request);
json_t *strips_request_write(const struct strips_request *request);
json_t *rehearse_request_write(const struct rehearse_request *request);

/* ERR_INVALID if a member is missing or has the wrong type. The caller finishes *out also then. */
ATTR_NODISCARD int card_request_read(struct card_request *out, const json_t *json, struct err *err);
ATTR_NODISCARD int trial_request_read(struct trial_request *out, const json_t *json,
                                      struct err *err);
ATTR_NODISCARD int trial_answer_read(struct trial_answer *out, const json_t *json, struct err *err);
ATTR_NODISCARD int contact_request_read(struct contact_request *out, const json_t *json,
                                        struct err *err);
ATTR_NODISCARD int strips_request_read(struct strips_request *out, const json_t *json,
                                       struct err *err);
ATTR_NODISCARD int rehearse_request_read(struct rehearse_request *out, const json_t *json,
                                         struct err *err);
