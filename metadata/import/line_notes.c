#include "line_notes.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

enum { MAX_LINES_SHOWN = 5 };

struct line_note {
    char *what;
    size_t nb;
    struct str lines; /* "3, 5" */
};

void line_notes_add(struct line_notes *notes, int line, const char *what)
{
    size_t i = 0;
    while (i < notes->nb && strcmp(notes->notes[i].what, what) != 0)
        i++;
    if (i == notes->nb) {
        notes->notes = mem_grow(notes->notes, i, sizeof *notes->notes);
        notes->notes[notes->nb++] = (struct line_note){.what = mem_strdup(what)};
    }
    struct line_note *n = &notes->notes[i];
    if (n->nb < MAX_LINES_SHOWN)
        str_addf(&n->lines, "%s%d", n->nb ? ", " : "", line);
    n->nb++;
}

static char *format(const struct line_note *n)
{
    AUTO_FREE char *more =
        n->nb > MAX_LINES_SHOWN ? mem_printf(" and %zu more", n->nb - MAX_LINES_SHOWN) : NULL;
    return mem_printf("line%s %s%s: %s", n->nb == 1 ? "" : "s", n->lines.s, more ? more : "",
                      n->what);
}

char *line_notes_first(const struct line_notes *notes)
{
    return notes->nb ? format(&notes->notes[0]) : NULL;
}

void line_notes_write(const struct line_notes *notes, struct programme *programme, const char *name)
{
    for (size_t i = 0; i < notes->nb; i++) {
        AUTO_FREE char *text = format(&notes->notes[i]);
        programme_note(programme, "'%s', %s", name, text);
    }
}

void line_notes_finish(struct line_notes *notes)
{
    for (size_t i = 0; i < notes->nb; i++) {
        free(notes->notes[i].what);
        str_finish(&notes->notes[i].lines);
    }
    free(notes->notes);
    *notes = (struct line_notes){0};
}
