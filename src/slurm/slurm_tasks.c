#include "slurm_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

enum {
    NB_FIELDS = 6,
    /* A task that so many queries in a row do not list is gone: forgotten after its end
     * (MinJobAge), or lost by a controller that was started with an older state. */
    MOST_MISSED = 3,
};

/* A pilot that has run for so long has found everything that it needs. */
static const double healthy_s = 30;

/* --- words ------------------------------------------------------------------------------------ */

/* The reasons that pass when nodes get free, or when an administrator or the user acts, are not in
 * this list, nor are those that are not known. */
bool slurm_reason_is_final(const char *reason)
{
    static const char *const final[] = {"AccountNotAllowed",
                                        "BadConstraints",
                                        "DependencyNeverSatisfied",
                                        "InvalidAccount",
                                        "InvalidQOS",
                                        "JobHoldMaxRequeue",
                                        "PartitionConfig",
                                        "PartitionNodeLimit",
                                        "PartitionTimeLimit",
                                        "QOSNotAllowed",
                                        "QOSTimeLimit",
                                        "AssociationTimeLimit",
                                        "AssocMaxWallDurationPerJobLimit",
                                        "AssociationJobLimit",
                                        "QOSMaxWallDurationPerJobLimit",
                                        "QOSMinCpuNotSatisfied",
                                        "QOSMinMemory",
                                        "QOSMinNode",
                                        NULL};
    for (size_t i = 0; final[i]; i++)
        if (strcmp(reason, final[i]) == 0)
            return true;
    /* "QOSMaxCpuPerJobLimit", "AssocMaxMemPerJob", "AssocMaxCpuMinutesPerJobLimit", … */
    const char *per_job = strstr(reason, "PerJob");
    return per_job && (strcmp(per_job, "PerJob") == 0 || strcmp(per_job, "PerJobLimit") == 0) &&
           (str_starts(reason, "QOS") || str_starts(reason, "Assoc"));
}

static const struct {
    const char *reason, *text;
} texts[] = {
    {"BeginTime", "it was put back into the queue, and starts again soon"},
    {"JobHeldAdmin", "an administrator holds it"},
    {"JobHeldUser", "you hold it: 'scontrol release' lets it go"},
    {"PartitionConfig", "no node of the partition has what a task asks for"},
    {"PartitionDown", "the partition starts nothing now"},
    {"PartitionInactive", "the partition starts nothing now"},
    {"PartitionNodeLimit", "the partition's limit is too low for a task"},
    {"PartitionTimeLimit", "a task asks for more time than the partition gives"},
    {"Priority", "others are first"},
    {"ReqNodeNotAvail", "nodes are down or reserved"},
    {"Resources", "all nodes are busy"},
    {"BadConstraints", "no node has what a task asks for"},
    {"JobLaunchFailure", "Slurm could not start it there: does that node have the event's folder, "
                         "and may write in it?"},
    {"launch", "Slurm could not start it there, and keeps it back: 'scontrol release' lets it go"},
    {"NonZeroExitCode", "it exited with an error"},
};

char *slurm_reason_text(const char *reason)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_starts(reason, texts[i].reason))
            return mem_printf("%s (%s)", texts[i].text, reason);
    return mem_strdup(reason);
}

bool slurm_complaint_passes(const char *complaint)
{
    static const char *const passing[] = {"Unable to contact",
                                          "Socket timed out",
                                          "timed out",
                                          "did not answer",
                                          "temporarily unable",
                                          "Resource temporarily",
                                          "Connection refused",
                                          "Connection reset",
                                          "Transport endpoint",
                                          "Zero Bytes",
                                          "backup controller",
                                          "standby mode",
                                          "Insane message length",
                                          "Unable to establish",
                                          "not responding",
                                          "communication",
                                          "Communication",
                                          "Munge",
                                          "authentication"};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strcasestr(complaint, passing[i]))
            return true;
    return false;
}

