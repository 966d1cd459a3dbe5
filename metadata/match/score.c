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
    NUMBER_CLEAR = 8000,
    NUMBER_INSIDE = 5000,
    NUMBER_SECOND = 2000, /* beside a clear one */
    NUMBER_COUNTER = 1000,
    NUMBER_OTHER = -4000, /* the name has another talk's number */
    WORDS_FOREIGN = -3000,
    PART_RIGHT = 4000,
    PART_OTHER = -8000,
    PART_MISSING = -4000, /* the name marks no part */
    PART_OF_WHOLE = SCORE_OTHER_PART,
    LENGTH_SHORTER_MS = 10000, /* within these of the listed time, the length alone makes */
    LENGTH_LONGER_MS = 60000,  /* a candidate, with SCORE_LEAST points or more; */
    LENGTH_NEAREST = 200,      /* at most so many are taken */
};

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

/* The part that the name marks; "15-2" and "gogrid-2" mark part 2 if the talk has one. 0: none. */
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
    return length >= SCORE_CLOSE ? 0 : PART_MISSING;
}

bool score_difference(int64_t *out_ms, const struct recording_clues *c, const struct unit *unit)
{
    if (!unit->listed_s || c->duration_ms < 0)
        return false;
    *out_ms = c->duration_ms - unit->listed_s * 1000LL;
    return true;
}

enum score_slot score_in_slot(const struct recording_clues *c, const struct unit *unit)
{
    const int64_t slot_ms = unit->slot_s * 1000LL, overrun_ms = 5 * 60000LL;
    if (unit->listed_s || !unit->slot_s || c->duration_ms < 0)
        return SCORE_NO_SLOT;
    return c->duration_ms > slot_ms + overrun_ms ? SCORE_OVER_SLOT
           : c->duration_ms < slot_ms / 2        ? SCORE_UNDER_SLOT
                                                 : SCORE_IN_SLOT;
}

/* A slot tells little: most talks of a timetable have the same, cameras run on, speakers end early.
 * Only a length far from it counts against a match. */
static int slot_points(const struct recording_clues *c, const struct unit *unit)
{
    const int64_t slot_ms = unit->slot_s * 1000LL;
    switch (score_in_slot(c, unit)) {
    case SCORE_IN_SLOT:
        return 1000;
    case SCORE_OVER_SLOT:
        return c->duration_ms > 3 * slot_ms ? SCORE_WRONG : 0;
    case SCORE_UNDER_SLOT:
        return c->duration_ms < slot_ms / 5 ? SCORE_WRONG : 0;
    case SCORE_NO_SLOT:
        break;
    }
    return 0;
}

static int length_points(const struct recording_clues *c, const struct unit *unit)
{
    int64_t diff;
    if (!score_difference(&diff, c, unit))
        return slot_points(c, unit);
    const int64_t listed = unit->listed_s * 1000LL;
    const int64_t quarter_hour = 15 * 60000LL, slack = listed / 2;
    if (llabs(diff) <= 1000)
        return c->exact_points;
    if (llabs(diff) <= 2000)
        return c->exact_points >= SCORE_LENGTH_LEAST + 2000 ? c->exact_points - 2000
                                                            : SCORE_LENGTH_LEAST;
    if (diff > 0)
        return diff <= 10000                                           ? SCORE_CLOSE
               : diff <= LENGTH_LONGER_MS                              ? SCORE_LEAST
               : diff <= 300000                                        ? 1000
               : diff <= (slack > quarter_hour ? slack : quarter_hour) ? 0
               : diff <= 2 * listed                                    ? SCORE_WRONG
                                                                       : 2 * SCORE_WRONG;
    return -diff <= LENGTH_SHORTER_MS ? SCORE_LEAST
           : -diff <= listed / 10     ? 0
           : -diff <= listed / 4      ? SCORE_WRONG
           : -diff <= slack           ? -5000
                                      : 2 * SCORE_WRONG;
}

static struct score weigh(const struct score_index *b, const struct unit *unit,
                          const struct recording_clues *c, int words)
{
    const struct talk *talk = &b->programme->talks[unit->talk];
    struct score e = {.words = words, .length = length_points(c, unit)};
    e.number = number_points(c, unit->talk, talk->number);
    e.part = part_points(c, talk, unit, e.length);
    e.foreign = c->foreign && !words ? WORDS_FOREIGN : 0;
    e.total = e.number + e.words + e.part + e.length + e.foreign;
    return e;
}

