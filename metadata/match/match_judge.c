#include "match_judge.h"

#include <math.h>
#include <stdlib.h>

#include "clock.h"
#include "match.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

enum { WORDS_SHOWN = 3 };

/* Points as a share from 0 to 1: each 4 bits (4000 points) halve the distance to 1; 8 bits are
 * 0.75. */
double match_score(int64_t points)
{
    return points > 0 ? 1 - exp2(-(double)points / 4000) : 0;
}

static const struct talk *talk_of(const struct matching *m, size_t unit)
{
    return &m->programme->talks[m->units[unit].talk];
}

static void add_unit_name(struct str *out, const struct matching *m, size_t unit)
{
    str_addf(out, "talk %d", talk_of(m, unit)->number);
    if (m->units[unit].part)
        str_addf(out, ", part %d", m->units[unit].part);
}

/* --- reasons for a match --- */

static void add_item(struct str *out, const char *item, size_t index, size_t nb, const char *quote)
{
    const char *separator = !index ? "" : index + 1 == nb ? " and " : ", ";
    str_addf(out, "%s%s%s%s", separator, quote, item, quote);
}

static void add_name(struct str *out, const struct matching *m, size_t unit, int recording,
                     const struct score *e)
{
    size_t words[WORDS_SHOWN + 1];
    const size_t nb_words =
        score_words(words, WORDS_SHOWN + 1, m->index, m->units[unit].talk, recording);
    const struct recording_clues *clues = score_clues(m->index, recording);
    const size_t nb_shown = nb_words > WORDS_SHOWN ? WORDS_SHOWN : nb_words;
    const bool more = nb_words > nb_shown, number = e->number > 0, part = e->part > 0;
    const size_t nb = number + part + nb_shown + more;
    size_t i = 0;
    if (number) {
        AUTO_FREE char *text = mem_printf("number %d", talk_of(m, unit)->number);
        add_item(out, text, i++, nb, "");
    }
    if (part) {
        AUTO_FREE char *text = mem_printf("part %d", m->units[unit].part);
        add_item(out, text, i++, nb, "");
    }
    for (size_t k = 0; k < nb_shown; k++)
        add_item(out, clues->name.words[words[k]], i++, nb, "'");
    if (more)
        add_item(out, "more", i++, nb, "");
    str_add(out, nb           ? " in the name"
                 : e->foreign ? "other words in the name"
                              : "nothing in the name");
}

static void add_length(struct str *out, const struct matching *m, size_t unit, int recording)
{
    const struct unit *u = &m->units[unit];
    char listed[CLOCK_BYTES], off[CLOCK_BYTES];
    static const char *const in_slot[] = {"", "in", "over", "less than half of"};
    const enum score_slot slot = score_in_slot(score_clues(m->index, recording), u);
    int64_t diff;
    if (slot != SCORE_NO_SLOT) {
        str_addf(out, "length %s its slot of %s", in_slot[slot],
                 clock_format_ms(listed, u->slot_s * 1000LL, false));
    } else if (!u->listed_s) {
        str_add(out, "no listed time");
    } else if (!score_difference(&diff, score_clues(m->index, recording), u)) {
        str_add(out, "length not known");
    } else {
        clock_format_ms(listed, u->listed_s * 1000LL, false);
        if (llabs(diff) < 10000)
            str_addf(out, "length %.1f s off the listed %s", (double)llabs(diff) / 1000, listed);
        else
            str_addf(out, "%s %s than the listed %s", clock_format_ms(off, llabs(diff), false),
                     diff > 0 ? "longer" : "shorter", listed);
    }
}

/* --- reasons against a match --- */

static bool is_exact(const struct matching *m, size_t unit, int recording, int64_t within_ms)
{
    int64_t diff;
    return recording >= 0 &&
           score_difference(&diff, score_clues(m->index, recording), &m->units[unit]) &&
           llabs(diff) <= within_ms;
}

/* Another unit that the recording fits to a second, and that has no recording of its own with such
 * a fit, which would make this one a coincidence; nb_units: there is none. */
static size_t unit_missing_it(const struct matching *m, size_t unit, int recording)
{
    size_t first = m->nb_units, begin, end;
    const size_t *near = score_units_of_length(&begin, &end, m->index,
                                               score_clues(m->index, recording)->duration_ms, 1000);
    for (size_t k = begin; k < end; k++) {
        const size_t i = near[k];
        if (i < first && m->answers[i].chosen && i != unit && is_exact(m, i, recording, 1000) &&
            !is_exact(m, i, m->answers[i].recording, 2000))
            first = i;
    }
    return first;
}

