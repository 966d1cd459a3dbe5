#include "worker_output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "json.h"

static void close_pipe(struct worker_output *out)
{
    if (out->fd >= 0)
        close(out->fd);
    out->fd = -1;
}

/* The progress that a line reports, in steps, or -1. */
static int steps_of(const char *line)
{
    struct err ignored = {0};
    AUTO_JSON *said = NULL;
    if (*line != '{' || json_read_text(&said, line, "worker", &ignored) < 0)
        return -1;
    const json_t *done = json_object_get(said, "done");
    const double fraction = json_is_number(done) ? json_number_value(done) : -1;
    return fraction >= 0 && fraction <= 1 ? (int)lround(fraction * WORKER_STEPS) : -1;
}

/* Returns whether the line reports more progress than any before it. */
static bool take_line(struct worker_output *out)
{
    if (out->too_long) {
        out->too_long = false;
        str_clear(&out->line);
        return false;
    }
    free(out->last_line);
    out->last_line = str_take(&out->line);
    const int steps = steps_of(out->last_line);
    if (steps <= out->steps)
        return false;
    out->steps = steps;
    return true;
}

static bool take_bytes(struct worker_output *out, const char *bytes, size_t nb)
{
    bool rose = false;
    for (const char *end = bytes + nb; bytes < end;) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const size_t part = (size_t)((newline ? newline : end) - bytes);
        out->too_long = out->too_long || out->line.len + part > WORKER_LINE_BYTES;
        if (!out->too_long)
            str_add_bytes(&out->line, bytes, part);
        if (newline)
            rose = take_line(out) || rose;
        bytes += part + (newline != NULL);
    }
    return rose;
}

bool worker_output_read(struct worker_output *out, size_t most_bytes)
{
    char bytes[4096];
    bool rose = false;
    while (out->fd >= 0 && most_bytes > 0) {
        const ssize_t n =
            read(out->fd, bytes, most_bytes < sizeof bytes ? most_bytes : sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            close_pipe(out);
            break;
        }
        rose = take_bytes(out, bytes, (size_t)n) || rose;
        most_bytes -= (size_t)n;
    }
    return rose;
}

double worker_output_done(const struct worker_output *out)
{
    return out->steps < 0 ? 0 : (double)out->steps / WORKER_STEPS;
}

void worker_output_finish(struct worker_output *out)
{
    close_pipe(out);
    free(out->last_line);
    str_finish(&out->line);
    *out = (struct worker_output){.fd = -1};
}
