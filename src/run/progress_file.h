/*
 * The progress of a run as other processes see it: work/progress.json, which the run writes every
 * second. It is a note, not a result: never flushed, and believed only while the run that wrote it
 * lives and writes (docs/review-service.md), so it cannot lie after a crash. One thread.
 */
#pragma once

#include <jansson.h>

struct progress_file; /* freed by progress_file_close */

/* NULL if the file cannot be written: then nobody sees the progress. */
struct progress_file *progress_file_open(const char *work);
/* Replaces what it says: an object without "pid", borrowed. */
void progress_file_write(struct progress_file *file, json_t *progress);
/* Removes it. */
void progress_file_close(struct progress_file *file);

/* What a run that works now has written last; NULL: none works. A new value:
 * done (0 to 1), left_s (null: not known), parts: {"15/1": 0 to 1}. */
json_t *progress_file_read(const char *work);
