#include "selector.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"

static void add_number(int **list, size_t *nb, int n)
{
    *list = mem_grow(*list, *nb, sizeof **list);
    (*list)[(*nb)++] = n;
}

static int select_one(int **list, size_t *nb, const struct programme *programme, const char *arg,
                      struct err *err)
{
    char *end;
    const long from = strtol(arg, &end, 10);
    long to = from;
    if (end > arg && *end == '-' && end[1])
        to = strtol(end + 1, &end, 10);
    else if (end > arg && *end == '/') {
        int number = 0, part = 0; /* a part selects its talk, but it must exist */
        if (selector_part(&number, &part, programme, arg, err) < 0)
            return err->code;
        add_number(list, nb, number);
        return 0;
    }
    if (end == arg || *end || from < 1 || to < from)
        return err_set(err, ERR_USAGE,
                       "'%s' is not a talk: give a number from 'talkpress list', or a range "
                       "such as 3-7",
                       arg);
    const size_t before = *nb;
    for (size_t i = 0; i < programme->nb_talks; i++) {
        const int n = programme->talks[i].number;
        if (n >= from && n <= to && !programme->talks[i].gone)
            add_number(list, nb, n);
    }
    const struct talk *one = from == to ? programme_find(programme, (int)from) : NULL;
    if (one && one->gone)
        return err_set(err, ERR_NOT_FOUND, "talk %s is no longer in the programme", arg);
    return *nb > before
               ? 0
               : err_set(err, ERR_NOT_FOUND,
                         "there is no talk %s in the programme: see 'talkpress list'", arg);
}

int selector_talks(int **out, size_t *out_nb, const struct programme *programme, char **args,
                   int nb_args, struct err *err)
{
    int *list = NULL;
    size_t nb = 0;
    for (int i = 0; i < nb_args; i++)
        if (select_one(&list, &nb, programme, args[i], err) < 0) {
            free(list);
            return err->code;
        }
    for (size_t i = 0; !nb_args && i < programme->nb_talks; i++)
        if (!programme->talks[i].gone)
            add_number(&list, &nb, programme->talks[i].number);
    *out = list;
    *out_nb = nb;
    return 0;
}

/* Parses a number of at least 1 and returns what follows it; NULL: there is none. */
static const char *parse_number(int *out, const char *text)
{
    char *end;
    const long n = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || n < 1 || n > INT_MAX)
        return NULL;
    *out = (int)n;
    return end;
}

int selector_part(int *talk, int *part, const struct programme *programme, const char *arg,
                  struct err *err)
{
    *part = 0;
    const char *rest = parse_number(talk, arg);
    if (rest && *rest == '/')
        rest = parse_number(part, rest + 1);
    if (!rest || *rest)
        return err_set(err, ERR_USAGE, "'%s' is not a talk: write 15, or 15/2 for its part 2", arg);
    const struct talk *t = programme_find(programme, *talk);
    if (!t)
        return err_set(err, ERR_NOT_FOUND,
                       "there is no talk %d in the programme: see 'talkpress list'", *talk);
    if (*part && !talk_part(t, *part))
        return err_set(err, ERR_NOT_FOUND, "talk %d has no part %d: it has %zu", *talk, *part,
                       t->nb_parts);
    return 0;
}

/* The absolute path of a file that may be gone; NULL if its folder is gone. */
static char *absolute_path(const char *name)
{
    char *path = realpath(name, NULL);
    if (path)
        return path;
    AUTO_FREE char *dir = fs_dirname(name), *there = realpath(dir, NULL);
    return there ? fs_join(there, fs_basename(name)) : NULL;
}

/* Whether the path ends with the name and whole folders before it. */
static bool ends_with(const char *path, const char *name)
{
    const size_t nb = strlen(path), wanted = strlen(name);
    return wanted && nb > wanted && strcmp(path + nb - wanted, name) == 0 &&
           path[nb - wanted - 1] == '/';
}

int selector_recording(const struct plan *p, const char *name, struct err *err)
{
    AUTO_FREE char *absolute = absolute_path(name);
    int found = -1;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        bool called_so = false;
        for (size_t k = 0; k < p->recordings[i].nb_files; k++) {
            const char *path = p->recordings[i].files[k].path;
            if (strcmp(path, name) == 0 || (absolute && strcmp(path, absolute) == 0))
                return (int)i;
            called_so = called_so || ends_with(path, name);
        }
        if (!called_so)
            continue;
        if (found >= 0)
            return err_set(err, ERR_INVALID,
                           "more than one recording has the name '%s': give its path, or a folder "
                           "with it: '%s'",
                           name, p->sources[i].name);
        found = (int)i;
    }
    return found >= 0
               ? found
               : err_set(err, ERR_NOT_FOUND,
                         "'%s' is not a recording of this event: 'talkpress add FILE' adds one",
                         name);
}
