#include "formats.h"

#include <ctype.h>
#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "csv_columns.h"
#include "csv_length.h"
#include "csv_status.h"
#include "csv_table.h"
#include "csv_when.h"
#include "datetime.h"
#include "fs.h"
#include "line_notes.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_days.h"
#include "programme_refs.h"
#include "speakers.h"
#include "str.h"
#include "title_speakers.h"

enum {
    MAX_NUMBER = 999999,
    MAX_S = CSV_MAX_LENGTH_S,
    HEAD_BYTES = 8192, /* a longer first line is not a heading */
};

/* Which number comes first in dates of numbers alone. */
enum day_order { ORDER_DAY_FIRST, ORDER_MONTH_FIRST, ORDER_OPEN, ORDER_MIXED };

struct reader {
    struct csv_table table;
    struct csv_columns columns;
    struct csv_lengths lengths[NB_COLUMNS]; /* of columns of lengths */
    enum day_order order;
    int order_lines[2]; /* the first line that has the day first, and the month; 0: none */
    bool ids_are_numbers;
    bool status_decides;
    bool *numbers;               /* those that are taken, by number */
    const struct csv_row *added; /* the row of the last talk; NULL: none */
    const struct csv_row *empty; /* the first one without title and speaker */
    struct line_notes notes;
    struct programme *programme;
    const char *name;
    struct err *err;
};

static void reader_finish(struct reader *r)
{
    csv_table_finish(&r->table);
    line_notes_finish(&r->notes);
    free(r->numbers);
}

/* A row's field; NULL: it is empty, or there is no such column. */
static const char *field(const struct reader *r, const struct csv_row *row, enum csv_column column)
{
    const int at = r->columns.at[column];
    return at >= 0 && *row->fields[at] ? row->fields[at] : NULL;
}

/* The same for a time or a name: NULL also for a placeholder. */
static const char *known_field(const struct reader *r, const struct csv_row *row,
                               enum csv_column column)
{
    static const char *const unknown[] = {"tba", "tbd", "tbc", "n/a", "na",   "-",
                                          "--",  "–",   "—",   "?",   "none", NULL};
    const char *text = field(r, row, column);
    return text && !str_is_one_of(text, unknown) ? text : NULL;
}

static const char *heading(const struct reader *r, enum csv_column column)
{
    return r->table.rows[0].fields[r->columns.at[column]];
}

/* Always sets an error about one field. */
static int fail(const struct reader *r, const struct csv_row *row, enum csv_column column,
                const char *expected)
{
    AUTO_FREE char *quote = str_quote(row->fields[r->columns.at[column]], STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID, "'%s', line %d: found \"%s\" in column '%s'; expected %s",
                   r->name, row->line, quote, heading(r, column), expected);
}

/* --- numbers ---------------------------------------------------------------------------------- */

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
    const bool by_id = r->columns.at[COL_NUMBER] < 0 && r->ids_are_numbers;
    const enum csv_column column = by_id ? COL_ID : COL_NUMBER;
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

/* --- lengths ---------------------------------------------------------------------------------- */

static const char *expected_length(enum csv_column column)
{
    if (column == COL_LISTED)
        return "minutes and seconds, \"25:07\", with hours \"1:02:03\", of several parts "
               "\"12:06 / 24:21\", from 0:01 to 24:00:00";
    return "a length of at most a day: minutes \"45\" or \"45 min\", hours and minutes \"0:45\" "
           "or \"1h30\" (measured times belong in a column 'listed')";
}

/* Reads a column of lengths: measured ones become parts of the talk, a planned one *out_slot_s. */
static int read_length(struct reader *r, const struct csv_row *row, enum csv_column column,
                       struct talk *talk, int *out_slot_s)
{
    const char *text = known_field(r, row, column);
    AUTO_FREE char *times = mem_strdup(text ? text : "");
    const bool parts = column != COL_SLOT;
    char *rest = text ? times : NULL;
    for (char *time; rest && (time = strsep(&rest, parts ? "/" : "")) != NULL;) {
        bool listed;
        str_fold_space(time);
        const int s = csv_length_s(&listed, &r->lengths[column], time);
        if (s < 1)
            return fail(r, row, column, expected_length(column));
        if (listed || rest || talk->nb_parts)
            talk_add_part(talk, s);
        else
            *out_slot_s = s;
    }
    return 0;
}

