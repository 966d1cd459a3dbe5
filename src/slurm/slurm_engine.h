/*
 * Starts pilots through Slurm: an engine (engine.h) whose tasks are the elements of job arrays,
 * which sbatch submits, squeue watches and scancel ends. It reads the text that these commands
 * print, since that is the same in all versions; it does not link to Slurm. What Slurm says of a
 * task is a hint: results in work/ are the truth.
 *
 * src/commands makes it. It never waits for Slurm, whose controller may be down for minutes, except
 * at the end, for some seconds. It never submits before it knows what is there: each run's tasks
 * have a name of their own, and before each submission that could be a repetition they are looked
 * for. One thread.
 */
#pragma once

#include "err.h"

struct engine;
struct slurm_settings;

/* *out: a new engine, which its pool destroys and frees. The settings (executor_settings.h) are
 * borrowed. */
ATTR_NODISCARD int slurm_engine_create(struct engine **out, const struct slurm_settings *settings,
                                       struct err *err);
