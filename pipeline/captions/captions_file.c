/* Caption files. libavformat is not used: it takes lines that it cannot read as text of the cue
 * before, and does not tell where they were. */
#include "captions.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "captions_reader.h"
#include "captions_text.h"
#include "charset.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

enum { QUOTE_BYTES = 40 };

int captions_wrong(const struct reader *r, size_t line, const char *fault)
{
    AUTO_FREE char *quote = str_quote(line < r->nb ? r->lines[line] : "", QUOTE_BYTES);
    return err_set(
        r->err, ERR_INVALID,
        "'%s', line %zu: %s ('%s'): correct the file, or remove it to publish without captions",
        r->path, line + 1, fault, quote);
}

/* --- lines and times -------------------------------------------------------------------------- */

/* A line ends at "\n", "\r\n" or a "\r" alone; and, but in WebVTT, at "\r\r\n", which programs
 * make that end lines twice. */
static char *next_line(char *line, bool webvtt)
{
    char *end = line + strcspn(line, "\r\n");
    const bool twice = !webvtt && str_starts(end, "\r\r\n");
    if (!*end)
        return NULL;
    char *next = end + (twice ? 3 : str_starts(end, "\r\n") ? 2 : 1);
    *end = '\0';
    return next;
}

static void split_lines(struct reader *r, char *text, bool webvtt)
{
    for (char *line = text; line;) {
        char *end = next_line(line, webvtt);
        r->lines = mem_grow(r->lines, r->nb, sizeof *r->lines);
        r->lines[r->nb++] = line;
        line = end;
    }
}

static bool blank(const struct reader *r, size_t i)
{
    return i >= r->nb || r->lines[i][strspn(r->lines[i], " \t")] == '\0';
}

/* The number of a line that holds nothing else, or -1. */
static long number(const struct reader *r, size_t i)
{
    if (blank(r, i))
        return -1;
    const char *s = r->lines[i] + strspn(r->lines[i], " \t");
    const size_t nb = strspn(s, "0123456789");
    return nb && nb < 10 && s[nb + strspn(s + nb, " \t")] == '\0' ? atol(s) : -1;
}

static bool digits(const char **p, int most, int64_t *out, int *nb)
{
    *out = 0;
    for (*nb = 0; isdigit((unsigned char)**p) && *nb < most; (*nb)++)
        *out = *out * 10 + *(*p)++ - '0';
    return *nb > 0 && !isdigit((unsigned char)**p);
}

/* "[h:]mm:ss[.fff]" or with a comma; *p is moved after it. */
static bool parse_time(const char **p, int64_t *out_ms)
{
    int64_t field[3] = {0}, fraction = 0;
    int nb_fields = 0, nb = 0;
    do {
        if (nb_fields == 3 || !digits(p, 6, &field[nb_fields++], &nb))
            return false;
    } while (**p == ':' && (*p)++);
    if (nb_fields < 2)
        return false;
    if (**p == '.' || **p == ',') {
        (*p)++;
        if (!digits(p, 3, &fraction, &nb))
            return false;
        for (; nb < 3; nb++)
            fraction *= 10;
    }
    const int64_t h = nb_fields == 3 ? field[0] : 0, m = field[nb_fields - 2],
                  s = field[nb_fields - 1];
    *out_ms = ((h * 60 + m) * 60 + s) * 1000 + fraction;
    return s < 60 && (nb_fields == 2 || m < 60);
}

/* "time --> time", followed by settings or coordinates. */
static int parse_times(const struct reader *r, size_t i, struct cue *cue)
{
    const char *p = r->lines[i] + strspn(r->lines[i], " \t");
    bool good = parse_time(&p, &cue->start_ms);
    p += strspn(p, " \t");
    good = good && str_starts(p, "-->");
    p += good ? 3 : 0;
    p += strspn(p, " \t");
    good = good && parse_time(&p, &cue->end_ms) && (*p == '\0' || *p == ' ' || *p == '\t');
    if (!good)
        return captions_wrong(r, i, "no times as in '00:01:02,000 --> 00:01:04,500'");
    if (cue->end_ms < cue->start_ms)
        return captions_wrong(r, i, "the caption ends before it begins");
    return 0;
}

