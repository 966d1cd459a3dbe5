#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

struct table {
    size_t nb_columns, nb_cells;
    char **cells; /* row by row, the headings first */
    const char *const *headings;
};

enum { GAP = 2, LEAST_LAST = 24, DEFAULT_WIDTH = 80 };

static void add_cell(struct table *t, const char *text)
{
    t->cells = mem_grow(t->cells, t->nb_cells, sizeof *t->cells);
    char *clean = str_clean(text ? text : "");
    for (char *c = clean; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    t->cells[t->nb_cells++] = clean;
}

struct table *table_create(const char *const *headings)
{
    struct table *t = mem_zalloc(1, sizeof *t);
    t->headings = headings;
    while (headings[t->nb_columns])
        t->nb_columns++;
    for (size_t i = 0; i < t->nb_columns; i++)
        add_cell(t, headings[i][0] == '>' ? headings[i] + 1 : headings[i]);
    return t;
}

void table_add(struct table *t, const char *const *cells)
{
    for (size_t i = 0; i < t->nb_columns; i++)
        add_cell(t, cells[i]);
}

static int terminal_width(void)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40 ? w.ws_col : DEFAULT_WIDTH;
}

static int widest(const struct table *t, size_t column)
{
    int most = 0;
    for (size_t i = column; i < t->nb_cells; i += t->nb_columns) {
        const int w = str_columns(t->cells[i]);
        most = w > most ? w : most;
    }
    return most;
}

/* Prints text over as many lines as it needs, each at most width columns, broken at spaces. */
static void print_wrapped(const char *text, int indent, int width)
{
    while (*text) {
        const char *end = text, *space = NULL;
        int used = 0;
        while (*end && used < width) {
            if (*end == ' ')
                space = end;
            used += str_columns_of(str_next_utf8(&end));
        }
        if (*end && *end != ' ' && space)
            end = space;
        printf("%.*s\n", (int)(end - text), text);
        text = end;
        while (*text == ' ')
            text++;
        if (*text)
            printf("%*s", indent, "");
    }
}

static void print_row(const struct table *t, char **cells, const int *widths)
{
    int indent = 0;
    size_t nb_empty = 0;
    while (nb_empty < t->nb_columns && !*cells[nb_empty])
        nb_empty++;
    for (size_t i = 0; i < t->nb_columns && nb_empty < t->nb_columns; i++) {
        if (i + 1 == t->nb_columns && *cells[i]) {
            print_wrapped(cells[i], indent, widths[i]);
            return;
        }
        const int pad = widths[i] - str_columns(cells[i]);
        if (i + 1 == t->nb_columns)
            break;
        if (t->headings[i][0] == '>')
            printf("%*s%s%*s", pad, "", cells[i], GAP, "");
        else
            printf("%s%*s", cells[i], pad + GAP, "");
        indent += widths[i] + GAP;
    }
    putchar('\n');
}

void table_print(struct table *t)
{
    AUTO_FREE int *widths = mem_zalloc(t->nb_columns, sizeof *widths);
    int before = 0;
    if (t->nb_cells == t->nb_columns) { /* headings alone tell nothing */
        table_destroy(t);
        return;
    }
    for (size_t i = 0; i + 1 < t->nb_columns; i++) {
        widths[i] = widest(t, i);
        before += widths[i] + GAP;
    }
    const int left = terminal_width() - before;
    widths[t->nb_columns - 1] = left > LEAST_LAST ? left : LEAST_LAST;
    for (size_t i = 0; i < t->nb_cells; i += t->nb_columns)
        print_row(t, t->cells + i, widths);
    table_destroy(t);
}

void table_destroy(struct table *t)
{
    mem_free_strings(t->cells, t->nb_cells);
    free(t);
}
