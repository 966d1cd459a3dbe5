/* What the settings say of hooks: "hooks" in talkpress.yaml. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

struct hook_settings {
    bool off;    /* no hook is called */
    int seconds; /* a hook may take so long; 1 to 3600, default 60 */
};

/* Reads it from the settings: on, off, or a block with seconds. where names the settings' file in
 * messages, which are ERR_INVALID. */
ATTR_NODISCARD int hook_settings_read(struct hook_settings *out, const json_t *settings,
                                      const char *where, struct err *err);
