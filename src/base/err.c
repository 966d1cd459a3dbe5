#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message that filled its buffer may end within a character: that one goes. */
static void end_whole(char *msg, size_t size)
{
    size_t at = strlen(msg);
    if (at + 1 < size)
        return;
    size_t nb = 0; /* continuation bytes at the end */
    while (at > 0 && nb < 4 && ((unsigned char)msg[at - 1] & 0xc0) == 0x80) {
        at--;
        nb++;
    }
    const unsigned char lead = at > 0 ? (unsigned char)msg[at - 1] : 0;
    const size_t wanted = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (nb < wanted)
        msg[at - 1] = '\0';
}

static int ATTR_PRINTF(5, 0) fill(struct err *err, enum err_code code, enum err_origin origin,
                                  int origin_code, const char *fmt, va_list args)
{
    if (err->code != ERR_OK)
        return err->code;
    err->code = code;
    err->origin = origin;
    err->origin_code = origin_code;
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    end_whole(err->msg, sizeof err->msg);
    return code;
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int ret = fill(err, code, ERR_OURS, 0, fmt, args);
    va_end(args);
    return ret;
}

static enum err_code code_of_errno(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case ENOMEM:
        return ERR_NOMEM;
    case EAGAIN:
    case EBUSY:
        return ERR_BUSY;
    default:
        return ERR_IO;
    }
}

int err_errno(struct err *err, int errnum, const char *fmt, ...)
{
    if (err->code != ERR_OK)
        return err->code;
    va_list args;
    va_start(args, fmt);
    fill(err, code_of_errno(errnum), ERR_ERRNO, errnum, fmt, args);
    va_end(args);
    const size_t len = strlen(err->msg);
    snprintf(err->msg + len, sizeof err->msg - len, ": %s", strerror(errnum));
    end_whole(err->msg, sizeof err->msg);
    return err->code;
}

int err_foreign(struct err *err, enum err_code code, enum err_origin origin, int origin_code,
                const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int ret = fill(err, code, origin, origin_code, fmt, args);
    va_end(args);
    return ret;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    char old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    end_whole(err->msg, sizeof err->msg);
    const size_t len = strlen(err->msg);
    snprintf(err->msg + len, sizeof err->msg - len, "%s", old);
    end_whole(err->msg, sizeof err->msg);
    return err->code;
}

static const struct {
    enum err_code code;
    const char *name;
} names[] = {
    {ERR_OK, "ok"},
    {ERR_INVALID, "invalid"},
    {ERR_NOT_FOUND, "not found"},
    {ERR_BUSY, "busy"},
    {ERR_NO_SPACE, "no space"},
    {ERR_IO, "input/output"},
    {ERR_EXTERNAL, "external"},
    {ERR_CANCELLED, "cancelled"},
    {ERR_NOMEM, "no memory"},
    {ERR_BUG, "bug"},
    {ERR_USAGE, "usage"},
};

const char *err_code_name(enum err_code code)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            return names[i].name;
    return "bug";
}

enum err_code err_code_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].code;
    return ERR_BUG;
}
