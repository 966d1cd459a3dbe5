/*
 * Terms: what a pilot must be to be let in, terms.json. Outputs must not depend on the machine that
 * made them: so the programs and libraries that make them are those of the coordinator, and so are
 * the fonts. And the machine must see the event's folder and the recordings as the coordinator
 * does.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "attr.h"
#include "key.h"
#include "sandbox.h"

struct err;

/* Owned. */
struct terms {
    char run[KEY_BYTES];
    json_t *programs; /* name to version: talkpress, libraries, "fonts", "architecture" */
    char *work;       /* path of the event's folder work/ */
    char **folders;   /* of recordings, which must be there */
    size_t nb_folders;
    enum sandbox_mode sandbox;
    int stall_s, silent_s, idle_s; /* as in struct cluster_settings */
    int64_t token_ns;              /* when the coordinator's file changed; set by terms_read */
};
void terms_finish(struct terms *terms);
#define AUTO_TERMS ATTR_CLEANUP(terms_finish) struct terms

/* What this machine has, by asking talkpress-media; takes a tenth of a second. *out: a new value.
 */
ATTR_NODISCARD int terms_programs(json_t **out, struct err *err);

/* Writes terms.json, and the file by whose time pilots see that their disk is the coordinator's. */
ATTR_NODISCARD int terms_write(const char *queue, const struct terms *terms, struct err *err);
/* ERR_NOT_FOUND: there are none that are whole. */
ATTR_NODISCARD int terms_read(struct terms *out, const char *queue, struct err *err);

/* ERR_INVALID names what differs. programs: of this machine. */
ATTR_NODISCARD int terms_compare(const struct terms *terms, const json_t *programs,
                                 struct err *err);
/* ERR_INVALID if a folder is missing here, or the time of the file in the queue is another one. */
ATTR_NODISCARD int terms_check_disk(const struct terms *terms, const char *queue, struct err *err);
