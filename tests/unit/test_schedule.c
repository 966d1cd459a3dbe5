/* Runs of simulated parts on simulated cores: how long cores stand idle at the end. */
#include "schedule.h"

#include <stdlib.h>

#include "job.h"
#include "support.h"

enum { MAX_PARTS = 64, MAX_WORKERS = 16, NB_FILES = 4 };
static const double cell_s = 12, file_s_per_cell = 0.3, sound_s_per_cell = 1.2;

/* A part's sound and cells, then, when all of them have ended, its files. */
struct part {
    int nb_cells, cells_started, files_started;
    bool sound_started, open, made;
    int in_flight;
};

struct core {
    bool busy;
    size_t part;
    double end;
};

struct simulation {
    struct schedule *schedule;
    struct part parts[MAX_PARTS];
    size_t nb_parts;
    struct core cores[MAX_WORKERS];
    int nb_cores;
    double now, busy_s;
    size_t most_open, nb_open;
};

static bool files_wait(const struct part *p)
{
    return p->cells_started < p->nb_cells || p->in_flight;
}

static double left(const struct part *p)
{
    return (p->nb_cells - p->cells_started) * cell_s +
           (p->sound_started ? 0 : p->nb_cells * sound_s_per_cell) +
           (NB_FILES - p->files_started) * p->nb_cells * file_s_per_cell;
}

/* The length of the part's next job, or 0 where none can start; start: it does. */
static double next_of(struct part *p, bool start)
{
    if (!p->sound_started) {
        p->sound_started = start;
        return p->nb_cells * sound_s_per_cell;
    }
    if (p->cells_started < p->nb_cells) {
        p->cells_started += start;
        return cell_s;
    }
    if ((p->files_started == 0 && files_wait(p)) || p->files_started == NB_FILES)
        return 0;
    p->files_started += start;
    return p->nb_cells * file_s_per_cell;
}

static void reschedule(struct simulation *s, size_t i)
{
    struct part *p = &s->parts[i];
    const bool ready = next_of(p, false) > 0;
    if (ready || p->in_flight) {
        schedule_set(s->schedule, i, left(p), ready);
        return;
    }
    p->made = true;
    s->nb_open--;
    schedule_close(s->schedule, i);
}

static bool start_one(struct simulation *s, struct core *core)
{
    size_t i;
    while (schedule_open(&i, s->schedule)) {
        s->nb_open++;
        reschedule(s, i);
    }
    if (s->nb_open > s->most_open)
        s->most_open = s->nb_open;
    if (!schedule_most(&i, s->schedule))
        return false;
    const double length = next_of(&s->parts[i], true);
    s->parts[i].in_flight++;
    *core = (struct core){true, i, s->now + length};
    s->busy_s += length;
    reschedule(s, i);
    return true;
}

static void end_one(struct simulation *s)
{
    struct core *first = NULL;
    for (int c = 0; c < s->nb_cores; c++)
        if (s->cores[c].busy && (!first || s->cores[c].end < first->end))
            first = &s->cores[c];
    if (!first) {
        fail_msg("no core is busy");
        return;
    }
    s->now = first->end;
    first->busy = false;
    s->parts[first->part].in_flight--;
    reschedule(s, first->part);
}

/* The share of all cores' time that they stand idle. */
static double idle_share(struct simulation *s, const int *cells, size_t nb, int nb_cores)
{
    *s = (struct simulation){.nb_parts = nb, .nb_cores = nb_cores};
    s->schedule = schedule_create(nb, nb_cores);
    for (size_t i = 0; i < nb; i++) {
        s->parts[i].nb_cells = cells[i];
        schedule_add(s->schedule, i, left(&s->parts[i]));
    }
    for (int running;;) {
        for (int c = 0; c < nb_cores; c++)
            if (!s->cores[c].busy && !start_one(s, &s->cores[c]))
                break;
        running = 0;
        for (int c = 0; c < nb_cores; c++)
            running += s->cores[c].busy;
        if (!running)
            break;
        end_one(s);
    }
    for (size_t i = 0; i < nb; i++)
        assert_true(s->parts[i].made);
    schedule_destroy(s->schedule);
    return 1 - s->busy_s / (s->now * nb_cores);
}