/* The index of the talk's first hit with this recording or a later one. */
static size_t find_hit(const struct score_index *b, int talk, int recording)
{
    const struct hit wanted = {.talk = talk, .recording = recording};
    size_t low = 0, high = b->nb_hits;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (score_index_compare_hits(&b->hits[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int hit_points(const struct score_index *b, size_t at, int talk, int recording)
{
    const bool found =
        at < b->nb_hits && b->hits[at].talk == talk && b->hits[at].recording == recording;
    return found ? b->hits[at].points : 0;
}

void score_pair(struct score *out, const struct score_index *b, const struct unit *unit,
                int recording)
{
    const int words = hit_points(b, find_hit(b, unit->talk, recording), unit->talk, recording);
    *out = weigh(b, unit, &b->clues[recording], words);
}

static int64_t length_ms_at(const struct score_index *b, size_t at)
{
    return b->clues[b->by_length[at]].duration_ms;
}

static int64_t number_at(const struct score_index *b, size_t at)
{
    return b->mentions[at].number;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct score_candidate *x = a, *y = b;
    return (x->recording > y->recording) - (x->recording < y->recording);
}

/* The distance of the at-th recording by length from a listed time; INT64_MAX: too far, or there is
 * no such recording. */
static int64_t distance_at(const struct score_index *b, size_t at, int64_t listed_ms)
{
    if (at >= b->nb_by_length)
        return INT64_MAX;
    const int64_t diff = length_ms_at(b, at) - listed_ms;
    return diff < -LENGTH_SHORTER_MS || diff > LENGTH_LONGER_MS ? INT64_MAX : llabs(diff);
}

/* Adds the recordings that the length alone makes candidates, the nearest first. There is a limit:
 * of hundreds none is the clear one, and the time would grow with the square of their number. */
static struct score_candidate *add_nearest(struct score_candidate *list, size_t *nb,
                                           const struct score_index *b, const struct unit *unit)
{
    const int64_t listed_ms = unit->listed_s * 1000LL;
    size_t longer = score_index_nb_below(b, b->nb_by_length, listed_ms, length_ms_at);
    size_t shorter = longer - 1; /* wraps if there is none */
    for (int nb_taken = 0; nb_taken < LENGTH_NEAREST;) {
        const int64_t by = distance_at(b, shorter, listed_ms),
                      other = distance_at(b, longer, listed_ms);
        if (by == INT64_MAX && other == INT64_MAX)
            break;
        const int recording = b->by_length[by <= other ? shorter-- : longer++];
        if (weigh(b, unit, &b->clues[recording], 0).total < SCORE_LEAST)
            continue;
        list = mem_grow(list, *nb, sizeof *list);
        list[(*nb)++].recording = recording;
        nb_taken++;
    }
    return list;
}

/* Adds the recordings whose names have the number; negative: that mark that part. */
static struct score_candidate *add_mentions(struct score_candidate *list, size_t *nb,
                                            const struct score_index *b, int number)
{
    size_t at = score_index_nb_below(b, b->nb_mentions, number, number_at);
    for (; at < b->nb_mentions && b->mentions[at].number == number; at++) {
        list = mem_grow(list, *nb, sizeof *list);
        list[(*nb)++].recording = b->mentions[at].recording;
    }
    return list;
}

/* Lists the recordings that can reach SCORE_LEAST with the unit, some twice. Without a word, the
 * number or the part of the talk in the name, only the length can: see length_points. */
static size_t list_hopeful(struct score_candidate **out, const struct score_index *b,
                           const struct unit *unit)
{
    struct score_candidate *list = NULL;
    size_t nb = 0;
    for (size_t i = find_hit(b, unit->talk, 0); i < b->nb_hits && b->hits[i].talk == unit->talk;
         i++) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb++].recording = b->hits[i].recording;
    }
    list = add_mentions(list, &nb, b, b->programme->talks[unit->talk].number);
    if (unit->part) {
        list = add_mentions(list, &nb, b, unit->part); /* "gogrid-2" */
        list = add_mentions(list, &nb, b, -unit->part);
    }
    if (unit->listed_s)
        list = add_nearest(list, &nb, b, unit);
    if (nb)
        qsort(list, nb, sizeof *list, compare_candidates);
    *out = list;
    return nb;
}

size_t score_candidates(struct score_candidate *out, const struct score_index *b,
                        const struct unit *unit)
{
    AUTO_FREE struct score_candidate *list = NULL;
    const size_t nb_listed = list_hopeful(&list, b, unit);
    size_t nb = 0, hit = find_hit(b, unit->talk, 0);
    for (size_t i = 0; i < nb_listed; i++) {
        const int recording = list[i].recording;
        if (i && recording == list[i - 1].recording)
            continue;
        while (hit < b->nb_hits && b->hits[hit].talk == unit->talk &&
               b->hits[hit].recording < recording)
            hit++;
        const int words = hit_points(b, hit, unit->talk, recording);
        const struct score e = weigh(b, unit, &b->clues[recording], words);
        if (e.total >= SCORE_LEAST)
            out[nb++] = (struct score_candidate){recording, e.total};
    }
    return nb;
}

void score_named_talks(int *out, const struct score_index *b)
{
    AUTO_FREE int *points = mem_zalloc(b->nb_recordings + 1, sizeof *points);
    for (size_t r = 0; r < b->nb_recordings; r++)
        out[r] = b->clues[r].number_talk;
    for (size_t i = 0; i < b->nb_hits; i++) {
        const struct hit *hit = &b->hits[i];
        if (hit->points <= points[hit->recording])
            continue;
        points[hit->recording] = hit->points;
        out[hit->recording] = hit->talk;
    }
}

size_t score_words(size_t *out, size_t room, const struct score_index *b, int talk, int recording)
{
    const struct file_name *name = &b->clues[recording].name;
    size_t nb = 0;
    for (size_t i = 0; i < name->nb_words && nb < room; i++) {
        const struct term *t = score_index_find_terms(b, name->words[i]);
        while (t && score_index_same_word(b, t, name->words[i]) && t->talk < talk)
            t++;
        if (t && score_index_same_word(b, t, name->words[i]) && t->talk == talk)
            out[nb++] = i;
    }
    return nb;
}
