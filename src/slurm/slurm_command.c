#include "slurm_command.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "words.h"

enum {
    MOST_BYTES = 16 << 20,    /* of its answer */
    MOST_COMPLAINT = 1 << 16, /* bytes: no line is begun after so many */
    TICK_MS = 20,
};

/* Slurm puts "sbatch: error: " in front of each line; the last line says what came of it. */
static void add_complaint(void *opaque, const char *line, bool is_error)
{
    struct slurm_command *c = opaque;
    const char *mark = strstr(line, "error: ");
    (void)is_error;
    if (c->complaint.len < MOST_COMPLAINT)
        str_addf(&c->complaint, "%s%s", c->complaint.len ? "; " : "",
                 mark ? mark + strlen("error: ") : line);
}

int slurm_command_start(struct slurm_command *c, const struct words *words, double limit_s,
                        struct err *err)
{
    /* What the commands need to find the cluster and the user, and tasks to find programs. */
    static const char *const needed[] = {
        "PATH=", "HOME=", "USER=", "LOGNAME=", "SLURM_CONF=", NULL};
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char *const setting[] = {path, NULL};
    *c = (struct slurm_command){.until_s = clock_now_s() + limit_s};
    const struct child child = {.words = words->list,
                                .package = "slurm-client",
                                .setting = getenv("PATH") ? NULL : setting,
                                .variables = needed,
                                .outlives = true,
                                .out = &c->answer,
                                .most_bytes = MOST_BYTES,
                                .line = add_complaint,
                                .opaque = c};
    return child_start(&c->process, &child, NULL, err);
}

bool slurm_command_ended(struct slurm_command *c, int wait_ms)
{
    const double until_s = clock_now_s() + wait_ms / 1000.0;
    while (c->process.pid) {
        const double now_s = clock_now_s();
        if (!c->killed && now_s > c->until_s) {
            c->killed = true;
            child_kill(&c->process);
        }
        if (child_step(&c->process, wait_ms ? TICK_MS : 0))
            c->status = child_finish(&c->process);
        else if (now_s >= until_s)
            return false;
    }
    return true;
}

char *slurm_command_complaint(const struct slurm_command *c)
{
    if (c->killed)
        return mem_strdup("it did not answer in time");
    if (!c->complaint.len)
        return mem_printf("it exited with status %d", c->status);
    return str_quote(c->complaint.s, 500);
}

void slurm_command_finish(struct slurm_command *c)
{
    if (c->process.pid) {
        child_kill(&c->process);
        (void)child_finish(&c->process);
    }
    str_finish(&c->answer);
    str_finish(&c->complaint);
    *c = (struct slurm_command){0};
}
