#include "table.h"

#include <libsmartcols.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

/* libsmartcols aligns and pads, but breaks lines inside words: long cells are broken here, at
 * spaces, and given to it with newlines. */
struct table {
    struct libscols_table *lines;
    size_t nb_columns;
    int *widths; /* of each column's widest cell */
    struct section {
        size_t row; /* its first */
        char *title;
    } * sections;
    size_t nb_sections;
};

enum { GAP = 2, LEAST_LAST = 24, LEAST_OTHER = 12, LEAST_WIDTH = 40, DEFAULT_WIDTH = 80 };

static void widen(struct table *t, size_t column, const char *text)
{
    const int width = str_columns(text);
    t->widths[column] = width > t->widths[column] ? width : t->widths[column];
}

/* https://no-color.org */
static bool wants_colour(void)
{
    const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(off && *off) && term && strcmp(term, "dumb") != 0;
}

struct table *table_create(const char *const *headings)
{
    struct table *t = mem_zalloc(1, sizeof *t);
    while (headings[t->nb_columns])
        t->nb_columns++;
    t->widths = mem_zalloc(t->nb_columns, sizeof *t->widths);
    t->lines = mem_need(scols_new_table());
    scols_table_set_termforce(t->lines, SCOLS_TERMFORCE_NEVER); /* it is not to change widths */
    scols_table_set_column_separator(t->lines, "  ");
    scols_table_enable_minout(t->lines, 1);     /* no spaces at the end of a line */
    scols_table_enable_noencoding(t->lines, 1); /* cells are clean */
    scols_table_enable_colors(t->lines, wants_colour());
    bool any = false;
    for (size_t i = 0; i < t->nb_columns; i++) {
        const bool right = headings[i][0] == '>';
        (void)mem_need(
            scols_table_new_column(t->lines, headings[i] + right, 0, right ? SCOLS_FL_RIGHT : 0));
        widen(t, i, headings[i] + right);
        any = any || headings[i][right];
    }
    scols_table_enable_noheadings(t->lines, !any);
    return t;
}

void table_add(struct table *t, const char *const *cells)
{
    struct libscols_line *line = mem_need(scols_table_new_line(t->lines, NULL));
    for (size_t i = 0; i < t->nb_columns; i++) {
        char *clean = str_clean(cells[i] ? cells[i] : "");
        for (char *c = clean; *c; c++)
            if (*c == '\n' || *c == '\t')
                *c = ' ';
        widen(t, i, clean);
        scols_line_refer_data(line, i, clean); /* its own now */
    }
}

void table_colour(struct table *t, size_t column, enum table_colour colour)
{
    static const char *const names[] = {"green", "red", "yellow"};
    const size_t nb = scols_table_get_nlines(t->lines);
    struct libscols_line *last = nb ? scols_table_get_line(t->lines, nb - 1) : NULL;
    if (last && wants_colour())
        scols_cell_set_color(scols_line_get_cell(last, column), names[colour]);
}

static int terminal_width(void)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= LEAST_WIDTH ? w.ws_col
                                                                                : DEFAULT_WIDTH;
}

/* What the other columns leave to the last one; may be negative. */
static int last_width(const struct table *t)
{
    int left = terminal_width();
    for (size_t i = 0; i + 1 < t->nb_columns; i++)
        left -= t->widths[i] + GAP;
    return left;
}

/* The text in lines of at most width columns, broken at spaces where there are any; a new string.
 */
static char *wrap(const char *text, int width)
{
    AUTO_STR out = {0};
    while (*text) {
        const char *end = text, *next = text, *space = NULL;
        for (int used = 0; *end; end = next) {
            used += str_columns_of(str_next_utf8(&next));
            if (used > width)
                break;
            space = *next == ' ' || !*next ? next : space;
        }
        end = space ? space : end;
        str_addf(&out, "%s%.*s", out.len ? "\n" : "", (int)(end - text), text);
        text = end + strspn(end, " ");
    }
    return str_take(&out);
}

