/*
 * What happened, as the documents of hooks (docs/hooks.md, docs/hooks.schema.json): called by the
 * commands import, run and publish, and by 'watch', at the end of each. Each function does nothing
 * if there is no such hook, or if nothing is to be told. hooks may be NULL.
 */
#pragma once

#include "hooks.h"

struct diff;
struct executor_result;
struct plan;
struct programme;
struct run;

/* The programme was replaced: diff is not empty. */
void hooks_tell_import(struct hooks *hooks, const struct programme *now, const struct diff *diff);

/* A run has ended, but not with an error. */
void hooks_tell_run(struct hooks *hooks, const struct run *run,
                    const struct executor_result *result);

/* Before anything is published: what is in out/ already counts as told. */
void hooks_note_published(struct hooks *hooks);
/* out/ is up to date: tells what changed in it since the hook was called last. sent: -1 it was not
 * to be sent to servers; 0 it was, but not all of it was; 1 it was. */
void hooks_tell_publish(struct hooks *hooks, int sent);

/* Tells which parts need a person, if they or their reasons have changed since the hook was called
 * last. Plans all parts. */
void hooks_tell_needs(struct hooks *hooks, struct plan *plan);

/* Tells which jobs failed since hooks was opened, each failure once, or what ended the command with
 * an error (NULL: nothing did), if there is either. command: "run" … */
void hooks_tell_failed(struct hooks *hooks, const char *command, const char *error);
