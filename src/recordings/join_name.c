#include "join_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_DIGITS = 6 };

static bool digits(const char *s, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (!isdigit((unsigned char)s[i]))
            return false;
    return true;
}

static int number_at(const char *s, size_t nb)
{
    int n = 0;
    for (size_t i = 0; i < nb; i++)
        n = 10 * n + (s[i] - '0');
    return n;
}

/* GoPro: GH010042 (GX, GL, GS) is chapter 1 of recording 42; older cameras name the first chapter
 * GOPR0042 and the next ones GP010042, GP020042 … */
static bool parse_gopro(struct join_name *out, const char *name, size_t stem)
{
    static const char *const kinds[] = {"GH", "GX", "GL", "GS", "GP"};
    if (stem != 8)
        return false;
    if (strncasecmp(name, "GOPR", 4) == 0 && digits(name + 4, 4)) {
        snprintf(out->head, sizeof out->head, "GP");
        snprintf(out->tail, sizeof out->tail, "%s", name + 4);
        return true;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && digits(name + 2, 6); i++) {
        if (strncasecmp(name, kinds[i], 2) != 0)
            continue;
        snprintf(out->head, sizeof out->head, "%.2s", name);
        snprintf(out->tail, sizeof out->tail, "%s", name + 4);
        out->number = number_at(name + 2, 2);
        out->first = strcmp(kinds[i], "GP") != 0;
        return true;
    }
    return false;
}

bool join_name_parse(struct join_name *out, const char *name)
{
    const char *dot = strrchr(name, '.');
    const size_t stem = dot ? (size_t)(dot - name) : strlen(name);
    *out = (struct join_name){.width = 2, .chapter = true};
    if (stem == 0 || strlen(name) >= sizeof out->head)
        return false;
    if (parse_gopro(out, name, stem))
        return true;
    size_t nb = 0;
    while (nb < stem && isdigit((unsigned char)name[stem - nb - 1]))
        nb++;
    if (nb == 0 || nb > MAX_DIGITS)
        return false;
    *out = (struct join_name){.number = number_at(name + stem - nb, nb), .width = (int)nb};
    snprintf(out->head, sizeof out->head, "%.*s", (int)(stem - nb), name);
    snprintf(out->tail, sizeof out->tail, "%s", name + stem);
    return true;
}

bool join_name_same_row(const struct join_name *a, const struct join_name *b)
{
    return a->chapter == b->chapter && strcasecmp(a->head, b->head) == 0 &&
           strcasecmp(a->tail, b->tail) == 0;
}

int join_name_order(const struct join_name *a, const struct join_name *b)
{
    int order = (int)a->chapter - (int)b->chapter;
    if (order == 0)
        order = strcasecmp(a->tail, b->tail);
    if (order == 0)
        order = strcasecmp(a->head, b->head);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

const char *join_name_of(char *buf, size_t nb, const struct join_name *name, int number)
{
    if (name->chapter && number == 0 && strcasecmp(name->head, "GP") == 0)
        snprintf(buf, nb, "GOPR%s", name->tail);
    else
        snprintf(buf, nb, "%s%0*d%s", name->head, name->width, number, name->tail);
    return buf;
}
