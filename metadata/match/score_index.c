#include "score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

/* Points; docs/matching.md gives the reason for each. */
enum {
    WORD_RAREST = 6000,
    TITLE_COMPLETE = 3000,
    WORDS_MOST = 14000,
    LENGTH_EXACT = 9000,
    COMMON_AT_LEAST = 8, /* a word in so many names, and in half of all, is common to them */
};

/* --- the programme's words --- */

static void collect_event_words(struct file_name_context *c, const struct programme *p)
{
    AUTO_STR text = {0};
    str_addf(&text, "%s %s %.4s %.4s", p->name ? p->name : "", p->place ? p->place : "",
             p->begin ? p->begin : "", p->end ? p->end : "");
    c->event_words = file_name_split(&c->nb_event_words, text.s);
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].number > c->greatest_number)
            c->greatest_number = p->talks[i].number;
}

static int compare_terms(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    const int by_word = strcmp(x->word, y->word);
    return by_word ? by_word : (x->talk > y->talk) - (x->talk < y->talk);
}

static size_t add_terms(struct score_index *b, const char *text, int talk, bool title)
{
    size_t nb;
    char **words = file_name_words(&nb, text ? text : "", &b->context);
    for (size_t i = 0; i < nb; i++) {
        b->terms = mem_grow(b->terms, b->nb_terms, sizeof *b->terms);
        b->terms[b->nb_terms++] = (struct term){
            .word = words[i], .talk = talk, .title = title, .given = !title && i + 1 < nb};
    }
    free(words);
    return nb;
}

/* Leaves one term for each word and talk, with the better of its roles. */
static void merge_terms(struct score_index *b)
{
    size_t nb = 0;
    for (size_t i = 0; i < b->nb_terms; i++) {
        struct term *last = nb ? &b->terms[nb - 1] : NULL;
        if (last && !compare_terms(last, &b->terms[i])) {
            last->title |= b->terms[i].title;
            last->given &= b->terms[i].given;
            free(b->terms[i].word);
        } else {
            b->terms[nb++] = b->terms[i];
        }
    }
    b->nb_terms = nb;
}

/* A word of one talk gets WORD_RAREST points, a word of all talks nearly none. */
static void weigh_terms(struct score_index *b)
{
    const double most = log((double)b->programme->nb_talks + 8);
    for (size_t i = 0, end; i < b->nb_terms; i = end) {
        for (end = i; end < b->nb_terms && !strcmp(b->terms[i].word, b->terms[end].word);)
            end++;
        const int points = (int)lround(WORD_RAREST * (1 - log((double)(end - i)) / most));
        for (size_t k = i; k < end; k++)
            b->terms[k].points = b->terms[k].given ? points / 2 : points;
    }
}

static void collect_terms(struct score_index *b)
{
    b->nb_title_words = mem_zalloc(b->programme->nb_talks, sizeof *b->nb_title_words);
    for (size_t i = 0; i < b->programme->nb_talks; i++) {
        const struct talk *talk = &b->programme->talks[i];
        if (talk->gone)
            continue;
        b->nb_title_words[i] = (int)add_terms(b, talk->title, (int)i, true);
        for (size_t k = 0; k < talk->nb_speakers; k++)
            add_terms(b, talk->speakers[k], (int)i, false);
    }
    if (b->nb_terms)
        qsort(b->terms, b->nb_terms, sizeof *b->terms, compare_terms);
    merge_terms(b);
    weigh_terms(b);
}

