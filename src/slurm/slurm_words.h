/* The command lines of sbatch, squeue and scancel: every option is given, as users and
 * administrators can set other defaults. Inner header of slurm/. */
#pragma once

struct slurm_settings;
struct words;

struct slurm_words_of {
    const struct slurm_settings *settings;
    char *program; /* path of talkpress, which nodes know by the same path */
    char *queue;   /* path of the queue folder */
    char *name;    /* of the run's tasks */
};

/* Submits an array of nb tasks, each a pilot. */
void slurm_words_submit(struct words *out, const struct slurm_words_of *of, int nb);
/* Lists all tasks of the user, as SLURM_FORMAT. */
void slurm_words_look(struct words *out);
/* Ends the user's tasks of this name. */
void slurm_words_cancel(struct words *out, const char *name);
