/* What the executor takes from a worker that may be hostile: reports, words without end, a log. */
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "worker_log.h"
#include "worker_output.h"
#include "worker_process.h"

/* Returns the reading end of a pipe, and its writing end in *to. */
static int open_pipe(int *to)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    *to = ends[1];
    return ends[0];
}

static void say(int to, const char *text)
{
    assert_int_equal(write(to, text, strlen(text)), (long long)strlen(text));
}

/* --- progress -------------------------------------------------------------------------------- */

static const struct {
    const char *line;
    int steps; /* after it */
    bool rises;
} reports[] = {
    {"{\"done\": 0.000}", 0, true},
    {"{\"done\": 0.000}", 0, false},
    {"{\"done\": 0.0004}", 0, false},
    {"{\"done\": 0.100}", 100, true},
    {"{\"done\": 0.100}", 100, false},
    {"{\"done\": 0.050}", 100, false},
    {"{\"done\": -1}", 100, false},
    {"{\"done\": 1.001}", 100, false},
    {"{\"done\": 1e300}", 100, false},
    {"{\"done\": 1e999}", 100, false},
    {"{\"done\": NaN}", 100, false},
    {"{\"done\": \"0.5\"}", 100, false},
    {"{\"done\": [0.5]}", 100, false},
    {"{\"done\": null}", 100, false},
    {"{\"other\": 0.5}", 100, false},
    {"[0.5]", 100, false},
    {"0.5", 100, false},
    {"", 100, false},
    {"\xff\xfe", 100, false},
    {"{\"done\": 0.101}", 101, true},
    {"{\"done\": 1}", 1000, true},
    {"{\"done\": 1.000}", 1000, false},
};

static void test_progress_rises(void **state)
{
    (void)state;
    int to;
    struct worker_output out = {.fd = open_pipe(&to), .steps = -1};
    for (size_t i = 0; i < NB(reports); i++) {
        say(to, reports[i].line);
        say(to, "\n");
        assert_row_int(reports[i].line, worker_output_read(&out, 1 << 20), reports[i].rises);
        assert_row_int(reports[i].line, out.steps, reports[i].steps);
        assert_row_str(reports[i].line, out.last_line, reports[i].line);
    }
    assert_true(worker_output_done(&out) == 1.0);
    assert_true(out.fd >= 0);
    close(to);
    assert_false(worker_output_read(&out, 1 << 20));
    assert_int_equal(out.fd, -1);
    worker_output_finish(&out);
}

static void test_long_line_is_dropped(void **state)
{
    (void)state;
    int to;
    struct worker_output out = {.fd = open_pipe(&to), .steps = -1};
    char many[4096];
    memset(many, ' ', sizeof many);
    say(to, "{\"code\":\"invalid\"}\n");
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(write(to, many, sizeof many), sizeof many);
        assert_false(worker_output_read(&out, 1 << 20));
        assert_true(out.line.len <= WORKER_LINE_BYTES);
    }
    say(to, "{\"done\": 0.5}\n{\"done\": 0.25}\n");
    assert_true(!worker_output_read(&out, 14)); /* only the end of the long line */
    assert_string_equal(out.last_line, "{\"code\":\"invalid\"}");
    assert_true(worker_output_read(&out, 1 << 20));
    assert_string_equal(out.last_line, "{\"done\": 0.25}");
    close(to);
    worker_output_finish(&out);
}

/* --- the log --------------------------------------------------------------------------------- */

/* A log of that many bytes in numbered lines of 16 bytes, read in pieces. */
static void fill(struct worker_log *log, int nb_lines, size_t piece)
{
    int to;
    char line[32];
    *log = (struct worker_log){.fd = open_pipe(&to)};
    for (int i = 0; i < nb_lines; i++) {
        snprintf(line, sizeof line, "line %10d\n", i);
        say(to, line);
        if (i % 100 == 0)
            worker_log_read(log, piece);
    }
    close(to);
    for (int i = 0; i < 1000000 && log->fd >= 0; i++)
        worker_log_read(log, piece);
    assert_int_equal(log->fd, -1);
    assert_int_equal(log->nb, 16LL * nb_lines);
}

