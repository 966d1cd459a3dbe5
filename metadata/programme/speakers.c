#include "speakers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

enum { MAX_NAME_WORDS = 4, MAX_PIECES = 64 };

struct piece {
    const char *text;
    size_t len;
};

/* The separator at p, in bytes; 0 where there is none. ", and " is one. */
static size_t separator_at(const char *p, const char *begin)
{
    static const char *const soft[] = {", and ", ", & ", ", ", " and ", " & "};
    for (size_t i = 0; p > begin && i < sizeof soft / sizeof *soft; i++)
        if (str_starts(p, soft[i]))
            return strlen(soft[i]);
    return 0;
}

static size_t split(struct piece out[MAX_PIECES], const char *text)
{
    size_t nb = 0;
    int depth = 0;
    const char *begin = text;
    for (const char *p = text;; p++) {
        depth += (*p == '(') - (*p == ')' && depth > 0);
        const size_t len = depth ? 0 : separator_at(p, begin);
        if (!len && *p)
            continue;
        if (nb == MAX_PIECES)
            return 0;
        out[nb++] = (struct piece){begin, (size_t)(p - begin)};
        if (!*p)
            return nb;
        begin = p + len;
        p = begin - 1;
    }
}

static size_t count_words(const struct piece *piece)
{
    size_t nb = 0;
    for (size_t i = 0; i < piece->len && piece->text[i] != '('; i++)
        nb += piece->text[i] != ' ' && (i == 0 || piece->text[i - 1] == ' ');
    return nb;
}

/* A name begins with a capital (or a letter beyond ASCII) and has one to four words before a
 * bracket: "us, brave in the face of the future" are not two. Where the last piece is a single word
 * and another is not, it is rather the rest of a name: "Acme Training & Development", "Ann Lee,
 * Acme". */
static bool are_names(const struct piece *pieces, size_t nb)
{
    bool full = false;
    for (size_t i = 0; i < nb; i++) {
        const unsigned char first = (unsigned char)*pieces[i].text;
        const size_t words = count_words(&pieces[i]);
        if (!(isupper(first) || first >= 0x80) || words < 1 || words > MAX_NAME_WORDS)
            return false;
        full = full || (i + 1 < nb && words > 1);
    }
    return !full || count_words(&pieces[nb - 1]) > 1;
}

static void add(struct talk *talk, const char *text, size_t len)
{
    AUTO_FREE char *name = mem_printf("%.*s", (int)len, text);
    str_fold_space(name);
    if (*name)
        talk_add_speaker(talk, name);
}

void speakers_add(struct talk *talk, const char *names)
{
    AUTO_FREE char *copy = mem_strdup(names);
    char *rest = copy;
    for (char *group; (group = strsep(&rest, ";\n"));) {
        str_fold_space(group);
        struct piece pieces[MAX_PIECES];
        const size_t nb = split(pieces, group);
        if (nb < 2 || !are_names(pieces, nb)) {
            add(talk, group, strlen(group));
            continue;
        }
        for (size_t i = 0; i < nb; i++)
            add(talk, pieces[i].text, pieces[i].len);
    }
}
