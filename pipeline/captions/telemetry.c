#include "telemetry.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "captions_text.h"
#include "mem.h"
#include "str.h"

/* Thresholds. Speech repeats in most cues only its few commonest words, and has no eight words a
 * second. Roll-up captions repeat each line in up to three cues. Speech about mathematics or
 * history may have as many digits as telemetry, but seldom in the form of measured values. */
enum {
    MIN_DIGITS = 20,       /* of all cues together */
    MIN_MEASURED = 8,      /* the same, where they are measured values */
    MIN_FRACTION = 3,      /* decimal places of a position */
    MANY_NUMBERS = 3,      /* in a cue, of a sensor's axes */
    MIN_CUES = 3,          /* to call words repeated */
    REPEATED_PERCENT = 40, /* a word is repeated if so many of the cues have it */
    REPEATED_LEAST = 4,    /* and in so many, or in all */
    BLOB_CHARS = 40,       /* a word of ASCII that is longer is encoded data */
    MIN_RATE_CUES = 20,    /* to judge how fast they follow each other */
    PICTURE_RATE_MS = 100, /* no speech has captions that follow each other so fast */
};

struct word {
    uint64_t hash;
    size_t cue;
};

struct count {
    struct word *words;
    size_t nb_words, nb_cues; /* cues with a letter or a digit */
    size_t nb_letters, nb_digits, nb_blob;
    size_t nb_measured; /* cues with a value in a form that is seldom spoken */
    size_t nb_many;     /* cues with MANY_NUMBERS */
    size_t nb_numbers, nb_after_word;
    size_t nb_named; /* numbers between their name and a sign, or before a unit */
};

/* --- words ------------------------------------------------------------------------------------ */

/* Letters, and marks and symbols of other scripts; not the punctuation beyond ASCII. */
static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xc0 && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3040));
}

static void add_word(struct count *n, uint64_t hash, bool *inside)
{
    if (!*inside)
        return;
    n->words = mem_grow(n->words, n->nb_words, sizeof *n->words);
    n->words[n->nb_words++] = (struct word){hash, n->nb_cues};
    *inside = false;
}

/* Whether a long word is encoded data: it mixes capitals or digits in, and is no address. */
static bool is_encoded(const char *word, size_t nb)
{
    size_t nb_mixed = 0;
    for (size_t i = 1; i < nb; i++) {
        if ((unsigned char)word[i] >= 0x80 || strncmp(word + i, "://", 3) == 0)
            return false;
        nb_mixed += (word[i] >= 'A' && word[i] <= 'Z') || (word[i] >= '0' && word[i] <= '9');
    }
    return nb > BLOB_CHARS && nb_mixed > 0;
}

/* Characters of words of ASCII that are too long to be words. */
static size_t blob_chars(const char *text)
{
    size_t nb = 0;
    for (const char *p = text; *p;) {
        const size_t space = strspn(p, " \n"), word = strcspn(p + space, " \n");
        nb += is_encoded(p + space, word) ? word : 0;
        p += space + word;
    }
    return nb;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_with_unit(const char *text)
{
    static const char *const units[] = {"m",   "ft",  "km",  "km/h", "kmh",  "kph", "mph", "m/s",
                                        "kt",  "kn",  "kts", "hpa",  "mbar", "v",   "mv",  "ma",
                                        "bpm", "rpm", "fps", "ms",   "g",    "c",   "f",   "w"};
    const char *p = text + (*text == ' ');
    const size_t nb = strcspn(p, " ,;|)]\n");
    if (strncmp(p, "°", strlen("°")) == 0 || *p == '%')
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i]) == nb && strncasecmp(units[i], p, nb) == 0)
            return true;
    return false;
}

/* Whether a number at p follows its name: "iso: 100", "EV=0", "[ct : 5064]". */
static bool follows_name(const char *text, const char *p)
{
    while (p > text && strchr("-+( ", p[-1]))
        p--;
    if (p == text || !strchr(":=", p[-1]))
        return false;
    for (p--; p > text && p[-1] == ' ';)
        p--;
    return p > text && is_letter((unsigned char)p[-1]);
}

static bool follows_word(const char *text, const char *p)
{
    while (p > text && strchr("-+( :=[", p[-1]))
        p--;
    return p > text && is_letter((unsigned char)p[-1]);
}

/* Whether a number, which ends at end, is a position or a time with seconds. */
static bool is_measured(const char *p, const char *end)
{
    const char *point = memchr(p, '.', (size_t)(end - p));
    int hours, minutes, seconds;
    return (point && end - point > MIN_FRACTION) || strncmp(end, "°", strlen("°")) == 0 ||
           (end - p <= 2 && sscanf(p, "%2d:%2d:%2d", &hours, &minutes, &seconds) == 3);
}

