/*
 * Claims: who does a job. A spec that waits is claimed by renaming it into the pilot's folder,
 * which one of several pilots can do. As long as the claim is there, the pilot's worker may place
 * results; the coordinator takes it away from a pilot that it believes lost. Both may happen at the
 * same moment: then two workers place the same bytes.
 */
#pragma once

#include <stdbool.h>

#include "queue.h"
#include "waiting.h"

/* The longest name of a pilot. */
enum { PILOT_NAME_BYTES = 200 };

/* NODE-TASK-RESTART-PID, of letters, digits and "_.-" only; a new string. */
char *pilot_name(const char *node, const char *task, int restart, int pid);
/* Whether it is such a name: it cannot lead out of the folder. */
bool pilot_name_valid(const char *name);
/* WORK/queue/pilots/NAME; a new string. */
char *pilot_folder(const char *queue, const char *name);

/* The path of a pilot's claim, pilots/NAME/KEY.json; a new string. */
char *claim_path(const char *queue, const char *pilot, const char *key);

/* Claims the spec that waits under that name, of a job that the pilot does not do already. Returns
 * whether the pilot has it now. */
bool claim_take(const char *queue, const char *pilot, const char *name);

/* Takes the claim away. Returns whether it was there. */
bool claim_drop(const char *queue, const char *pilot, const char *key);

/* The keys that the pilot has claimed, as names. */
void claims_of(struct queue_names *out, const char *queue, const char *pilot);