static void cores_are_busy_to_the_end(void **state)
{
    static const struct {
        const char *what;
        int cells[MAX_PARTS];
        size_t nb;
        int nb_cores;
        double most_idle;
    } runs[] = {
        {"six unequal talks", {125, 40, 75, 20, 100, 60}, 6, 2, 0.01},
        {"the longest last in the programme", {20, 20, 20, 20, 20, 250}, 6, 2, 0.01},
        {"equal talks", {60, 60, 60, 60, 60, 60, 60, 60}, 8, 2, 0.01},
        {"one long, one short", {150, 30}, 2, 2, 0.01},
        {"eight cores", {125, 40, 75, 20, 100, 60, 90, 80, 30, 50, 110, 70}, 12, 8, 0.02},
    };
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct simulation s;
        const double idle = idle_share(&s, runs[i].cells, runs[i].nb, runs[i].nb_cores);
        print_message("%s: idle %.2f %%\n", runs[i].what, 100 * idle);
        assert_true(idle < runs[i].most_idle);
    }
}

/* Whatever the number of talks: memory hangs on those that are open. */
static void few_are_open(void **state)
{
    int cells[MAX_PARTS];
    struct simulation s;
    (void)state;
    for (int i = 0; i < MAX_PARTS; i++)
        cells[i] = 10 + i % 7;
    (void)idle_share(&s, cells, MAX_PARTS, 2);
    assert_true(s.most_open <= 2 * SCHEDULE_OPEN_PER_WORKER + 2);
}

static void keeps_the_order_of_numbers(void **state)
{
    static const double costs[] = {5, 90, 20, 70, 1};
    struct schedule *s = schedule_create(5, 1);
    size_t part;
    (void)state;
    schedule_keep_order(s);
    for (size_t i = 5; i-- > 0;)
        schedule_add(s, i, costs[i]);
    for (size_t i = 0; i < SCHEDULE_OPEN_PER_WORKER; i++) {
        assert_true(schedule_open(&part, s));
        assert_int_equal(part, i);
        schedule_set(s, part, costs[part], true);
    }
    assert_false(schedule_open(&part, s));
    assert_true(schedule_most(&part, s));
    assert_int_equal(part, 0);
    schedule_set(s, 0, 0, false); /* it waits for its last cell: the next one has the core */
    assert_true(schedule_most(&part, s));
    assert_int_equal(part, 1);
    schedule_close(s, 0);
    assert_true(schedule_open(&part, s));
    assert_int_equal(part, 2);
    schedule_destroy(s);
}

/* A cluster has thousands of workers, and each part hundreds of jobs. */
static void not_too_many_are_open(void **state)
{
    enum { NB = 2 * SCHEDULE_MOST_OPEN };
    struct schedule *s = schedule_create(NB, NB);
    size_t part, nb_open = 0;
    (void)state;
    for (size_t i = 0; i < NB; i++)
        schedule_add(s, i, 10);
    for (; schedule_open(&part, s); nb_open++)
        schedule_set(s, part, 10, true);
    assert_int_equal(nb_open, SCHEDULE_MOST_OPEN);
    schedule_set(s, 0, 10, false); /* none of its jobs can start: another part has some */
    assert_true(schedule_open(&part, s));
    assert_int_equal(part, SCHEDULE_MOST_OPEN);
    schedule_destroy(s);
}

static void small_jobs_come_last(void **state)
{
    struct job jobs[] = {{.stage = STAGE_SOUND, .key = "sound", .cost = 5},
                         {.stage = STAGE_CARD, .key = "card 1", .cost = 2},
                         {.stage = STAGE_CARD, .key = "card 2", .cost = 3},
                         {.stage = STAGE_CELL, .key = "cell 1", .cost = 12},
                         {.stage = STAGE_CELL, .key = "cell 2", .cost = 12},
                         {.stage = STAGE_CELL, .key = "cell 3", .cost = 14},
                         {.stage = STAGE_POSTER, .key = "poster", .cost = 0.5}};
    static const char *const expected[] = {"card 1", "cell 3", "cell 1", "cell 2",
                                           "sound",  "card 2", "poster"};
    const size_t nb = sizeof jobs / sizeof *jobs;
    (void)state;
    job_sort(jobs, nb);
    for (size_t i = 0; i < nb; i++)
        assert_string_equal(jobs[i].key, expected[i]);
    job_sort(jobs + 1, nb - 1); /* the card goes first even if it is not the first in line */
    assert_string_equal(jobs[1].key, "card 2");
    job_sort(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cores_are_busy_to_the_end),  cmocka_unit_test(few_are_open),
        cmocka_unit_test(keeps_the_order_of_numbers), cmocka_unit_test(not_too_many_are_open),
        cmocka_unit_test(small_jobs_come_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
