/*
 * The event's hooks: programs in hooks/ that are told what happened, as a JSON document on standard
 * input (docs/hooks.md). This room checks that a program may be run, runs it without a shell, ends
 * it when its time is over, and keeps what it wrote and how it ended in work/hooks/, for 'status'.
 * hook_events.h makes the documents.
 *
 * Commands and 'watch' open it once and call it; one thread. Nothing here returns an error: a hook
 * that fails never stops what talkpress does. Each program has a process of talkpress that watches
 * it, and that goes on if the command ends or is killed. This room never writes the store, and
 * never needs the event's lock.
 */
#pragma once

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>

#include "attr.h"

struct event;
struct hooks;

enum hook {
    HOOK_AFTER_IMPORT,
    HOOK_NEEDS_PERSON,
    HOOK_AFTER_PUBLISH,
    HOOK_AFTER_RUN,
    HOOK_FAILED,
    NB_HOOKS,
};
/* The name of its program in hooks/: "after-import"; static. */
const char *hook_name(enum hook which);

/* The event outlives it. NULL, which all functions here accept, if no hook is to be called: the
 * settings say 'hooks: off', or a hook called this command. */
struct hooks *hooks_open(const struct event *event);

/* From now on, programs are started only by hooks_release or hooks_close_p: for a command that
 * holds the event's lock until it ends, so that its hooks can run other commands. */
void hooks_hold(struct hooks *hooks);
/* Starts what was held, and from now on what is called. */
void hooks_release(struct hooks *hooks);

/* Whether there is such a hook: if not, no document needs to be made. Says once, on standard error,
 * why one that is there is not run. */
bool hooks_wants(struct hooks *hooks, enum hook which);

/* Takes the document and starts the program; does not wait. The members that all documents have
 * are added. If the hook still runs, this call waits for it to end, in the background. */
void hooks_call(struct hooks *hooks, enum hook which, json_t *document);

/* *stop, which outlives it, becomes another value than 0 when the user stops the command: then
 * hooks_close_p waits HOOKS_STOPPED_S more. */
enum { HOOKS_STOPPED_S = 5 };
void hooks_stop_at(struct hooks *hooks, const volatile sig_atomic_t *stop);

/* Waits until all have ended, but not longer than one may take; says on standard error which
 * failed. Frees it. */
void hooks_close_p(struct hooks **hooks);
#define AUTO_HOOKS ATTR_CLEANUP(hooks_close_p) struct hooks

/* --- for status ------------------------------------------------------------------------------- */

/* [{hook, state, at, seconds, message, output}], a new value, of the hooks that the event has.
 * state: "ok"; "failed", "timeout": the last call; "refused": it is not run; "new": not called yet.
 * Others are null where they do not apply. */
json_t *hooks_states(const struct event *event);