/* Start and end such as "0h00m25s" are places in a recording: what is between them is listed. */
static int read_offsets(struct reader *r, const struct csv_row *row, struct talk *talk, bool *out)
{
    const char *start = field(r, row, COL_START), *end = field(r, row, COL_END);
    bool start_seconds, end_seconds;
    const int start_s = start ? csv_parse_units(&start_seconds, start) : -1;
    *out = end && start_s >= 0 && strpbrk(start, "mMsS");
    if (!*out)
        return 0;
    const int end_s = csv_parse_units(&end_seconds, end);
    if (end_s <= start_s)
        return fail(r, row, COL_END, "a place in the recording after the start, \"0h25m07s\"");
    if (!talk->nb_parts)
        talk_add_part(talk, end_s - start_s);
    return 0;
}

/* --- dates and times -------------------------------------------------------------------------- */

static const char clock_form[] = "a time of day, \"18:30\" or \"2014-09-26 18:30\"";
static const char date_form[] = "a date, \"2014-09-26\" or \"26.9.2014\"";

/* A heading such as "Date (MM/DD/YYYY)" decides where no cell does. */
static void find_order_in_heading(struct reader *r, enum csv_column column)
{
    static const char *const forms[2][3] = {{"dd/m", "d/m/y", "dd-m"}, {"mm/d", "m/d/y", "mm-d"}};
    AUTO_FREE char *name = g_ascii_strdown(heading(r, column), -1);
    for (size_t month = 0; month < 2 && !r->order_lines[0] && !r->order_lines[1]; month++)
        for (size_t i = 0; i < 3; i++)
            if (strstr(name, forms[month][i]))
                r->order_lines[month] = r->table.rows[0].line;
}

/* The order of day and month is the same in all cells of a table: one cell that leaves no choice
 * decides for all. */
static void find_order(struct reader *r)
{
    static const enum csv_column dates[] = {COL_DATE, COL_START, COL_END};
    for (size_t i = 1; i < r->table.nb_rows; i++)
        for (size_t k = 0; k < sizeof dates / sizeof *dates; k++) {
            const struct csv_row *row = &r->table.rows[i];
            const char *text = known_field(r, row, dates[k]);
            struct csv_when when;
            if (!text || !csv_when_parse(&when, text) || !when.paired)
                continue;
            const bool day = csv_when_fits(&when, false), month = csv_when_fits(&when, true);
            if (day != month && !r->order_lines[month])
                r->order_lines[month] = row->line;
        }
    for (size_t k = 0; k < sizeof dates / sizeof *dates; k++)
        if (r->columns.at[dates[k]] >= 0)
            find_order_in_heading(r, dates[k]);
    const bool day = r->order_lines[0], month = r->order_lines[1];
    r->order = day && month ? ORDER_MIXED
               : day        ? ORDER_DAY_FIRST
               : month      ? ORDER_MONTH_FIRST
                            : ORDER_OPEN;
}

static int fail_ambiguous(const struct reader *r, const struct csv_row *row, enum csv_column column,
                          const struct csv_when *when)
{
    const int *v = when->pair;
    AUTO_FREE char *expected = NULL;
    if (r->order == ORDER_MIXED)
        expected = mem_printf("one order of day and month, but line %d has the day first, and line "
                              "%d the month: write dates as \"2014-09-26\"",
                              r->order_lines[0], r->order_lines[1]);
    else
        expected =
            mem_printf("a date that is not ambiguous: this one is %d %s or %d %s, and no other "
                       "row decides: write \"%04d-%02d-%02d\" or \"%04d-%02d-%02d\"",
                       v[0], datetime_month_name(v[1]), v[1], datetime_month_name(v[0]),
                       when->start.year, v[1], v[0], when->start.year, v[0], v[1]);
    return fail(r, row, column, expected);
}

/* Sets the day of a date of numbers, and tells where the weekday is another. */
static int settle_day(struct reader *r, const struct csv_row *row, enum csv_column column,
                      struct csv_when *when)
{
    if (when->paired) {
        if (!csv_when_fits(when, false) && !csv_when_fits(when, true))
            return fail(r, row, column, date_form);
        if (r->order >= ORDER_OPEN)
            return fail_ambiguous(r, row, column, when);
        if (!csv_when_settle(when, r->order == ORDER_MONTH_FIRST))
            return fail(r, row, column, date_form);
    }
    if (csv_when_contradicts(when))
        line_notes_add(&r->notes, row->line,
                       "the date is on another weekday than the one named; the date counts");
    return 0;
}

/* Reads a cell; nothing is set if it is empty. with_time: it must have a time of day. */
static int read_when(struct reader *r, const struct csv_row *row, enum csv_column column,
                     bool with_time, struct csv_when *out)
{
    const char *text = known_field(r, row, column);
    *out = (struct csv_when){0};
    if (!text)
        return 0;
    if (!csv_when_parse(out, text) || (with_time && !out->start.has_time))
        return fail(r, row, column, with_time ? clock_form : date_form);
    return settle_day(r, row, column, out);
}

