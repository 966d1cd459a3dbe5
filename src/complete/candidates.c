#include "candidates.h"

#include <stdarg.h>
#include <string.h>

#include "mem.h"
#include "str.h"

enum { MAX_COLUMNS = 72 }; /* of a description */

bool candidates_fit(const struct candidates *c, const char *word)
{
    return str_starts(word, c->typed);
}

/* Whether the word is the same without what str_clean takes out, on one line. */
static bool is_clean(const char *word)
{
    AUTO_FREE char *clean = str_clean(word);
    return *word && !strpbrk(word, "\n\t") && strcmp(clean, word) == 0;
}

/* A new string: the text on one line, cut where a description ends. */
static char *description(const char *text)
{
    AUTO_FREE char *line = str_clean_line(text);
    if (str_columns(line) <= MAX_COLUMNS)
        return mem_take(&line);
    AUTO_STR cut = {0};
    const char *p = line, *end = line;
    for (int columns = 0; columns < MAX_COLUMNS; columns += str_columns_of(str_next_utf8(&p)))
        end = p; /* before the last one that fits: there is place for the mark */
    str_add_bytes(&cut, line, (size_t)(end - line));
    str_add(&cut, "…");
    return str_take(&cut);
}

void candidates_add(struct candidates *c, const char *word, const char *fmt, ...)
{
    AUTO_FREE char *whole = mem_printf("%s%s", c->before, word);
    if (!is_clean(whole) || (c->no_dash && *whole == '-'))
        return;
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *text = mem_vprintf(fmt, args), *line = description(text);
    va_end(args);
    fprintf(c->to, "%s\t%s\n", whole, line);
    c->nb++;
}

void candidates_end(const struct candidates *c)
{
    if (!c->nb && c->files)
        fprintf(c->to, "%s%s\n", c->files, *c->before ? "=" : "");
}
