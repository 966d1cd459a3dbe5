#include "speakers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

enum { MAX_NAME_WORDS = 4, MAX_PIECES = 64 };

struct piece {
    const char *text;
    size_t len;
};

/* Returns the next piece of *text, up to a separator outside brackets, and moves *text after the
 * separator; NULL at the end. The list of separators ends with NULL; the first that fits counts. */
static struct piece next_piece(const char **text, const char *const *separators)
{
    const char *begin = *text;
    int depth = 0;
    for (const char *p = begin; *p; p++) {
        depth += (*p == '(') - (*p == ')' && depth > 0);
        for (size_t i = 0; depth == 0 && separators[i]; i++) {
            if (str_starts(p, separators[i])) {
                *text = p + strlen(separators[i]);
                return (struct piece){begin, (size_t)(p - begin)};
            }
        }
    }
    *text = NULL;
    return (struct piece){begin, strlen(begin)};
}

/* Returns how many pieces there are; 0: more than MAX_PIECES. */
static size_t split_softly(struct piece out[MAX_PIECES], const char *text)
{
    static const char *const separators[] = {", and ", ", & ", ", ", " and ", " & ", NULL};
    size_t nb = 0;
    while (text && nb < MAX_PIECES)
        out[nb++] = next_piece(&text, separators);
    return text ? 0 : nb;
}

static size_t count_words(const struct piece *piece)
{
    size_t nb = 0;
    for (size_t i = 0; i < piece->len && piece->text[i] != '('; i++)
        nb += piece->text[i] != ' ' && (i == 0 || piece->text[i - 1] == ' ');
    return nb;
}

/* A name begins with a capital (or a letter beyond ASCII) and has one to four words before any
 * bracket: "us, brave in the face of the future" is not two names. A single word after a piece of
 * several is more likely the rest of a name: "Acme Training & Development", "Ann Lee, Acme". */
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

static void add(struct talk *talk, const struct piece *piece)
{
    AUTO_FREE char *name = mem_printf("%.*s", (int)piece->len, piece->text);
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
        size_t nb = split_softly(pieces, group);
        if (nb < 2 || !are_names(pieces, nb)) {
            pieces[0] = (struct piece){group, strlen(group)};
            nb = 1;
        }
        for (size_t i = 0; i < nb; i++)
            add(talk, &pieces[i]);
    }
}

void speakers_add_list(struct talk *talk, const char *names)
{
    static const char *const separators[] = {"/", "&", ",", ";", " and ", NULL};
    while (names) {
        const struct piece piece = next_piece(&names, separators);
        add(talk, &piece);
    }
}

bool speakers_common(const struct talk *a, const struct talk *b)
{
    for (size_t i = 0; i < a->nb_speakers; i++)
        for (size_t k = 0; k < b->nb_speakers; k++)
            if (strcasecmp(a->speakers[i], b->speakers[k]) == 0)
                return true;
    return false;
}
