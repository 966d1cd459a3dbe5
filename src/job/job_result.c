#include "job_result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "frame_grid.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "probe.h"
#include "result_members.h"
#include "str.h"

/* --- one value -------------------------------------------------------------------------------- */

/* Where a value is: the member's name, or its index in a list, and the value around it. */
struct place {
    const struct place *around;
    const char *name;
    size_t index;
};

static void add_place(struct str *out, const struct place *p)
{
    if (!p || !p->around)
        return;
    add_place(out, p->around);
    if (p->name)
        str_addf(out, "%s%s", out->len ? "." : "", p->name);
    else
        str_addf(out, "[%zu]", p->index);
}

static int wrong(const struct place *at, const char *should, struct err *err)
{
    AUTO_STR name = {0};
    add_place(&name, at);
    return name.len ? err_set(err, ERR_EXTERNAL, "'%s' should be %s", name.s, should)
                    : err_set(err, ERR_EXTERNAL, "it should be %s", should);
}

static int check(json_t *value, const struct member *m, const struct place *at, struct err *err);

static int check_integer(const json_t *value, const struct member *m, const struct place *at,
                         struct err *err)
{
    const int64_t v = json_integer_value(value);
    if (json_is_integer(value) && v >= m->least && v <= m->most)
        return 0;
    AUTO_FREE char *should =
        mem_printf("a whole number from %lld to %lld", (long long)m->least, (long long)m->most);
    return wrong(at, should, err);
}

/* NaN and infinity cannot be written in JSON. */
static int check_number(const json_t *value, const struct place *at, struct err *err)
{
    const double v = json_number_value(value), most = 1e6;
    return json_is_number(value) && v >= -most && v <= most
               ? 0
               : wrong(at, "a number from -1000000 to 1000000", err);
}

static int check_hex(const json_t *value, bool of_32, const struct place *at, struct err *err)
{
    static const char digits[] = "0123456789abcdef";
    const char *s = json_string_value(value);
    const size_t nb = s ? json_string_length(value) : 0;
    if (s && (nb == 64 || (of_32 && nb == 32)) && strspn(s, digits) == nb)
        return 0;
    return wrong(at, of_32 ? "32 or 64 hexadecimal digits" : "64 hexadecimal digits", err);
}

static int check_word(const json_t *value, const struct place *at, struct err *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-+,.";
    const char *s = json_string_value(value);
    const size_t nb = s ? json_string_length(value) : 0;
    return s && nb <= 64 && strspn(s, allowed) == nb
               ? 0
               : wrong(at, "at most 64 letters, digits and signs of '_-+,.'", err);
}

/* The words are separated by spaces. */
static int check_choice(const json_t *value, const char *words, const struct place *at,
                        struct err *err)
{
    const char *s = json_string_value(value);
    const size_t nb = s ? strlen(s) : 0;
    for (const char *w = words; s && *w; w += strcspn(w, " "), w += *w == ' ')
        if (strcspn(w, " ") == nb && strncmp(w, s, nb) == 0)
            return 0;
    AUTO_FREE char *should = mem_printf("one of: %s", words);
    return wrong(at, should, err);
}

/* Whether str_clean would leave the text as it is, for plain ASCII on one line. */
static bool is_plain(const char *s, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (s[i] < ' ' || s[i] > '~')
            return false;
    return true;
}

/* Cut to its limit, at the end of a character. On one line. */
static void clean(json_t *value, size_t most)
{
    const char *s = json_string_value(value);
    if (json_string_length(value) <= most && is_plain(s, json_string_length(value)))
        return;
    AUTO_FREE char *text = str_clean(s);
    for (char *p = text; (p = strpbrk(p, "\t\n"));)
        *p = ' ';
    size_t nb = strlen(text);
    if (nb > most) {
        for (nb = most; nb > 0 && (text[nb] & 0xc0) == 0x80;)
            nb--;
        text[nb] = '\0';
    }
    json_string_set(value, text);
}

static int check_text(json_t *value, const struct member *m, const struct place *at,
                      struct err *err)
{
    if (!json_is_string(value))
        return wrong(at, "a text", err);
    clean(value, (size_t)m->most);
    return 0;
}

static int check_list(json_t *value, const struct member *m, const struct place *at,
                      struct err *err)
{
    const size_t nb = json_array_size(value);
    if (!json_is_array(value) || (int64_t)nb < m->least || (int64_t)nb > m->most) {
        AUTO_FREE char *should =
            mem_printf("a list of %lld to %lld elements", (long long)m->least, (long long)m->most);
        return wrong(at, should, err);
    }
    for (size_t i = 0; i < nb; i++)
        if (check(json_array_get(value, i), m->members, &(struct place){at, NULL, i}, err) < 0)
            return err->code;
    return 0;
}

