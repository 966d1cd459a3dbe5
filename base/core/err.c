#include "err.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A message that filled its buffer may end within a character: removes that one. */
static void end_whole(char *msg, size_t size)
{
    const size_t len = strlen(msg);
    if (len + 1 < size)
        return;
    char *last = g_utf8_find_prev_char(msg, msg + len);
    if (last && g_utf8_get_char_validated(last, -1) == (gunichar)-2) /* incomplete */
        *last = '\0';
}

/* File names and metadata may contain characters that control a terminal: control characters of one
 * byte and of two (U+0080 ...), and those that change the writing direction. */
static size_t harmful_bytes(const unsigned char *p)
{
    if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
        return 1;
    if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
        return 2;
    const bool turns = p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
                                        (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
    return turns ? 3 : 0;
}

/* Ends the message with a whole character, and replaces harmful characters by question marks. */
static void tidy(char *msg, size_t size)
{
    end_whole(msg, size);
    for (char *p = msg; *p; p++)
        memset(p, '?', harmful_bytes((const unsigned char *)p));
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
    tidy(err->msg, sizeof err->msg);
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

const char *err_advice(int errnum)
{
    return errnum == EFBIG
               ? " ('ulimit -f' or the file system, such as FAT32, allows no larger file)"
               : "";
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
    snprintf(err->msg + len, sizeof err->msg - len, ": %s%s", strerror(errnum), err_advice(errnum));
    tidy(err->msg, sizeof err->msg);
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
    tidy(err->msg, sizeof err->msg);
    const size_t len = strlen(err->msg);
    snprintf(err->msg + len, sizeof err->msg - len, "%s", old);
    tidy(err->msg, sizeof err->msg);
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
