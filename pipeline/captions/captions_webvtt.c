/* WebVTT by the rules of its parser (W3C WebVTT, section 6.1), which are those of browsers: a file
 * that plays there is read here as it is there. One difference: a comma is taken for the point of
 * a time, for files that were only renamed. */
#include <ctype.h>
#include <string.h>

#include "captions_reader.h"
#include "str.h"

static const char no_times[] = "no times as in '00:01:02.000 --> 00:01:04.500'";

/* --- times ------------------------------------------------------------------------------------ */

/* A number of digits, and how many they are. */
static int64_t digits(const char **p, int *nb)
{
    int64_t n = 0;
    for (*nb = 0; isdigit((unsigned char)**p); (*p)++, (*nb)++)
        n = n < INT64_C(1000000000) ? n * 10 + **p - '0' : n;
    return n;
}

static bool two_digits(const char **p, int64_t *out)
{
    int nb;
    *out = digits(p, &nb);
    return nb == 2 && *out < 60;
}

/* "Collect a WebVTT timestamp": hours of any number of digits, or none; *p is moved after it. */
static bool read_time(const char **p, int64_t *out_ms)
{
    int nb;
    int64_t hours = 0, minutes = 0, seconds;
    const int64_t first = digits(p, &nb);
    const bool maybe_minutes = nb == 2 && first < 60;
    if (nb == 0 || *(*p)++ != ':' || !two_digits(p, &seconds))
        return false;
    if (**p == ':') {
        (*p)++;
        hours = first;
        minutes = seconds;
        if (!two_digits(p, &seconds))
            return false;
    } else if (maybe_minutes) {
        minutes = first;
    } else {
        return false;
    }
    if (**p != '.' && **p != ',')
        return false;
    (*p)++;
    const int64_t ms = digits(p, &nb);
    *out_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
    return nb == 3;
}

static void skip_space(const char **p)
{
    *p += strspn(*p, " \t\f");
}

/* "Collect WebVTT cue timings and settings"; settings are not used. */
static bool read_times(struct cue *out, const char *line)
{
    const char *p = line;
    skip_space(&p);
    if (!read_time(&p, &out->start_ms))
        return false;
    skip_space(&p);
    if (!str_starts(p, "-->"))
        return false;
    p += 3;
    skip_space(&p);
    return read_time(&p, &out->end_ms);
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Whether the line is the word, followed by nothing or white space. */
static bool is_word(const char *line, const char *word)
{
    const size_t nb = strlen(word);
    return str_starts(line, word) && strchr(" \t\f", line[nb]);
}

/* Blocks that are no cues, but have a meaning. */
static bool is_known(const struct reader *r, size_t begin)
{
    static const char *const words[] = {"NOTE", "STYLE", "REGION"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(r->lines[begin], words[i]))
            return true;
    return false;
}

static void leave_out(struct reader *r, size_t line)
{
    if (!r->out->nb_left_out++)
        r->out->left_out_line = line + 1;
}

/* "Collect a WebVTT block" from line begin, which is not empty; returns the line after it. A cue's
 * times are in its first or second line. */
static size_t read_block(struct reader *r, size_t begin)
{
    struct cue cue;
    bool timed = false, good = false;
    size_t times = begin, i = begin;
    for (; i < r->nb && *r->lines[i]; i++) {
        if (!captions_has_arrow(r, i))
            continue;
        if (timed || i > begin + 1)
            break; /* the next block, without an empty line before it */
        timed = true;
        times = i;
        good = read_times(&cue, r->lines[i]) && cue.start_ms <= cue.end_ms;
    }
    if (good)
        captions_add_cue(r, &cue, times + 1, i, true);
    else if (!is_known(r, begin))
        leave_out(r, times);
    return i;
}

int captions_read_webvtt(struct reader *r)
{
    if (!str_starts(r->lines[0], "WEBVTT") || !strchr(" \t", r->lines[0][strlen("WEBVTT")]))
        return captions_wrong(r, 0, "it does not begin with WEBVTT");
    size_t i = 1;
    while (i < r->nb && *r->lines[i] && !captions_has_arrow(r, i))
        i++; /* the header */
    while (i < r->nb)
        i = *r->lines[i] ? read_block(r, i) : i + 1;
    if (!r->out->nb && r->out->nb_left_out)
        return captions_wrong(r, r->out->left_out_line - 1, no_times);
    return 0;
}
