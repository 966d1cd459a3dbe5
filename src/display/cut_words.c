#include "cut_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "store.h"

int cut_words_time(int64_t *out, const char *text, const struct frame_grid *grid, struct err *err)
{
    int64_t ms;
    char *end;
    const long long frame = strtoll(text, &end, 10);
    if (end > text && strcmp(end, "f") == 0 && frame >= 0) {
        *out = frame;
        return 0;
    }
    if (!clock_parse_ms(text, &ms))
        return err_set(err, ERR_USAGE,
                       "'%s' is not a time: write [h:]mm:ss[.mmm], or a frame number as 1500f",
                       text);
    *out = frame_grid_frame_at_ms(grid, ms);
    return 0;
}

int cut_words_range(struct part_drop *out, const char *text, const struct frame_grid *grid,
                    struct err *err)
{
    AUTO_FREE char *begin = mem_strdup(text);
    char *end = strchr(begin, '-');
    if (!end || end == begin || !end[1])
        return err_set(err, ERR_USAGE, "'%s' is not a range: write TIME-TIME, as 21:10-36:40",
                       text);
    *end++ = '\0';
    return cut_words_time(&out->begin, begin, grid, err) < 0
               ? err->code
               : cut_words_time(&out->end, end, grid, err);
}

/* Digits as a number of at most six; -1: none, or more. */
static int digits(const char **at)
{
    int value = 0, nb = 0;
    for (; isdigit((unsigned char)**at); (*at)++, nb++)
        value = nb < 6 ? 10 * value + **at - '0' : value;
    return nb && nb <= 6 ? value : -1;
}

/* Milliseconds of "120ms", "0.04s", "0"; -1: no such text. */
static int magnitude(const char *at)
{
    const int whole = digits(&at);
    int thousandths = 0;
    if (whole < 0)
        return -1;
    if (strcmp(at, "ms") == 0 || (!*at && whole == 0))
        return whole;
    if (*at == '.') {
        at++;
        for (int unit = 100; isdigit((unsigned char)*at) && unit; unit /= 10)
            thousandths += (*at++ - '0') * unit;
        if (!isdigit((unsigned char)at[-1]))
            return -1;
    }
    return strcmp(at, "s") == 0 && whole <= STORE_MAX_OFFSET_MS ? 1000 * whole + thousandths : -1;
}

int cut_words_offset(int *out_ms, const char *text, struct err *err)
{
    const int ms = magnitude(text + (*text == '+' || *text == '-'));
    if (ms < 0)
        return err_set(err, ERR_USAGE,
                       "'%s' is not an offset: write +120ms or -0.04s; 0 takes it back", text);
    *out_ms = *text == '-' ? -ms : ms;
    return 0;
}