/* Numbers and nulls, in lists within lists. */
static int check_spans(const json_t *value, int depth, const struct place *at, struct err *err)
{
    const int64_t v = json_integer_value(value);
    if (json_is_null(value) ||
        (json_is_integer(value) && v >= -RESULT_MAX_PTS && v <= RESULT_MAX_PTS))
        return 0;
    if (!json_is_array(value) || depth == 0)
        return wrong(at, "a list of lists of numbers", err);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (check_spans(json_array_get(value, i), depth - 1, &(struct place){at, NULL, i}, err) < 0)
            return err->code;
    return 0;
}

static int check_numbers(json_t *value, const struct place *at, struct err *err)
{
    const char *name;
    json_t *item;
    if (!json_is_object(value) || json_object_size(value) > RESULT_MAX_NUMBERS)
        return wrong(at, "an object of few numbers", err);
    json_object_foreach(value, name, item) {
        const struct member word = {.kind = MEMBER_WORD};
        AUTO_JSON *key = json_string(name);
        if (check(key, &word, at, err) < 0 ||
            check_number(item, &(struct place){at, name, 0}, err) < 0)
            return err->code;
    }
    return 0;
}

/* Members that the table does not have are of another version, or nobody reads them. */
static void drop_others(json_t *object, const struct member *members)
{
    const char *name;
    json_t *item;
    void *next;
    json_object_foreach_safe(object, next, name, item)
    {
        const struct member *m = members;
        while (m->name && strcmp(m->name, name) != 0)
            m++;
        if (!m->name)
            json_object_del(object, name);
    }
}

static int check_object(json_t *value, const struct member *m, const struct place *at,
                        struct err *err)
{
    size_t nb = 0;
    if (!json_is_object(value))
        return wrong(at, "an object", err);
    for (const struct member *each = m->members; each->name; each++) {
        json_t *item = json_object_get(value, each->name);
        const struct place here = {at, each->name, 0};
        if (!item && each->required)
            return wrong(&here, "there, but is missing", err);
        if (item && check(item, each, &here, err) < 0)
            return err->code;
        nb += item != NULL;
    }
    if (json_object_size(value) > nb)
        drop_others(value, m->members);
    return 0;
}

static int check(json_t *value, const struct member *m, const struct place *at, struct err *err)
{
    if (m->nullable && json_is_null(value))
        return 0;
    switch (m->kind) {
    case MEMBER_INTEGER:
        return check_integer(value, m, at, err);
    case MEMBER_NUMBER:
        return check_number(value, at, err);
    case MEMBER_BOOL:
        return json_is_boolean(value) ? 0 : wrong(at, "true or false", err);
    case MEMBER_HASH:
        return check_hex(value, true, at, err);
    case MEMBER_SHA256:
        return check_hex(value, false, at, err);
    case MEMBER_WORD:
        return check_word(value, at, err);
    case MEMBER_CHOICE:
        return check_choice(value, m->words, at, err);
    case MEMBER_TEXT:
        return check_text(value, m, at, err);
    case MEMBER_LIST:
        return check_list(value, m, at, err);
    case MEMBER_SPANS:
        return check_spans(value, 3, at, err);
    case MEMBER_NUMBERS:
        return check_numbers(value, at, err);
    case MEMBER_OBJECT:
        return check_object(value, m, at, err);
    }
    return err_set(err, ERR_BUG, "a member of a result has an invalid kind");
}

/* --- a probe ---------------------------------------------------------------------------------- */

/* Cells begin at frame 0, ascend, and are within the grid. */
static int check_cells(const json_t *probe, const struct frame_grid *grid, struct err *err)
{
    const json_t *cells = json_object_get(probe, "cells");
    int64_t last = -1;
    size_t i;
    json_t *cell;
    json_array_foreach(cells, i, cell) {
        const int64_t frame = json_integer_value(json_array_get(cell, 0));
        if (frame <= last || frame >= grid->nb_frames || (i == 0 && frame != 0))
            return err_set(err, ERR_EXTERNAL,
                           "'cells[%zu]' begins at frame %lld, which is not between the one before "
                           "it and the end of the grid",
                           i, (long long)frame);
        last = frame;
    }
    return 0;
}

/* The stream that "video" or "audio" names must be one of the list. */
static int check_stream(const json_t *probe, const char *name, struct err *err)
{
    const json_t *of = json_object_get(probe, name);
    const size_t nb = json_array_size(json_object_get(probe, "streams"));
    return !json_is_object(of) || (size_t)json_get_int(of, "stream", 0) < nb
               ? 0
               : err_set(err, ERR_EXTERNAL, "'%s.stream' is not one of the %zu streams", name, nb);
}

static int check_probe(const json_t *probe, struct err *err)
{
    struct frame_grid grid;
    struct err invalid = {0};
    const json_t *video = json_object_get(probe, "video");
    if (json_object_get(probe, "error"))
        return 0;
    if (probe_grid(&grid, probe, &invalid) < 0)
        return err_set(err, ERR_EXTERNAL, "'grid' is not a frame grid");
    const int64_t begin = json_get_int(video, "begin", 0),
                  end = json_get_int(video, "end", grid.nb_frames);
    if (begin >= end || end > grid.nb_frames)
        return err_set(err, ERR_EXTERNAL,
                       "'video.begin' and 'video.end' are not within the frame grid");
    return check_stream(probe, "video", err) < 0 || check_stream(probe, "audio", err) < 0
               ? err->code
               : check_cells(probe, &grid, err);
}