/* Whether recordings are exchanged in a ring: each has the length of the next one's unit. */
static bool is_in_ring(const struct matching *m, size_t unit)
{
    size_t at = unit;
    for (size_t steps = 0; steps < m->nb_units && at < m->nb_units; steps++) {
        const int recording = m->answers[at].recording;
        if (recording < 0)
            return false;
        at = unit_missing_it(m, at, recording);
        if (at == unit)
            return true;
    }
    return false;
}

/* The name has another talk's number. Words of title or speaker with an exact length outweigh it.
 */
static bool suspect_number(struct str *out, const struct matching *m, size_t unit, int recording,
                           const struct score *e)
{
    const int said = score_clues(m->index, recording)->number_talk;
    if (said < 0 || said == m->units[unit].talk)
        return false;
    const bool exact = is_exact(m, unit, recording, 2000);
    str_addf(out, "the name says talk %d", m->programme->talks[said].number);
    if (exact)
        str_addf(out, ", the length fits talk %d", talk_of(m, unit)->number);
    for (size_t i = 0; i < m->nb_units; i++) {
        const int there = m->answers[i].recording;
        if (m->answers[i].chosen && m->units[i].talk == said && there >= 0 &&
            score_clues(m->index, there)->number_talk == m->units[unit].talk) {
            str_addf(out, ": probably swapped with talk %d", m->programme->talks[said].number);
            break;
        }
    }
    return !(exact && e->words >= SCORE_WORDS);
}

/* The name marks another part. */
static bool suspect_part(struct str *out, const struct matching *m, size_t unit, int recording,
                         const struct score *e)
{
    if (e->part > SCORE_OTHER_PART)
        return false;
    str_add(out, m->units[unit].part ? "the name says another part" : "the name says a part only");
    if (is_exact(m, unit, recording, 2000))
        str_addf(out, ", the length fits %s", m->units[unit].part ? "this one" : "the whole");
    return true;
}

/* The length is another talk's. That may be a coincidence if a camera ran some seconds longer: if
 * title, speakers or the talk's own length support the match, only a whole ring of exchanged
 * recordings counts. */
static bool suspect_length(struct str *out, const struct matching *m, size_t unit, int recording,
                           const struct score *e)
{
    const struct recording_clues *clues = score_clues(m->index, recording);
    if (is_exact(m, unit, recording, 2000) || clues->exact_points < SCORE_EXACT)
        return false;
    const size_t fits = unit_missing_it(m, unit, recording);
    const bool supported = e->words >= SCORE_WORDS || e->length >= SCORE_CLOSE;
    if (fits == m->nb_units || (supported && !is_in_ring(m, unit)))
        return false;
    char length[CLOCK_BYTES];
    clock_format_ms(length, clues->duration_ms, false);
    const bool swapped = is_exact(m, unit, m->answers[fits].recording, 1000);
    if (swapped)
        str_add(out, "probably swapped with ");
    else
        str_addf(out, "the length %s fits ", length);
    add_unit_name(out, m, fits);
    if (swapped)
        str_addf(out, ", whose length it has (%s)", length);
    return true;
}

/* Much too short; or much too long, unless words in the name show that it holds the talk. */
static bool suspect_misfit(struct str *out, const struct matching *m, size_t unit, int recording,
                           const struct score *e)
{
    int64_t diff;
    const struct recording_clues *clues = score_clues(m->index, recording);
    if (e->length > SCORE_WRONG || !score_difference(&diff, clues, &m->units[unit]) ||
        (diff > 0 && e->words >= SCORE_WORDS))
        return false;
    char length[CLOCK_BYTES], listed[CLOCK_BYTES];
    str_addf(out, "the length %s does not fit the listed %s",
             clock_format_ms(length, clues->duration_ms, false),
             clock_format_ms(listed, m->units[unit].listed_s * 1000LL, false));
    return true;
}

