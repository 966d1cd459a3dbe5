/* What the settings say of sending: "publish" in talkpress.yaml. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "err.h"

enum { PUBLISH_TRIES = 4, PUBLISH_MOST_TRIES = 100 };
enum publish_tool { PUBLISH_RSYNC, PUBLISH_RCLONE };

/* A folder somewhere that 'publish --send' copies out/ to. */
struct publish_target {
    char *name; /* as the settings have it */
    enum publish_tool tool;
    char *place; /* what the tool is given: "host:/path/", "name:path"; for rsync with a slash at
                    its end */
};

/* All pointers are owned by the struct. */
struct publish_settings {
    struct publish_target *targets;
    size_t nb_targets;
    char *after; /* a command for the shell; NULL: none */
    int tries;   /* until a target is given up while the network fails; default PUBLISH_TRIES */
};

/* Reads it from the settings. where names the settings' file in messages. On failure, ERR_INVALID,
 * *out may be filled in part; finish it then too. */
ATTR_NODISCARD int publish_settings_read(struct publish_settings *out, const json_t *settings,
                                         const char *where, struct err *err);
void publish_settings_finish(struct publish_settings *settings);

/* Reads one target. Finish *out also after an error. */
ATTR_NODISCARD int publish_target_parse(struct publish_target *out, const char *text,
                                        const char *where, struct err *err);
void publish_target_finish(struct publish_target *target);