/* Slurm puts a task that it could not start back into the queue, and lets it go only once somebody
 * releases it. Newer versions write the words with underscores. */
static bool is_kept_back(const char *reason)
{
    return strcmp(reason, "launch failed requeued held") == 0 ||
           strcmp(reason, "launch_failed_requeued_held") == 0;
}

static enum slurm_phase phase_of(const char *state)
{
    static const char *const waits[] = {"PENDING",      "REQUEUED",     "REQUEUE_FED",
                                        "REQUEUE_HOLD", "SPECIAL_EXIT", NULL};
    static const char *const runs[] = {"RUNNING",   "CONFIGURING", "COMPLETING",
                                       "SUSPENDED", "SIGNALING",   "STAGE_OUT",
                                       "STOPPED",   "RESIZING",    NULL};
    static const char *const failed[] = {"FAILED",        "BOOT_FAIL", "CANCELLED", "DEADLINE",
                                         "OUT_OF_MEMORY", "TIMEOUT",   NULL};
    if (str_is_one_of(state, waits))
        return SLURM_WAITS;
    if (str_is_one_of(state, runs))
        return SLURM_RUNS;
    return str_is_one_of(state, failed) ? SLURM_FAILED : SLURM_DONE;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* Cuts the line at its bars. Returns whether it has all fields. */
static bool split(char *fields[NB_FIELDS], char *line)
{
    for (int i = 0; i < NB_FIELDS; i++) {
        if (!line)
            return false;
        fields[i] = line;
        line = strchr(line, '|');
        if (line)
            *line++ = '\0';
    }
    return !line;
}

static void replace(char **text, const char *now)
{
    free(*text);
    *text = str_clean_line(strcmp(now, "None") == 0 || strcmp(now, "n/a") == 0 ? "" : now);
}

static struct slurm_task *find(struct slurm_tasks *tasks, const char *id)
{
    for (size_t i = 0; i < tasks->nb; i++)
        if (strcmp(tasks->list[i].id, id) == 0)
            return &tasks->list[i];
    return NULL;
}

static struct slurm_task *add(struct slurm_tasks *tasks, const char *id)
{
    tasks->list = mem_grow(tasks->list, tasks->nb, sizeof *tasks->list);
    struct slurm_task *task = &tasks->list[tasks->nb++];
    *task = (struct slurm_task){.id = mem_strdup(id),
                                .state = mem_strdup(""),
                                .reason = mem_strdup(""),
                                .node = mem_strdup("")};
    return task;
}

void slurm_tasks_add(struct slurm_tasks *tasks, long array, int nb)
{
    for (int i = 0; i < nb; i++) {
        AUTO_FREE char *id = mem_printf("%ld_%d", array, i);
        if (!find(tasks, id))
            add(tasks, id);
    }
}

static bool has_ended(enum slurm_phase phase)
{
    return phase == SLURM_DONE || phase == SLURM_FAILED;
}

static void note_phase(struct slurm_change *change, struct slurm_task *task, enum slurm_phase now,
                       double now_s)
{
    const enum slurm_phase before = task->phase;
    task->phase = now;
    task->seen = true;
    task->nb_missed = 0;
    if (now == SLURM_RUNS && task->begin_s <= 0)
        task->begin_s = now_s;
    const bool lasted = task->begin_s > 0 && now_s - task->begin_s > healthy_s;
    change->any = change->any || now != before;
    change->healthy = change->healthy || lasted || (now == SLURM_DONE && before != now);
    if (now == SLURM_FAILED && !has_ended(before) && !lasted)
        change->nb_failed++;
}

static void take_line(struct slurm_change *change, struct slurm_tasks *tasks,
                      char *const fields[NB_FIELDS], double now_s)
{
    const enum slurm_phase phase = is_kept_back(fields[4]) ? SLURM_FAILED : phase_of(fields[3]);
    AUTO_FREE char *id = strcmp(fields[2], "N/A") == 0 ? mem_strdup(fields[1])
                                                       : mem_printf("%s_%s", fields[1], fields[2]);
    struct slurm_task *task = find(tasks, id);
    /* One that ends before it is known belongs to an earlier coordinator. */
    const bool ends = has_ended(phase) || strcmp(fields[3], "COMPLETING") == 0;
    if (ends && !task)
        return;
    if (ends && has_ended(task->phase) && !has_ended(phase))
        return; /* it was asked to, and does */
    if (!task) {
        task = add(tasks, id);
        change->nb_found++;
        change->any = true;
    }
    replace(&task->state, fields[3]);
    replace(&task->reason, fields[4]);
    if (*fields[5])
        replace(&task->node, fields[5]);
    note_phase(change, task, phase, now_s);
}

struct slurm_change slurm_tasks_read(struct slurm_tasks *tasks, const char *text, const char *name,
                                     double now_s)
{
    struct slurm_change change = {0};
    AUTO_FREE char *copy = mem_strdup(text);
    char *rest = NULL, *fields[NB_FIELDS];
    for (size_t i = 0; i < tasks->nb; i++)
        tasks->list[i].nb_missed++;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (split(fields, line) && strcmp(fields[0], name) == 0)
            take_line(&change, tasks, fields, now_s);
    for (size_t i = 0; i < tasks->nb; i++) {
        struct slurm_task *task = &tasks->list[i];
        if (!has_ended(task->phase) && task->nb_missed >= MOST_MISSED) {
            task->phase = SLURM_DONE;
            change.any = true;
        }
    }
    return change;
}

char *slurm_tasks_stale(const char *text, const char *prefix, const char *name)
{
    AUTO_FREE char *copy = mem_strdup(text);
    char *rest = NULL, *fields[NB_FIELDS];
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (split(fields, line) && str_starts(fields[0], prefix) && strcmp(fields[0], name) != 0 &&
            !has_ended(phase_of(fields[3])) && strcmp(fields[3], "COMPLETING") != 0)
            return mem_strdup(fields[0]);
    return NULL;
}

void slurm_tasks_end(struct slurm_tasks *tasks)
{
    for (size_t i = 0; i < tasks->nb; i++)
        tasks->list[i].phase = SLURM_DONE;
}

void slurm_tasks_finish(struct slurm_tasks *tasks)
{
    for (size_t i = 0; i < tasks->nb; i++) {
        free(tasks->list[i].id);
        free(tasks->list[i].state);
        free(tasks->list[i].reason);
        free(tasks->list[i].node);
    }
    free(tasks->list);
    *tasks = (struct slurm_tasks){0};
}

/* --- questions -------------------------------------------------------------------------------- */

size_t slurm_tasks_count(const struct slurm_tasks *tasks, enum slurm_phase phase)
{
    size_t nb = 0;
    for (size_t i = 0; i < tasks->nb; i++)
        nb += tasks->list[i].phase == phase;
    return nb;
}

const struct slurm_task *slurm_tasks_first(const struct slurm_tasks *tasks, enum slurm_phase phase)
{
    for (size_t i = 0; i < tasks->nb; i++)
        if (tasks->list[i].phase == phase)
            return &tasks->list[i];
    return NULL;
}

const struct slurm_task *slurm_tasks_last_failed(const struct slurm_tasks *tasks)
{
    for (size_t i = tasks->nb; i > 0; i--)
        if (tasks->list[i - 1].phase == SLURM_FAILED)
            return &tasks->list[i - 1];
    return NULL;
}

bool slurm_tasks_stuck(const struct slurm_tasks *tasks)
{
    bool any = false;
    for (size_t i = 0; i < tasks->nb; i++) {
        const struct slurm_task *task = &tasks->list[i];
        if (task->phase == SLURM_RUNS ||
            (task->phase == SLURM_WAITS && !slurm_reason_is_final(task->reason)))
            return false;
        any = any || task->phase == SLURM_WAITS;
    }
    return any;
}
