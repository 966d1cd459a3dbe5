#include "words.h"

#include <stdarg.h>

#include "mem.h"

void words_add(struct words *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    w->list = mem_grow(w->list, w->nb, sizeof *w->list);
    w->list[w->nb++] = mem_vprintf(fmt, args);
    va_end(args);
    w->list = mem_grow(w->list, w->nb, sizeof *w->list);
    w->list[w->nb] = NULL;
}

void words_finish(struct words *w)
{
    mem_free_strings(w->list, w->nb);
    *w = (struct words){0};
}
