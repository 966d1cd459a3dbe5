#include "event_names.h"

#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "candidates.h"
#include "cli.h"
#include "fs.h"
#include "language.h"
#include "mem.h"
#include "programme.h"
#include "recording_names.h"
#include "store.h"
#include "str.h"

enum { NB_DECISIONS = 20, MAX_TITLE_BYTES = 1000 };

/* --- talks and parts -------------------------------------------------------------------------- */

/* The text as titles are compared: words in lower case joined by '-'. NULL: it has no letters. */
static char *letters_of(const char *text)
{
    for (const char *p = text; *p; p++)
        if (isalnum((unsigned char)*p) || !isascii((unsigned char)*p))
            return str_slug(text, MAX_TITLE_BYTES);
    return NULL;
}

/* The same without case and accents in any script: "uber" where letters_of has "ueber". */
static char *plain_letters_of(const char *text)
{
    AUTO_FREE char *clean = str_clean(text);
    char *lower = g_utf8_casefold(clean, -1), *apart = g_utf8_normalize(lower, -1, G_NORMALIZE_NFD);
    char *letters = apart ? letters_of(apart) : NULL; /* which leaves combining accents out */
    g_free(lower);
    g_free(apart);
    return letters;
}

/* Whether a word begins with the letters. Where words are not separated, as in Japanese, they may
 * be anywhere. */
static bool words_have(const char *words, const char *letters)
{
    for (const char *at = words; at && (at = strstr(at, letters)); at++)
        if (at == words || at[-1] == '-' || !isascii((unsigned char)*letters))
            return true;
    return false;
}

/* What was typed, as titles are compared with it: members are NULL if it has no letters. */
struct letters {
    char *usual, *plain;
};

static bool title_has(const char *title, const struct letters *typed)
{
    AUTO_FREE char *usual = typed->usual ? letters_of(title) : NULL;
    if (usual && words_have(usual, typed->usual))
        return true;
    AUTO_FREE char *plain = typed->plain ? plain_letters_of(title) : NULL;
    return plain && words_have(plain, typed->plain);
}

static void add_talk(struct candidates *c, const struct talk *t, const char *before,
                     const char *after)
{
    AUTO_FREE char *speakers = talk_speakers(t), *word = NULL;
    word = mem_printf("%s%d%s", before, t->number, after);
    candidates_add(c, word, "%s%s%s", t->title, *speakers ? " — " : "", speakers);
}

/* The parts of a talk whose number was typed, or was found by letters of the title. */
static void add_parts(struct candidates *c, const struct talk *t, bool by_letters,
                      const char *after)
{
    for (size_t i = 0; t->nb_parts > 1 && i < t->nb_parts; i++) {
        AUTO_FREE char *word = mem_printf("%d/%d%s", t->number, t->parts[i].number, after);
        if (by_letters || candidates_fit(c, word))
            candidates_add(c, word, "part %d of %zu: %s", t->parts[i].number, t->nb_parts,
                           t->title);
    }
}

/* after: "=" if a recording follows. */
static void add_talks(struct candidates *c, const struct programme *p, bool parts,
                      const char *after)
{
    const bool by_number = c->typed[strspn(c->typed, "0123456789/-")] == '\0';
    AUTO_FREE char *usual = by_number ? NULL : letters_of(c->typed);
    AUTO_FREE char *plain = by_number ? NULL : plain_letters_of(c->typed);
    const struct letters letters = {usual, plain};
    const int named = by_number ? atoi(c->typed) : 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        AUTO_FREE char *number = mem_printf("%d", t->number);
        const bool by_letters = title_has(t->title, &letters);
        if (t->gone || !(by_number || by_letters))
            continue;
        if (by_letters || candidates_fit(c, number))
            add_talk(c, t, "", after);
        if (parts && (by_letters || t->number == named))
            add_parts(c, t, by_letters, after);
    }
}

/* "3-" and what follows: the last talk of a range. */
static void add_ranges(struct candidates *c, const struct programme *p)
{
    const size_t nb = strspn(c->typed, "0123456789");
    const int first = atoi(c->typed);
    if (!nb || c->typed[nb] != '-')
        return;
    AUTO_FREE char *before = mem_printf("%d-", first);
    for (size_t i = 0; i < p->nb_talks; i++) {
        AUTO_FREE char *word = mem_printf("%s%d", before, p->talks[i].number);
        if (!p->talks[i].gone && p->talks[i].number > first && candidates_fit(c, word))
            add_talk(c, &p->talks[i], before, "");
    }
}

/* --- recordings ------------------------------------------------------------------------------- */