static void count_values(struct count *n, const char *text)
{
    size_t nb = 0;
    bool measured = false;
    for (const char *p = text, *end; *p; p = end) {
        end = p + 1;
        if (!is_digit(*p))
            continue;
        while (is_digit(*end) || (*end == '.' && is_digit(end[1])))
            end++;
        nb++;
        n->nb_after_word += follows_word(text, p);
        measured = measured || is_measured(p, end);
        n->nb_named += follows_name(text, p) || starts_with_unit(end);
    }
    n->nb_measured += measured;
    n->nb_numbers += nb;
    n->nb_many += nb >= MANY_NUMBERS && !strpbrk(text, "+*=/^"); /* these are formulas */
}

static void count_cue(struct count *n, const char *text)
{
    enum { FNV_PRIME = 0x1b3 }; /* FNV-1a's, without its high bit: as good here */
    uint64_t hash = 0;
    bool inside = false, any = false;
    const char *p = text;
    for (uint32_t c; (c = str_next_utf8(&p));) {
        const bool digit = c >= '0' && c <= '9';
        n->nb_digits += digit;
        any = any || digit;
        if (!is_letter(c)) {
            add_word(n, hash, &inside);
            continue;
        }
        const uint32_t small = c < 0x80 ? c | 0x20 : c;
        hash = ((inside ? hash : 0xcbf29ce484222325) ^ small) * (((uint64_t)1 << 40) + FNV_PRIME);
        inside = any = true;
        n->nb_letters++;
    }
    add_word(n, hash, &inside);
    n->nb_blob += blob_chars(text);
    count_values(n, text);
    n->nb_cues += any;
}

static int by_word(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->cue > y->cue) - (x->cue < y->cue);
}

/* The percentage of the words that occur in many of the cues. */
static size_t repeated_percent(struct count *n)
{
    size_t nb = 0;
    if (!n->nb_words || n->nb_cues < MIN_CUES)
        return 0;
    qsort(n->words, n->nb_words, sizeof *n->words, by_word);
    for (size_t i = 0, end; i < n->nb_words; i = end) {
        size_t nb_cues = 0;
        for (end = i; end < n->nb_words && n->words[end].hash == n->words[i].hash; end++)
            nb_cues += end == i || n->words[end].cue != n->words[end - 1].cue;
        if ((nb_cues >= REPEATED_LEAST || nb_cues == n->nb_cues) &&
            nb_cues * 100 >= n->nb_cues * REPEATED_PERCENT)
            nb += end - i;
    }
    return nb * 100 / n->nb_words;
}

/* --- the rate of cues ------------------------------------------------------------------------- */

/* Whether three quarters of those that do not begin together follow each other that fast. */
static bool at_picture_rate(const struct cues *c, size_t nb)
{
    size_t nb_starts = 0, nb_fast = 0;
    for (size_t i = 1; i < nb; i++) {
        const int64_t apart = c->cues[i].start_ms - c->cues[i - 1].start_ms;
        nb_starts += apart != 0;
        nb_fast += apart != 0 && llabs(apart) <= PICTURE_RATE_MS;
    }
    return nb_starts >= MIN_RATE_CUES && nb_fast * 4 >= nb_starts * 3;
}

static const char numbers[] = "little but numbers",
                  same_words[] = "numbers with the same words in every cue",
                  encoded[] = "encoded data",
                  picture_rate[] = "text that changes as often as the picture";

const char *telemetry_by_name(const char *text)
{
    static const char *const names[] = {numbers, same_words, encoded, picture_rate};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return names[i];
    return NULL;
}

static const char *judge(struct count *n)
{
    const bool measured = n->nb_measured * 2 >= n->nb_cues,
               named = n->nb_named >= 2 * n->nb_cues || n->nb_after_word * 10 >= n->nb_numbers * 9;
    const size_t repeated = repeated_percent(n), all = n->nb_letters + n->nb_digits,
                 least = measured ? MIN_MEASURED : MIN_DIGITS;
    const size_t digits = all && n->nb_digits >= least ? n->nb_digits * 100 / all : 0;
    if ((digits >= 50 && (measured || named)) || (digits >= 80 && n->nb_many * 5 >= n->nb_cues * 4))
        return numbers;
    if ((measured || named) &&
        ((digits >= 25 && repeated >= 60) || (digits >= 3 && repeated >= 90)))
        return same_words;
    return all && n->nb_blob * 2 > all ? encoded : NULL;
}

const char *telemetry_find(const struct cues *c)
{
    struct count n = {0};
    const size_t nb = c->nb < TELEMETRY_CUES ? c->nb : TELEMETRY_CUES;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *plain = captions_to_plain(c->cues[i].text);
        count_cue(&n, plain);
    }
    const char *why = judge(&n);
    free(n.words);
    if (!why && at_picture_rate(c, nb))
        return picture_rate;
    return why;
}