bool captions_has_arrow(const struct reader *r, size_t i)
{
    return i < r->nb && strstr(r->lines[i], "-->");
}

static char *join_lines(const struct reader *r, size_t begin, size_t end)
{
    struct str s = {0};
    for (size_t i = begin; i < end; i++) {
        str_add(&s, r->lines[i]);
        str_add(&s, "\n");
    }
    return str_take(&s);
}

void captions_add_cue(struct reader *r, const struct cue *times, size_t begin, size_t end,
                      bool strict)
{
    AUTO_FREE char *raw = join_lines(r, begin, end);
    cues_add(r->out, times->start_ms, times->end_ms, captions_from_markup(raw, strict));
}

/* --- SubRip ----------------------------------------------------------------------------------- */

/* Where the times of a cue that begins in line i are, or 0 where none begins there. */
static size_t times_of(const struct reader *r, size_t i)
{
    const bool numbered = number(r, i) >= 0 && !captions_has_arrow(r, i);
    const char *s = i < r->nb ? r->lines[i] + strspn(r->lines[i], " \t") : "";
    if (numbered && captions_has_arrow(r, i + 1))
        return i + 2;
    return captions_has_arrow(r, i) && isdigit((unsigned char)*s) ? i + 1 : 0;
}

/* A number where the next cue's should be, and what was meant for times: not text of the cue
 * before. */
static bool broken_cue(const struct reader *r, size_t i, long expected)
{
    if (!blank(r, i - 1) || number(r, i) != expected || blank(r, i + 1))
        return false;
    const char *s = r->lines[i + 1] + strspn(r->lines[i + 1], " \t");
    return isdigit((unsigned char)*s) && strchr(s, ':');
}

/* Texts may hold empty lines: one ends where the next cue begins. */
static int read_subrip(struct reader *r)
{
    long at = 0;
    for (size_t i = 0; i < r->nb;) {
        if (blank(r, i)) {
            i++;
            continue;
        }
        struct cue cue;
        const size_t times = times_of(r, i);
        const bool numbered = number(r, i) >= 0 && i + 1 < r->nb;
        if (parse_times(r, times ? times - 1 : numbered ? i + 1 : i, &cue) < 0)
            return r->err->code;
        at = number(r, i) >= 0 ? number(r, i) : at + 1;
        size_t end = times;
        for (; end < r->nb && !times_of(r, end); end++)
            if (broken_cue(r, end, at + 1))
                return captions_wrong(r, end + 1, "no times as in '00:01:02,000 --> 00:01:04,500'");
        captions_add_cue(r, &cue, times, end, false);
        i = end;
    }
    return 0;
}

/* --- Advanced SubStation ---------------------------------------------------------------------- */

struct ass_format {
    int nb, start, end, text; /* places of the fields */
};

/* The text of a field, up to its comma; the last field takes the rest. */
static const char *field(const char *line, int n)
{
    for (; n > 0 && line; n--)
        line = (line = strchr(line, ',')) ? line + 1 : NULL;
    return line;
}

static void read_format(struct ass_format *f, const char *line)
{
    *f = (struct ass_format){0, -1, -1, -1};
    for (const char *p = line; p; p = field(p, 1), f->nb++) {
        p += strspn(p, " \t");
        const size_t nb = strcspn(p, ", \t");
        if (nb == 5 && strncasecmp(p, "Start", nb) == 0)
            f->start = f->nb;
        else if (nb == 3 && strncasecmp(p, "End", nb) == 0)
            f->end = f->nb;
        else if (nb == 4 && strncasecmp(p, "Text", nb) == 0)
            f->text = f->nb;
    }
}

