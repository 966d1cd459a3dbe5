/* The settings of an event (talkpress.yaml): validated, and completed with defaults. Read once when
 * the event is opened. */
#pragma once

#include <stddef.h>

#include "err.h"
#include "event_about.h"
#include "event_encoders.h"
#include "executor_settings.h"
#include "hook_settings.h"
#include "publish_settings.h"
#include "rendition.h"
#include "sandbox.h"
#include "site_settings.h"
#include "verify.h"

/* All pointers are owned by the struct. */
struct settings {
    struct verify_limits limits;  /* default 2000 and 300000 ms */
    struct rendition *renditions; /* at least one; no two have the same file suffix */
    size_t nb_renditions;
    /* The same with each of the earlier encoders (event_encoders.h), one set after the other.
     * Without name where a rendition has no settings for them. */
    struct rendition *former;
    size_t nb_former;
    char *card_template;               /* absolute path */
    char *card_logo, *card_background; /* absolute paths; NULL: none */
    json_t *card_titles;               /* titles for cards alone, by talk number; NULL: none */
    int card_ms, card_fade_ms;         /* 1000 to 60000, default 5000; 0 to 5000, default 500 */
    double target_lufs;  /* integrated loudness of the published sound; -40 to -5, default -16 */
    double ceiling_dbtp; /* its highest true peak; -20 to 0, default -1 */
    int workers;         /* 1 to 1000; default settings_cores(), and 1 more per 8 cores with AV1 */
    enum sandbox_mode sandbox; /* default SANDBOX_BEST_EFFORT */
    int stall_s;               /* a worker is stopped after this many seconds without progress;
                                  1 to 86400, default 300 */
    struct event_about about;
    char *language; /* ISO 639-2; NULL: from the recording */
    char *comment;  /* tag of every output (licence, link); NULL: from the talk */
    struct site_settings site;
    struct publish_settings publish;
    struct hook_settings hooks;
    struct executor_settings executor;
    bool storyboards;     /* pictures for seeking are made; default true */
    char **captions_take; /* files whose text is published although it is no language */
    size_t nb_captions_take;
};

/* Writes the settings file of a new event into the folder dir, unless the file exists. */
ATTR_NODISCARD int settings_create(const char *dir, struct err *err);

/* Reads the settings file in the event's folder dir. encoders: those that renditions are for. *out
 * is untouched on failure. ERR_INVALID names the file and the setting that is wrong; ERR_NOT_FOUND
 * names a missing rendition or template. */
ATTR_NODISCARD int settings_read(struct settings *out, const char *dir,
                                 const struct event_encoders *encoders, struct err *err);
void settings_finish(struct settings *settings);

/* The paths of the renditions that a new event makes. *out: a new list, to be freed with
 * mem_free_strings. ERR_NOT_FOUND if talkpress is not completely installed. */
ATTR_NODISCARD int settings_default_renditions(char ***out, size_t *out_nb, struct err *err);

/* Whether a rendition has a picture, so that its files begin with the card. */
bool settings_have_picture(const struct settings *settings);

/* The number of cores that this process may use; at least 1. */
int settings_cores(void);
