/* Adding to a kit. Private to kits/. */
#pragma once

#include "kits.h"

/* Take over path, and text or value. */
void kit_add_text(struct kit *kit, char *path, char *text);
void kit_add_json(struct kit *kit, char *path, json_t *value);

/* Takes over path. name: of a file in out/. */
void kit_add_copy(struct kit *kit, char *path, const char *name);

/* Counts something that was left out. where: the name of the part. */
void kit_note(struct kit *kit, const char *where, const char *what, ...) ATTR_PRINTF(3, 4);
