#include "programme_limits.h"

#include "err.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

int programme_check_count(size_t nb_talks, const char *file, const char *where, struct err *err)
{
    if (nb_talks <= PROGRAMME_MAX_TALKS)
        return 0;
    return err_set(err, ERR_INVALID, "'%s'%s%s: found more than %d talks; expected fewer: split it",
                   file, where ? ", " : "", where ? where : "", PROGRAMME_MAX_TALKS);
}

static size_t count_chars(const char *text)
{
    size_t nb = 0;
    for (; text && str_next_utf8(&text);)
        nb++;
    return nb;
}

/* place is the text's place in the programme: "talk 15". */
static int check_text(const char *text, const char *what, const char *file, const char *place,
                      struct err *err)
{
    const size_t nb = count_chars(text);
    if (nb <= PROGRAMME_MAX_CHARS)
        return 0;
    AUTO_FREE char *quote = str_quote(text, STR_QUOTE_BYTES);
    return err_set(
        err, ERR_INVALID,
        "'%s', %s: %s has %zu characters: found \"%s\"; expected at most %d: shorten it, "
        "or check for a missing mark that should end it",
        file, place, what, nb, quote, PROGRAMME_MAX_CHARS);
}

/* "talk 15", or "talk 3 of 27, 'Title'" if it has no number yet. A new string. */
static char *place_of(const struct programme *p, const struct talk *t)
{
    if (t->number)
        return mem_printf("talk %d", t->number);
    AUTO_FREE char *title = str_quote(t->title, STR_QUOTE_BYTES);
    return mem_printf("talk %zu of %zu, '%s'", (size_t)(t - p->talks) + 1, p->nb_talks, title);
}

static int check_talk(const struct programme *p, const struct talk *t, const char *file,
                      struct err *err)
{
    const struct {
        const char *what, *text;
    } texts[] = {
        {"its title", t->title}, {"its section", t->section},   {"its room", t->room},
        {"its URL", t->url},     {"its language", t->language}, {"its id", t->ref},
    };
    AUTO_FREE char *place = place_of(p, t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (check_text(texts[i].text, texts[i].what, file, place, err) < 0)
            return err->code;
    if (t->nb_parts > PROGRAMME_MAX_PARTS)
        return err_set(err, ERR_INVALID, "'%s', %s: found %zu parts; expected at most %d: split it",
                       file, place, t->nb_parts, PROGRAMME_MAX_PARTS);
    for (size_t i = 0; i < t->nb_speakers; i++)
        if (check_text(t->speakers[i], "a speaker's name", file, place, err) < 0)
            return err->code;
    return 0;
}

static int check_sums(const struct programme *p, const char *file, struct err *err)
{
    size_t nb_speakers = 0;
    for (size_t i = 0; i < p->nb_talks; i++)
        nb_speakers += p->talks[i].nb_speakers;
    if (nb_speakers > PROGRAMME_MAX_SPEAKERS)
        return err_set(err, ERR_INVALID,
                       "'%s': found %zu speakers; expected at most %d in a programme: check what "
                       "separates their names",
                       file, nb_speakers, PROGRAMME_MAX_SPEAKERS);
    if (p->nb_notes > PROGRAMME_MAX_NOTES)
        return err_set(err, ERR_INVALID,
                       "'%s': found %zu things to note, as \"%.200s\"; expected at most %d: "
                       "correct the file",
                       file, p->nb_notes, p->notes[0], PROGRAMME_MAX_NOTES);
    return 0;
}

int programme_check(const struct programme *p, const char *file, struct err *err)
{
    if (programme_check_count(p->nb_talks, file, NULL, err) < 0 || check_sums(p, file, err) < 0 ||
        check_text(p->name, "its name", file, "the event", err) < 0 ||
        check_text(p->place, "its place", file, "the event", err) < 0)
        return err->code;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (check_talk(p, &p->talks[i], file, err) < 0)
            return err->code;
    return 0;
}
