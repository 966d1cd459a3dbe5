#include "slurm_engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "executor_settings.h"
#include "fs.h"
#include "mem.h"
#include "process.h"
#include "sha256.h"
#include "slurm_command.h"
#include "slurm_pace.h"
#include "slurm_tasks.h"
#include "slurm_words.h"
#include "words.h"

static const struct slurm_pace normal_pace = {
    .limit_s = 60, .soonest_s = 0.5, .rarest_s = 15, .again_s = 5, .believed_s = 10, .pause_s = 1};
static const double slower = 1.5; /* each call of squeue, than the one before */
static const double longest_pause_s = 60;

enum {
    /* Cancelling waits so long for a submission that is on its way, and for scancel. */
    CANCEL_MS = 11000,
};

enum doing { NOTHING, SUBMITS, LOOKS, CLEARS };

struct slurm {
    struct slurm_pace pace;
    struct slurm_words_of of; /* what command lines are made from */
    char *prefix;             /* of the names of all runs of this event */
    char *stale;              /* an earlier run's name, whose tasks are to be ended; NULL: none */
    enum doing doing;
    struct slurm_command command;
    struct slurm_tasks tasks;
    int nb_wanted;          /* tasks to submit */
    int nb_submitting;      /* of these, those on their way */
    int most_at_once;       /* fewer, if so many were too many for Slurm */
    bool unsure;            /* more tasks may exist than are known: look before submitting */
    bool looked;            /* squeue answered at least once */
    bool used;              /* something was submitted, or found */
    double look_s, every_s; /* when to call squeue, and how long after that again */
    double submit_s;        /* not before */
    double stuck_s;         /* since when no task can start; 0: some can */
    int nb_failed;          /* tasks in a row that failed */
    struct err never;
    char *reason, *trouble; /* as the view shows them */
    char **ids;
    size_t nb_ids;
};

/* --- what is told ----------------------------------------------------------------------------- */

static void say(char **place, char *text)
{
    free(*place);
    *place = text;
}

/* In one message, for a user whose run ends with it. */
static void give_up(struct slurm *s, const char *why)
{
    (void)!err_set(&s->never, ERR_EXTERNAL,
                   "Slurm cannot run the tasks: %s (partition, memory, cores and time of a task "
                   "are in 'executor' of talkpress.yaml; docs/cluster.md)",
                   why);
}

/* Of what a task wrote, the line that says why it failed: the last error message, as usage may
 * follow it, or the last line. Cuts the text. */
static const char *telling_line(char *text)
{
    const char *last = text, *error = NULL;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        last = line;
        if (str_starts(line, "talkpress: "))
            error = line + strlen("talkpress: ");
    }
    return error ? error : last;
}

/* NULL: none. A new string. */
static char *last_words(const struct slurm *s, const struct slurm_task *task)
{
    enum { MOST = 64 << 10 };
    struct err ignored = {0};
    AUTO_FREE char *name = mem_printf("slurm-%s.log", task->id), *dir = fs_join(s->of.queue, "log"),
                   *path = fs_join(dir, name), *text = NULL;
    size_t nb;
    if (fs_read(&text, &nb, path, MOST, &ignored) < 0 || nb == 0)
        return NULL;
    return str_quote(telling_line(text), 300);
}

static char *failure_text(const struct slurm *s, const struct slurm_task *task)
{
    AUTO_FREE char *words = last_words(s, task), *reason = slurm_reason_text(task->reason),
                   *before = s->nb_failed > 1
                                 ? mem_printf("%d tasks failed one after the other, at last ",
                                              s->nb_failed)
                                 : mem_strdup("a task failed: ");
    return mem_printf("%s%s%s%s (%s): %s%s%s", before, task->id, *task->node ? " on " : "",
                      task->node, task->state, *reason ? reason : "no reason given",
                      words ? ". It said: " : "", words ? words : "");
}

