/* How patient the engine is; tests are less so. Inner header of slurm/. */
#pragma once

struct engine;

/* All in seconds. */
struct slurm_pace {
    double limit_s;             /* a command may take; the controller has ten seconds itself */
    double soonest_s, rarest_s; /* squeue is called so often: soon after something happened */
    double again_s;             /* after a command that was not answered */
    double believed_s; /* until a reason that never passes is believed: nodes may come back */
    double
        pause_s; /* after a task that failed, doubled with each more in a row, a minute at most */
};
void slurm_engine_set_pace(struct engine *engine, const struct slurm_pace *pace);
