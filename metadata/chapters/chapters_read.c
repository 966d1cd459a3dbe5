/* Reads lists of chapters. The whole program trusts this file to cope with any bytes: it looks at
 * one line at a time, allocates no more than it was given, and calls no library. */
#include <stdlib.h>
#include <string.h>

#include "chapters.h"
#include "clock.h"
#include "mem.h"
#include "plain_text.h"
#include "str.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define ADVICE          ": correct the file, or remove it to publish without chapters"

enum { LINE_BYTES = 4096 };
static const int64_t last_ms = INT64_C(720) * 3600 * 1000; /* as long as the longest recording */

struct list_file {
    const char *name, *at, *end;
    size_t line;
    struct chapters *out;
};

static int wrong(const struct list_file *f, const char *what, const char *found, struct err *err)
{
    AUTO_FREE char *quote = found ? str_quote(found, STR_QUOTE_BYTES) : NULL;
    return err_set(err, ERR_INVALID, "'%s', line %zu: %s%s%s%s" ADVICE, f->name, f->line, what,
                   quote ? " ('" : "", quote ? quote : "", quote ? "')" : "");
}

/* The next line without its end, a new string. NULL: the file ends, or an error. */
static char *next_line(struct list_file *f, struct err *err)
{
    size_t nb = 0;
    if (f->at == f->end)
        return NULL;
    while (f->at + nb < f->end && f->at[nb] != '\n' && f->at[nb] != '\r')
        nb++;
    f->line++;
    if (nb > LINE_BYTES) {
        wrong(f, "the line is too long", NULL, err);
        return NULL;
    }
    AUTO_FREE char *line = mem_zalloc(nb + 1, 1);
    memcpy(line, f->at, nb);
    f->at += nb;
    if (f->at < f->end)
        f->at += f->at[0] == '\r' && f->at + 1 < f->end && f->at[1] == '\n' ? 2 : 1;
    if (strlen(line) == nb && str_is_utf8(line))
        return mem_take(&line);
    wrong(f, "it is no text in UTF-8", NULL, err);
    return NULL;
}

static int add(struct list_file *f, int64_t at_ms, const char *text, struct err *err)
{
    struct err why = {0};
    AUTO_FREE char *title = NULL;
    if (chapters_title(&title, text, &why) < 0)
        return wrong(f, why.msg, NULL, err);
    if (chapters_find(f->out, at_ms))
        return wrong(f, "there is a chapter at that time already", text, err);
    if (f->out->nb == CHAPTERS_MAX)
        return wrong(f, "too many chapters", NULL, err);
    chapters_add(f->out, at_ms, title);
    return 0;
}

/* --- lines "12:30 Title" ---------------------------------------------------------------------- */

static int read_line(struct list_file *f, char *line, struct err *err)
{
    int64_t at_ms;
    char *text = line + strspn(line, " \t");
    if (!*text)
        return 0;
    const size_t nb = strcspn(text, " \t");
    AUTO_FREE char *time = mem_printf("%.*s", (int)nb, text);
    if (!strchr(time, ':') || !clock_parse_ms(time, &at_ms) || at_ms > last_ms)
        return wrong(f, "no time as in '12:30 Title'", text, err);
    return add(f, at_ms, text + nb, err);
}

static int read_lines(struct list_file *f, struct err *err)
{
    for (;;) {
        AUTO_FREE char *line = next_line(f, err);
        if (!line || read_line(f, line, err) < 0)
            return err->code;
    }
}

/* --- WebVTT ----------------------------------------------------------------------------------- */

/* Whether the line has the times of a cue; *at_ms: the first. False, with an error, if only that is
 * no time. */
static bool read_times(int64_t *at_ms, const struct list_file *f, const char *line, struct err *err)
{
    const char *arrow = strstr(line, "-->");
    if (!arrow)
        return false;
    AUTO_FREE char *time = mem_printf("%.*s", (int)(arrow - line), line);
    str_fold_space(time);
    if (strchr(time, ':') && clock_parse_ms(time, at_ms) && *at_ms <= last_ms)
        return true;
    wrong(f, "no times as in '00:12:30.000 --> 00:14:00.000'", line, err);
    return false;
}

/* Reads a block, which an empty line or the file's end ends. One without times is a comment or a
 * style. */
static int read_block(struct list_file *f, struct err *err)
{
    AUTO_STR text = {0};
    int64_t at_ms = -1;
    for (size_t i = 0;; i++) {
        AUTO_FREE char *line = next_line(f, err);
        if (!line || !*line)
            break;
        if (at_ms >= 0)
            str_addf(&text, "%s ", line);
        else if (i < 2 && !read_times(&at_ms, f, line, err) && err->code)
            return err->code;
    }
    if (err->code || at_ms < 0)
        return err->code;
    AUTO_FREE char *title = plain_line(text.s ? text.s : "");
    return add(f, at_ms, title ? title : "", err);
}

static int read_webvtt(struct list_file *f, struct err *err)
{
    while (f->at < f->end)
        if (read_block(f, err) < 0)
            return err->code;
    return 0;
}

/* --- both ------------------------------------------------------------------------------------- */

int chapters_read(struct chapters *out, const char *name, const char *bytes, size_t nb,
                  struct err *err)
{
    AUTO_CHAPTERS list = {0};
    struct list_file f = {.name = name, .at = bytes, .end = bytes + nb, .out = &list};
    if (nb >= strlen(BYTE_ORDER_MARK) && str_starts(bytes, BYTE_ORDER_MARK))
        f.at += strlen(BYTE_ORDER_MARK);
    if ((str_starts(f.at, "WEBVTT") ? read_webvtt(&f, err) : read_lines(&f, err)) < 0)
        return err->code;
    if (!list.nb)
        return err_set(err, ERR_INVALID, "'%s' has no chapters" ADVICE, name);
    *out = list;
    list = (struct chapters){0};
    return 0;
}
