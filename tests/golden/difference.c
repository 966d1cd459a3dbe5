#include "difference.h"

#include <stdio.h>
#include <string.h>

#include "str.h"

enum { LINES_BEFORE = 4, LINES_AFTER = 3, MOST_BYTES = 300 };

static const char *line_start(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

/* Prints the line that begins at s; of a long one, the part around the byte near. Returns the
 * next line. */
static const char *print_line(const char *mark, const char *s, size_t near)
{
    const size_t nb = strcspn(s, "\n"), from = near > MOST_BYTES / 2 ? near - MOST_BYTES / 2 : 0;
    const size_t shown = from < nb ? nb - from : 0;
    fprintf(stderr, "%s%s%.*s%s\n", mark, from ? "..." : "",
            (int)(shown < MOST_BYTES ? shown : MOST_BYTES), s + (from < nb ? from : nb),
            shown > MOST_BYTES ? "..." : "");
    return s[nb] ? s + nb + 1 : s + nb;
}

/* Prints the last line in the text that begins with mark; returns it, or the text where there is
 * none. */
static const char *print_heading(const char *text, const char *until, const char *mark)
{
    const char *last = NULL;
    for (const char *s = text; s < until; s += strcspn(s, "\n") + 1)
        if (str_starts(s, mark))
            last = s;
    if (last)
        print_line("  ", last, 0);
    return last ? last : text;
}

void golden_print_difference(const char *name, const char *golden, const char *now)
{
    size_t at = 0;
    while (golden[at] && golden[at] == now[at])
        at++;
    const char *begin = line_start(golden, golden + at), *before = begin;
    const size_t near = (size_t)(golden + at - begin);
    int line = 1;
    for (const char *s = golden; s < begin; s++)
        line += *s == '\n';
    fprintf(stderr, "%s:%d: first difference, in\n", name, line);
    const char *in = print_heading(golden, begin, "===");
    in = print_heading(in, begin, "---");
    print_heading(in, begin, "  job");
    fprintf(stderr, "    ...\n");
    for (int i = 0; i < LINES_BEFORE && before > golden; i++)
        before = line_start(golden, before - 1);
    while (before < begin)
        before = print_line("  ", before, 0);
    const char *g = begin, *n = now + (begin - golden);
    for (int i = 0; i < LINES_AFTER && *g; i++)
        g = print_line("- ", g, i ? 0 : near);
    for (int i = 0; i < LINES_AFTER && *n; i++)
        n = print_line("+ ", n, i ? 0 : near);
}
