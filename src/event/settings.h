/* talkpress.yaml, the settings of an event, as they are read: validated, defaults filled in. */
#pragma once

#include <stddef.h>

#include "err.h"
#include "rendition.h"
#include "sandbox.h"
#include "verify.h"

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
    char *language;            /* ISO 639-2, or NULL */
    char *comment;             /* tag of every output (licence, link), or NULL */
};

/* Writes the settings file of a new event into its folder, unless there is one. */
ATTR_NODISCARD int settings_create(const char *dir, struct err *err);

/* Reads the settings file in the event's folder. *out is untouched on failure. ERR_INVALID names
 * the setting that is wrong. */
ATTR_NODISCARD int settings_read(struct settings *out, const char *dir, struct err *err);
void settings_finish(struct settings *settings);

/* The files of the renditions that a new event makes. A new list; mem_free_strings. */
ATTR_NODISCARD int settings_default_renditions(char ***out, size_t *out_nb, struct err *err);

/* The number of processor cores that this process may use; at least 1. */
int settings_cores(void);
