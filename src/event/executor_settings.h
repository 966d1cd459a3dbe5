/* What the settings say of where a run's jobs run: "executor" in talkpress.yaml. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum executor_kind { EXECUTOR_LOCAL, EXECUTOR_SLURM, EXECUTOR_PILOTS };

enum {
    SLURM_TASKS = 4, /* by default */
    SLURM_CORES = 4,
    SLURM_MB_PER_CORE = 1000, /* of memory, by default */
    SLURM_MOST_TASKS = 1000,  /* Slurm's own default for one array */
    SLURM_MOST_CORES = 1024,
};

/* What is asked of Slurm. All pointers are owned by the struct; NULL: Slurm's default. */
struct slurm_settings {
    char *partition, *account;
    char *time;     /* of one task, as sbatch has it: "2:00:00" */
    long memory_mb; /* of one task */
    int tasks;      /* at once, at most */
    int cores;      /* of one task */
    int silent_s;   /* a task that is silent for so long is lost; 2 to 3600 */
    char **options; /* of sbatch, "--NAME=VALUE" or "--NAME" */
    size_t nb_options;
};

/* Pilots that the user starts. */
struct pilots_settings {
    int tasks;    /* at once, at most */
    int cores;    /* of one */
    int silent_s; /* one that is silent for so long is lost; 2 to 3600 */
};

struct executor_settings {
    enum executor_kind kind;
    struct slurm_settings slurm;
    struct pilots_settings pilots;
};

/* Reads them. where names the settings' file in messages. On failure, ERR_INVALID, *out may be
 * filled in part; finish it then too. */
ATTR_NODISCARD int executor_settings_read(struct executor_settings *out, const json_t *settings,
                                          const char *where, struct err *err);
void executor_settings_finish(struct executor_settings *settings);

/* "local", "slurm" or "pilots". Returns false for any other word. */
bool executor_kind_parse(enum executor_kind *out, const char *word);
