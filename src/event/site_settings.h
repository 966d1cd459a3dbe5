/* What the settings say of the site: "site" in talkpress.yaml. */
#pragma once

#include <jansson.h>

#include "err.h"

/* All are owned by the struct. */
struct site_settings {
    char *templates; /* folder of the templates; NULL: no pages */
    char *base_url;  /* address of out/ on the web, with a slash at its end; NULL: not known, and no
                        text may hold an absolute link */
    char *image;     /* path of the podcasts' picture, JPEG or PNG; NULL: none */
};

/* Reads it from the settings: on, off, or a block with base_url and image. dir: the event's folder.
 * where names the settings' file in messages. On failure, ERR_INVALID or ERR_NOT_FOUND, *out may be
 * filled in part; finish it then too. */
ATTR_NODISCARD int site_settings_read(struct site_settings *out, const json_t *settings,
                                      const char *dir, const char *where, struct err *err);
void site_settings_finish(struct site_settings *site);
