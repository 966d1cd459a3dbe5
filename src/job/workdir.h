/*
 * work/: what workers made, by key. A result is two files, KEY.EXT and KEY.json; the second is
 * renamed into place last, so where it exists the first is whole. tmp/ holds what is being made,
 * failed/ the specs and logs of failed jobs.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

/* Whether it is a key: 32 hexadecimal digits, and so names nothing outside work/. */
bool workdir_key_valid(const char *key);

/* work/ab/abcdef….ext; a new string. */
char *workdir_path(const char *work, const char *key, const char *ext);

/* Whether that file is there, in work/ as it was opened. */
bool workdir_has(int work_dir, const char *key, const char *ext);

/* work/tmp/NAME and work/failed/NAME; new strings. */
char *workdir_tmp(const char *work, const char *name);
char *workdir_failed(const char *work, const char *name);
/* work/tmp/KEY-PID, a worker's own folder; a new string. */
char *workdir_own(const char *work, const char *key, pid_t pid);

/* Creates the folder that a key's files go into; it is on disk then. */
ATTR_NODISCARD int workdir_prepare(const char *work, const char *key, struct err *err);

/* Empties tmp/, and failed/; only for who holds the event's lock. */
ATTR_NODISCARD int workdir_clean(const char *work, struct err *err);
ATTR_NODISCARD int workdir_clean_failed(const char *work, struct err *err);