static void copy_day(struct datetime *to, const struct datetime *from)
{
    to->year = from->year;
    to->month = from->month;
    to->day = from->day;
    to->has_day = from->has_day;
}

static void apply_zone(const struct reader *r, const struct csv_row *row, struct datetime *when)
{
    const char *zone = field(r, row, COL_ZONE);
    int offset_min;
    if (!zone || !when->has_day || !when->has_time)
        return;
    if (datetime_is_zone(zone)) {
        datetime_set_zone(when, zone);
    } else if (!when->has_offset && csv_parse_offset(&offset_min, zone)) {
        when->offset_min = offset_min;
        when->has_offset = true;
    }
}

/* The time from start to end, which may be after midnight. 0: it is not known. */
static int read_end(struct reader *r, const struct csv_row *row, const struct csv_when *start,
                    int *out_s)
{
    struct csv_when until;
    *out_s = 0;
    if (read_when(r, row, COL_END, true, &until) < 0)
        return r->err->code;
    if (!until.start.has_time && start->has_end)
        until.start = start->end;
    if (!until.start.has_time || !start->start.has_time)
        return 0;
    int length = datetime_clock_s(&until.start) - datetime_clock_s(&start->start);
    if (length < 0)
        length += MAX_S;
    if (length == 0 || length > MAX_S / 2)
        return fail(r, row, field(r, row, COL_END) ? COL_END : COL_START,
                    "an end at most 12 hours after the start");
    *out_s = length;
    return 0;
}

/* Sets the start, and *out_slot_s to the planned length by start and end. */
static int read_start(struct reader *r, const struct csv_row *row, struct talk *talk,
                      int *out_slot_s)
{
    struct csv_when start, date;
    if (read_when(r, row, COL_START, true, &start) < 0)
        return r->err->code;
    const bool dated = start.start.has_day;
    if (dated)
        date = (struct csv_when){0};
    else if (read_when(r, row, COL_DATE, false, &date) < 0)
        return r->err->code;
    if (!start.start.has_time && date.start.has_time)
        start = date;
    else if (!dated)
        copy_day(&start.start, &date.start);
    if (start.start.has_time && !start.start.has_day)
        line_notes_add(&r->notes, row->line,
                       date.incomplete || start.incomplete
                           ? "the day is no full date, \"2014-09-26\": the start is left out"
                           : "a time of day without a date: the start is left out");
    apply_zone(r, row, &start.start);
    talk->start = datetime_format(&start.start);
    programme_widen(r->programme, &start.start);
    return read_end(r, row, &start, out_slot_s);
}

static int read_times(struct reader *r, const struct csv_row *row, struct talk *talk)
{
    static const enum csv_column lengths[] = {COL_LISTED, COL_LENGTH, COL_SLOT};
    bool offsets;
    int slot_s = 0, span_s = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (read_length(r, row, lengths[i], talk, &slot_s) < 0)
            return r->err->code;
    if (read_offsets(r, row, talk, &offsets) < 0 ||
        (!offsets && read_start(r, row, talk, &span_s) < 0))
        return r->err->code;
    if (!talk->nb_parts)
        talk_add_part(talk, 0);
    if (talk->nb_parts == 1)
        talk->parts[0].slot_s = slot_s ? slot_s : span_s;
    return 0;
}

/* --- rows ------------------------------------------------------------------------------------- */

static void read_speakers(const struct reader *r, const struct csv_row *row, struct talk *talk)
{
    const char *speakers = known_field(r, row, COL_SPEAKERS);
    const char *first = field(r, row, COL_FIRST_NAME), *last = field(r, row, COL_LAST_NAME);
    if (speakers) {
        speakers_add(talk, speakers);
    } else if (first || last) {
        AUTO_FREE char *name =
            mem_printf("%s%s%s", first ? first : "", first && last ? " " : "", last ? last : "");
        speakers_add(talk, name);
    }
    for (size_t i = 0; i < r->columns.nb_others; i++)
        speakers_add(talk, row->fields[r->columns.others[i]]);
}

static bool same_field(const struct reader *r, const struct csv_row *a, const struct csv_row *b,
                       enum csv_column column)
{
    const int at = r->columns.at[column];
    return at < 0 || strcmp(a->fields[at], b->fields[at]) == 0;
}

/* Whether the row is the talk of the row before once more, for another of its speakers, as some
 * exports have it. */
