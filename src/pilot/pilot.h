/*
 * A pilot: 'talkpress pilot QUEUE' on a machine that shares the event's folder. It takes specs from
 * the queue folder (src/queue), runs them in worker processes of this machine (local_pool.h), and
 * reports. It ends when the coordinator says so or is silent, when there is no work for a while, or
 * when its time is over: SIGUSR1 announces that, and SIGTERM is the end. It never opens the event's
 * store, its settings or its programme, and decides nothing: src/cluster does. Called by
 * src/commands alone. One thread.
 */
#pragma once

#include "attr.h"

struct err;

/* Works until it ends in one of these ways. Returns 0 or an error's code: this machine cannot work
 * on the event. */
ATTR_NODISCARD int pilot_run(const char *queue, struct err *err);
