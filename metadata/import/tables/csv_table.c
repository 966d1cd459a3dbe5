#include "csv_table.h"

#include <csv.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "mem.h"
#include "programme_limits.h"
#include "str.h"

enum {
    MAX_COLUMNS = 250,
    MAX_ABOVE = 20,         /* lines above the heading */
    MAX_ABOVE_UNNAMED = 4,  /* the same where nothing else says that the file is a table */
    MAX_HEADING_LINES = 40, /* of one row, while the heading is searched */
    BLOCK_BYTES = 64 << 10, /* by which the parser's buffer grows */
};

struct csv_reader {
    struct csv_table *table;
    const char *name;
    struct err *err;
    int line;       /* being parsed */
    int begin;      /* first line of the row that is being read; 0 between rows */
    struct str raw; /* the row's fields, each with its NUL */
    size_t nb_fields;
    size_t nb_filled;     /* up to the last field that is not empty */
    size_t nb_in_heading; /* fields, with empty ones at the end */
};

static const char marks[] = ",;\t";

static void reader_finish(struct csv_reader *r)
{
    str_finish(&r->raw);
}

/* libcsv cannot be stopped from a callback: after an error, rows are ignored. */
static void on_field(void *text, size_t len, void *opaque)
{
    struct csv_reader *r = opaque;
    if (r->err->code < 0)
        return;
    if (++r->nb_fields > MAX_COLUMNS) {
        err_set(r->err, ERR_INVALID,
                "'%s', line %d: more than %d fields; expected a table of talks: keep the columns "
                "that are needed",
                r->name, r->begin, MAX_COLUMNS);
        return;
    }
    const char *s = text;
    while (len > 0 && strchr(" \t\n", s[0])) {
        s++;
        len--;
    }
    while (len > 0 && strchr(" \t\n", s[len - 1]))
        len--;
    if (len > 0)
        r->nb_filled = r->nb_fields;
    str_add_bytes(&r->raw, s, len);
    str_add_bytes(&r->raw, "", 1);
}

static void add_row(struct csv_reader *r)
{
    struct csv_table *table = r->table;
    if (!table->nb_rows) {
        table->nb_columns = r->nb_filled;
        r->nb_in_heading = r->nb_fields;
    }
    if (r->nb_fields < table->nb_columns || r->nb_filled > r->nb_in_heading) {
        AUTO_FREE char *quote = str_quote(r->raw.s, STR_QUOTE_BYTES);
        err_set(r->err, ERR_INVALID,
                "'%s', line %d: found %zu field%s, the first \"%s\"; expected %zu, as the heading "
                "has: enclose a field that contains the separator in quotation marks",
                r->name, r->begin, r->nb_fields, r->nb_fields == 1 ? "" : "s", quote,
                table->nb_columns);
        return;
    }
    char where[32];
    snprintf(where, sizeof where, "line %d", r->begin);
    if (programme_check_count(table->nb_rows, r->name, where, r->err) < 0) /* without the heading */
        return;
    table->rows = mem_grow(table->rows, table->nb_rows, sizeof *table->rows);
    struct csv_row *row = &table->rows[table->nb_rows++];
    *row = (struct csv_row){mem_zalloc(table->nb_columns, sizeof *row->fields), r->begin};
    const char *s = r->raw.s;
    for (size_t i = 0; i < table->nb_columns; i++) {
        row->fields[i] = mem_strdup(s);
        s += strlen(s) + 1;
    }
}

static void on_row(int c, void *opaque)
{
    (void)c;
    struct csv_reader *r = opaque;
    if (r->err->code == 0 && r->nb_filled)
        add_row(r);
    str_clear(&r->raw);
    r->nb_fields = 0;
    r->nb_filled = 0;
    r->begin = 0;
}

/* The separator that the first line has most of, outside quotation marks. */
static char find_delimiter(const char *text)
{
    size_t nb[sizeof marks] = {0};
    bool quoted = false;
    for (const char *p = text; *p && (quoted || *p != '\n'); p++) {
        quoted ^= *p == '"';
        const char *mark = quoted ? NULL : strchr(marks, *p);
        if (mark)
            nb[mark - marks]++;
    }
    size_t best = 0;
    for (size_t i = 1; marks[i]; i++)
        if (nb[i] > nb[best])
            best = i;
    return marks[best];
}

static int fail_syntax(struct csv_reader *r, struct csv_parser *parser)
{
    if (csv_error(parser) != CSV_EPARSE)
        return err_set(r->err, ERR_NOMEM, "'%s': no memory for the table", r->name);
    return err_set(
        r->err, ERR_INVALID,
        "'%s', line %d: misplaced quotation mark in the row that begins in line %d; expected a "
        "field that contains such marks to be enclosed in quotation marks, with each mark in it "
        "doubled: \"the \"\"real\"\" talk\"",
        r->name, r->line, r->begin ? r->begin : r->line);
}

/* Parses line by line, to know where each row begins: up to max_rows rows and max_lines lines. */
static int feed(struct csv_reader *r, struct csv_parser *parser, const char *text, size_t max_rows,
                int max_lines)
{
    const char *p = text;
    for (int nb = 0; *p && r->err->code == 0 && r->table->nb_rows < max_rows; nb++) {
        const size_t len = strcspn(p, "\n") + (p[strcspn(p, "\n")] != '\0');
        if (nb == max_lines)
            return 0;
        r->line++;
        if (!r->begin && strspn(p, " \t") < strcspn(p, "\n"))
            r->begin = r->line;
        if (csv_parse(parser, p, len, on_field, on_row, r) != len)
            return fail_syntax(r, parser);
        p += len;
    }
    if (r->err->code == 0 && !*p && csv_fini(parser, on_field, on_row, r) != 0)
        return fail_syntax(r, parser);
    return r->err->code;
}

