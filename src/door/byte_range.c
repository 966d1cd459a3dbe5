#include "byte_range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits only. Numbers beyond any file are as large as a number can be. -1: no digit. */
static int64_t read_digits(const char **p)
{
    int64_t value = -1;
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        value = value < 0 ? 0 : value;
        value = value > (INT64_MAX - 9) / 10 ? INT64_MAX - 9 : 10 * value + (**p - '0');
    }
    return value;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct byte_range byte_range_read(const char *header, const char *if_range, const char *etag,
                                  int64_t length)
{
    const struct byte_range all = {BYTE_RANGE_ALL, 0, length}, none = {BYTE_RANGE_NONE, 0, 0};
    static const char unit[] = "bytes=";
    if (!header || strncasecmp(header, unit, sizeof unit - 1) != 0 ||
        (if_range && (!etag || strcmp(if_range, etag) != 0)))
        return all;
    const char *p = header + sizeof unit - 1;
    const int64_t first = read_digits(&p);
    if (*p++ != '-')
        return all;
    const int64_t last = read_digits(&p);
    if (*p || (first < 0 && last < 0) || (first >= 0 && last >= 0 && last < first))
        return all;
    if (first < 0) /* that many from the end */
        return last == 0 || length == 0
                   ? none
                   : (struct byte_range){BYTE_RANGE_PART, length - least(last, length), length};
    if (first >= length)
        return none;
    return (struct byte_range){BYTE_RANGE_PART, first, last < 0 ? length : least(last + 1, length)};
}

bool byte_range_is_known(const char *if_none_match, const char *etag)
{
    if (!if_none_match || !etag)
        return false;
    if (strcmp(if_none_match, "*") == 0)
        return true;
    const size_t nb = strlen(etag);
    for (const char *p = strstr(if_none_match, etag); p; p = strstr(p + 1, etag))
        if (p[nb] == '\0' || p[nb] == ',' || p[nb] == ' ')
            return true;
    return false;
}
