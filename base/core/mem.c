#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *mem_need(void *p)
{
    if (!p) {
        fputs(MEM_MESSAGE "\n", stderr);
        abort();
    }
    return p;
}

void *mem_zalloc(size_t nb, size_t size)
{
    return mem_need(calloc(nb ? nb : 1, size));
}

char *mem_strdup(const char *s)
{
    return s ? mem_need(strdup(s)) : NULL;
}

char *mem_vprintf(const char *fmt, va_list args)
{
    char *s = NULL;
    return mem_need(vasprintf(&s, fmt, args) < 0 ? NULL : s);
}

char *mem_printf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *s = mem_vprintf(fmt, args);
    va_end(args);
    return s;
}

void *mem_grow(void *array, size_t nb, size_t size)
{
    if (nb & (nb - 1)) /* neither 0 nor a power of two: there is room */
        return array;
    return mem_need(reallocarray(array, nb ? nb * 2 : 1, size));
}

void mem_free_p(void *p)
{
    void *owned;
    memcpy(&owned, p, sizeof owned);
    free(owned);
}

void mem_add_string(char ***strings, size_t *nb, const char *s)
{
    *strings = mem_grow(*strings, *nb, sizeof **strings);
    (*strings)[(*nb)++] = mem_strdup(s);
}

void mem_free_strings(char **strings, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(strings[i]);
    free(strings);
}

void *mem_take(void *p)
{
    void *owned;
    memcpy(&owned, p, sizeof owned);
    memset(p, 0, sizeof owned);
    return owned;
}
