#include "telemetry.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "captions_text.h"
#include "mem.h"
#include "str.h"

/* Thresholds. Speech has at most 10 % digits, repeats in most cues only its few commonest words,
 * and has no eight words a second. Roll-up captions repeat each line in up to three cues. */
enum {
    MIN_DIGITS = 20,       /* of all cues together */
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

/* Characters of words of ASCII that are too long to be words. */
static size_t blob_chars(const char *text)
{
    size_t nb = 0;
    for (const char *p = text; *p;) {
        const size_t space = strspn(p, " \n"), word = strcspn(p + space, " \n");
        bool ascii = true;
        for (size_t i = 0; i < word; i++)
            ascii = ascii && (unsigned char)p[space + i] < 0x80;
        nb += ascii && word > BLOB_CHARS ? word : 0;
        p += space + word;
    }
    return nb;
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

const char *telemetry_find(const struct cues *c)
{
    struct count n = {0};
    const size_t nb = c->nb < TELEMETRY_CUES ? c->nb : TELEMETRY_CUES;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *plain = captions_to_plain(c->cues[i].text);
        count_cue(&n, plain);
    }
    const size_t repeated = repeated_percent(&n), all = n.nb_letters + n.nb_digits;
    const size_t digits = all && n.nb_digits >= MIN_DIGITS ? n.nb_digits * 100 / all : 0;
    free(n.words);
    if (digits >= 50)
        return "little but numbers";
    if ((digits >= 25 && repeated >= 60) || (digits >= 3 && repeated >= 90))
        return "numbers with the same words in every cue";
    if (all && n.nb_blob * 2 > all)
        return "encoded data";
    return at_picture_rate(c, nb) ? "text that changes as often as the picture" : NULL;
}
