#include "evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

/* docs/matching.md says why each is what it is. */
enum {
    NUMBER_CLEAR = 8000,
    NUMBER_INSIDE = 5000,
    NUMBER_SECOND = 2000, /* beside a clear one */
    NUMBER_COUNTER = 1000,
    NUMBER_OTHER = -4000, /* the name says another talk's number */
    WORD_RAREST = 6000,
    TITLE_COMPLETE = 3000,
    WORDS_MOST = 14000,
    WORDS_FOREIGN = -3000,
    PART_RIGHT = 4000,
    PART_OTHER = -8000,
    PART_MISSING = -4000, /* a part, but the name marks none */
    PART_OF_WHOLE = EVIDENCE_OTHER_PART,
    LENGTH_EXACT = 9000,
    LENGTH_LEAST = 2500,       /* however many units share it */
    LENGTH_SHORTER_MS = 10000, /* so far from the listed time the length alone makes */
    LENGTH_LONGER_MS = 60000,  /* a candidate: EVIDENCE_LEAST points or more */
    COMMON_AT_LEAST = 8,       /* recordings, and half of all, that have a word: it says nothing */
};

/* A word of the programme, once for each talk that has it. */
struct term {
    char *word;
    int talk;
    bool title, given; /* of the title; of a speaker, but not the last of the name */
    int points;
};

/* What the words of a recording's name count for one talk. */
struct hit {
    int talk, recording, points;
};

/* A number in a recording's name. */
struct mention {
    int number, recording;
};

struct evidence_base {
    const struct programme *programme;
    const struct unit *units;
    size_t *by_listed; /* indices of units that have a listed time, sorted by it */
    size_t nb_by_listed;
    int *by_length; /* recordings of known length, sorted by it */
    size_t nb_by_length;
    struct mention *mentions; /* sorted by number */
    size_t nb_mentions;
    struct file_name_context context;
    struct term *terms; /* sorted by word, then talk */
    size_t nb_terms;
    int *nb_title_words; /* of each talk */
    struct recording_clues *clues;
    size_t nb_recordings;
    struct hit *hits; /* sorted by talk, then recording */
    size_t nb_hits;
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

static size_t add_terms(struct evidence_base *b, const char *text, int talk, bool title)
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

/* One term for each word and talk: its points are the best of its roles. */
static void merge_terms(struct evidence_base *b)
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

/* A word of one talk counts WORD_RAREST, a word of all of them nearly nothing. */
static void weigh_terms(struct evidence_base *b)
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

static void collect_terms(struct evidence_base *b)
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

/* The first term of a word; NULL where no talk has it. Its others follow. */
static const struct term *find_terms(const struct evidence_base *b, const char *word)
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

static bool same_word(const struct evidence_base *b, const struct term *term, const char *word)
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

static void index_units(struct evidence_base *b, const struct unit *units, size_t nb_units)
{
    b->units = units;
    b->by_listed = mem_zalloc(nb_units, sizeof *b->by_listed);
    for (size_t i = 0; i < nb_units; i++)
        if (units[i].listed_s)
            b->by_listed[b->nb_by_listed++] = i;
    qsort_r(b->by_listed, b->nb_by_listed, sizeof *b->by_listed, compare_listed,
            (void *)(uintptr_t)units);
}

/* How many of a list that is sorted by value are below a limit. */
static size_t nb_below(const struct evidence_base *b, size_t nb, int64_t limit,
                       int64_t (*value)(const struct evidence_base *b, size_t at))
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

static int64_t listed_ms_at(const struct evidence_base *b, size_t at)
{
    return b->units[b->by_listed[at]].listed_s * 1000LL;
}

const size_t *evidence_units_of_length(size_t *begin, size_t *end, const struct evidence_base *b,
                                       int64_t length_ms, int64_t within_ms)
{
    *begin = nb_below(b, b->nb_by_listed, length_ms - within_ms, listed_ms_at);
    *end = nb_below(b, b->nb_by_listed, length_ms + within_ms + 1, listed_ms_at);
    return b->by_listed;
}

/* --- the recordings' clues --- */

static int compare_words(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Words that half of all recordings have ("mainhall-…"), sorted; they belong to the names. */
static const char **common_words(size_t *out_nb, const struct evidence_base *b)
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

/* What so many names share says nothing of any talk. */
static void drop_common_words(struct evidence_base *b)
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

/* Of a word that is all letters one would expect to find it in the programme. */
static bool has_foreign_look(const struct file_name *name)
{
    for (size_t i = 0; i < name->nb_words; i++)
        if (strlen(name->words[i]) >= 3 && !strpbrk(name->words[i], "0123456789"))
            return true;
    return false;
}

static int exact_points(const struct evidence_base *b, int64_t duration_ms)
{
    size_t begin, end;
    (void)evidence_units_of_length(&begin, &end, b, duration_ms, 2000);
    const size_t sharing = end - begin;
    const int points = LENGTH_EXACT - (int)lround(1000 * log2(sharing ? (double)sharing : 1));
    return points > LENGTH_LEAST ? points : LENGTH_LEAST;
}

static void read_recording(struct evidence_base *b, struct recording_clues *c,
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
        if (number.kind == FILE_NUMBER_MARKED || /* "03 - episode 15": said most clearly */
            (number.kind == FILE_NUMBER_LEADING && c->number_talk < 0))
            c->number_talk = talk;
    }
}

static int compare_hits(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->talk != y->talk)
        return x->talk < y->talk ? -1 : 1;
    return (x->recording > y->recording) - (x->recording < y->recording);
}

