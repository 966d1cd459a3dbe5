/* What the kernel tells about changes in folders (inotify(7)). It only wakes: what has changed is
 * found by looking, so that lost and merged messages do no harm. Private to watch/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Returns a descriptor, or -1 if the kernel has none left: then nothing wakes before its time. */
int notify_open(void);
/* Listens to a folder too; adding one again changes nothing. False: the kernel has no room for more
 * (fs.inotify.max_user_watches). */
bool notify_add(int fd, const char *folder);
/* Reads all messages. Returns whether there were any. */
bool notify_drain(int fd);