static void wrap_column(struct table *t, size_t i, int width)
{
    struct libscols_column *column = scols_table_get_column(t->lines, i);
    struct libscols_iter *lines = mem_need(scols_new_iter(SCOLS_ITER_FORWARD));
    struct libscols_line *line;
    scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_WRAP);
    scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
    while (scols_table_next_line(t->lines, lines, &line) == 0) {
        const char *text = scols_cell_get_data(scols_line_get_cell(line, i));
        scols_line_refer_data(line, i, wrap(text, width));
    }
    scols_free_iter(lines);
    t->widths[i] = width;
}

/* The widest column but the last, or nb_columns: all are narrow. */
static size_t widest(const struct table *t)
{
    size_t found = t->nb_columns;
    for (size_t i = 0; i + 1 < t->nb_columns; i++)
        if (t->widths[i] > LEAST_OTHER &&
            (found == t->nb_columns || t->widths[i] > t->widths[found]))
            found = i;
    return found;
}

/* Breaks the last column, and others where they leave too little to it. */
static void fit(struct table *t)
{
    const size_t last = t->nb_columns - 1;
    const int least = t->widths[last] < LEAST_LAST ? t->widths[last] : LEAST_LAST;
    for (size_t i; last_width(t) < least && (i = widest(t)) < last;) {
        const int width = t->widths[i] - (least - last_width(t));
        wrap_column(t, i, width > LEAST_OTHER ? width : LEAST_OTHER);
    }
    const int left = last_width(t);
    if (t->widths[last] > left)
        wrap_column(t, last, left > least ? left : least);
}

void table_section(struct table *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    t->sections = mem_grow(t->sections, t->nb_sections, sizeof *t->sections);
    t->sections[t->nb_sections++] =
        (struct section){scols_table_get_nlines(t->lines), mem_vprintf(fmt, args)};
    va_end(args);
}

static void print_sections(struct table *t)
{
    for (size_t i = 0; i < t->nb_sections; i++) {
        const size_t end =
            i + 1 < t->nb_sections ? t->sections[i + 1].row : scols_table_get_nlines(t->lines);
        printf("%s%s\n", i ? "\n" : "", t->sections[i].title);
        if (end == t->sections[i].row)
            continue;
        scols_table_print_range(t->lines, scols_table_get_line(t->lines, t->sections[i].row),
                                scols_table_get_line(t->lines, end - 1));
        if (end == scols_table_get_nlines(t->lines)) /* else the range ends its last line itself */
            putchar('\n');
    }
}

void table_print(struct table *t)
{
    fit(t);
    if (t->nb_sections)
        print_sections(t);
    else if (!scols_table_is_empty(t->lines)) /* headings alone say nothing */
        scols_print_table(t->lines);
    table_destroy(t);
}

void table_destroy(struct table *t)
{
    scols_unref_table(t->lines);
    for (size_t i = 0; i < t->nb_sections; i++)
        free(t->sections[i].title);
    free(t->sections);
    free(t->widths);
    free(t);
}

void table_text(const char *indent, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *raw = mem_vprintf(fmt, args);
    va_end(args);
    const int first = (int)strspn(raw, " "), later = (int)strlen(indent);
    AUTO_FREE char *clean = str_clean_line(raw);
    AUTO_FREE char *lines = wrap(clean, terminal_width() - (first > later ? first : later));
    for (char *line = lines, *rest = NULL; (line = strtok_r(line, "\n", &rest)); line = NULL)
        printf("%*s%s\n", line == lines ? first : later, "", line);
}

void table_lines(const char *indent, const char *text)
{
    AUTO_FREE char *lines = mem_strdup(text ? text : "");
    for (char *line = lines, *rest = NULL; (line = strtok_r(line, "\n", &rest)); line = NULL)
        table_text(indent, "%s", line);
}
