#include "worker_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

static void close_pipe(struct worker_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

/* The place for the next bytes: the rest of the first, then the ring up to its end. */
static char *place_for(size_t *room, struct worker_log *log)
{
    const int64_t past = log->nb - WORKER_LOG_BYTES;
    char **part = past < 0 ? &log->first : &log->last;
    const size_t at = (size_t)(past < 0 ? log->nb : past % WORKER_LOG_BYTES);
    if (!*part)
        *part = mem_zalloc(1, WORKER_LOG_BYTES);
    *room = WORKER_LOG_BYTES - at;
    return *part + at;
}

void worker_log_read(struct worker_log *log, size_t most_bytes)
{
    while (log->fd >= 0 && most_bytes > 0) {
        size_t room;
        char *place = place_for(&room, log);
        const ssize_t n = read(log->fd, place, room < most_bytes ? room : most_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_pipe(log);
            return;
        }
        log->nb += n;
        most_bytes -= (size_t)n;
    }
}

/* The ring's bytes in their order. */
static void add_last(struct str *out, const struct worker_log *log, int64_t past)
{
    const size_t end = (size_t)(past % WORKER_LOG_BYTES);
    if (past > WORKER_LOG_BYTES)
        str_add_bytes(out, log->last + end, WORKER_LOG_BYTES - end);
    str_add_bytes(out, log->last, past == WORKER_LOG_BYTES ? WORKER_LOG_BYTES : end);
}

char *worker_log_text(const struct worker_log *log)
{
    AUTO_STR text = {0};
    const int64_t past = log->nb - WORKER_LOG_BYTES;
    if (log->nb)
        str_add_bytes(&text, log->first, past < 0 ? (size_t)log->nb : WORKER_LOG_BYTES);
    if (past > WORKER_LOG_BYTES)
        str_addf(&text, "\n[… %lld bytes left out …]\n", (long long)(past - WORKER_LOG_BYTES));
    if (past > 0)
        add_last(&text, log, past);
    for (size_t i = 0; i < text.len; i++) /* text ends at a NUL, which a worker may write */
        if (!text.s[i])
            text.s[i] = ' ';
    return str_clean(text.s ? text.s : "");
}

const char *worker_log_last_lines(const char *text, int nb_lines)
{
    const char *p = text + strlen(text);
    for (int lines = 0; p > text && lines < nb_lines; p--)
        lines += p[-1] == '\n' && p[0];
    return p > text ? p + 1 : p;
}

void worker_log_finish(struct worker_log *log)
{
    close_pipe(log);
    free(log->first);
    free(log->last);
    *log = (struct worker_log){.fd = -1};
}
