/*
 * A talkpress-media whose inner worker has been taken over: what a hostile recording could make of
 * it. The tests start it instead of the real one (hostile.bash); it is never installed. It is built
 * from the same code as talkpress-media. Only two functions of the worker are wrapped: the one that
 * enters the sandbox, and the one that delivers a result (CMakeLists.txt). So it acts inside the
 * sandbox, as an attacker would.
 *
 * The environment says what it does:
 *
 *     HOSTILE="STAGE BEHAVIOUR [WORD]"
 *
 * STAGE is a name of stage.h, or "check": the process that checks a finished file. If there is a
 * WORD, only jobs whose spec contains it are hostile: the name of a recording, a title. All other
 * jobs are done honestly.
 *
 * HOSTILE_JSON holds the members that "merge" puts into a result, HOSTILE_HASH the hash that
 * "claimed-hash" claims.
 *
 * To add a behaviour, write a function in tamper.c, if it changes what an honest worker delivers,
 * or in misbehave.c, if it does something else instead, and add it to the table there.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct worker;

/* A result that the worker has just delivered in its folder. */
struct delivery {
    const struct worker *worker;
    const char *key;
    char *json, *file; /* the paths of KEY.json and of KEY.EXT (NULL: the stage makes none) */
    json_t *result;    /* a copy of the honest one */
};

/* Changes the delivered files. Returns false if no behaviour of tamper.c has that name. */
bool tamper(const char *behaviour, const struct delivery *d);

/* Runs instead of the stage, after the sandbox was entered. Does not return if a behaviour of
 * misbehave.c has that name. */
void misbehave(const char *behaviour, const struct worker *worker);
