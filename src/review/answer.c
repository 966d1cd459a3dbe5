#include "answer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

static const char never_kept[] = "no-store";
static const char kept_a_day[] = "private, max-age=86400", asked_again[] = "private, no-cache";

void answer_finish(struct answer *a)
{
    if (a->fd >= 0)
        close(a->fd);
    free(a->version);
    *a = ANSWER_NONE;
}

void answer_text(struct answer *out, struct str *text, const char *type)
{
    AUTO_STR owned = *text;
    *text = (struct str){0};
    answer_finish(out);
    const int fd = memfd_create("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || fs_write_all(fd, owned.s ? owned.s : "", owned.len) < 0) {
        const int failed = errno;
        if (fd >= 0)
            close(fd);
        out->status = STATUS_UNAVAILABLE;
        err_errno(&out->why, failed, "cannot keep the answer");
        return;
    }
    (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    *out = (struct answer){.status = STATUS_OK,
                           .fd = fd,
                           .length = (int64_t)owned.len,
                           .type = type,
                           .cache = never_kept};
}

void answer_json(struct answer *out, json_t *value)
{
    char *s = json_print(value, JSON_COMPACT_STYLE);
    json_decref(value);
    if (!s) {
        answer_error(out, STATUS_FAILED, "a text is not UTF-8");
        return;
    }
    struct str text = {.s = s, .len = strlen(s), .cap = strlen(s) + 1};
    answer_text(out, &text, "application/json");
}

void answer_file(struct answer *out, int fd, int64_t offset, int64_t length, const char *type)
{
    answer_finish(out);
    *out = (struct answer){.status = STATUS_OK,
                           .fd = fd,
                           .offset = offset,
                           .length = length,
                           .type = type,
                           .cache = never_kept};
}

void answer_tag(struct answer *out, const char *etag, bool kept)
{
    snprintf(out->etag, sizeof out->etag, "\"%s\"", etag);
    out->cache = kept ? kept_a_day : asked_again;
}

void answer_error(struct answer *out, int status, const char *fmt, ...)
{
    struct err why = {0};
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *text = mem_vprintf(fmt, args);
    va_end(args);
    err_set(&why, ERR_INVALID, "%s", text);
    answer_finish(out);
    out->status = status;
    out->why = why;
}

void answer_err(struct answer *out, const struct err *err)
{
    int status = STATUS_FAILED;
    switch (err->code) {
    case ERR_INVALID:
    case ERR_USAGE:
        status = STATUS_REFUSED;
        break;
    case ERR_NOT_FOUND:
        status = STATUS_NOT_FOUND;
        break;
    case ERR_BUSY:
    case ERR_NO_SPACE:
    case ERR_CANCELLED:
        status = STATUS_UNAVAILABLE;
        break;
    case ERR_OK:
    case ERR_IO:
    case ERR_EXTERNAL:
    case ERR_NOMEM:
    case ERR_BUG:
        break;
    }
    answer_error(out, status, "%s", err->msg);
}
