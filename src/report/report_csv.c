/* The report as a table for spreadsheets. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "report.h"
#include "str.h"

/* Spreadsheets take a text for a formula if it begins with one of these, which come in two widths
 * (OWASP, "CSV Injection"). */
static bool is_formula(const char *text)
{
    static const uint32_t signs[] = {'=', '+', '-',    '@',    '\t',   '\r',
                                     '|', '%', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    uint32_t first;
    do
        first = str_next_utf8(&text);
    while (str_is_space(first) && first != '\t' && first != '\r');
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (first == signs[i])
            return true;
    return false;
}

/* Always in quotes: programmes for languages with a decimal comma separate fields by semicolons. */
static void add_text(struct str *out, const char *text)
{
    if (!text)
        return;
    str_add(out, is_formula(text) ? "\"'" : "\"");
    for (const char *p = text; *p;) {
        const size_t nb = strcspn(p, "\"");
        str_add_bytes(out, p, nb);
        p += nb;
        if (*p)
            str_add(out, "\"\"");
        p += *p != '\0';
    }
    str_add(out, "\"");
}

static void add_value(struct str *out, const json_t *value)
{
    if (json_is_string(value))
        add_text(out, json_string_value(value));
    else if (json_is_integer(value))
        str_addf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        str_addf(out, "%.10g", json_real_value(value));
    else if (json_is_boolean(value))
        str_add(out, json_is_true(value) ? "yes" : "no");
}

/* --- columns ---------------------------------------------------------------------------------- */

/* "A; B", of the texts of a list, or of that member of its objects. */
static void add_list(struct str *out, const json_t *list, const char *member)
{
    AUTO_STR all = {0};
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        const char *text = member ? json_get_string(item, member, NULL) : json_string_value(item);
        if (text)
            str_addf(&all, "%s%s", all.len ? "; " : "", text);
    }
    if (all.len)
        add_text(out, all.s);
}

static void add_speakers(struct str *out, const json_t *part)
{
    add_list(out, json_object_get(part, "speakers"), NULL);
}

static void add_to_do(struct str *out, const json_t *part)
{
    add_list(out, json_object_get(part, "to_do"), "command");
}

static void add_decisions(struct str *out, const json_t *part)
{
    add_list(out, json_object_get(part, "decisions"), "what");
}

/* "212 Loudness; 213 True peak". */
static void add_checks(struct str *out, const json_t *part, const char *result)
{
    AUTO_STR all = {0};
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(part, "checks"), i, check) {
        if (strcmp(json_get_string(check, "result", ""), result) == 0)
            str_addf(&all, "%s%d %s", all.len ? "; " : "", (int)json_get_int(check, "number", 0),
                     json_get_string(check, "name", ""));
    }
    if (all.len)
        add_text(out, all.s);
}

static void add_failed(struct str *out, const json_t *part)
{
    add_checks(out, part, "fail");
}

static void add_waived(struct str *out, const json_t *part)
{
    add_checks(out, part, "waived");
}

static void add_files(struct str *out, const json_t *part)
{
    int nb = 0;
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(part, "files"), i, file)
        nb += json_get_bool(file, "published", false);
    str_addf(out, "%d", nb);
}

static void add_bytes(struct str *out, const json_t *part)
{
    int64_t bytes = 0;
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(part, "files"), i, file)
        bytes += json_get_bool(file, "published", false) ? json_get_int(file, "bytes", 0) : 0;
    str_addf(out, "%lld", (long long)bytes);
}

static const struct column {
    const char *name;
    const char *of, *member; /* part.member, or part.of.member */
    void (*add)(struct str *out, const json_t *part);
} columns[] = {
    {"talk", NULL, "talk", NULL},
    {"part", NULL, "part", NULL},
    {"title", NULL, "title", NULL},
    {"speakers", NULL, NULL, add_speakers},
    {"section", NULL, "section", NULL},
    {"room", NULL, "room", NULL},
    {"start", NULL, "start", NULL},
    {"listed_s", NULL, "listed_s", NULL},
    {"slot_s", NULL, "slot_s", NULL},
    {"measured_s", NULL, "measured_s", NULL},
    {"difference_s", NULL, "difference_s", NULL},
    {"verdict", NULL, "verdict", NULL},
    {"cause", NULL, "cause", NULL},
    {"accepted_because", NULL, "accepted_because", NULL},
    {"state", NULL, "state", NULL},
    {"needs_person", NULL, "needs_person", NULL},
    {"to_do", NULL, NULL, add_to_do},
    {"recording", "recording", "name", NULL},
    {"in_s", "cut", "in_s", NULL},
    {"out_s", "cut", "out_s", NULL},
    {"cut_by", "cut", "by", NULL},
    {"loudness_before_lufs", "sound", "before_lufs", NULL},
    {"loudness_lufs", "sound", "loudness_lufs", NULL},
    {"peak_dbtp", "sound", "peak_dbtp", NULL},
    {"gain_db", "sound", "gain_db", NULL},
    {"sound_remarks", "sound", "remarks", NULL},
    {"files_published", NULL, NULL, add_files},
    {"bytes_published", NULL, NULL, add_bytes},
    {"checks_failed", NULL, NULL, add_failed},
    {"checks_waived", NULL, NULL, add_waived},
    {"decisions", NULL, NULL, add_decisions},
};
enum { NB_COLUMNS = sizeof columns / sizeof *columns };

/* What a table of ours begins with. */
static const char head[] = "talk,part,title,speakers,";

void report_csv(struct str *out, const json_t *document)
{
    size_t i;
    json_t *part;
    for (size_t c = 0; c < NB_COLUMNS; c++)
        str_addf(out, "%s%s", c ? "," : "", columns[c].name);
    str_add(out, "\r\n");
    json_array_foreach(json_object_get(document, "parts"), i, part) {
        for (size_t c = 0; c < NB_COLUMNS; c++) {
            const struct column *col = &columns[c];
            const json_t *from = col->of ? json_object_get(part, col->of) : part;
            str_add(out, c ? "," : "");
            if (col->add)
                col->add(out, part);
            else
                add_value(out, json_object_get(from, col->member));
        }
        str_add(out, "\r\n");
    }
}

bool report_is_one(const char *bytes)
{
    return str_starts(bytes, head) || strstr(bytes, "content=\"talkpress report\"") ||
           strstr(bytes, "\"kind\": \"report\"");
}