/* points and title_words have an element for each talk, 0 at entry and at the end. */
static void collect_hits(struct evidence_base *b, int recording, int *points, int *title_words)
{
    const struct file_name *name = &b->clues[recording].name;
    const size_t first = b->nb_hits;
    for (size_t i = 0; i < name->nb_words; i++) {
        const struct term *t = find_terms(b, name->words[i]);
        for (; t && same_word(b, t, name->words[i]); t++) {
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
    const struct evidence_base *base = opaque;
    const int64_t x = base->clues[*(const int *)a].duration_ms;
    const int64_t y = base->clues[*(const int *)b].duration_ms;
    return (x > y) - (x < y);
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* To find the recordings of a length, or with a number in their names. */
static void index_recordings(struct evidence_base *b)
{
    b->by_length = mem_zalloc(b->nb_recordings, sizeof *b->by_length);
    for (size_t r = 0; r < b->nb_recordings; r++) {
        const struct recording_clues *c = &b->clues[r];
        if (c->duration_ms >= 0)
            b->by_length[b->nb_by_length++] = (int)r;
        for (size_t i = 0; i < c->name.nb_numbers; i++) {
            b->mentions = mem_grow(b->mentions, b->nb_mentions, sizeof *b->mentions);
            b->mentions[b->nb_mentions++] = (struct mention){c->name.numbers[i].value, (int)r};
        }
    }
    qsort_r(b->by_length, b->nb_by_length, sizeof *b->by_length, compare_lengths, b);
    if (b->nb_mentions)
        qsort(b->mentions, b->nb_mentions, sizeof *b->mentions, compare_mentions);
}

struct evidence_base *evidence_create(const struct programme *programme, const struct unit *units,
                                      size_t nb_units, const struct match_recording *recordings,
                                      size_t nb_recordings)
{
    struct evidence_base *b = mem_zalloc(1, sizeof *b);
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
        qsort(b->hits, b->nb_hits, sizeof *b->hits, compare_hits);
    return b;
}

void evidence_destroy(struct evidence_base *b)
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

const struct recording_clues *evidence_clues(const struct evidence_base *b, int recording)
{
    return &b->clues[recording];
}

/* --- points of a pair --- */

static int number_points(const struct recording_clues *c, int talk, int number)
{
    if (c->number_talk == talk)
        return NUMBER_CLEAR;
    int points = 0;
    for (size_t i = 0; i < c->name.nb_numbers; i++) {
        if (c->name.numbers[i].value != number)
            continue;
        const bool counter = c->name.numbers[i].kind == FILE_NUMBER_COUNTER;
        const int p = counter               ? NUMBER_COUNTER
                      : c->number_talk >= 0 ? NUMBER_SECOND
                                            : NUMBER_INSIDE;
        points = p > points ? p : points;
    }
    return c->number_talk >= 0 ? points + NUMBER_OTHER : points;
}

/* The part that the name marks; "15-2" and "gogrid-2" mark one too where the talk has that part. */
static int marked_part(const struct recording_clues *c, const struct talk *talk)
{
    if (c->name.part)
        return c->name.part;
    for (size_t i = 0; i < c->name.nb_numbers; i++) {
        const struct file_number *n = &c->name.numbers[i];
        if (n->kind == FILE_NUMBER_INSIDE && n->value != talk->number &&
            n->value <= (int)talk->nb_parts)
            return n->value;
    }
    return 0;
}

static int part_points(const struct recording_clues *c, const struct talk *talk,
                       const struct unit *unit, int length)
{
    if (!unit->among_parts)
        return 0;
    const int marked = marked_part(c, talk);
    if (unit->part == 0)
        return marked ? PART_OF_WHOLE : 0;
    if (marked)
        return marked == unit->part ? PART_RIGHT : PART_OTHER;
    return length >= EVIDENCE_CLOSE ? 0 : PART_MISSING;
}

bool evidence_difference(int64_t *out_ms, const struct recording_clues *c, const struct unit *unit)
{
    if (!unit->listed_s || c->duration_ms < 0)
        return false;
    *out_ms = c->duration_ms - unit->listed_s * 1000LL;
    return true;
}

enum evidence_slot evidence_in_slot(const struct recording_clues *c, const struct unit *unit)
{
    const int64_t slot_ms = unit->slot_s * 1000LL, overrun_ms = 5 * 60000LL;
    if (unit->listed_s || !unit->slot_s || c->duration_ms < 0)
        return EVIDENCE_NO_SLOT;
    return c->duration_ms > slot_ms + overrun_ms ? EVIDENCE_OVER_SLOT
           : c->duration_ms < slot_ms / 2        ? EVIDENCE_UNDER_SLOT
                                                 : EVIDENCE_IN_SLOT;
}

/* A slot says little: most talks of a timetable have the same, cameras run on, speakers end early.
 * Only what is far from it speaks against. */
static int slot_points(const struct recording_clues *c, const struct unit *unit)
{
    const int64_t slot_ms = unit->slot_s * 1000LL;
    switch (evidence_in_slot(c, unit)) {
    case EVIDENCE_IN_SLOT:
        return 1000;
    case EVIDENCE_OVER_SLOT:
        return c->duration_ms > 3 * slot_ms ? EVIDENCE_WRONG : 0;
    case EVIDENCE_UNDER_SLOT:
        return c->duration_ms < slot_ms / 5 ? EVIDENCE_WRONG : 0;
    case EVIDENCE_NO_SLOT:
        break;
    }
    return 0;
}

static int length_points(const struct recording_clues *c, const struct unit *unit)
{
    int64_t diff;
    if (!evidence_difference(&diff, c, unit))
        return slot_points(c, unit);
    const int64_t listed = unit->listed_s * 1000LL;
    const int64_t quarter_hour = 15 * 60000LL, slack = listed / 2;
    if (llabs(diff) <= 1000)
        return c->exact_points;
    if (llabs(diff) <= 2000)
        return c->exact_points >= LENGTH_LEAST + 2000 ? c->exact_points - 2000 : LENGTH_LEAST;
    if (diff > 0)
        return diff <= 10000                                           ? EVIDENCE_CLOSE
               : diff <= LENGTH_LONGER_MS                              ? EVIDENCE_LEAST
               : diff <= 300000                                        ? 1000
               : diff <= (slack > quarter_hour ? slack : quarter_hour) ? 0
               : diff <= 2 * listed                                    ? EVIDENCE_WRONG
                                                                       : 2 * EVIDENCE_WRONG;
    return -diff <= LENGTH_SHORTER_MS ? EVIDENCE_LEAST
           : -diff <= listed / 10     ? 0
           : -diff <= listed / 4      ? EVIDENCE_WRONG
           : -diff <= slack           ? -5000
                                      : 2 * EVIDENCE_WRONG;
}

static struct evidence weigh(const struct evidence_base *b, const struct unit *unit,
                             const struct recording_clues *c, int words)
{
    const struct talk *talk = &b->programme->talks[unit->talk];
    struct evidence e = {.words = words, .length = length_points(c, unit)};
    e.number = number_points(c, unit->talk, talk->number);
    e.part = part_points(c, talk, unit, e.length);
    e.foreign = c->foreign && !words ? WORDS_FOREIGN : 0;
    e.total = e.number + e.words + e.part + e.length + e.foreign;
    return e;
}

/* The first hit of a talk with this recording or a later one. */
static size_t find_hit(const struct evidence_base *b, int talk, int recording)
{
    const struct hit wanted = {.talk = talk, .recording = recording};
    size_t low = 0, high = b->nb_hits;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_hits(&b->hits[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int hit_points(const struct evidence_base *b, size_t at, int talk, int recording)
{
    const bool found =
        at < b->nb_hits && b->hits[at].talk == talk && b->hits[at].recording == recording;
    return found ? b->hits[at].points : 0;
}

void evidence_weigh(struct evidence *out, const struct evidence_base *b, const struct unit *unit,
                    int recording)
{
    const int words = hit_points(b, find_hit(b, unit->talk, recording), unit->talk, recording);
    *out = weigh(b, unit, &b->clues[recording], words);
}

static int64_t length_ms_at(const struct evidence_base *b, size_t at)
{
    return b->clues[b->by_length[at]].duration_ms;
}

static int64_t number_at(const struct evidence_base *b, size_t at)
{
    return b->mentions[at].number;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct evidence_candidate *x = a, *y = b;
    return (x->recording > y->recording) - (x->recording < y->recording);
}

/* Recordings that can reach EVIDENCE_LEAST with a talk of one part, some twice. Without a word of
 * the talk or its number in the name, only the length speaks for it: see length_points. */
static size_t list_hopeful(struct evidence_candidate **out, const struct evidence_base *b,
                           const struct unit *unit)
{
    struct evidence_candidate *list = NULL;
    size_t nb = 0;
    const int number = b->programme->talks[unit->talk].number;
    for (size_t i = find_hit(b, unit->talk, 0); i < b->nb_hits && b->hits[i].talk == unit->talk;
         i++) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb++].recording = b->hits[i].recording;
    }
    size_t at = nb_below(b, b->nb_mentions, number, number_at);
    for (; at < b->nb_mentions && b->mentions[at].number == number; at++) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb++].recording = b->mentions[at].recording;
    }
    const int64_t listed_ms = unit->listed_s * 1000LL;
    at = nb_below(b, b->nb_by_length, listed_ms - LENGTH_SHORTER_MS, length_ms_at);
    for (; unit->listed_s && at < b->nb_by_length &&
           length_ms_at(b, at) <= listed_ms + LENGTH_LONGER_MS;
         at++) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb++].recording = b->by_length[at];
    }
    if (nb)
        qsort(list, nb, sizeof *list, compare_candidates);
    *out = list;
    return nb;
}

