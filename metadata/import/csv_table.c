#include "csv_table.h"

#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "mem.h"
#include "programme_limits.h"
#include "str.h"

enum {
    MAX_COLUMNS = 250,
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
    bool filled; /* one of them is not empty */
};

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
    r->filled = r->filled || len > 0;
    str_add_bytes(&r->raw, s, len);
    str_add_bytes(&r->raw, "", 1);
}

static void add_row(struct csv_reader *r)
{
    struct csv_table *table = r->table;
    if (!table->nb_rows)
        table->nb_columns = r->nb_fields;
    if (r->nb_fields != table->nb_columns) {
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
    *row = (struct csv_row){mem_zalloc(r->nb_fields, sizeof *row->fields), r->begin};
    const char *s = r->raw.s;
    for (size_t i = 0; i < r->nb_fields; i++) {
        row->fields[i] = mem_strdup(s);
        s += strlen(s) + 1;
    }
}

static void on_row(int c, void *opaque)
{
    (void)c;
    struct csv_reader *r = opaque;
    if (r->err->code == 0 && r->filled)
        add_row(r);
    str_clear(&r->raw);
    r->nb_fields = 0;
    r->filled = false;
    r->begin = 0;
}

/* The separator that the first line has most of, outside quotation marks. */
static char find_delimiter(const char *text)
{
    static const char marks[] = ",;\t";
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

/* Parses line by line, to know where each row begins. */
static int feed(struct csv_reader *r, struct csv_parser *parser, const char *text)
{
    for (const char *p = text; *p && r->err->code == 0;) {
        const size_t len = strcspn(p, "\n") + (strchr(p, '\n') != NULL);
        r->line++;
        if (!r->begin && strspn(p, " \t") < strcspn(p, "\n"))
            r->begin = r->line;
        if (csv_parse(parser, p, len, on_field, on_row, r) != len)
            return fail_syntax(r, parser);
        p += len;
    }
    if (r->err->code == 0 && csv_fini(parser, on_field, on_row, r) != 0)
        return fail_syntax(r, parser);
    return r->err->code;
}

int csv_table_parse(struct csv_table *out, const char *bytes, size_t nb_bytes, const char *name,
                    struct err *err)
{
    AUTO_STR text = {0};
    int rc =
        charset_decode(&text, bytes, nb_bytes, name,
                       "text nor a table; expected CSV: save the sheet as CSV in UTF-8", NULL, err);
    if (rc < 0)
        return rc;
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return err_set(err, ERR_NOMEM, "'%s': no memory for the table", name);
    csv_set_delim(&parser, (unsigned char)find_delimiter(text.s));
    csv_set_blk_size(&parser, BLOCK_BYTES);
    AUTO_CSV_TABLE table = {0};
    ATTR_CLEANUP(reader_finish)
    struct csv_reader r = {.table = &table, .name = name, .err = err};
    rc = feed(&r, &parser, text.s);
    csv_free(&parser);
    if (rc < 0)
        return rc;
    *out = table;
    table = (struct csv_table){0};
    return 0;
}

void csv_table_finish(struct csv_table *table)
{
    for (size_t i = 0; i < table->nb_rows; i++)
        mem_free_strings(table->rows[i].fields, table->nb_columns);
    free(table->rows);
    *table = (struct csv_table){0};
}