static bool has_open_tasks(const struct slurm *s)
{
    return slurm_tasks_count(&s->tasks, SLURM_RUNS) || slurm_tasks_count(&s->tasks, SLURM_WAITS);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void look_soon(struct slurm *s, double now_s)
{
    s->every_s = s->pace.soonest_s;
    s->look_s = now_s + s->every_s;
}

static void note_stuck(struct slurm *s, double now_s)
{
    if (!slurm_tasks_stuck(&s->tasks)) {
        s->stuck_s = 0;
    } else if (s->stuck_s <= 0) {
        s->stuck_s = now_s;
    } else if (now_s - s->stuck_s > s->pace.believed_s) {
        const struct slurm_task *task = slurm_tasks_first(&s->tasks, SLURM_WAITS);
        AUTO_FREE char *reason = slurm_reason_text(task->reason);
        give_up(s, reason);
    }
}

/* Many that fail one after the other, and none that works: more of them cannot help. */
static void note_failures(struct slurm *s, const struct slurm_change *change, double now_s)
{
    const struct slurm_task *last = slurm_tasks_last_failed(&s->tasks);
    if (change->healthy)
        s->nb_failed = 0;
    if (!change->nb_failed || !last)
        return;
    s->nb_failed += (int)change->nb_failed;
    const double pause_s = s->pace.pause_s * (1 << (s->nb_failed < 7 ? s->nb_failed - 1 : 6));
    s->submit_s = now_s + (pause_s < longest_pause_s ? pause_s : longest_pause_s);
    AUTO_FREE char *text = failure_text(s, last);
    if (!has_open_tasks(s) &&
        (s->nb_failed > s->of.settings->tasks + 1 || slurm_reason_is_final(last->reason)))
        give_up(s, text);
    else
        say(&s->trouble, mem_take(&text));
}

static void take_answer(struct slurm *s, double now_s)
{
    const char *text = s->command.answer.s ? s->command.answer.s : "";
    const struct slurm_change change = slurm_tasks_read(&s->tasks, text, s->of.name, now_s);
    say(&s->trouble, NULL);
    say(&s->stale, slurm_tasks_stale(text, s->prefix, s->of.name));
    /* Those that a submission without an answer, or an earlier coordinator, has left. */
    if (s->unsure)
        s->nb_wanted -= (int)change.nb_found < s->nb_wanted ? (int)change.nb_found : s->nb_wanted;
    s->used = s->used || change.nb_found > 0;
    s->unsure = false;
    s->looked = true;
    if (change.any)
        s->every_s = s->pace.soonest_s;
    note_failures(s, &change, now_s);
    note_stuck(s, now_s);
}

static void end_looking(struct slurm *s, double now_s)
{
    if (s->command.status == 0) {
        take_answer(s, now_s);
        s->look_s = now_s + s->every_s;
        s->every_s =
            s->every_s * slower < s->pace.rarest_s ? s->every_s * slower : s->pace.rarest_s;
        return;
    }
    AUTO_FREE char *why = slurm_command_complaint(&s->command);
    say(&s->trouble, mem_printf("Slurm does not answer: %s", why));
    s->looked = false;
    s->look_s = now_s + s->pace.again_s;
}

/* --- submitting ------------------------------------------------------------------------------- */

static void refuse(struct slurm *s, const char *why, double now_s)
{
    if (has_open_tasks(s)) {
        say(&s->trouble, mem_printf("Slurm takes no more tasks: %s", why));
        s->submit_s = now_s + longest_pause_s;
    } else {
        give_up(s, why);
    }
}

/* Whether fewer tasks at once may be taken: MaxArraySize, or a limit of how many may wait. */
static bool is_too_many(const char *complaint)
{
    return strcasestr(complaint, "job array") || strcasestr(complaint, "submit limit");
}

static void end_submitting(struct slurm *s, double now_s)
{
    const char *text = s->command.answer.s;
    const long array = text ? strtol(text, NULL, 10) : 0;
    const int nb = s->nb_submitting;
    s->nb_submitting = 0;
    look_soon(s, now_s);
    if (s->command.status == 0 && array > 0) {
        slurm_tasks_add(&s->tasks, array, nb);
        s->nb_wanted -= nb < s->nb_wanted ? nb : s->nb_wanted;
        return;
    }
    AUTO_FREE char *why = slurm_command_complaint(&s->command);
    if (s->command.status != 0 && !s->command.killed && !slurm_complaint_passes(why)) {
        if (nb > 1 && is_too_many(why))
            s->most_at_once = nb / 2;
        else
            refuse(s, why, now_s);
        return;
    }
    /* It may have been taken all the same: look, a little later, before trying again. */
    say(&s->trouble, mem_printf("Slurm does not answer: %s", why));
    s->unsure = true;
    s->submit_s = s->look_s = now_s + s->pace.again_s;
}

/* --- turns ------------------------------------------------------------------------------------ */

static void start_command(struct slurm *s, enum doing doing, const struct words *words)
{
    struct err err = {0};
    if (slurm_command_start(&s->command, words, s->pace.limit_s, &err) == 0) {
        s->doing = doing;
        return;
    }
    if (err.code == ERR_NOT_FOUND)
        s->never = err;
    say(&s->trouble, mem_strdup(err.msg));
    s->nb_submitting = 0;
    s->look_s = s->submit_s = clock_now_s() + s->pace.again_s;
}

static void submit(struct slurm *s)
{
    AUTO_WORDS words = {0};
    s->nb_submitting = s->nb_wanted < s->most_at_once ? s->nb_wanted : s->most_at_once;
    slurm_words_submit(&words, &s->of, s->nb_submitting);
    s->used = true;
    start_command(s, SUBMITS, &words);
}

static void look(struct slurm *s)
{
    AUTO_WORDS words = {0};
    slurm_words_look(&words);
    start_command(s, LOOKS, &words);
}

static void clear_stale(struct slurm *s)
{
    AUTO_WORDS words = {0};
    slurm_words_cancel(&words, s->stale);
    say(&s->stale, NULL);
    start_command(s, CLEARS, &words);
}

static void end_command(struct slurm *s, double now_s)
{
    const enum doing did = s->doing;
    s->doing = NOTHING;
    if (did == LOOKS)
        end_looking(s, now_s);
    else if (did == SUBMITS)
        end_submitting(s, now_s);
    slurm_command_finish(&s->command);
}

/* One command at a time. */
static void begin_command(struct slurm *s, double now_s)
{
    if (s->stale)
        clear_stale(s);
    else if (s->nb_wanted > 0 && !s->unsure && now_s >= s->submit_s)
        submit(s);
    else if (now_s >= s->look_s && (s->unsure || has_open_tasks(s)))
        look(s);
}

/* --- the view --------------------------------------------------------------------------------- */

static void describe(struct engine_view *out, struct slurm *s)
{
    const struct slurm_task *waiting = slurm_tasks_first(&s->tasks, SLURM_WAITS);
    mem_free_strings(s->ids, s->nb_ids);
    s->ids = NULL;
    s->nb_ids = 0;
    /* One that waits may have begun since squeue was asked: it has not ended. */
    for (size_t i = 0; i < s->tasks.nb; i++)
        if (s->tasks.list[i].phase == SLURM_WAITS || s->tasks.list[i].phase == SLURM_RUNS)
            mem_add_string(&s->ids, &s->nb_ids, s->tasks.list[i].id);
    say(&s->reason, waiting && *waiting->reason ? slurm_reason_text(waiting->reason) : NULL);
    *out = (struct engine_view){
        .nb_waiting = slurm_tasks_count(&s->tasks, SLURM_WAITS) + (size_t)s->nb_wanted,
        .nb_running = slurm_tasks_count(&s->tasks, SLURM_RUNS),
        .reason = s->reason,
        .trouble = s->trouble,
        .fresh = s->looked && !s->unsure,
        .never = s->never.code ? &s->never : NULL,
        .running = s->ids,
        .nb_ids = s->nb_ids,
    };
}

static int turn(void *self, struct engine_view *out, struct err *err)
{
    struct slurm *s = self;
    const double now_s = clock_now_s();
    (void)err;
    if (s->doing != NOTHING && slurm_command_ended(&s->command, 0))
        end_command(s, now_s);
    if (s->doing == NOTHING && !s->never.code)
        begin_command(s, now_s);
    describe(out, s);
    return 0;
}

/* --- the run ---------------------------------------------------------------------------------- */

/* All that is known of a run. */
static void forget(struct slurm *s)
{
    slurm_command_finish(&s->command);
    slurm_tasks_finish(&s->tasks);
    mem_free_strings(s->ids, s->nb_ids);
    free(s->of.queue);
    free(s->of.name);
    free(s->prefix);
    free(s->stale);
    free(s->reason);
    free(s->trouble);
    *s = (struct slurm){
        .pace = s->pace,
        .most_at_once = SLURM_MOST_TASKS,
        .of = {.program = s->of.program, .settings = s->of.settings},
    };
}

/* Also after a run that was cancelled. */
static void begin(void *self, const char *run, const char *queue)
{
    struct slurm *s = self;
    char sum[SHA256_BYTES];
    forget(s);
    struct sha256 *of_queue = sha256_create();
    sha256_add_str(of_queue, queue);
    sha256_hex(of_queue, sum);
    sha256_destroy(of_queue);
    s->of.queue = mem_strdup(queue);
    s->prefix = mem_printf("talkpress-%.8s-", sum);
    s->of.name = mem_printf("%s%s", s->prefix, run);
    s->unsure = true; /* tasks of an earlier process, for this run or others */
    s->every_s = s->pace.soonest_s;
}

static int start(void *self, int nb, struct err *err)
{
    struct slurm *s = self;
    struct err ignored = {0};
    AUTO_FREE char *log = fs_join(s->of.queue, "log");
    if (s->never.code)
        return err_set(err, s->never.code, "%s", s->never.msg);
    /* Slurm does not start a task whose output has no folder. */
    if (fs_mkdirs(log, &ignored) < 0)
        return err_set(err, ignored.code, "%s", ignored.msg);
    s->nb_wanted += nb;
    return 0;
}

static void cancel(void *self)
{
    struct slurm *s = self;
    AUTO_WORDS words = {0};
    struct err ignored = {0};
    /* What is being submitted could not be ended before it is known. */
    if (s->doing == SUBMITS)
        (void)slurm_command_ended(&s->command, CANCEL_MS);
    slurm_command_finish(&s->command);
    s->doing = NOTHING;
    s->nb_wanted = s->nb_submitting = 0;
    if (!s->of.name || (!s->used && !s->unsure))
        return;
    slurm_words_cancel(&words, s->of.name);
    if (slurm_command_start(&s->command, &words, s->pace.limit_s, &ignored) == 0)
        (void)slurm_command_ended(&s->command, CANCEL_MS);
    slurm_command_finish(&s->command);
    slurm_tasks_end(&s->tasks);
    s->unsure = true;
    s->looked = false;
    s->look_s = 0;
}

static void destroy(void *self)
{
    struct slurm *s = self;
    forget(s);
    free(s->of.program);
    free(s);
}

int slurm_engine_create(struct engine **out, const struct slurm_settings *settings, struct err *err)
{
    static const struct engine_ops ops = {
        .begin = begin, .start = start, .turn = turn, .cancel = cancel, .destroy = destroy};
    char *own = process_program();
    if (!own)
        return err_errno(err, errno, "cannot read /proc/self/exe");
    struct slurm *s = mem_zalloc(1, sizeof *s);
    s->of.program = own;
    s->of.settings = settings;
    s->pace = normal_pace;
    s->most_at_once = SLURM_MOST_TASKS;
    *out = mem_zalloc(1, sizeof **out);
    **out = (struct engine){
        .ops = &ops,
        .self = s,
        .name = "slurm",
        .nb_tasks = settings->tasks,
        .cores_per_task = settings->cores,
        .memory_mb = settings->memory_mb,
    };
    return 0;
}

void slurm_engine_set_pace(struct engine *engine, const struct slurm_pace *pace)
{
    struct slurm *s = engine->self;
    s->pace = *pace;
}