/* What a part's names and lengths say is looked at in all recordings: such talks are few. */
static size_t list_all(struct evidence_candidate **out, const struct evidence_base *b)
{
    *out = mem_zalloc(b->nb_recordings, sizeof **out);
    for (size_t r = 0; r < b->nb_recordings; r++)
        (*out)[r].recording = (int)r;
    return b->nb_recordings;
}

size_t evidence_candidates(struct evidence_candidate *out, const struct evidence_base *b,
                           const struct unit *unit)
{
    AUTO_FREE struct evidence_candidate *list = NULL;
    const size_t nb_listed = unit->among_parts ? list_all(&list, b) : list_hopeful(&list, b, unit);
    size_t nb = 0;
    for (size_t i = 0; i < nb_listed; i++) {
        struct evidence e;
        if (i && list[i].recording == list[i - 1].recording)
            continue;
        evidence_weigh(&e, b, unit, list[i].recording);
        if (e.total >= EVIDENCE_LEAST)
            out[nb++] = (struct evidence_candidate){list[i].recording, e.total};
    }
    return nb;
}

size_t evidence_words(size_t *out, size_t room, const struct evidence_base *b, int talk,
                      int recording)
{
    const struct file_name *name = &b->clues[recording].name;
    size_t nb = 0;
    for (size_t i = 0; i < name->nb_words && nb < room; i++) {
        const struct term *t = find_terms(b, name->words[i]);
        while (t && same_word(b, t, name->words[i]) && t->talk < talk)
            t++;
        if (t && same_word(b, t, name->words[i]) && t->talk == talk)
            out[nb++] = i;
    }
    return nb;
}