/* --- results ---------------------------------------------------------------------------------- */

/* A refused recording is described by the message alone. */
static const struct result_rules *rules_for(const json_t *result, enum stage stage)
{
    const bool refused = stage == STAGE_PROBE && json_object_get(result, "error");
    return refused ? &result_of_refused : &result_of[stage];
}

static int check_by(json_t *result, const struct result_rules *rules, enum stage stage,
                    const char *what, struct err *err)
{
    const struct member all = {.kind = MEMBER_OBJECT, .members = rules->members};
    const struct place root = {0};
    struct err why = {0};
    if (check(result, &all, &root, &why) == 0 && stage == STAGE_PROBE)
        (void)check_probe(result, &why);
    return why.code ? err_set(err, why.code, "%s is not a valid result: %s", what, why.msg) : 0;
}

/* What identifies the content, on which the keys of all its work depend. */
static int check_hash(const json_t *result, enum stage stage, const char *what, struct err *err)
{
    return stage != STAGE_PROBE || json_object_get(result, "hash")
               ? 0
               : err_set(err, ERR_EXTERNAL, "%s is not a valid result: 'hash' is missing", what);
}

int job_result_check(json_t *result, enum stage stage, const char *what, struct err *err)
{
    return check_by(result, rules_for(result, stage), stage, what, err) < 0
               ? err->code
               : check_hash(result, stage, what, err);
}

int job_result_check_summary(json_t *summary, const char *what, struct err *err)
{
    return check_by(summary, &result_of_summary, STAGE_ANALYSE, what, err);
}

/* Only the store keeps cells apart from the rest of a probe. */
static int check_whole(json_t *result, enum stage stage, const char *what, struct err *err)
{
    if (check_by(result, rules_for(result, stage), stage, what, err) < 0)
        return err->code;
    return stage == STAGE_PROBE && json_is_object(json_object_get(result, "video")) &&
                   json_array_size(json_object_get(result, "cells")) == 0
               ? err_set(err, ERR_EXTERNAL, "%s is not a valid result: 'cells' is empty", what)
               : 0;
}

static int parse_result(json_t **out, const struct result_rules *rules, enum stage stage,
                        const char *text, size_t nb, const char *what, struct err *err)
{
    AUTO_JSON *result = NULL;
    AUTO_FREE char *name = mem_printf("%s is not a valid result", what);
    if (json_read_limited(&result, text, nb, rules->max_values, name, err) < 0) {
        err->code = err->code == ERR_INVALID ? ERR_EXTERNAL : err->code;
        return err->code;
    }
    const int ret = rules == &result_of[stage] ? check_whole(result, stage, what, err)
                                               : check_by(result, rules, stage, what, err);
    *out = ret == 0 ? mem_take(&result) : NULL;
    return ret;
}

/* Reads a regular file of at most max_bytes. The name may be that of a pipe, which must not be
 * waited for, or of a link to elsewhere. */
static int read_file(char **out, size_t *out_nb, const char *path, const char *what,
                     size_t max_bytes, struct err *err)
{
    struct stat st;
    AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(err, errno, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_EXTERNAL, "%s is not a valid result: it is not a regular file",
                       what);
    if ((uint64_t)st.st_size > max_bytes)
        return err_set(err, ERR_EXTERNAL, "%s is not a valid result: it has %lld bytes", what,
                       (long long)st.st_size);
    return fs_read_opened(out, out_nb, fd, path, max_bytes, err);
}

static int read_by(json_t **out, const struct result_rules *rules, enum stage stage,
                   const char *path, const char *what, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb = 0;
    *out = NULL;
    return read_file(&text, &nb, path, what, rules->max_bytes, err) < 0
               ? err->code
               : parse_result(out, rules, stage, text, nb, what, err);
}

int job_result_read(json_t **out, enum stage stage, const char *path, struct err *err)
{
    AUTO_FREE char *what = mem_printf("'%s'", path);
    AUTO_JSON *result = NULL;
    *out = NULL;
    if (read_by(&result, &result_of[stage], stage, path, what, err) < 0 ||
        check_hash(result, stage, what, err) < 0)
        return err->code;
    *out = mem_take(&result);
    return 0;
}

int job_result_read_report(json_t **out, enum stage stage, const char *path, const char *what,
                           struct err *err)
{
    const struct result_rules *rules = &result_report_of[stage];
    return read_by(out, rules->members ? rules : &result_of[stage], stage, path, what, err);
}

int job_result_read_check(json_t **out, const char *path, const char *what, struct err *err)
{
    return read_by(out, &result_of_check, STAGE_ASSEMBLE, path, what, err);
}
