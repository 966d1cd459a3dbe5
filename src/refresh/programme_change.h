/*
 * The change from the store's programme to a newly read one: what it is, what follows from it for
 * matches, decisions and published files, and how it is made. The one way in which a programme gets
 * into the store; for 'import', and for this room. Prints nothing.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "diff.h"
#include "err.h"
#include "import_guard.h"
#include "programme.h"

struct event;
struct programme_source;

struct programme_change {
    struct programme before; /* the store's */
    struct programme *after; /* the new one, with numbers; the caller's */
    struct import_guard guard;
    struct diff diff;
    json_t *titles; /* published talks whose title changes */
    /* After programme_change_apply: */
    json_t *unsure;     /* talks whose match is no longer sure */
    bool moves_matches; /* a part that certainly had a recording has another one, or none */
    bool applied;
};

/* Numbers the talks of after, which must outlive *out, and compares. Finish *out also after an
 * error. */
ATTR_NODISCARD int programme_change_find(struct programme_change *out, struct event *event,
                                         struct programme *after, struct err *err);
void programme_change_finish(struct programme_change *change);
#define AUTO_PROGRAMME_CHANGE ATTR_CLEANUP(programme_change_finish) struct programme_change

enum programme_change_how {
    PROGRAMME_CHANGE_TRY,       /* only looks at the effect; works with a read-only store in part */
    PROGRAMME_CHANGE_KEEP,      /* stores the new programme, and where it came from */
    PROGRAMME_CHANGE_KEEP_SAFE, /* only if no match changes by it */
};
/* In the transaction that is open, or in one of its own, which ends in any case. A programme is
 * imported even if the plan before or after it cannot be loaded. Whether the guard objects is for
 * the caller to ask first: replacement_is_large. */
ATTR_NODISCARD int programme_change_apply(struct programme_change *change, struct event *event,
                                          const struct programme_source *source,
                                          enum programme_change_how how, struct err *err);

/* "new", "changed" and so on; static. */
const char *programme_change_kind(enum change_kind kind);
/* The list "changes" of 'import --json'; a new value. */
json_t *programme_change_json(const struct diff *diff);
