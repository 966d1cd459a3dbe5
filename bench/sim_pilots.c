#include "sim_pilots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beats.h"
#include "claims.h"
#include "end_report.h"
#include "err.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "sim_nodes.h"
#include "stand_in.h"
#include "waiting.h"

/* How long a pilot takes to start a job: it looks for one, and forks. */
static const double start_delay_s = 0.05;

struct pilot {
    char *name, *node, *task;
};

/* Where a job runs. */
struct place {
    size_t core;
    double cost_s;
    bool runs;
};

struct sim_pilots {
    const char *work;
    char *queue;
    struct sim_nodes *nodes;
    struct pilot *list;
    size_t nb, cores_per_node;
    bool started;
    char **tasks; /* of the list */
    const struct sim_job *jobs;
    struct place *places; /* by the index of the job */
    size_t nb_jobs;
    int64_t beat;
    double beat_s; /* when they beat last */
};

struct sim_pilots *sim_pilots_create(const char *work, size_t nb_nodes, size_t cores_per_node,
                                     const struct sim_job *jobs, size_t nb_jobs)
{
    struct sim_pilots *p = mem_zalloc(1, sizeof *p);
    *p = (struct sim_pilots){
        .work = work,
        .queue = queue_in(work),
        .nodes = sim_nodes_create(nb_nodes * cores_per_node, nb_jobs, start_delay_s),
        .list = mem_zalloc(nb_nodes, sizeof *p->list),
        .tasks = mem_zalloc(nb_nodes, sizeof *p->tasks),
        .nb = nb_nodes,
        .cores_per_node = cores_per_node,
        .jobs = jobs,
        .places = mem_zalloc(nb_jobs, sizeof *p->places),
        .nb_jobs = nb_jobs,
    };
    for (size_t i = 0; i < nb_nodes; i++) {
        struct pilot *pilot = &p->list[i];
        pilot->node = mem_printf("n%zu", i + 1);
        pilot->task = p->tasks[i] = mem_printf("1_%zu", i);
        pilot->name = pilot_name(pilot->node, pilot->task, 0, 1);
    }
    return p;
}

void sim_pilots_destroy(struct sim_pilots *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->nb; i++) {
        free(p->list[i].name);
        free(p->list[i].node);
        free(p->list[i].task);
    }
    sim_nodes_destroy(p->nodes);
    free(p->list);
    free(p->tasks);
    free(p->places);
    free(p->queue);
    free(p);
}

/* --- beats ------------------------------------------------------------------------------------ */

static void list_running(struct pilot_beat *beat, const struct sim_pilots *p, size_t pilot)
{
    for (size_t i = 0; i < p->nb_jobs; i++) {
        const struct place *at = &p->places[i];
        if (!at->runs || at->core / p->cores_per_node != pilot ||
            beat->nb_running == p->cores_per_node)
            continue;
        struct pilot_running *r = &beat->running[beat->nb_running++];
        memcpy(r->key, p->jobs[i].spec->key, KEY_BYTES);
        r->done = 0.5;
    }
}

static int beat_all(struct sim_pilots *p, enum pilot_state state, struct err *err)
{
    AUTO_FREE struct pilot_running *running = mem_zalloc(p->cores_per_node, sizeof *running);
    p->beat++;
    for (size_t i = 0; i < p->nb; i++) {
        struct pilot_beat beat = {.beat = p->beat,
                                  .node = p->list[i].node,
                                  .task = p->list[i].task,
                                  .cores = (int)p->cores_per_node,
                                  .memory_mb = 1L << 20,
                                  .sandbox_whole = true,
                                  .state = state,
                                  .running = running};
        AUTO_FREE char *folder = pilot_folder(p->queue, p->list[i].name);
        list_running(&beat, p, i);
        if (fs_mkdirs(folder, err) < 0 ||
            pilot_beat_write(p->queue, p->list[i].name, &beat, err) < 0)
            return err->code;
    }
    return 0;
}

/* --- the engine ------------------------------------------------------------------------------- */

static void begin(void *self, const char *run, const char *queue)
{
    (void)self, (void)run, (void)queue;
}

static int start(void *self, int nb, struct err *err)
{
    struct sim_pilots *p = self;
    (void)nb, (void)err;
    p->started = true;
    return 0;
}

