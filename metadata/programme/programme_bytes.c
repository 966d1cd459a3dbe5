#include "programme_bytes.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "err.h"
#include "mem.h"
#include "programme.h"
#include "programme_limits.h"
#include "str.h"

/* A number is "12;", a text "5:title", a text that is missing "-;". */

/* --- writing ---------------------------------------------------------------------------------- */

static void add_number(struct str *out, size_t number)
{
    str_addf(out, "%zu;", number);
}

static void add_text(struct str *out, const char *text)
{
    if (!text) {
        str_add(out, "-;");
        return;
    }
    str_addf(out, "%zu:", strlen(text));
    str_add(out, text);
}

static void add_texts(struct str *out, char *const *texts, size_t nb)
{
    add_number(out, nb);
    for (size_t i = 0; i < nb; i++)
        add_text(out, texts[i]);
}

static void add_talk(struct str *out, const struct talk *t)
{
    const char *const texts[] = {t->ref,   t->shared_ref, t->title, t->section, t->room,
                                 t->start, t->language,   t->url,   t->abstract};
    add_number(out, (size_t)t->number);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(out, texts[i]);
    add_texts(out, t->speakers, t->nb_speakers);
    add_number(out, t->nb_parts);
    for (size_t i = 0; i < t->nb_parts; i++) {
        add_number(out, (size_t)t->parts[i].listed_s);
        add_number(out, (size_t)t->parts[i].slot_s);
    }
}

void programme_to_bytes(struct str *out, const struct programme *p)
{
    const char *const texts[] = {p->name, p->place, p->begin, p->end};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(out, texts[i]);
    add_number(out, p->numbers_are_ids);
    add_texts(out, p->notes, p->nb_notes);
    add_number(out, p->nb_talks);
    for (size_t i = 0; i < p->nb_talks; i++)
        add_talk(out, &p->talks[i]);
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
    const char *bytes, *at, *end;
    GHashTable *numbers; /* set: those of the talks so far */
    int speakers_left;   /* how many more there may be */
    struct err *err;
};

static int fail(const struct reader *r, const char *what)
{
    return err_set(r->err, ERR_INVALID,
                   "the programme that its reader passed on is damaged: %s "
                   "(byte %zu)",
                   what, (size_t)(r->at - r->bytes));
}

/* Digits and the mark after them. */
static int read_count(size_t *out, struct reader *r, char mark, size_t most)
{
    const char *begin = r->at;
    *out = 0;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && *out <= most)
        *out = *out * 10 + (size_t)(*r->at++ - '0');
    if (r->at == begin || r->at == r->end || *r->at != mark)
        return fail(r, "a number is missing or too large");
    r->at++;
    return *out <= most ? 0 : fail(r, "a number is too large");
}

static int read_number(int *out, struct reader *r, int most)
{
    size_t number;
    const int ret = read_count(&number, r, ';', (size_t)most);
    *out = (int)number;
    return ret;
}

/* A new string, or NULL for one that is missing. */
static int read_raw(char **out, struct reader *r)
{
    size_t nb;
    if (r->end - r->at >= 2 && memcmp(r->at, "-;", 2) == 0) {
        r->at += 2;
        return 0;
    }
    if (read_count(&nb, r, ':', (size_t)(r->end - r->at)) < 0)
        return r->err->code;
    if (nb > (size_t)(r->end - r->at))
        return fail(r, "a text is longer than the programme");
    *out = mem_zalloc(nb + 1, 1);
    memcpy(*out, r->at, nb);
    r->at += nb;
    return strlen(*out) == nb ? 0 : fail(r, "a text has a NUL");
}

/* Without what import removes from texts: see docs/sandbox.md. */
static int read_text(char **out, struct reader *r)
{
    if (read_raw(out, r) < 0)
        return r->err->code;
    AUTO_FREE char *clean = *out ? str_clean(*out) : NULL;
    return !*out || strcmp(clean, *out) == 0 ? 0 : fail(r, "a text has characters that none has");
}

static int read_line(char **out, struct reader *r)
{
    if (read_text(out, r) < 0)
        return r->err->code;
    return !*out || !strpbrk(*out, "\n\t") ? 0 : fail(r, "a text of one line has several");
}

