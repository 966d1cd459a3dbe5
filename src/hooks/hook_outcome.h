/* How the last call of a hook ended, in work/hooks/: NAME.json, which 'status' reads, NAME.log,
 * what the program wrote, and NAME.told, what it was told last and took. They can be lost without
 * harm: then a hook may be told something again. Inner header. */
#pragma once

#include <jansson.h>
#include <stdint.h>

enum { HOOK_MOST_OUTPUT = 64 << 10 }; /* bytes of it that are kept */

struct hook_outcome {
    const char *state; /* "ok", "failed", "timeout", "refused" */
    int status;        /* of the program, as a shell has it; -1: none */
    double seconds;
    const char *message;  /* for the user; NULL: nothing is wrong */
    int64_t output_bytes; /* that it wrote, kept or not */
};

/* The path WORK/hooks/NAME.EXT, a new string. */
char *hook_outcome_path(const char *work, const char *name, const char *ext);

/* Makes WORK/hooks/, if WORK is there. */
void hook_outcome_make_folder(const char *work);

/* Replaces NAME.json; if it cannot be written, nobody sees the outcome. at: when it began. */
void hook_outcome_write(const char *work, const char *name, const char *at,
                        const struct hook_outcome *outcome);

/* Replaces NAME.told. */
void hook_outcome_keep_told(const char *work, const char *name, const json_t *told);

/* Reads NAME.EXT: a new value; NULL: none was written, or it is damaged. */
json_t *hook_outcome_read(const char *work, const char *name, const char *ext);

/* "2026-11-30T09:12:16Z", now: a new string. */
char *hook_outcome_now(void);
