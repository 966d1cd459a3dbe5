/*
 * How far a 'watch' is behind, as other processes see it: work/watching.json, which the watch locks
 * (flock(2)) while it lives. It is a note, not a result: never flushed, and believed only while it
 * is locked, so it cannot lie after a crash. One thread.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct watch_file; /* freed by watch_file_close_p */

struct watch_state {
    size_t nb_folders;
    size_t nb_parts; /* to make */
    double work_s;   /* estimate, on all cores */
    double since;    /* when the oldest recording of them was finished, in seconds since 1970 */
};

/* Replaces what it says. Opens and locks the file first, if *file is NULL or the file was removed;
 * does nothing if that is not possible or another watch has it. */
void watch_file_write(struct watch_file **file, const char *work, const struct watch_state *state);
/* Unlocks and removes it. */
void watch_file_close_p(struct watch_file **file);

/* What a watch that lives has written last; NULL: none lives. A new value: folders and parts (how
 * many), work_s, behind_s. */
json_t *watch_file_read(const char *work);