static void add_recordings(struct candidates *c, struct store *store)
{
    struct err ignored = {0};
    struct recording *list = NULL;
    size_t nb = 0;
    if (store_recordings(&list, &nb, store, &ignored) < 0)
        return;
    AUTO_FREE const char **names = mem_zalloc(nb + 1, sizeof *names);
    AUTO_FREE const char **paths = mem_zalloc(nb + 1, sizeof *paths);
    for (size_t i = 0; i < nb; i++)
        paths[i] = list[i].path;
    recording_names_find(names, paths, nb);
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *folder = fs_dirname(paths[i]);
        if (candidates_fit(c, names[i]))
            candidates_add(c, names[i], "in %s", folder);
    }
    recordings_free(list, nb);
}

/* --- rooms and languages ---------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds each of the names once, with the number of talks that have it. */
static void add_counted(struct candidates *c, const char **names, size_t nb)
{
    qsort(names, nb, sizeof *names, by_text);
    for (size_t i = 0, from = 0; i < nb; i++) {
        if (i + 1 < nb && strcmp(names[i], names[i + 1]) == 0)
            continue;
        if (strncasecmp(names[i], c->typed, strlen(c->typed)) == 0)
            candidates_add(c, names[i], "%zu talk%s", i + 1 - from, cli_s(i + 1 - from));
        from = i + 1;
    }
}

static void add_rooms(struct candidates *c, const struct programme *p)
{
    AUTO_FREE const char **names = mem_zalloc(p->nb_talks + 1, sizeof *names);
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].room && !p->talks[i].gone)
            names[nb++] = p->talks[i].room;
    add_counted(c, names, nb);
}

static bool is_in(const char **names, size_t nb, const char *name)
{
    for (size_t i = 0; i < nb; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Those of the programme's talks; of all others the ones that begin with what was typed. */
static void add_languages(struct candidates *c, const struct programme *p)
{
    AUTO_FREE const char **names = mem_zalloc(p->nb_talks + 1, sizeof *names);
    AUTO_FREE char(*codes)[LANGUAGE_BYTES] = mem_zalloc(p->nb_talks + 1, sizeof *codes);
    char code[LANGUAGE_BYTES], longer[LANGUAGE_BYTES];
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        language_short(codes[nb], p->talks[i].language);
        names[nb] = codes[nb];
        nb += *codes[nb] && !p->talks[i].gone;
    }
    add_counted(c, names, nb);
    for (size_t i = 0; (*c->typed || !nb) && language_known(code, i); i++)
        if (candidates_fit(c, code) && !is_in(names, nb, code))
            candidates_add(c, code, "%s", language_long(longer, code));
}

/* --- decisions -------------------------------------------------------------------------------- */

struct decisions {
    struct candidates *c;
    int nb;
};

static int add_decision(void *opaque, const struct decision *d)
{
    struct decisions *list = opaque;
    AUTO_FREE char *id = mem_printf("%lld", (long long)d->id);
    AUTO_FREE char *part = d->part ? mem_printf("/%d", d->part) : mem_strdup("");
    AUTO_FREE char *talk = d->talk ? mem_printf(" of talk %d%s", d->talk, part) : mem_strdup("");
    if (candidates_fit(list->c, id))
        candidates_add(list->c, id, "%s%s, %s, by '%s'", d->kind, talk, d->at, d->through);
    return ++list->nb == NB_DECISIONS;
}

static void add_decisions(struct candidates *c, struct store *store)
{
    struct err ignored = {0};
    struct decisions list = {.c = c};
    (void)!store_each_decision(store, add_decision, &list, &ignored);
}

/* --- all -------------------------------------------------------------------------------------- */

static void add_of_programme(struct candidates *c, struct store *store, unsigned names)
{
    struct err ignored = {0};
    AUTO_PROGRAMME p = {0};
    if (store_programme_brief(&p, store, &ignored) < 0)
        return;
    if (names & (NAMES_TALK | NAMES_PART | NAMES_MATCH))
        add_talks(c, &p, names & (NAMES_PART | NAMES_MATCH), names & NAMES_MATCH ? "=" : "");
    if (names & NAMES_TALK)
        add_ranges(c, &p);
    if (names & NAMES_ROOM)
        add_rooms(c, &p);
    if (names & NAMES_LANGUAGE)
        add_languages(c, &p);
}

void event_names_add(struct candidates *c, const char *dir, unsigned names)
{
    const unsigned of_programme =
        NAMES_TALK | NAMES_PART | NAMES_MATCH | NAMES_ROOM | NAMES_LANGUAGE;
    struct err ignored = {0};
    AUTO_STORE *store = NULL;
    AUTO_FREE char *path = fs_join(dir, "talkpress.db");
    if (!(names & (of_programme | NAMES_RECORDING | NAMES_DECISION)) ||
        store_open_at_once(&store, path, &ignored) < 0)
        return;
    if (names & of_programme)
        add_of_programme(c, store, names);
    if (names & NAMES_RECORDING)
        add_recordings(c, store);
    if (names & NAMES_DECISION)
        add_decisions(c, store);
}