const struct term *score_index_find_terms(const struct score_index *b, const char *word)
{
    size_t low = 0, high = b->nb_terms;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(b->terms[middle].word, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->nb_terms && !strcmp(b->terms[low].word, word) ? &b->terms[low] : NULL;
}

bool score_index_same_word(const struct score_index *b, const struct term *term, const char *word)
{
    return term < b->terms + b->nb_terms && !strcmp(term->word, word);
}

/* --- units by their times --- */

static int compare_listed(const void *a, const void *b, void *opaque)
{
    const struct unit *units = opaque;
    const size_t *x = a, *y = b;
    const int by_time = units[*x].listed_s - units[*y].listed_s;
    return by_time ? by_time : (*x > *y) - (*x < *y);
}

static void index_units(struct score_index *b, const struct unit *units, size_t nb_units)
{
    b->units = units;
    b->by_listed = mem_zalloc(nb_units, sizeof *b->by_listed);
    for (size_t i = 0; i < nb_units; i++)
        if (units[i].listed_s)
            b->by_listed[b->nb_by_listed++] = i;
    qsort_r(b->by_listed, b->nb_by_listed, sizeof *b->by_listed, compare_listed,
            (void *)(uintptr_t)units);
}

size_t score_index_nb_below(const struct score_index *b, size_t nb, int64_t limit,
                            int64_t (*value)(const struct score_index *b, size_t at))
{
    size_t low = 0, high = nb;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (value(b, middle) < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t listed_ms_at(const struct score_index *b, size_t at)
{
    return b->units[b->by_listed[at]].listed_s * 1000LL;
}

const size_t *score_units_of_length(size_t *begin, size_t *end, const struct score_index *b,
                                    int64_t length_ms, int64_t within_ms)
{
    *begin = score_index_nb_below(b, b->nb_by_listed, length_ms - within_ms, listed_ms_at);
    *end = score_index_nb_below(b, b->nb_by_listed, length_ms + within_ms + 1, listed_ms_at);
    return b->by_listed;
}

/* --- the recordings' clues --- */

static int compare_words(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* The words that half of all recordings have ("mainhall-…"), sorted; the names own them. */
static const char **common_words(size_t *out_nb, const struct score_index *b)
{
    const char **words = NULL;
    size_t nb = 0;
    for (size_t r = 0; r < b->nb_recordings; r++) {
        for (size_t i = 0; i < b->clues[r].name.nb_words; i++) {
            words = mem_grow(words, nb, sizeof *words);
            words[nb++] = b->clues[r].name.words[i];
        }
    }
    if (nb)
        qsort(words, nb, sizeof *words, compare_words);
    *out_nb = 0;
    for (size_t i = 0, end; i < nb; i = end) {
        for (end = i; end < nb && !strcmp(words[i], words[end]);)
            end++;
        if (end - i >= COMMON_AT_LEAST && 2 * (end - i) > b->nb_recordings)
            words[(*out_nb)++] = words[i];
    }
    return words;
}

/* Removes words that so many names share: they identify no talk. */
static void drop_common_words(struct score_index *b)
{
    size_t nb_common;
    AUTO_FREE const char **common = common_words(&nb_common, b);
    char **dropped = NULL; /* kept until the end: common points into them */
    size_t nb_dropped = 0;
    for (size_t r = 0; nb_common && r < b->nb_recordings; r++) {
        struct file_name *name = &b->clues[r].name;
        size_t kept = 0;
        for (size_t i = 0; i < name->nb_words; i++) {
            char *word = name->words[i];
            if (bsearch(&word, common, nb_common, sizeof *common, compare_words)) {
                dropped = mem_grow(dropped, nb_dropped, sizeof *dropped);
                dropped[nb_dropped++] = word;
            } else {
                name->words[kept++] = word;
            }
        }
        name->nb_words = kept;
    }
    mem_free_strings(dropped, nb_dropped);
}

static int talk_index(const struct programme *p, int number)
{
    const struct talk *talk = programme_find(p, number);
    return talk && !talk->gone ? (int)(talk - p->talks) : -1;
}

/* Whether the name has a word without digits, which one would expect in the programme. */
static bool has_foreign_look(const struct file_name *name)
{
    for (size_t i = 0; i < name->nb_words; i++)
        if (strlen(name->words[i]) >= 3 && !strpbrk(name->words[i], "0123456789"))
            return true;
    return false;
}

static int exact_points(const struct score_index *b, int64_t duration_ms)
{
    size_t begin, end;
    (void)score_units_of_length(&begin, &end, b, duration_ms, 2000);
    const size_t sharing = end - begin;
    const int points = LENGTH_EXACT - (int)lround(1000 * log2(sharing ? (double)sharing : 1));
    return points > SCORE_LENGTH_LEAST ? points : SCORE_LENGTH_LEAST;
}

static void read_recording(struct score_index *b, struct recording_clues *c,
                           const struct match_recording *recording)
{
    file_name_read(&c->name, recording->name, &b->context);
    c->duration_ms = recording->duration_ms;
    c->exact_points = exact_points(b, c->duration_ms);
    c->number_talk = -1;
    for (size_t i = 0; i < c->name.nb_numbers; i++) {
        const struct file_number number = c->name.numbers[i];
        const int talk = talk_index(b->programme, number.value);
        if (talk < 0) /* a year, a version, a time … */
            continue;
        if (number.kind == FILE_NUMBER_MARKED || /* "03 - episode 15": the clearest */
            (number.kind == FILE_NUMBER_LEADING && c->number_talk < 0))
            c->number_talk = talk;
    }
}

int score_index_compare_hits(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->talk != y->talk)
        return x->talk < y->talk ? -1 : 1;
    return (x->recording > y->recording) - (x->recording < y->recording);
}

/* points and title_words are scratch space, an element for each talk; 0 before and after. */
static void collect_hits(struct score_index *b, int recording, int *points, int *title_words)
{
    const struct file_name *name = &b->clues[recording].name;
    const size_t first = b->nb_hits;
    for (size_t i = 0; i < name->nb_words; i++) {
        const struct term *t = score_index_find_terms(b, name->words[i]);
        for (; t && score_index_same_word(b, t, name->words[i]); t++) {
            if (!points[t->talk]) {
                b->hits = mem_grow(b->hits, b->nb_hits, sizeof *b->hits);
                b->hits[b->nb_hits++] = (struct hit){.talk = t->talk, .recording = recording};
            }
            points[t->talk] += t->points > 0 ? t->points : 1;
            title_words[t->talk] += t->title;
        }
    }
    for (size_t i = first; i < b->nb_hits; i++) {
        struct hit *hit = &b->hits[i];
        hit->points = points[hit->talk];
        if (title_words[hit->talk] && title_words[hit->talk] == b->nb_title_words[hit->talk])
            hit->points += TITLE_COMPLETE;
        if (hit->points > WORDS_MOST)
            hit->points = WORDS_MOST;
        points[hit->talk] = title_words[hit->talk] = 0;
    }
}

static int compare_lengths(const void *a, const void *b, void *opaque)
{
    const struct score_index *base = opaque;
    const int64_t x = base->clues[*(const int *)a].duration_ms;
    const int64_t y = base->clues[*(const int *)b].duration_ms;
    return (x > y) - (x < y);
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void add_mention(struct score_index *b, int number, int recording)
{
    b->mentions = mem_grow(b->mentions, b->nb_mentions, sizeof *b->mentions);
    b->mentions[b->nb_mentions++] = (struct mention){number, recording};
}

static void index_recordings(struct score_index *b)
{
    b->by_length = mem_zalloc(b->nb_recordings, sizeof *b->by_length);
    for (size_t r = 0; r < b->nb_recordings; r++) {
        const struct recording_clues *c = &b->clues[r];
        if (c->duration_ms >= 0)
            b->by_length[b->nb_by_length++] = (int)r;
        for (size_t i = 0; i < c->name.nb_numbers; i++)
            add_mention(b, c->name.numbers[i].value, (int)r);
        if (c->name.part)
            add_mention(b, -c->name.part, (int)r);
    }
    qsort_r(b->by_length, b->nb_by_length, sizeof *b->by_length, compare_lengths, b);
    if (b->nb_mentions)
        qsort(b->mentions, b->nb_mentions, sizeof *b->mentions, compare_mentions);
}

struct score_index *score_index_create(const struct programme *programme, const struct unit *units,
                                       size_t nb_units, const struct match_recording *recordings,
                                       size_t nb_recordings)
{
    struct score_index *b = mem_zalloc(1, sizeof *b);
    b->programme = programme;
    b->nb_recordings = nb_recordings;
    b->clues = mem_zalloc(nb_recordings, sizeof *b->clues);
    collect_event_words(&b->context, programme);
    collect_terms(b);
    index_units(b, units, nb_units);
    for (size_t i = 0; i < nb_recordings; i++)
        read_recording(b, &b->clues[i], &recordings[i]);
    drop_common_words(b);
    index_recordings(b);

    AUTO_FREE int *points = mem_zalloc(programme->nb_talks, sizeof *points);
    AUTO_FREE int *title_words = mem_zalloc(programme->nb_talks, sizeof *title_words);
    for (size_t i = 0; i < nb_recordings; i++) {
        b->clues[i].foreign = has_foreign_look(&b->clues[i].name);
        collect_hits(b, (int)i, points, title_words);
    }
    if (b->nb_hits)
        qsort(b->hits, b->nb_hits, sizeof *b->hits, score_index_compare_hits);
    return b;
}

void score_index_destroy(struct score_index *b)
{
    if (!b)
        return;
    mem_free_strings(b->context.event_words, b->context.nb_event_words);
    for (size_t i = 0; i < b->nb_terms; i++)
        free(b->terms[i].word);
    free(b->terms);
    free(b->nb_title_words);
    for (size_t i = 0; i < b->nb_recordings; i++)
        file_name_finish(&b->clues[i].name);
    free(b->clues);
    free(b->hits);
    free(b->by_listed);
    free(b->by_length);
    free(b->mentions);
    free(b);
}

const struct recording_clues *score_clues(const struct score_index *b, int recording)
{
    return &b->clues[recording];
}