static void test_log_is_bounded(void **state)
{
    (void)state;
    static const struct {
        int nb_lines;
        const char *says; /* NULL: nothing was left out */
    } rows[] = {{1, NULL},
                {4096, NULL},
                {4097, NULL},
                {8192, NULL},
                {8193, "\n[… 16 bytes left out …]\nline       4097\n"},
                {100000, "\n[… 1468928 bytes left out …]\nline      95904\n"}};
    for (size_t i = 0; i < NB(rows); i++) {
        struct worker_log log;
        char name[32], last[32];
        snprintf(name, sizeof name, "%d lines", rows[i].nb_lines);
        snprintf(last, sizeof last, "line %10d\n", rows[i].nb_lines - 1);
        fill(&log, rows[i].nb_lines, 1777);
        AUTO_FREE char *text = worker_log_text(&log);
        const char *lines = worker_log_last_lines(text, 1);
        assert_memory_equal(text, "line          0\n", 16);
        assert_row_str(name, text + strlen(text) - 16, last);
        assert_row_int(name, strstr(text, "left out") != NULL, rows[i].says != NULL);
        if (rows[i].says)
            assert_non_null(strstr(text, rows[i].says));
        assert_row_str(name, lines, last);
        assert_true(strlen(text) <= 2 * WORKER_LOG_BYTES + 64);
        worker_log_finish(&log);
    }
}

static void test_log_is_clean(void **state)
{
    (void)state;
    int to;
    struct worker_log log = {.fd = open_pipe(&to)};
    assert_int_equal(write(to, "a\0b\033[2Jc\nd\n", 11), 11);
    worker_log_read(&log, 1 << 20);
    AUTO_FREE char *text = worker_log_text(&log);
    assert_string_equal(text, "a b[2Jc\nd\n");
    close(to);
    worker_log_finish(&log);
    struct worker_log none = {.fd = -1};
    AUTO_FREE char *empty = worker_log_text(&none);
    const char *lines = worker_log_last_lines(empty, 3);
    assert_string_equal(empty, "");
    assert_string_equal(lines, "");
}

/* --- a flood --------------------------------------------------------------------------------- */

static double cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* A process that writes the text without end to both pipes. */
static struct worker_process flood(const char *text)
{
    int output[2], log[2];
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    assert_int_equal(pipe2(log, O_CLOEXEC), 0);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(log[0], F_SETFL, O_NONBLOCK);
    const pid_t pid = fork();
    if (pid == 0) {
        close(output[0]); /* so that the writers end when nobody reads */
        close(log[0]);
        const pid_t other = fork();
        const int to = other == 0 ? output[1] : log[1];
        close(other == 0 ? log[1] : output[1]);
        while (write(to, text, strlen(text)) > 0)
            ;
        _exit(0);
    }
    close(output[1]);
    close(log[1]);
    return (struct worker_process){
        .pid = pid, .exited = -1, .output = {.fd = output[0], .steps = -1}, .log = {.fd = log[0]}};
}

/* Listens for a second, as the executor does. Returns how often it had something to read. */
static int listen_for_a_second(struct worker_process *p)
{
    const double until_s = clock_now_s() + 1;
    int turns = 0;
    while (clock_now_s() < until_s) {
        struct pollfd fds[WORKER_PROCESS_FDS];
        const int ms = worker_process_expect(fds, p);
        assert_true(poll(fds, WORKER_PROCESS_FDS, ms < 0 ? 250 : ms) >= 0);
        assert_true(worker_process_listen(p, fds));
        turns++;
    }
    return turns;
}

static void test_flood_costs_little(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"done\": 0.1}\n", "x", "\n", "[[[[[[[[[[[[[[\n"};
    for (size_t i = 0; i < NB(texts); i++) {
        struct worker_process p = flood(texts[i]);
        const double before_s = cpu_s();
        const int turns = listen_for_a_second(&p);
        assert_true(turns < 300);
        assert_true(cpu_s() - before_s < 0.3); /* measured: 0.002 to 0.03 */
        assert_true(p.log.nb > 0);
        kill(p.pid, SIGKILL);
        worker_process_finish(&p); /* the other writer ends at the closed pipe */
    }
}

/* A process that the worker left behind keeps its pipes open: it counts as ended all the same. */
static void test_end_does_not_wait_for_others(void **state)
{
    (void)state;
    int to, to_log;
    struct worker_process p = {.pid = -1,
                               .exited = open("/dev/zero", O_RDONLY | O_CLOEXEC),
                               .output = {.fd = open_pipe(&to), .steps = -1},
                               .log = {.fd = open_pipe(&to_log)}};
    const double begin_s = clock_now_s();
    struct pollfd fds[WORKER_PROCESS_FDS];
    do
        (void)poll(fds, WORKER_PROCESS_FDS, worker_process_expect(fds, &p));
    while (worker_process_listen(&p, fds));
    assert_true(clock_now_s() - begin_s > 1 && clock_now_s() - begin_s < 10);
    close(to);
    close(to_log);
    worker_process_finish(&p);
}

int main(void)
{
    signal(SIGPIPE, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress_rises),
        cmocka_unit_test(test_long_line_is_dropped),
        cmocka_unit_test(test_log_is_bounded),
        cmocka_unit_test(test_log_is_clean),
        cmocka_unit_test(test_flood_costs_little),
        cmocka_unit_test(test_end_does_not_wait_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