static bool is_continued(const struct reader *r, const struct csv_row *row)
{
    static const enum csv_column same[] = {COL_ID,    COL_TITLE, COL_DATE,
                                           COL_START, COL_END,   COL_ROOM};
    if (!r->added || !field(r, row, COL_ID))
        return false;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!same_field(r, row, r->added, same[i]))
            return false;
    return !same_field(r, row, r->added, COL_SPEAKERS) ||
           !same_field(r, row, r->added, COL_FIRST_NAME) ||
           !same_field(r, row, r->added, COL_LAST_NAME);
}

/* "Day 2", "Saturday, 16 March": a heading within the table, in a row of its own. */
static bool is_day(const struct reader *r, const struct csv_row *row)
{
    static const char *const words[] = {"Day ", "Tag ", "Jour ", "Dia ", "Día "};
    const char *title = field(r, row, COL_TITLE);
    struct csv_when when;
    size_t nb = 0;
    for (size_t i = 0; i < r->table.nb_columns; i++)
        nb += *row->fields[i] != '\0';
    if (!title || nb != 1 || r->table.nb_columns < 2)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts(title, words[i]) && isdigit((unsigned char)title[strlen(words[i])]))
            return true;
    return strspn(title, "0123456789.") != strlen(title) && csv_when_parse(&when, title) &&
           !when.start.has_time && (when.start.has_day || when.paired || when.incomplete);
}

/* A row without a title and speakers is no talk, but an empty slot or a heading in the table. */
static bool leave_out(struct reader *r, size_t i)
{
    const struct csv_row *row = &r->table.rows[i];
    AUTO_FREE char *reason = csv_status_reason(&r->table, &r->columns, i, r->status_decides);
    AUTO_FREE char *what = NULL;
    if (reason)
        what = mem_printf("left out: %s", reason);
    else if (!field(r, row, COL_TITLE) && !field(r, row, COL_SPEAKERS) && !field(r, row, COL_ID) &&
             !field(r, row, COL_NUMBER))
        what = mem_strdup("left out: no title and no speaker");
    if (!what && is_day(r, row))
        what = mem_strdup("left out: a day, and no talk");
    if (!what)
        return false;
    if (!reason && !r->empty)
        r->empty = row;
    line_notes_add(&r->notes, row->line, what);
    return true;
}

/* Always sets an error. */
static int fail_untitled(const struct reader *r, const struct csv_row *row)
{
    return err_set(r->err, ERR_INVALID,
                   "'%s', line %d: column '%s' is empty; expected the talk's title: write it, or "
                   "delete the row",
                   r->name, row->line, heading(r, COL_TITLE));
}

/* No row is left; always sets an error. */
static int fail_empty(const struct reader *r)
{
    AUTO_FREE char *first = line_notes_first(&r->notes);
    return r->empty ? fail_untitled(r, r->empty)
                    : err_set(r->err, ERR_INVALID, "'%s': found no talk in %zu rows: %s", r->name,
                              r->table.nb_rows - 1, first);
}

/* What the row says of its talk that needs the user. */
static void note_status(struct reader *r, size_t i)
{
    const struct csv_row *row = &r->table.rows[i];
    if (r->status_decides && csv_status_is_unknown(&r->table, &r->columns, i)) {
        AUTO_FREE char *quote = str_quote(field(r, row, COL_STATUS), STR_QUOTE_BYTES);
        AUTO_FREE char *what =
            mem_printf("%s \"%s\" is not known: taken as accepted", heading(r, COL_STATUS), quote);
        line_notes_add(&r->notes, row->line, what);
    }
    if (csv_status_not_recorded(&r->table, &r->columns, i))
        line_notes_add(&r->notes, row->line,
                       "not to be recorded, says the table. To keep a talk from being published, "
                       "type 'talkpress match TALK=none'");
}

static int read_row(struct reader *r, size_t i)
{
    const struct csv_row *row = &r->table.rows[i];
    if (leave_out(r, i))
        return 0;
    if (is_continued(r, row)) {
        read_speakers(r, row, &r->programme->talks[r->programme->nb_talks - 1]);
        line_notes_add(&r->notes, row->line, "the talk of the row before, for another speaker");
        return 0;
    }
    struct talk *talk = programme_add_talk(r->programme, 0);
    r->added = row;
    note_status(r, i);
    talk->title = plain_line(field(r, row, COL_TITLE));
    if (!talk->title)
        return fail_untitled(r, row);
    if (read_number(r, row, talk) < 0 || read_times(r, row, talk) < 0)
        return r->err->code;
    read_speakers(r, row, talk);
    talk->section = plain_line(field(r, row, COL_SECTION));
    talk->room = plain_line(field(r, row, COL_ROOM));
    talk->language = plain_line(field(r, row, COL_LANGUAGE));
    talk->url = plain_line(field(r, row, COL_URL));
    talk->abstract = plain_text(field(r, row, COL_ABSTRACT));
    return 0;
}

