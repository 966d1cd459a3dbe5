#include "card_breaks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"

static const char line_separator[] = "\xe2\x80\xa8", no_break_space[] = "\xc2\xa0";

/* --- places ----------------------------------------------------------------------------------- */

enum { STRONG = 3 };

/* Ends of phrases, in the order of their worth; a space follows all but the wide ones. */
static const struct {
    const char *mark;
    int worth;
} marks[] = {
    {":", STRONG},
    {" \xe2\x80\x93", STRONG},
    {" \xe2\x80\x94", STRONG},
    {" -", STRONG},
    {" |", STRONG},
    {" /", STRONG},
    {"?", STRONG},
    {"!", STRONG},
    {";", STRONG},
    {".", 2},
    {"\xe2\x80\xa6", 2},
    {"\xef\xbc\x9a", STRONG},
    {"\xef\xbc\x9f", STRONG},
    {"\xef\xbc\x81", STRONG},
    {"\xe3\x80\x82", STRONG},
    {",", 1},
    {"\xe3\x80\x81", 1},
};

struct place {
    size_t at;
    int worth;
    size_t off; /* from the text's middle */
};

static bool ends_with(const char *text, size_t nb, const char *mark)
{
    const size_t length = strlen(mark);
    return nb >= length && memcmp(text + nb - length, mark, length) == 0;
}

/* What a line end before [at] is worth; 0: nothing. The mark is followed by a space, but for marks
 * of East Asian scripts, which are as wide as their space. */
static int worth_of(const char *text, size_t at)
{
    const bool space = at > 1 && text[at - 1] == ' ';
    const size_t end = space ? at - 1 : at;
    if (space && (text[at] == '(' || text[at] == '['))
        return 2;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const unsigned char first = (unsigned char)marks[i].mark[0];
        const bool wide = first == 0xe3 || first == 0xef;
        if (space != wide && ends_with(text, end, marks[i].mark))
            return marks[i].worth;
    }
    return 0;
}

static int by_worth(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->worth != y->worth)
        return y->worth - x->worth;
    return (x->off > y->off) - (x->off < y->off);
}

size_t card_breaks_find(size_t out[CARD_MAX_BREAKS], size_t *nb_strong, const char *text)
{
    struct place *places = NULL;
    const size_t nb_bytes = strlen(text);
    size_t nb = 0;
    *nb_strong = 0;
    if (strstr(text, line_separator))
        return 0;
    const char *p = text;
    for (const char *at = p; *p; at = p) {
        const size_t i = (size_t)(at - text);
        const int worth = i ? worth_of(text, i) : 0;
        (void)str_next_utf8(&p);
        if (!worth || *at == ' ')
            continue;
        places = mem_grow(places, nb, sizeof *places);
        places[nb++] =
            (struct place){i, worth, i > nb_bytes / 2 ? i - nb_bytes / 2 : nb_bytes / 2 - i};
    }
    if (nb)
        qsort(places, nb, sizeof *places, by_worth);
    nb = nb < CARD_MAX_BREAKS ? nb : CARD_MAX_BREAKS;
    for (size_t i = 0; i < nb; i++) {
        out[i] = places[i].at;
        *nb_strong += places[i].worth == STRONG;
    }
    free(places);
    return nb;
}

/* --- words that belong to the next one -------------------------------------------------------- */

/* Articles, prepositions and conjunctions of English, German, French, Spanish, Italian, Dutch; and
 * words of one small letter. */
static bool leans_on_next(const char *word, size_t nb)
{
    static const char *const words[] = {
        "an",  "the",        "of",  "in",   "on",  "at",  "to",  "for", "and", "or",  "with",
        "by",  "from",       "as",  "vs",   "vs.", "not", "no",  "der", "die", "das", "den",
        "dem", "des",        "ein", "eine", "und", "im",  "am",  "zu",  "zur", "zum", "von",
        "mit", "f\xc3\xbcr", "aus", "le",   "la",  "les", "un",  "une", "de",  "du",  "et",
        "en",  "el",         "los", "las",  "del", "al",  "con", "por", "il",  "lo",  "gli",
        "di",  "da",         "het", "een",  "van", "&",   "+",
    };
    if (nb == 1 && ((*word >= 'a' && *word <= 'z') || *word == 'A'))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == nb && strncasecmp(words[i], word, nb) == 0)
            return true;
    return false;
}

char *card_breaks_apply(const char *text, size_t place, bool bound)
{
    struct str out = {0};
    size_t word = 0; /* where it begins */
    str_add(&out, "");
    for (size_t i = 0; text[i]; i++) {
        const bool before = i + 1 == place && text[i] == ' ';
        if (i == place && place && text[i - 1] != ' ')
            str_add(&out, line_separator);
        if (before)
            str_add(&out, line_separator);
        else if (text[i] == ' ' && bound && leans_on_next(text + word, i - word))
            str_add(&out, no_break_space);
        else
            str_add_bytes(&out, &text[i], 1);
        word = text[i] == ' ' ? i + 1 : word;
    }
    return str_take(&out);
}
