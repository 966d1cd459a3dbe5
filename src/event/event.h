/*
 * An event's folder: talkpress.yaml (settings), talkpress.db (the store), work/ and out/. Opened by
 * a command, closed at its end; one thread.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rendition.h"
#include "sandbox.h"
#include "verify.h"

struct programme;
struct store;

/* What the settings say of the event itself; each may be NULL, and then the programme's counts. */
struct event_about {
    char *name, *place;
    char *begin, *end; /* "2010-04-28" */
    char *zone;        /* "Europe/Berlin"; for programmes without one */
    char *licence;
};

struct settings {
    struct verify_limits limits; /* default 2000 and 300000 ms */
    struct rendition *renditions;
    size_t nb_renditions;
    char *card_template;               /* paths, absolute */
    char *card_logo, *card_background; /* NULL: none */
    int card_ms, card_fade_ms;         /* default 5000 and 500 */
    double target_lufs, ceiling_dbtp;  /* default -16 and -1 */
    int workers;               /* default: the cores that this process may use, and some for AV1 */
    enum sandbox_mode sandbox; /* default best-effort */
    int stall_s;               /* a worker without progress for so long is stopped; default 300 */
    struct event_about about;
    char *language; /* ISO 639-2, or NULL */
    char *comment;  /* tag of every output (licence, link), or NULL */
    json_t *json;
};

struct event {
    char *dir; /* absolute */
    char *work, *out;
    int work_dir; /* work/ opened, to look for files in it by workdir_has; of an open event */
    struct store *store;
    struct settings settings;
    int lock; /* file descriptor, -1 while not held */
};

/* Makes the folder with its settings file and an empty store; ERR_INVALID where it is one. */
ATTR_NODISCARD int event_init(const char *dir, struct err *err);

ATTR_NODISCARD int event_open(struct event *out, const char *dir, struct err *err);
void event_close(struct event *event);
#define AUTO_EVENT ATTR_CLEANUP(event_close) struct event

/* Completes a programme of the store by what the settings say of the event: its name, place and
 * days, and the offsets of times that have none. */
void event_complete_programme(const struct event *event, struct programme *programme);

/* Takes the folder for one writer of work/ and out/ at a time. ERR_BUSY says who holds it. */
ATTR_NODISCARD int event_lock(struct event *event, struct err *err);

/* A file that comes with talkpress ("renditions/mp4-720.yaml"): the event's own, if it has one
 * under that name, else the installed one. A new string. */
ATTR_NODISCARD int event_data_file(char **out, const char *dir, const char *name, struct err *err);

/* The files of the renditions that a new event makes. A new list; mem_free_strings. */
ATTR_NODISCARD int event_default_renditions(char ***out, size_t *out_nb, struct err *err);

/* The cores that this process may use; at least 1. */
int event_cores(void);