/* Notes name the file, whose name may have any bytes. */
static int read_note(char **out, struct reader *r)
{
    AUTO_FREE char *raw = NULL;
    if (read_raw(&raw, r) < 0)
        return r->err->code;
    *out = raw ? str_clean(raw) : NULL;
    return 0;
}

static int read_list(char ***out, size_t *out_nb, struct reader *r, int most,
                     int (*read)(char **out, struct reader *r))
{
    int nb;
    if (read_number(&nb, r, most) < 0)
        return r->err->code;
    for (int i = 0; i < nb; i++) {
        *out = mem_grow(*out, *out_nb, sizeof **out);
        char **text = &(*out)[(*out_nb)++];
        *text = NULL;
        if (read(text, r) < 0)
            return r->err->code;
        if (!*text || !**text)
            return fail(r, "a name or a note is missing");
    }
    return 0;
}

/* A day, or a time with or without its offset. */
static int check_time(struct reader *r, const char *text, bool only_day)
{
    struct datetime when;
    if (!text || (datetime_parse_iso(&when, text) && !(only_day && when.has_time)))
        return 0;
    return fail(r, "a day or a time is none");
}

static int read_parts(struct talk *t, struct reader *r)
{
    int nb;
    if (read_number(&nb, r, PROGRAMME_MAX_PARTS) < 0)
        return r->err->code;
    for (int i = 0; i < nb; i++) {
        int listed_s, slot_s;
        if (read_number(&listed_s, r, DATETIME_MAX_DURATION_S) < 0 ||
            read_number(&slot_s, r, DATETIME_MAX_DURATION_S) < 0)
            return r->err->code;
        talk_add_part(t, listed_s)->slot_s = slot_s;
    }
    return nb ? 0 : fail(r, "a talk has no part");
}

static int check_number(struct reader *r, int number)
{
    return number == 0 || g_hash_table_add(r->numbers, GINT_TO_POINTER(number))
               ? 0
               : fail(r, "two talks have the same number");
}

static int read_talk(struct programme *p, struct reader *r)
{
    struct talk *t = programme_add_talk(p, 0);
    if (read_number(&t->number, r, PROGRAMME_MAX_NUMBER) < 0 || check_number(r, t->number) < 0 ||
        read_line(&t->ref, r) < 0 || read_line(&t->shared_ref, r) < 0 ||
        read_line(&t->title, r) < 0 || read_line(&t->section, r) < 0 ||
        read_line(&t->room, r) < 0 || read_line(&t->start, r) < 0 ||
        read_line(&t->language, r) < 0 || read_line(&t->url, r) < 0 ||
        read_text(&t->abstract, r) < 0 ||
        read_list(&t->speakers, &t->nb_speakers, r, r->speakers_left, read_line) < 0 ||
        read_parts(t, r) < 0 || check_time(r, t->start, false) < 0)
        return r->err->code;
    r->speakers_left -= (int)t->nb_speakers;
    return t->title && *t->title ? 0 : fail(r, "a talk has no title");
}

static int read_programme(struct programme *p, struct reader *r)
{
    int ids, nb_talks;
    if (read_line(&p->name, r) < 0 || read_line(&p->place, r) < 0 || read_line(&p->begin, r) < 0 ||
        read_line(&p->end, r) < 0 || check_time(r, p->begin, true) < 0 ||
        check_time(r, p->end, true) < 0 || read_number(&ids, r, 1) < 0 ||
        read_list(&p->notes, &p->nb_notes, r, PROGRAMME_MAX_NOTES, read_note) < 0 ||
        read_number(&nb_talks, r, PROGRAMME_MAX_TALKS) < 0)
        return r->err->code;
    p->numbers_are_ids = ids;
    for (int i = 0; i < nb_talks; i++)
        if (read_talk(p, r) < 0)
            return r->err->code;
    return r->at == r->end ? 0 : fail(r, "something follows it");
}

static void reader_finish(struct reader *r)
{
    g_hash_table_unref(r->numbers);
}

int programme_from_bytes(struct programme *out, const char *bytes, size_t nb_bytes, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {.bytes = bytes,
                       .at = bytes,
                       .end = bytes + nb_bytes,
                       .speakers_left = PROGRAMME_MAX_SPEAKERS,
                       .err = err};
    r.numbers = g_hash_table_new(NULL, NULL);
    if (read_programme(&p, &r) < 0)
        return err->code;
    *out = p;
    p = (struct programme){0};
    return 0;
}
