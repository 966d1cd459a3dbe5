#include "formats.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "csv_table.h"
#include "datetime.h"
#include "fs.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_days.h"
#include "programme_refs.h"
#include "speakers.h"
#include "str.h"

enum {
    MAX_NUMBER = 999999,
    MAX_S = 24 * 3600,
    HEAD_BYTES = 8192, /* a longer first line is not a heading */
};

enum column {
    COL_NUMBER,
    COL_ID,
    COL_TITLE,
    COL_SPEAKERS,
    COL_SECTION,
    COL_ROOM,
    COL_DATE,
    COL_START,
    COL_END,
    COL_LISTED,
    COL_SLOT,
    COL_ABSTRACT,
    COL_LANGUAGE,
    COL_URL,
    NB_COLUMNS,
};

/* Names of columns in lower case, letters and digits only. If a table has several, the first listed
 * here is used. */
static const char *const synonyms[NB_COLUMNS][11] = {
    [COL_NUMBER] = {"number", "no", "nr", "#", "talknumber", "episode"},
    [COL_ID] = {"id", "talkid", "sessionid", "ref", "code", "slug", "guid", "uid", "cfpid"},
    [COL_TITLE] = {"title", "talktitle", "sessiontitle", "talk", "session", "name"},
    [COL_SPEAKERS] = {"speakers", "speaker", "speakername", "speakernames", "presenters",
                      "presenter", "authors", "author"},
    [COL_SECTION] = {"section", "track", "category", "categories"},
    [COL_ROOM] = {"room", "venue", "stage", "hall", "location"},
    [COL_DATE] = {"date", "day", "startdate"},
    [COL_START] = {"start", "starttime", "startsat", "begin", "begins", "time"},
    [COL_END] = {"end", "endtime", "endsat", "ends", "finish"},
    [COL_LISTED] = {"listed", "listedtime", "length", "runningtime"},
    [COL_SLOT] = {"duration", "slot", "minutes"},
    [COL_ABSTRACT] = {"abstract", "description", "summary"},
    [COL_LANGUAGE] = {"language", "lang"},
    [COL_URL] = {"url", "link", "website"},
};

struct reader {
    struct csv_table table;
    int columns[NB_COLUMNS]; /* index in the table, or -1 */
    bool ids_are_numbers;
    bool *numbers; /* those that are taken, by number */
    struct programme *programme;
    const char *name;
    struct err *err;
};

static void reader_finish(struct reader *r)
{
    csv_table_finish(&r->table);
    free(r->numbers);
}

/* "Start_time", "Speaker(s)" -> "starttime", "speakers". */
static char *plain_name(const char *text)
{
    AUTO_STR out = {0};
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || *text == '#')
            str_addf(&out, "%c", tolower((unsigned char)*text));
    return str_take(&out);
}

static void find_columns(int columns[NB_COLUMNS], const struct csv_table *table)
{
    size_t ranks[NB_COLUMNS] = {0};
    for (int c = 0; c < NB_COLUMNS; c++)
        columns[c] = -1;
    for (size_t i = 0; table->nb_rows && i < table->nb_columns; i++) {
        AUTO_FREE char *name = plain_name(table->rows[0].fields[i]);
        for (int c = 0; c < NB_COLUMNS; c++)
            for (size_t k = 0; k < 11 && synonyms[c][k]; k++)
                if (strcmp(name, synonyms[c][k]) == 0 && (columns[c] < 0 || k < ranks[c])) {
                    columns[c] = (int)i;
                    ranks[c] = k;
                }
    }
}

/* A row's field; NULL: it is empty, or there is no such column. */
static const char *field(const struct reader *r, const struct csv_row *row, enum column column)
{
    const int at = r->columns[column];
    return at >= 0 && *row->fields[at] ? row->fields[at] : NULL;
}

/* Always sets an error about one field. */
static int fail(const struct reader *r, const struct csv_row *row, enum column column,
                const char *expected)
{
    AUTO_FREE char *quote = str_quote(row->fields[r->columns[column]], STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID, "'%s', line %d: found \"%s\" in column '%s'; expected %s",
                   r->name, row->line, quote, r->table.rows[0].fields[r->columns[column]],
                   expected);
}

/* 0: not a number that a talk can have. */
static int parse_number(const char *text)
{
    text += *text == '#';
    const size_t nb = strspn(text, "0123456789");
    return nb > 0 && nb <= 6 && !text[nb] ? atoi(text) : 0;
}

static bool ids_are_numbers(const struct reader *r)
{
    bool any = false;
    for (size_t i = 1; i < r->table.nb_rows; i++) {
        const char *id = field(r, &r->table.rows[i], COL_ID);
        if (id && !parse_number(id))
            return false;
        any = any || id;
    }
    return any;
}