static int read_dialogue(struct reader *r, size_t i, const struct ass_format *f, const char *line)
{
    struct cue cue;
    const char *start = field(line, f->start), *end = field(line, f->end),
               *text = field(line, f->text);
    if (f->start < 0 || f->end < 0 || f->text != f->nb - 1)
        return captions_wrong(r, i,
                              "the Format line before it does not name Start, End and, last, Text");
    if (!text)
        return captions_wrong(r, i, "fields are missing");
    start += strspn(start, " \t");
    end += strspn(end, " \t");
    if (!parse_time(&start, &cue.start_ms) || !parse_time(&end, &cue.end_ms))
        return captions_wrong(r, i, "no times as in '0:01:02.00,0:01:04.50'");
    if (cue.end_ms < cue.start_ms)
        return captions_wrong(r, i, "the caption ends before it begins");
    cues_add(r->out, cue.start_ms, cue.end_ms, captions_from_ass(text));
    return 0;
}

static int read_ass(struct reader *r)
{
    struct ass_format format = {10, 1, 2, 9};
    bool events = false, any = false;
    for (size_t i = 0; i < r->nb; i++) {
        const char *line = r->lines[i];
        if (*line == '[')
            events = strncasecmp(line, "[Events]", 8) == 0;
        any = any || events;
        if (events && str_starts(line, "Format:"))
            read_format(&format, line + 7);
        else if (events && str_starts(line, "Dialogue:") &&
                 read_dialogue(r, i, &format, line + 9) < 0)
            return r->err->code;
    }
    return any ? 0 : captions_wrong(r, 0, "it has no [Events]");
}

/* --- a file ----------------------------------------------------------------------------------- */

static bool has_suffix(const char *path, const char *suffix)
{
    const size_t nb = strlen(path);
    return nb > strlen(suffix) && strcasecmp(path + nb - strlen(suffix), suffix) == 0;
}

static int read_lines(struct reader *r)
{
    static const struct {
        const char *suffix;
        int (*read)(struct reader *r);
    } formats[] = {{".srt", read_subrip}, {".vtt", captions_read_webvtt}, {".ass", read_ass}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (has_suffix(r->path, formats[i].suffix))
            return formats[i].read(r);
    return err_set(r->err, ERR_INVALID, "'%s' is neither .srt, .vtt nor .ass", r->path);
}

/* WebVTT's first rule: a NUL is U+FFFD. In UTF-16 a NUL is half of a character. A new string. */
static char *replace_nuls(const char *bytes, size_t *nb)
{
    struct str out = {0};
    const bool wide = *nb >= 2 && (unsigned char)bytes[0] >= 0xfe;
    str_add(&out, "");
    for (size_t i = 0; i < *nb; i++)
        if (bytes[i] || wide)
            str_add_bytes(&out, &bytes[i], 1);
        else
            str_add_utf8(&out, 0xfffd);
    *nb = out.len;
    return str_take(&out);
}

int captions_read_text(struct cues *out, const char *path, const char *bytes, size_t nb,
                       struct err *err)
{
    AUTO_FREE char *text = NULL, *without_nuls = NULL;
    AUTO_CUES cues = {0};
    struct reader r = {.path = path, .out = &cues, .err = err};
    const bool webvtt = has_suffix(path, ".vtt");
    if (webvtt && memchr(bytes, '\0', nb))
        bytes = without_nuls = replace_nuls(bytes, &nb);
    if (charset_decode_strictly(&text, bytes, nb, path,
                                "save it as UTF-8, or remove it to publish without", err) < 0)
        return err->code;
    split_lines(&r, text, webvtt);
    const int ret = read_lines(&r);
    free(r.lines);
    if (ret < 0)
        return ret;
    if (cues.nb == 0)
        return err_set(
            err, ERR_INVALID,
            "'%s' holds no captions: correct the file, or remove it to publish without captions",
            path);
    cues_sort(&cues);
    *out = cues;
    cues = (struct cues){0};
    return 0;
}

int captions_read_file(struct cues *out, const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, path, CAPTIONS_MAX_BYTES, err) < 0)
        return err->code;
    return captions_read_text(out, path, bytes, nb, err);
}