/* --- the table -------------------------------------------------------------------------------- */

bool import_csv_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    if (str_ends(name, ".csv") || str_ends(name, ".tsv"))
        return true;
    return csv_table_sniff(bytes, nb_bytes < HEAD_BYTES ? nb_bytes : HEAD_BYTES, csv_is_heading);
}

/* Decides what holds for whole columns. */
static void survey(struct reader *r)
{
    const struct csv_columns *c = &r->columns;
    const bool timetable = c->at[COL_START] >= 0;
    for (enum csv_column k = COL_LISTED; k <= COL_SLOT; k++)
        if (c->at[k] >= 0)
            csv_lengths_decide(&r->lengths[k], &r->table, c->at[k], k, c->units[k], timetable);
    find_order(r);
    r->ids_are_numbers = ids_are_numbers(r);
    r->status_decides = csv_status_decides(&r->table, c);
}

static int read_heading(struct reader *r)
{
    const struct csv_table *t = &r->table;
    csv_columns_find(&r->columns, t->nb_rows ? t->rows[0].fields : NULL, t->nb_columns);
    if (r->columns.at[COL_TITLE] < 0) {
        AUTO_FREE char *quote = str_quote(t->nb_rows ? t->rows[0].fields[0] : "", STR_QUOTE_BYTES);
        return err_set(r->err, ERR_INVALID,
                       "'%s', line %d: no column is named 'title', the first is \"%s\"; expected a "
                       "heading row such as \"number,title,speakers,room,date,start,duration\"",
                       r->name, t->nb_rows ? t->rows[0].line : 1, quote);
    }
    if (t->nb_rows < 2)
        return err_set(r->err, ERR_INVALID,
                       "'%s': found a heading row and no talk; expected one row for each talk",
                       r->name);
    return 0;
}

static bool has_column(const struct csv_columns *c, const enum csv_column *of, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (c->at[of[i]] >= 0)
            return true;
    return false;
}

/* A column of speakers, or of starts, under a name of its own is not found. */
static void note_unread(const struct reader *r)
{
    const struct csv_columns *c = &r->columns;
    static const enum csv_column people[] = {COL_SPEAKERS, COL_FIRST_NAME, COL_LAST_NAME};
    static const enum csv_column times[] = {COL_DATE,   COL_START,  COL_END,
                                            COL_LISTED, COL_LENGTH, COL_SLOT};
    const bool speakers = has_column(c, people, sizeof people / sizeof *people);
    const bool timed = has_column(c, times, sizeof times / sizeof *times);
    AUTO_FREE char *unread = csv_columns_unread(c, r->table.rows[0].fields, r->table.nb_columns);
    if (unread && (!speakers || !timed))
        programme_note(r->programme, "'%s': no column is named %s; columns that were not read: %s",
                       r->name, speakers ? "'start' or 'duration'" : "'speakers'", unread);
}

/* What is said by the table as a whole: the event's name above it, speakers in its titles. */
static void conclude(struct reader *r)
{
    if (!title_speakers_take(r->programme, r->name))
        note_unread(r);
    r->programme->name = plain_line(r->table.caption);
    if (r->programme->name)
        programme_note(r->programme, "'%s', line %d: taken as the event's name: \"%s\"", r->name,
                       r->table.caption_line, r->programme->name);
    if (r->columns.at[COL_LENGTH] >= 0 && r->lengths[COL_LENGTH].maybe_h_mm)
        programme_note(r->programme,
                       "'%s': column '%s' was read as minutes and seconds; if it is hours and "
                       "minutes, name it \"duration\"",
                       r->name, heading(r, COL_LENGTH));
    line_notes_write(&r->notes, r->programme, r->name);
    programme_settle_refs(r->programme);
}

int import_csv_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                    struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {.programme = &programme, .name = name, .err = err};
    r.numbers = mem_zalloc(MAX_NUMBER + 1, sizeof *r.numbers);
    if (csv_table_parse(&r.table, bytes, nb_bytes, name, csv_is_heading, err) < 0 ||
        read_heading(&r) < 0)
        return err->code;
    survey(&r);
    for (size_t i = 1; i < r.table.nb_rows; i++)
        if (read_row(&r, i) < 0)
            return err->code;
    if (!programme.nb_talks)
        return fail_empty(&r);
    conclude(&r);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