static int read_number(struct reader *r, const struct csv_row *row, struct talk *talk)
{
    const bool by_id = r->columns[COL_NUMBER] < 0 && r->ids_are_numbers;
    const enum column column = by_id ? COL_ID : COL_NUMBER;
    const char *id = field(r, row, COL_ID), *number = field(r, row, column);
    if (id && !by_id)
        talk->ref = plain_line(id);
    if (!number)
        return 0;
    talk->number = parse_number(number);
    if (!talk->number || r->numbers[talk->number])
        return fail(r, row, column, "a whole number from 1 to 999999, each once");
    r->numbers[talk->number] = true;
    return 0;
}

/* Reads "0h00m25s", "1h30m", "45min", "90 s": numbers, each with its unit, as seconds. -1: it is
 * not of this form. */
static int parse_units(const char *text)
{
    static const struct {
        const char *name;
        int seconds;
    } units[] = {{"hours", 3600}, {"hour", 3600}, {"h", 3600}, {"minutes", 60},
                 {"minute", 60},  {"mins", 60},   {"min", 60}, {"m", 60},
                 {"seconds", 1},  {"sec", 1},     {"s", 1}};
    AUTO_FREE char *s = mem_strdup(text);
    for (char *c = s; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    int sum = 0;
    bool any = false;
    for (const char *p = s; *p; p += strspn(p, " "), any = true) {
        const size_t nb = strspn(p, "0123456789");
        if (nb < 1 || nb > 5)
            return -1;
        const int v = atoi(p);
        p += nb;
        p += strspn(p, " ");
        size_t u = 0;
        while (u < sizeof units / sizeof *units && !str_starts(p, units[u].name))
            u++;
        if (u == sizeof units / sizeof *units)
            return -1;
        p += strlen(units[u].name);
        sum += v * units[u].seconds;
        if (sum > MAX_S)
            return -1;
    }
    return any ? sum : -1;
}

/* Reads the listed times: "25:07" is minutes and seconds. */
static int read_listed(struct reader *r, const struct csv_row *row, struct talk *talk)
{
    static const char expected[] =
        "minutes and seconds, \"25:07\", with hours \"1:02:03\", of several parts "
        "\"12:06 / 24:21\", from 0:01 to 24:00:00";
    AUTO_FREE char *times = mem_strdup(field(r, row, COL_LISTED));
    char *rest = times;
    for (char *time; rest && (time = strsep(&rest, "/"));) {
        int64_t ms;
        str_fold_space(time);
        const int units = parse_units(time);
        if (units > 0)
            ms = units * INT64_C(1000);
        else if (!strchr(time, ':') || strchr(time, '.') || !clock_parse_ms(time, &ms))
            return fail(r, row, COL_LISTED, expected);
        if (ms < 1000 || ms > MAX_S * INT64_C(1000))
            return fail(r, row, COL_LISTED, expected);
        talk_add_part(talk, (int)(ms / 1000));
    }
    return 0;
}

/* Reads a planned length as seconds: "0:45" is hours and minutes, "45" is minutes. -1: neither. */
static int parse_slot(const char *text)
{
    const int units = parse_units(text);
    if (units >= 0)
        return units;
    AUTO_FREE char *full = strchr(text, ':') ? mem_printf("%s:00", text) : NULL;
    const char *last = strrchr(text, ':');
    int64_t ms;
    if (full && strchr(text, ':') == last && clock_parse_ms(full, &ms) && ms <= MAX_S * 1000)
        return (int)(ms / 1000);
    if (full && strchr(text, ':') != last && clock_parse_ms(text, &ms) && ms <= MAX_S * 1000)
        return (int)(ms / 1000);
    const int minutes = parse_number(text);
    return minutes > 0 && minutes <= MAX_S / 60 ? minutes * 60 : -1;
}

/* Reads "18:30" or "2014-09-26 18:30". */
static bool read_time(struct datetime *out, const char *text)
{
    return datetime_parse_iso(out, text) ? out->has_time : datetime_parse_clock(out, text);
}

static int read_slot(struct reader *r, const struct csv_row *row, const struct datetime *start,
                     int *out_s)
{
    static const char clock[] = "a time of day, \"18:30\" or \"2014-09-26 18:30\"";
    const char *slot = field(r, row, COL_SLOT), *end = field(r, row, COL_END);
    if (slot && (*out_s = parse_slot(slot)) < 1)
        return fail(r, row, COL_SLOT,
                    "a planned length of at most a day: hours and minutes \"0:45\", minutes "
                    "\"45\", or \"45 min\" (measured times belong in a column 'listed')");
    struct datetime until = {0};
    if (!end)
        return 0;
    if (!read_time(&until, end))
        return fail(r, row, COL_END, clock);
    if (slot || !start->has_time)
        return 0;
    int length = datetime_clock_s(&until) - datetime_clock_s(start);
    if (length < 0)
        length += MAX_S; /* over midnight */
    if (length == 0 || length > MAX_S / 2)
        return fail(r, row, COL_END, "an end at most 12 hours after the start");
    *out_s = length;
    return 0;
}

/* Start and end such as "0h00m25s" are places in a recording: the time between them is a listed
 * time.
 */
static int read_offsets(struct reader *r, const struct csv_row *row, struct talk *talk, bool *out)
{
    const char *start = field(r, row, COL_START), *end = field(r, row, COL_END);
    *out = start && end && parse_units(start) >= 0 && strpbrk(start, "mMsS");
    if (!*out)
        return 0;
    const int listed_s = parse_units(end) - parse_units(start);
    if (parse_units(end) < 0 || listed_s < 1)
        return fail(r, row, COL_END, "a place in the recording after the start, \"0h25m07s\"");
    if (!talk->nb_parts)
        talk_add_part(talk, listed_s);
    return 0;
}

static int read_times(struct reader *r, const struct csv_row *row, struct talk *talk)
{
    const char *date = field(r, row, COL_DATE), *start = field(r, row, COL_START);
    struct datetime when = {0}, day = {0};
    bool offsets;
    int slot_s = 0;
    if (read_listed(r, row, talk) < 0 || read_offsets(r, row, talk, &offsets) < 0)
        return r->err->code;
    if (start && !offsets && !read_time(&when, start))
        return fail(r, row, COL_START, "a time of day, \"18:30\" or \"2014-09-26 18:30\"");
    if (date && !datetime_parse_day(&day, date) && !datetime_parse_iso(&day, date))
        return fail(r, row, COL_DATE, "a day as \"2014-09-26\" or \"26.9.2014\"");
    if (date && !when.has_day) {
        when.year = day.year;
        when.month = day.month;
        when.day = day.day;
        when.has_day = true;
    }
    if (!offsets && read_slot(r, row, &when, &slot_s) < 0)
        return r->err->code;
    talk->start = datetime_format(&when);
    programme_widen(r->programme, &when);
    if (!talk->nb_parts)
        talk_add_part(talk, 0);
    if (talk->nb_parts == 1)
        talk->parts[0].slot_s = slot_s;
    return 0;
}

static int read_row(struct reader *r, const struct csv_row *row)
{
    struct talk *talk = programme_add_talk(r->programme, 0);
    talk->title = plain_line(field(r, row, COL_TITLE));
    if (!talk->title)
        return err_set(r->err, ERR_INVALID,
                       "'%s', line %d: column '%s' is empty; expected the talk's title: write it, "
                       "or delete the row",
                       r->name, row->line, r->table.rows[0].fields[r->columns[COL_TITLE]]);
    if (read_number(r, row, talk) < 0 || read_times(r, row, talk) < 0)
        return r->err->code;
    const char *speakers = field(r, row, COL_SPEAKERS);
    if (speakers)
        speakers_add(talk, speakers);
    talk->section = plain_line(field(r, row, COL_SECTION));
    talk->room = plain_line(field(r, row, COL_ROOM));
    talk->language = plain_line(field(r, row, COL_LANGUAGE));
    talk->url = plain_line(field(r, row, COL_URL));
    talk->abstract = plain_text(field(r, row, COL_ABSTRACT));
    return 0;
}

bool import_csv_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    if (str_ends(name, ".csv") || str_ends(name, ".tsv"))
        return true;
    const char *end = memchr(bytes, '\n', nb_bytes);
    const size_t nb = end ? (size_t)(end - bytes) : nb_bytes;
    AUTO_CSV_TABLE table = {0};
    struct err err = {0};
    int columns[NB_COLUMNS];
    if (nb > HEAD_BYTES || csv_table_parse(&table, bytes, nb, name, &err) < 0)
        return false;
    find_columns(columns, &table);
    size_t nb_known = 0;
    for (int c = 0; c < NB_COLUMNS; c++)
        nb_known += columns[c] >= 0;
    return columns[COL_TITLE] >= 0 && nb_known >= 2;
}

int import_csv_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                    struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {.programme = &programme, .name = name, .err = err};
    r.numbers = mem_zalloc(MAX_NUMBER + 1, sizeof *r.numbers);
    if (csv_table_parse(&r.table, bytes, nb_bytes, name, err) < 0)
        return err->code;
    find_columns(r.columns, &r.table);
    if (r.columns[COL_TITLE] < 0) {
        AUTO_FREE char *quote =
            str_quote(r.table.nb_rows ? r.table.rows[0].fields[0] : "", STR_QUOTE_BYTES);
        return err_set(err, ERR_INVALID,
                       "'%s', line %d: no column is named 'title', the first is \"%s\"; expected a "
                       "heading row such as \"number,title,speakers,room,date,start,duration\"",
                       name, r.table.nb_rows ? r.table.rows[0].line : 1, quote);
    }
    if (r.table.nb_rows < 2)
        return err_set(err, ERR_INVALID,
                       "'%s': found a heading row and no talk; expected one row for each talk",
                       name);
    r.ids_are_numbers = ids_are_numbers(&r);
    for (size_t i = 1; i < r.table.nb_rows; i++)
        if (read_row(&r, &r.table.rows[i]) < 0)
            return err->code;
    programme_settle_refs(&programme);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
