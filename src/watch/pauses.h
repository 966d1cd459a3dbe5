/*
 * When jobs that failed are tried again: after a minute, then after twice as long each time, up to
 * an hour. Kept in a file in work/, so that a watch that is started again, or each minute, does not
 * repeat them at once. Times are seconds since 1970: the file outlives the machine's uptime. One
 * thread.
 */
#pragma once

#include <stdbool.h>

struct pauses;

/* What the file says; an absent or damaged file says nothing. */
struct pauses *pauses_open(const char *path);
void pauses_close_p(struct pauses **pauses);

/* A failed job, and when it failed, as the store has it. tried: it may have been tried since the
 * last call of pauses_keep. If not, and nothing is known of it, it may be tried at once. Returns
 * for how many seconds it pauses if it was tried; else 0. */
double pauses_note(struct pauses *pauses, const char *key, const char *at, bool tried, double now);
/* Forgets what was not noted since the last call, and writes the file. If that is not possible,
 * only the next process does not know. */
void pauses_keep(struct pauses *pauses);

/* The job may be tried at once. */
void pauses_end(struct pauses *pauses, const char *key);
/* Whether the job must not be tried yet. */
bool pauses_hold(const struct pauses *pauses, const char *key, double now);
/* When the next one may be tried again; 0: none waits. */
double pauses_next(const struct pauses *pauses, double now);
