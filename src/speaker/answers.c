#include "answers.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_grid.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "workdir.h"

#define FORMAT "talkpress review 1"
static const char begin_mark[] = "-----BEGIN TALKPRESS REVIEW-----";
static const char end_mark[] = "-----END TALKPRESS REVIEW-----";
static const char where[] = "the answers";

enum { MOST_NUMBER = 1000000, MOST_LINE = 1000, MOST_TEXT = 10000 };
static const int64_t most_frame = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;

void answers_finish(struct answers *a)
{
    ticket_finish(&a->ticket);
    free(a->breaks);
    free(a->by);
    free(a->title);
    free(a->speakers);
    free(a->comment);
    for (size_t i = 0; i < a->nb_remarks; i++)
        free(a->remarks[i].text);
    free(a->remarks);
    *a = (struct answers){.begin = -1, .end = -1};
}

/* --- in the child: JSON to pairs -------------------------------------------------------------- */

static void say(struct str *out, const char *name, const char *value)
{
    str_add_bytes(out, name, strlen(name) + 1);
    str_add_bytes(out, value, strlen(value) + 1);
}

static void say_number(struct str *out, const char *name, int64_t value)
{
    AUTO_FREE char *text = mem_printf("%" PRId64, value);
    say(out, name, text);
}

static int say_text(struct str *out, const char *name, const json_t *in, const char *key,
                    struct err *err)
{
    const char *value;
    if (json_need_string(&value, in, key, where, err) < 0)
        return err->code;
    say(out, name, value);
    return 0;
}

static int parse_pair(int64_t pair[2], const json_t *list, const char *key, struct err *err)
{
    for (size_t i = 0; i < 2; i++) {
        const json_t *v = json_array_get(list, i);
        if (json_array_size(list) != 2 || !json_is_integer(v) || json_integer_value(v) < 0 ||
            json_integer_value(v) > most_frame)
            return err_set(err, ERR_INVALID, "'%s' is no pair of frames", key);
        pair[i] = json_integer_value(v);
    }
    return 0;
}

/* A list of pairs as "100-200,300-400". */
static int say_breaks(struct str *out, const char *name, const json_t *in, const char *key,
                      struct err *err)
{
    size_t i;
    json_t *list, *pair;
    AUTO_STR text = {0};
    if (json_need_array(&list, in, key, where, err) < 0)
        return err->code;
    if (json_array_size(list) > JOB_MAX_DROPS)
        return err_set(err, ERR_INVALID, "'%s' has more than %d ranges", key, JOB_MAX_DROPS);
    json_array_foreach(list, i, pair) {
        int64_t of[2] = {0};
        if (parse_pair(of, pair, key, err) < 0)
            return err->code;
        str_addf(&text, "%s%" PRId64 "-%" PRId64, i ? "," : "", of[0], of[1]);
    }
    say(out, name, text.s ? text.s : "");
    return 0;
}