static int turn(void *self, struct engine_view *out, struct err *err)
{
    struct sim_pilots *p = self;
    (void)err;
    if (p->started)
        *out = (struct engine_view){
            .nb_running = p->nb, .fresh = true, .running = p->tasks, .nb_ids = p->nb};
    return 0;
}

static void cancel(void *self)
{
    struct sim_pilots *p = self;
    struct err ignored = {0};
    if (p->started)
        (void)!beat_all(p, PILOT_ENDS, &ignored);
    p->started = false;
}

static void destroy(void *self)
{
    (void)self;
}

struct engine *sim_pilots_engine(struct sim_pilots *p)
{
    static const struct engine_ops ops = {begin, start, turn, cancel, destroy};
    struct engine *e = mem_zalloc(1, sizeof *e);
    *e = (struct engine){&ops, p, "simulation", (int)p->nb, (int)p->cores_per_node, 0};
    return e;
}

/* --- jobs ------------------------------------------------------------------------------------- */

void sim_pilots_give(struct sim_pilots *p, size_t job, double now_s)
{
    p->places[job] = (struct place){.cost_s = p->jobs[job].cost_s};
    sim_nodes_give(p->nodes, job, p->jobs[job].cost_s, now_s);
}

static const char *pilot_of(const struct sim_pilots *p, size_t core)
{
    return p->list[core / p->cores_per_node].name;
}

/* Those that start now, which are the first in the queue. */
static int claim(struct sim_pilots *p, double now_s, struct err *err)
{
    size_t job, core, at = 0;
    AUTO_QUEUE_NAMES names = {0};
    AUTO_FREE char *folder = fs_join(p->queue, "new");
    while (sim_nodes_take_started(&job, &core, p->nodes, now_s)) {
        struct waiting w = {0};
        if (!names.names)
            queue_list(&names, folder);
        while (at < names.nb &&
               (!waiting_parse(&w, names.names[at]) || strcmp(w.key, p->jobs[job].spec->key) != 0))
            at++;
        if (at == names.nb || !claim_take(p->queue, pilot_of(p, core), names.names[at]))
            return err_set(err, ERR_BUG, "the job %s does not wait", p->jobs[job].spec->key);
        p->places[job].core = core;
        p->places[job].runs = true;
    }
    return 0;
}

static int deliver(void *opaque, const char *key, const char *ext, const json_t *result,
                   struct err *err)
{
    const struct sim_pilots *p = opaque;
    AUTO_FREE char *text = json_canonical(result);
    return stand_in_file(p->work, key, ext, "", err) < 0
               ? err->code
               : stand_in_file(p->work, key, "json", text, err);
}

static int end_job(struct sim_pilots *p, size_t job, size_t core, struct err *err)
{
    enum { PEAK_KB = 300000 };
    const struct sim_job *j = &p->jobs[job];
    char log[] = "", *const node = p->list[core / p->cores_per_node].node,
         *const pilot = p->list[core / p->cores_per_node].name;
    struct end_report report = {.pilot = pilot,
                                .end = {.done = 1,
                                        .log = log,
                                        .wall_s = j->cost_s,
                                        .cpu_s = j->cost_s,
                                        .peak_kb = PEAK_KB,
                                        .node = node}};
    memcpy(report.key, j->spec->key, KEY_BYTES);
    p->places[job].runs = false;
    if (stand_in_results(j->spec, deliver, p, err) < 0 ||
        end_report_write(p->queue, &report, err) < 0)
        return err->code;
    (void)claim_drop(p->queue, pilot, report.key);
    return 0;
}

int sim_pilots_turn(struct sim_pilots *p, double now_s, struct err *err)
{
    size_t job, core;
    if (!p->started)
        return 0;
    if (now_s - p->beat_s >= PILOT_BEAT_MS / 1000.0) {
        p->beat_s = now_s;
        if (beat_all(p, PILOT_WORKS, err) < 0)
            return err->code;
    }
    if (claim(p, now_s, err) < 0)
        return err->code;
    while (sim_nodes_take_ended(&job, &core, p->nodes, now_s))
        if (end_job(p, job, core, err) < 0)
            return err->code;
    return 0;
}

double sim_pilots_used_s(const struct sim_pilots *p, double now_s)
{
    return sim_nodes_used_s(p->nodes, now_s);
}
