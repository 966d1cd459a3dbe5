/*
 * work/: the results of workers, by key. A result is the file ab/KEY.json, where ab are the key's
 * first two digits, and for most stages a second file, ab/KEY.EXT. KEY.json is renamed into place
 * last: if it exists, KEY.EXT is complete. tmp/ holds what is being made, failed/ the specs of
 * failed jobs and results that are not valid, removed/ what out/ has lost (removed.h in
 * src/publish). Everything else in work/ can be made again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

/* Whether the text is a key: 32 lower-case hexadecimal digits. Such a name cannot lead out of
 * work/.
 */
bool workdir_key_valid(const char *key);

/* The path WORK/ab/KEY.EXT; a new string. */
char *workdir_path(const char *work, const char *key, const char *ext);

/* Whether ab/KEY.EXT exists. work_dir: descriptor of work/. */
bool workdir_has(int work_dir, const char *key, const char *ext);

/* The size of ab/KEY.EXT in bytes; -1: it does not exist. */
int64_t workdir_size(int work_dir, const char *key, const char *ext);

/* The paths WORK/tmp/NAME and WORK/failed/NAME; new strings. */
char *workdir_tmp(const char *work, const char *name);
char *workdir_failed(const char *work, const char *name);
/* The path WORK/failed/KEY.report.json, of a result that is not valid; a new string. */
char *workdir_failed_report(const char *work, const char *key);
/* The folder of one worker, TMP/KEY-PID; a new string. tmp: WORK/tmp, or a folder that was claimed.
 */
char *workdir_own(const char *tmp, const char *key, pid_t pid);

/* Creates work/tmp/ if it is not there; work/ must be. */
ATTR_NODISCARD int workdir_make_tmp(const char *work, struct err *err);

/* Creates the folder for a key's files, and flushes work/, so that the folder is on disk. */
ATTR_NODISCARD int workdir_prepare(const char *work, const char *key, struct err *err);

/* Creates the folder WORK/tmp/NAME-PID for a process that starts workers without the event's lock,
 * and locks it: workdir_clean leaves it alone as long as the process lives, and removes it after.
 * *out: its path, a new string; *lock: a descriptor that holds the lock until it is closed. */
ATTR_NODISCARD int workdir_claim(char **out, int *lock, const char *work, const char *name,
                                 struct err *err);

/* workdir_clean empties tmp/, but for what others have claimed, and creates failed/;
 * workdir_clean_failed removes failed/. The caller holds the event's lock. */
ATTR_NODISCARD int workdir_clean(const char *work, struct err *err);
ATTR_NODISCARD int workdir_clean_failed(const char *work, struct err *err);
