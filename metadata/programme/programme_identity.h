/*
 * What identifies a talk to players and hosts of videos, for as long as it is published: it is
 * chosen once, and kept when title, number or ref change.
 */
#pragma once

#include <stdbool.h>

struct programme;
struct talk;

/* The talk's identity; of a store that has none yet, what it will be: the ref, else "talk-3". A new
 * string. */
char *talk_identity(const struct talk *talk);

/* A talk of the new programme, by its position in it. */
struct recognised {
    const struct talk *was; /* the former talk that it is; NULL: it is new, or was not looked for */
    bool by_number;         /* its programme states its number: it was not looked for */
};

/* Gives each talk an identity that no other one of both programmes has: the former talk's. Of a
 * talk with a stated number, that is the one with its ref, else the one with its number. */
void programme_identify_talks(struct programme *programme, const struct programme *before,
                              const struct recognised *recognised);
