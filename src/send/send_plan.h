/* What has to be done at a target, from what should be there, what is there, and what talkpress has
 * sent there before. Changes nothing and starts nothing. Inner header of send/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct listing;
struct manifest;

/* The order in which files are sent: each names only files of the ones before. */
enum send_phase {
    SEND_FILES, /* what pages and lists name */
    SEND_PAGES,
    SEND_LISTS, /* index.html, feeds, talks.json, SHA256SUMS */
    SEND_NB_PHASES,
};

/* A file that should be there. */
struct send_item {
    char *name;
    int64_t bytes;
    char sha256[65];
    enum send_phase phase;
    enum {
        ITEM_SAME,    /* it is there */
        ITEM_COMPARE, /* a file of its name and size is there: compare them */
        ITEM_SEND,
    } state;
    bool ours;    /* if it is there, talkpress sent it */
    bool altered; /* somebody changed or removed it there since */
};

/* All is owned. */
struct send_plan {
    struct send_item *items; /* sorted by name */
    size_t nb;
    char **removed; /* what talkpress sent, and nothing needs now */
    size_t nb_removed;
    char **changed; /* the same, but somebody changed it there since: it stays, as his */
    size_t nb_changed;
    bool kept;       /* those to be removed are too many: they stay */
    char **leftover; /* temporary files and folders that a killed send left */
    size_t nb_leftover;
};

enum send_phase send_phase_of(const char *name);

/* Appends what should be there; all items are added before send_plan_make. */
void send_plan_add(struct send_plan *plan, const char *name, int64_t bytes, const char *sha256);

/* Decides about each item, and what is to be removed. manifest: what was sent, as the target says;
 * sent: as the store says; either is enough. all: compare also what seems to be there. prune:
 * remove also many. ERR_INVALID: the files there are another event's, or one that would have to be
 * replaced is not talkpress's. */
ATTR_NODISCARD int send_plan_make(struct send_plan *plan, const struct listing *listing,
                                  const struct manifest *manifest, const struct manifest *sent,
                                  const char *event, bool all, bool prune, struct err *err);

/* Once send_plan_make has sorted them; NULL: no such file should be there. */
struct send_item *send_plan_find(const struct send_plan *plan, const char *name);

/* After an item was compared. ERR_INVALID: it differs, and talkpress did not send it. */
ATTR_NODISCARD int send_plan_settle(struct send_item *item, bool differs, struct err *err);

void send_plan_finish(struct send_plan *plan);
#define AUTO_SEND_PLAN ATTR_CLEANUP(send_plan_finish) struct send_plan