/* Whether the reasons against it are enough to ask the user. */
static bool suspect(char **out, const struct matching *m, size_t unit, int recording,
                    const struct score *e)
{
    AUTO_STR text = {0};
    bool doubt = suspect_number(&text, m, unit, recording, e);
    if (!text.len)
        doubt = suspect_part(&text, m, unit, recording, e) ||
                suspect_length(&text, m, unit, recording, e) ||
                suspect_misfit(&text, m, unit, recording, e);
    *out = text.len ? str_take(&text) : NULL;
    return doubt;
}

/* --- the second best --- */

static const char *shown(const struct matching *m, int recording)
{
    const struct match_recording *r = &m->recordings[recording];
    return r->shown ? r->shown : r->name;
}

static int best_other_recording(int *out_points, const struct matching *m, size_t unit, int except)
{
    AUTO_FREE struct score_candidate *list = mem_zalloc(m->nb_recordings, sizeof *list);
    const size_t nb = score_candidates(list, m->index, &m->units[unit]);
    int best = -1;
    *out_points = 0;
    for (size_t i = 0; i < nb; i++)
        if (list[i].recording != except && m->format_of[list[i].recording] < 0 &&
            list[i].points > *out_points) {
            best = list[i].recording;
            *out_points = list[i].points;
        }
    return best;
}

static bool best_other_unit(size_t *out, int *out_points, const struct matching *m, size_t unit,
                            int recording)
{
    *out = unit;
    *out_points = 0;
    for (size_t i = 0; i < m->nb_units; i++) {
        struct score e;
        if (i == unit || !m->answers[i].chosen)
            continue;
        score_pair(&e, m->index, &m->units[i], recording);
        if (e.total < SCORE_LEAST || e.total <= *out_points)
            continue;
        *out = i;
        *out_points = e.total;
    }
    return *out_points > 0;
}

static void add_rival(struct str *out, const struct matching *m, size_t unit, int recording)
{
    int by_recording, by_unit;
    size_t other_unit;
    const int other = best_other_recording(&by_recording, m, unit, recording);
    if (best_other_unit(&other_unit, &by_unit, m, unit, recording) && by_unit > by_recording) {
        str_add(out, ", but it fits ");
        add_unit_name(out, m, other_unit);
        str_add(out, " about as well");
    } else if (other >= 0) {
        str_addf(out, ", but '%s' fits about as well", shown(m, other));
    }
}

/* --- the row --- */

static char *reason_for_none(const struct matching *m, size_t unit)
{
    if (m->answers[unit].fixed != UNIT_FREE)
        return mem_strdup("set by hand: no recording");
    int points;
    const int best = best_other_recording(&points, m, unit, -1);
    for (size_t i = 0; best >= 0 && i < m->nb_units; i++) {
        if (!m->answers[i].chosen || m->answers[i].recording != best)
            continue;
        AUTO_STR text = {0};
        str_addf(&text, "'%s' would fit, but is matched to ", shown(m, best));
        add_unit_name(&text, m, i);
        return str_take(&text);
    }
    return mem_strdup("no recording fits");
}

void match_judge(struct match *out, const struct matching *m, size_t unit)
{
    const struct answer *a = &m->answers[unit];
    *out = (struct match){.talk = talk_of(m, unit)->number,
                          .part = m->units[unit].part,
                          .state = MATCH_NONE,
                          .recording = a->recording,
                          .by_hand = a->fixed != UNIT_FREE};
    if (a->recording < 0) {
        out->reason = reason_for_none(m, unit);
        return;
    }
    struct score e;
    score_pair(&e, m->index, &m->units[unit], a->recording);
    const bool doubt = suspect(&out->suspicion, m, unit, a->recording, &e);
    if (a->fixed != UNIT_FREE) {
        out->state = MATCH_SURE;
        out->score = out->margin = 1;
        out->reason = mem_strdup("set by hand");
        return;
    }
    const bool weak = e.total < MATCH_POINTS_SURE, close = a->loss < MATCH_LOSS_SURE;
    out->state = doubt || weak || close ? MATCH_UNCLEAR : MATCH_SURE;
    out->score = match_score(e.total);
    out->margin = match_score(a->loss);
    AUTO_STR reason = {0};
    add_name(&reason, m, unit, a->recording, &e);
    str_add(&reason, ", ");
    add_length(&reason, m, unit, a->recording);
    if (close)
        add_rival(&reason, m, unit, a->recording);
    else if (weak)
        str_add(&reason, ": not enough to be sure");
    out->reason = str_take(&reason);
}