static int say_ticket(struct str *out, const json_t *root, struct err *err)
{
    static const char *const texts[] = {"event", "recording", "version", "issued", "signature"};
    int64_t talk, part, cut[2] = {0};
    if (json_need_number(&talk, root, "talk", 1, MOST_NUMBER, where, err) < 0 ||
        json_need_number(&part, root, "part", 1, MOST_NUMBER, where, err) < 0 ||
        parse_pair(cut, json_object_get(root, "cut"), "cut", err) < 0 ||
        say_breaks(out, "drops", root, "drops", err) < 0)
        return err->code;
    say_number(out, "talk", talk);
    say_number(out, "part", part);
    say_number(out, "begin", cut[0]);
    say_number(out, "end", cut[1]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (say_text(out, texts[i], root, texts[i], err) < 0)
            return err->code;
    return 0;
}

static int say_remarks(struct str *out, const json_t *answers, struct err *err)
{
    size_t i;
    json_t *list, *remark;
    if (!json_object_get(answers, "remarks"))
        return 0;
    if (json_need_array(&list, answers, "remarks", where, err) < 0)
        return err->code;
    if (json_array_size(list) > ANSWERS_MOST_REMARKS)
        return err_set(err, ERR_INVALID, "there are more than %d remarks", ANSWERS_MOST_REMARKS);
    json_array_foreach(list, i, remark) {
        int64_t at = -1;
        const char *text;
        if (json_need_string(&text, remark, "text", where, err) < 0 ||
            (json_object_get(remark, "at_ms") &&
             json_need_number(&at, remark, "at_ms", 0, most_frame, where, err) < 0))
            return err->code;
        AUTO_FREE char *value = mem_printf("%" PRId64 " %s", at, text);
        say(out, "remark", value);
    }
    return 0;
}

static int say_answers(struct str *out, const json_t *a, struct err *err)
{
    static const char *const texts[] = {"by", "title", "speakers", "comment"};
    static const struct {
        const char *key, *name;
    } frames[] = {{"in", "want_begin"}, {"out", "want_end"}};
    int64_t frame;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        if (!json_object_get(a, frames[i].key))
            continue;
        if (json_need_number(&frame, a, frames[i].key, 0, most_frame, where, err) < 0)
            return err->code;
        say_number(out, frames[i].name, frame);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (json_object_get(a, texts[i]) && say_text(out, texts[i], a, texts[i], err) < 0)
            return err->code;
    if (json_is_true(json_object_get(a, "accept")))
        say(out, "accepts", "1");
    return (json_object_get(a, "breaks") && say_breaks(out, "want_breaks", a, "breaks", err) < 0)
               ? err->code
               : say_remarks(out, a, err);
}

/* The JSON in a text: all of it, what is between the marks of a mail, or what is in braces. *out: a
 * new string. */
static int find_json(char **out, size_t *nb, const char *bytes, size_t nb_bytes, struct err *err)
{
    const char *begin = memmem(bytes, nb_bytes, begin_mark, strlen(begin_mark));
    if (begin) {
        begin += strlen(begin_mark);
        const size_t rest = nb_bytes - (size_t)(begin - bytes);
        const char *end = memmem(begin, rest, end_mark, strlen(end_mark));
        if (!end)
            return err_set(err, ERR_INVALID, "its end is missing: the line '%s'", end_mark);
        AUTO_FREE char *text = g_strndup(begin, (gsize)(end - begin));
        *out = (char *)g_base64_decode(text, nb);
        return 0;
    }
    begin = memchr(bytes, '{', nb_bytes);
    const char *end = memrchr(bytes, '}', nb_bytes);
    if (!begin || !end || end < begin)
        return err_set(err, ERR_INVALID, "there are no answers in it");
    *nb = (size_t)(end - begin) + 1;
    *out = g_strndup(begin, *nb);
    return 0;
}

int answers_parse(struct str *out, const char *bytes, size_t nb, struct err *err)
{
    enum { MOST_VALUES = 10000 };
    AUTO_FREE char *text = NULL;
    AUTO_JSON *root = NULL;
    json_t *answers;
    const char *format;
    size_t nb_text = 0;
    if (find_json(&text, &nb_text, bytes, nb, err) < 0 ||
        json_read_limited(&root, text, nb_text, MOST_VALUES, where, err) < 0 ||
        json_need_string(&format, root, "format", where, err) < 0)
        return err->code;
    if (strcmp(format, FORMAT) != 0)
        return err_set(err, ERR_INVALID, "its format is '%.40s', not '" FORMAT "'", format);
    if (say_ticket(out, root, err) < 0 ||
        json_need_object(&answers, root, "answers", where, err) < 0)
        return err->code;
    return say_answers(out, answers, err);
}

/* --- in the parent: pairs to values ----------------------------------------------------------- */

static int refuse(struct err *err, const char *name)
{
    return err_set(err, ERR_INVALID, "its member '%s' is not as talkpress writes it", name);
}

static bool take_number(int64_t *out, const char *text, int64_t least, int64_t most)
{
    char *end;
    *out = strtoll(text, &end, 10);
    return end != text && !*end && *out >= least && *out <= most;
}

static bool take_breaks(struct part_drop **out, size_t *out_nb, const char *text)
{
    size_t nb = 0;
    AUTO_FREE struct part_drop *list = NULL;
    for (const char *p = text; *p;) {
        struct part_drop d;
        char *end;
        d.begin = strtoll(p, &end, 10);
        if (*end != '-' || nb == JOB_MAX_DROPS)
            return false;
        d.end = strtoll(end + 1, &end, 10);
        if ((*end && (*end != ',' || !end[1])) || d.begin < 0 || d.end < 0 ||
            d.begin > most_frame || d.end > most_frame)
            return false;
        p = *end ? end + 1 : end;
        list = mem_grow(list, nb, sizeof *list);
        list[nb++] = d;
    }
    free(*out);
    *out = mem_take(&list);
    *out_nb = nb;
    return true;
}

/* A fixed text of the ticket. */
static bool take_word(char *out, size_t room, const char *text)
{
    for (const char *p = text; *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("-:.", *p))
            return false;
    return (size_t)snprintf(out, room, "%s", text) < room;
}

static bool take_key(char out[HASH_BYTES], const char *text)
{
    if (!workdir_key_valid(text))
        return false;
    memcpy(out, text, HASH_BYTES);
    return true;
}

static bool take_text(char **out, const char *text, size_t most, bool line)
{
    if (strlen(text) > most || !str_is_utf8(text))
        return false;
    free(*out);
    *out = line ? str_clean_line(text) : str_clean(text);
    if (!**out)
        free(mem_take(out));
    return true;
}

static bool take_remark(struct answers *a, const char *text)
{
    struct speaker_remark r = {0};
    char *rest;
    r.at_ms = strtoll(text, &rest, 10);
    if (*rest != ' ' || r.at_ms < -1 || r.at_ms > most_frame ||
        a->nb_remarks == ANSWERS_MOST_REMARKS || !take_text(&r.text, rest + 1, MOST_LINE, true))
        return false;
    if (!r.text)
        return true;
    a->remarks = mem_grow(a->remarks, a->nb_remarks, sizeof *a->remarks);
    a->remarks[a->nb_remarks++] = r;
    return true;
}

static bool take_of_ticket(struct ticket *t, bool *known, const char *name, const char *value)
{
    int64_t n = 0;
    bool ok = true;
    if (strcmp(name, "event") == 0)
        return take_word(t->event, sizeof t->event, value);
    if (strcmp(name, "issued") == 0)
        return take_word(t->issued, sizeof t->issued, value);
    if (strcmp(name, "signature") == 0)
        return take_word(t->signature, sizeof t->signature, value) &&
               strlen(t->signature) == sizeof t->signature - 1;
    if (strcmp(name, "recording") == 0)
        return take_key(t->recording, value);
    if (strcmp(name, "version") == 0)
        return take_key(t->version, value);
    if (strcmp(name, "begin") == 0)
        return take_number(&t->begin, value, 0, most_frame);
    if (strcmp(name, "end") == 0)
        return take_number(&t->end, value, 0, most_frame);
    if (strcmp(name, "talk") == 0) {
        ok = take_number(&n, value, 1, MOST_NUMBER);
        t->talk = (int)n;
    } else if (strcmp(name, "part") == 0) {
        ok = take_number(&n, value, 1, MOST_NUMBER);
        t->part = (int)n;
    } else {
        *known = false;
    }
    return ok;
}

static bool take_drops(struct ticket *t, const char *value)
{
    struct part_drop *drops = NULL;
    size_t nb = 0;
    const bool ok = take_breaks(&drops, &nb, value);
    free(drops);
    free(t->drops);
    t->drops = mem_strdup(value);
    return ok;
}

static bool take_of_answers(struct answers *a, bool *known, const char *name, const char *value)
{
    if (strcmp(name, "want_begin") == 0)
        return take_number(&a->begin, value, 0, most_frame);
    if (strcmp(name, "want_end") == 0)
        return take_number(&a->end, value, 0, most_frame);
    if (strcmp(name, "want_breaks") == 0)
        return (a->has_breaks = take_breaks(&a->breaks, &a->nb_breaks, value));
    if (strcmp(name, "by") == 0)
        return take_text(&a->by, value, MOST_LINE, true);
    if (strcmp(name, "title") == 0)
        return take_text(&a->title, value, MOST_LINE, true);
    if (strcmp(name, "speakers") == 0)
        return take_text(&a->speakers, value, MOST_LINE, true);
    if (strcmp(name, "comment") == 0)
        return take_text(&a->comment, value, MOST_TEXT, false);
    if (strcmp(name, "remark") == 0)
        return take_remark(a, value);
    if (strcmp(name, "accepts") == 0)
        return (a->accepts = true);
    *known = false;
    return true;
}

static int take_pair(struct answers *a, const char *name, const char *value, struct err *err)
{
    bool known = true;
    bool ok = strcmp(name, "drops") == 0 ? take_drops(&a->ticket, value)
                                         : take_of_ticket(&a->ticket, &known, name, value);
    if (!known) {
        known = true;
        ok = take_of_answers(a, &known, name, value);
    }
    return ok && known ? 0 : refuse(err, known ? name : "?");
}

static int check_ticket(const struct ticket *t, struct err *err)
{
    return t->talk && t->part && t->drops && *t->recording && *t->version && *t->signature
               ? 0
               : err_set(err, ERR_INVALID, "it does not say what it is about");
}

int answers_take(struct answers *out, const char *pairs, size_t nb, struct err *err)
{
    struct answers a = {.begin = -1, .end = -1};
    const char *p = pairs, *end = pairs + nb;
    while (p < end && err->code == 0) {
        const size_t nb_name = strnlen(p, (size_t)(end - p));
        const char *value = p + nb_name + 1;
        const size_t nb_value = value < end ? strnlen(value, (size_t)(end - value)) : 0;
        if (value >= end || value + nb_value >= end) /* a NUL is missing */
            (void)!refuse(err, "?");
        else
            (void)!take_pair(&a, p, value, err);
        p = value + nb_value + 1;
    }
    if (err->code == 0 && check_ticket(&a.ticket, err) == 0)
        *out = a;
    else
        answers_finish(&a);
    return err->code;
}

/* --- the file --------------------------------------------------------------------------------- */

struct input {
    const char *bytes;
    size_t nb;
};

static int run(struct str *out, const void *opaque, struct err *err)
{
    const struct input *in = opaque;
    return answers_parse(out, in->bytes, in->nb, err);
}

/* Some messages name it already. */
static int name_file(struct err *err, const struct err *why, const char *path)
{
    AUTO_FREE char *named = mem_printf("'%s'", path);
    return str_starts(why->msg, named) ? err_set(err, why->code, "%s", why->msg)
                                       : err_set(err, why->code, "%s: %s", named, why->msg);
}

int answers_read(struct answers *out, const char *path, enum sandbox_mode mode, struct err *err)
{
    enum { MAX_CPU_S = 5, MAX_WALL_S = 60 };
    AUTO_FREE char *bytes = NULL;
    AUTO_STR pairs = {0};
    struct input input = {0};
    if (fs_read(&bytes, &input.nb, path, ANSWERS_MOST_BYTES, err) < 0)
        return err->code;
    input.bytes = bytes;
    const struct sandboxed_call call = {.file = path,
                                        .advice = "ask the speaker for the file again",
                                        .mode = mode,
                                        .max_memory_bytes = INT64_C(512) << 20,
                                        .max_cpu_s = MAX_CPU_S,
                                        .max_wall_s = MAX_WALL_S,
                                        .max_answer_bytes = 2 * ANSWERS_MOST_BYTES,
                                        .run = run,
                                        .input = &input};
    struct err why = {0};
    if (sandboxed_call(&pairs, &call, &why) < 0 ||
        answers_take(out, pairs.s ? pairs.s : "", pairs.len, &why) < 0)
        return name_file(err, &why, path);
    return 0;
}
