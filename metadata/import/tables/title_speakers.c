#include "title_speakers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "speakers.h"
#include "str.h"

enum { MIN_TITLES = 2, MIN_NAME_WORDS = 2, MAX_NAME_WORDS = 4 };

enum form { FORM_DASH, FORM_BAR, FORM_BY, FORM_COLON, FORM_BRACKETS, NB_FORMS };

static const char *const form_names[NB_FORMS][2] = {
    {"Title - Speaker", "Speaker - Title"},
    {"Title | Speaker", "Speaker | Title"},
    {"Title by Speaker", ""},
    {"", "Speaker: Title"},
    {"Title (Speaker)", ""},
};

/* Two parts of a title. */
struct halves {
    char *head, *tail;
};

static void halves_finish(struct halves *h)
{
    free(h->head);
    free(h->tail);
}
#define AUTO_HALVES ATTR_CLEANUP(halves_finish) struct halves

/* The last place of one of the marks, and its length; NULL: there is none. */
static const char *find_last(size_t *out_len, const char *text, const char *const *marks)
{
    const char *last = NULL;
    for (; *marks; marks++)
        for (const char *p = text; (p = strstr(p, *marks)); p++)
            if (!last || p > last) {
                last = p;
                *out_len = strlen(*marks);
            }
    return last;
}

static bool cut(struct halves *out, const char *title, enum form form)
{
    static const char *const marks[NB_FORMS][4] = {
        {" - ", " – ", " — ", NULL}, {" | ", NULL}, {" by ", NULL}, {": ", NULL}, {" (", NULL}};
    size_t len = 0;
    const char *at = find_last(&len, title, marks[form]);
    const size_t closing = form == FORM_BRACKETS;
    if (!at || at == title || (closing && !str_ends(title, ")")))
        return false;
    out->head = mem_printf("%.*s", (int)(at - title), title);
    out->tail = mem_printf("%.*s", (int)(strlen(at + len) - closing), at + len);
    return true;
}

/* Words that begin with a capital in titles, and that no name has. */
static bool is_title_word(const char *word)
{
    static const char *const words[] = {
        "a",        "an",      "the",          "in",        "on",       "of",        "for",
        "to",       "with",    "from",         "what",      "how",      "why",       "when",
        "is",       "are",     "your",         "our",       "my",       "we",        "you",
        "it",       "its",     "new",          "part",      "talk",     "talks",     "first",
        "second",   "third",   "using",        "into",      "at",       "as",        "be",
        "not",      "no",      "all",          "more",      "one",      "two",       "best",
        "next",     "lessons", "introduction", "intro",     "overview", "keynote",   "panel",
        "workshop", "demo",    "opening",      "closing",   "session",  "lightning", "update",
        "case",     "study",   "practice",     "practices", "learned",  "beyond",    "through",
        "without",  "versus",  "vs",           "data",      NULL};
    return str_is_one_of(word, words);
}

static bool is_particle(const char *word)
{
    static const char *const words[] = {"van", "von", "de",  "den", "der", "del", "della", "di",
                                        "da",  "do",  "dos", "la",  "le",  "el",  "al",    "bin",
                                        "ben", "zu",  "ter", "ten", "y",   "e"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* "Ann Lee", "Jan van der Berg": two to four words that begin with a capital. */
static bool is_name(const char *text)
{
    AUTO_FREE char *copy = mem_strdup(text);
    int nb = 0;
    char *rest = copy;
    for (char *word; (word = strsep(&rest, " "));) {
        const unsigned char first = (unsigned char)*word;
        if (!*word || is_particle(word))
            continue;
        if (!(isupper(first) || first >= 0x80) || is_title_word(word) ||
            word[strcspn(word, "0123456789:!?\"()")])
            return false;
        nb++;
    }
    return nb >= MIN_NAME_WORDS && nb <= MAX_NAME_WORDS;
}

static bool are_names(const char *text)
{
    struct talk people = {0};
    speakers_add(&people, text);
    bool all = people.nb_speakers > 0;
    for (size_t i = 0; i < people.nb_speakers; i++)
        all = all && is_name(people.speakers[i]);
    mem_free_strings(people.speakers, people.nb_speakers);
    return all;
}

/* How many titles have a form, and in how many its halves are names. */
struct count {
    size_t nb_talks, nb_cut, nb_heads, nb_tails;
};

static struct count survey(const struct programme *p, enum form form)
{
    struct count n = {0};
    for (size_t i = 0; i < p->nb_talks; i++) {
        AUTO_HALVES halves = {0};
        if (p->talks[i].nb_speakers)
            continue;
        n.nb_talks++;
        if (!cut(&halves, p->talks[i].title, form))
            continue;
        n.nb_cut++;
        n.nb_tails += form != FORM_COLON && are_names(halves.tail);
        n.nb_heads += form != FORM_BY && form != FORM_BRACKETS && are_names(halves.head);
    }
    return n;
}

/* Whether so many names among the titles with the form are no accident. */
static bool is_evident(size_t nb_names, const struct count *n, enum form form)
{
    const size_t least = form >= FORM_COLON ? 2 : 3; /* colons and brackets have other uses */
    return nb_names >= MIN_TITLES && nb_names * least >= n->nb_talks &&
           nb_names * 5 >= n->nb_cut * 4;
}

static size_t take(struct programme *p, enum form form, bool heads)
{
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct talk *talk = &p->talks[i];
        AUTO_HALVES halves = {0};
        if (talk->nb_speakers || !cut(&halves, talk->title, form) ||
            !are_names(heads ? halves.head : halves.tail))
            continue;
        speakers_add(talk, heads ? halves.head : halves.tail);
        free(talk->title);
        talk->title = mem_take(heads ? &halves.tail : &halves.head);
        nb++;
    }
    return nb;
}

bool title_speakers_take(struct programme *p, const char *name)
{
    for (enum form form = 0; form < NB_FORMS; form++) {
        const struct count n = survey(p, form);
        const bool heads = n.nb_heads > n.nb_tails;
        if (!is_evident(heads ? n.nb_heads : n.nb_tails, &n, form))
            continue;
        const size_t nb = take(p, form, heads);
        programme_note(p,
                       "'%s': the speakers of %zu talk%s were taken from titles of the form \"%s\"",
                       name, nb, nb == 1 ? "" : "s", form_names[form][heads]);
        return true;
    }
    return false;
}