/* Where the table begins. */
struct place {
    const char *text; /* the heading row */
    int line;
    char mark;
    const char *above; /* the first line above it that has a text; NULL: there is none */
    int above_line;
    bool found; /* it is a heading row */
};

/* Reads rows from a place in the text, where the table begins. */
static int read_rows(struct csv_table *out, const struct place *at, size_t max_rows, int max_lines,
                     const char *name, struct err *err)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return err_set(err, ERR_NOMEM, "'%s': no memory for the table", name);
    csv_set_delim(&parser, (unsigned char)at->mark);
    csv_set_blk_size(&parser, BLOCK_BYTES);
    ATTR_CLEANUP(reader_finish)
    struct csv_reader r = {.table = out, .name = name, .err = err, .line = at->line - 1};
    const int rc = feed(&r, &parser, at->text, max_rows, max_lines);
    csv_free(&parser);
    return rc;
}

/* How many fields the row has if it is a heading row, else 0. */
static size_t try_heading(const struct place *at, csv_heading_fn *is_heading)
{
    AUTO_CSV_TABLE table = {0};
    struct err unseen = {0};
    if (read_rows(&table, at, 1, MAX_HEADING_LINES, "", &unseen) < 0 || !table.nb_rows ||
        !is_heading(table.rows[0].fields, table.nb_columns))
        return 0;
    return table.nb_columns;
}

/* "sep=;", which Excel understands: moves *text after the line and returns the separator; 0: it is
 * another line. */
static char take_separator_line(const char **text)
{
    const char *p = *text + (**text == '"');
    if (strncasecmp(p, "sep=", 4) != 0 || !p[4] || p[4] == '\n' || p[4] == '"')
        return '\0';
    const char *end = p + 5 + (p[5] == '"');
    end += strspn(end, " ,;\t");
    if (*end && *end != '\n')
        return '\0';
    *text = end + (*end == '\n');
    return p[4];
}

/* Sets the separator with which the row has most fields, if it is a heading row. */
static bool try_marks(struct place *at, char forced, csv_heading_fn *is_heading)
{
    const char alone[] = {forced, '\0'};
    struct place tried = *at;
    size_t most = 0;
    for (const char *mark = forced ? alone : marks; *mark; mark++) {
        tried.mark = *mark;
        const size_t nb = try_heading(&tried, is_heading);
        if (nb > most) {
            most = nb;
            at->mark = *mark;
        }
    }
    at->found = most > 0;
    return at->found;
}

static struct place find_table(const char *text, csv_heading_fn *is_heading)
{
    struct place at = {.text = text, .line = 1};
    const char forced = take_separator_line(&at.text);
    at.line += forced != '\0';
    at.mark = forced ? forced : find_delimiter(at.text);
    const struct place first = at;
    for (int i = 0; i < MAX_ABOVE && *at.text; i++) {
        if (try_marks(&at, forced, is_heading))
            return at;
        const size_t len = strcspn(at.text, "\n");
        if (!at.above && strspn(at.text, " ,;\t\"") < len) {
            at.above = at.text;
            at.above_line = at.line;
        }
        at.text += len + (at.text[len] == '\n');
        at.line++;
    }
    return first;
}

/* The text of a line above the heading, without the separators that a sheet's other columns leave;
 * NULL: it has several fields. */
static char *caption_text(const struct place *at)
{
    const size_t len = strcspn(at->above, "\n");
    AUTO_FREE char *line = mem_printf("%.*s", (int)len, at->above);
    char *begin = line + strspn(line, " \"");
    size_t nb = strlen(begin);
    while (nb > 0 && (begin[nb - 1] == at->mark || strchr(" \t\"", begin[nb - 1])))
        begin[--nb] = '\0';
    const bool quoted = begin > line && begin[-1] == '"';
    return nb && (quoted || !strchr(begin, at->mark)) ? mem_strdup(begin) : NULL;
}

int csv_table_parse(struct csv_table *out, const char *bytes, size_t nb_bytes, const char *name,
                    csv_heading_fn *is_heading, struct err *err)
{
    AUTO_STR text = {0};
    AUTO_CSV_TABLE table = {0};
    if (charset_decode(&text, bytes, nb_bytes, name,
                       "text nor a table; expected CSV: save the sheet as CSV in UTF-8", NULL,
                       err) < 0)
        return err->code;
    const struct place at = find_table(text.s, is_heading);
    if (read_rows(&table, &at, SIZE_MAX, INT_MAX, name, err) < 0)
        return err->code;
    if (at.above) {
        table.caption = caption_text(&at);
        table.caption_line = at.above_line;
    }
    *out = table;
    table = (struct csv_table){0};
    return 0;
}

bool csv_table_sniff(const char *bytes, size_t nb_bytes, csv_heading_fn *is_heading)
{
    AUTO_STR text = {0};
    struct err unseen = {0};
    if (charset_decode(&text, bytes, nb_bytes, "", "", NULL, &unseen) < 0)
        return false;
    const struct place at = find_table(text.s, is_heading);
    return at.found && at.line <= MAX_ABOVE_UNNAMED + 1;
}

void csv_table_finish(struct csv_table *table)
{
    for (size_t i = 0; i < table->nb_rows; i++)
        mem_free_strings(table->rows[i].fields, table->nb_columns);
    free(table->rows);
    free(table->caption);
    *table = (struct csv_table){0};
}
