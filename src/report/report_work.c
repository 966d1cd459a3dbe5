#include "report_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "clock.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "needs.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "report_part.h"
#include "sound_text.h"
#include "str.h"

/* --- needs ------------------------------------------------------------------------------------ */

const char *report_failure(const struct part_plan *pp, const struct report_making *making)
{
    return making->wish->checked_only ? NULL : part_failures_find(making->failures, pp);
}

static bool undecided(const struct part_plan *pp)
{
    return pp->verdict != VERDICT_OK && !pp->accepted;
}

bool report_part_needs_person(const struct part_plan *pp, const struct report_making *making)
{
    return undecided(pp) || report_failure(pp, making);
}

/* --- what remains to do ----------------------------------------------------------------------- */

static void add(json_t *list, bool person, const char *what, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
static void add(json_t *list, bool person, const char *what, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *command = mem_vprintf(fmt, args);
    va_end(args);
    json_array_append_new(list, json_pack("{s:o, s:o, s:b}", "what", json_text(what), "command",
                                          json_text(*command ? command : NULL), "person", person));
}

/* Whether the recording of one match is as long as the talk, or the part, of another is listed. */
static bool fits(const struct match *its, const struct match *of, const struct plan *plan)
{
    enum { EXACT_MS = 1000 }; /* as match_judge.c has it for recordings that were exchanged */
    const struct talk *t = programme_find(&plan->programme, of->talk);
    const int64_t ms = json_get_int(plan->sources[its->recording].probe, "duration_ms", -1),
                  listed_s = !t         ? 0
                             : of->part ? t->parts[of->part - 1].listed_s
                                        : talk_listed_s(t);
    return listed_s && llabs(ms - 1000 * listed_s) <= EXACT_MS;
}

/* The other of two unclear matches whose recordings were exchanged; NULL: there is none. */
static const struct match *exchanged_with(const struct match *m, const struct plan *plan)
{
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *other = &plan->matches.rows[i];
        if (other != m && other->state == MATCH_UNCLEAR && other->recording >= 0 &&
            other->recording != m->recording && fits(m, other, plan) && fits(other, m, plan))
            return other;
    }
    return NULL;
}

/* The same command for both, so that nobody exchanges them twice. */
static void add_exchange(json_t *list, const struct match *m, const struct plan *plan)
{
    const struct match *other = exchanged_with(m, plan);
    char names[2][32];
    if (!other)
        return;
    const struct match *const both[] = {m->talk < other->talk ? m : other,
                                        m->talk < other->talk ? other : m};
    for (int i = 0; i < 2; i++)
        plan_part_name(names[i], programme_find(&plan->programme, both[i]->talk),
                       both[i]->part ? both[i]->part : 1);
    add(list, true, "if the two recordings were exchanged, which settles both",
        "talkpress match --exchange %s %s", names[0], names[1]);
}

static void add_match(json_t *list, const struct part_plan *pp, const struct plan *plan,
                      const char *name)
{
    const struct match *m = pp->match;
    if (m && m->state == MATCH_UNCLEAR && m->recording >= 0)
        add_exchange(list, m, plan);
    add(list, true, "name its recording", "talkpress match %s=FILE", name);
    if (m && m->state == MATCH_UNCLEAR && m->recording >= 0) {
        AUTO_FREE char *match = mem_printf("%s=%s", name, plan->sources[m->recording].name),
                       *word = str_shell(match);
        add(list, true, "if it is the one that was found", "talkpress match %s", word);
    }
    if (!pp->source && pp->obstacle == OBSTACLE_NO_RECORDING)
        add(list, true, "if there is none, say so",
            "talkpress verify --accept %s --because \"not recorded\"", name);
}

/* A part that is short, long or damaged. */
static void add_judgement(json_t *list, const struct part_plan *pp, const struct plan *plan,
                          const char *name)
{
    char in[CLOCK_BYTES], out[CLOCK_BYTES];
    AUTO_FREE char *sound =
        pp->source ? sound_fault(pp->source, plan->event->settings.target_lufs) : NULL;
    if (sound)
        add(list, true, "look at its sound, and choose another stream or channel",
            "talkpress sound %s", name);
    if (pp->cut_known && pp->verdict == VERDICT_LONG)
        add(list, true, "cut it", "talkpress cut %s --in %s --out %s", name,
            clock_format_ms(in, frame_grid_ms_of(&pp->grid, pp->begin), false),
            clock_format_ms(out, frame_grid_ms_of(&pp->grid, pp->end), false));
    else if (pp->verdict == VERDICT_DAMAGED)
        add(list, true, "add a better recording", "talkpress add FILE");
    if (pp->match && !pp->match->by_hand && pp->verdict != VERDICT_DAMAGED)
        add(list, true, "if it is another talk's recording, name the right one",
            "talkpress match %s=FILE", name);
    if (pp->obstacle != OBSTACLE_REFUSED)
        add(list, true, "to take it as it is", "talkpress verify --accept %s --because \"REASON\"",
            name);
}

static void add_decision(json_t *list, const struct part_plan *pp, const struct plan *plan,
                         const char *name)
{
    if (pp->cut_proposed && pp->room_cut)
        add(list, true, "take the proposed cut, or set another", "talkpress cut %s --take", name);
    else if (pp->cut_proposed || pp->obstacle == OBSTACLE_CUT_UNKNOWN ||
             pp->obstacle == OBSTACLE_CUT_EMPTY)
        add(list, true, "say where it begins and ends", "talkpress cut %s --in M:SS --out M:SS",
            name);
    else if (pp->verdict == VERDICT_MISSING || pp->verdict == VERDICT_UNCLEAR)
        add_match(list, pp, plan, name);
    else
        add_judgement(list, pp, plan, name);
}

static void add_waiting(json_t *list, const struct part_plan *pp)
{
    if (pp->obstacle == OBSTACLE_NOT_PROBED || pp->obstacle == OBSTACLE_NOT_ANALYSED)
        add(list, false, "read its recording", "talkpress verify");
    else if (pp->obstacle == OBSTACLE_ABSENT || pp->obstacle == OBSTACLE_CARD)
        add(list, true, pp->waiting, "%s", "");
}

static size_t nb_unpublished(const struct part_plan *pp, const struct report_making *making)
{
    size_t nb = 0;
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        AUTO_FREE char *name = report_file_name(pp, o);
        nb += !report_is_published(making, name, o->key);
    }
    return nb;
}

json_t *report_to_do(const struct part_plan *pp, const struct report_making *making)
{
    json_t *list = json_array();
    char name[32];
    const char *failed = report_failure(pp, making);
    plan_part_name(name, pp->talk, pp->part->number);
    if (pp->state == PART_GONE || pp->state == PART_SETTLED)
        return list;
    if (undecided(pp))
        add_decision(list, pp, making->plan, name);
    add_waiting(list, pp);
    if (making->wish->checked_only)
        return list;
    if (failed)
        add(list, true, failed, "talkpress why %s", name);
    else if (pp->state == PART_TO_DO)
        add(list, false, "make what is missing", "talkpress run %s", name);
    else if (pp->state == PART_COMPLETE && nb_unpublished(pp, making))
        add(list, false, "publish it", "talkpress publish");
    return list;
}

/* --- what was decided ------------------------------------------------------------------------- */

static void note(json_t *list, const char *at, const char *because, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
static void note(json_t *list, const char *at, const char *because, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *what = mem_vprintf(fmt, args);
    va_end(args);
    json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "what", json_text(what), "at",
                                          json_text(at), "because", json_text(because)));
}

/* When a kind of decision about the part, or about its whole talk, was made; NULL: not known. */
static const char *when(const struct report_making *m, const char *kind, const struct part_plan *pp)
{
    AUTO_FREE char *part = mem_printf("%s %d/%d", kind, pp->talk->number, pp->part->number),
                   *talk = mem_printf("%s %d/0", kind, pp->talk->number);
    const char *a = json_get_string(m->decided, part, NULL),
               *b = json_get_string(m->decided, talk, NULL);
    return a && (!b || strcmp(a, b) > 0) ? a : b;
}

static void note_match(json_t *list, const struct part_plan *pp, const struct report_making *m)
{
    const char *chosen = when(m, "match", pp), *exchanged = when(m, "exchange", pp);
    if (!pp->match || !pp->match->by_hand)
        return;
    if (exchanged && (!chosen || strcmp(exchanged, chosen) > 0))
        chosen = exchanged;
    if (pp->source)
        note(list, chosen, NULL, "its recording was chosen: '%s'", pp->source->name);
    else
        note(list, chosen, NULL, "it has no recording");
}

static void note_sound(json_t *list, const struct source *s, const struct report_making *m)
{
    AUTO_FREE char *name = mem_printf("sound %s", s->recording->fingerprint);
    const char *at = json_get_string(m->decided, name, NULL);
    if (s->chosen.stream >= 0)
        note(list, at, NULL, "sound: stream %d was chosen", s->chosen.stream);
    if (s->chosen.use[0])
        note(list, at, NULL, "sound: channels '%s' were chosen", s->chosen.use);
}

static void note_cut(json_t *list, const struct part_plan *pp, const struct report_making *m)
{
    char at[CLOCK_BYTES], to[CLOCK_BYTES];
    if (pp->cut_by_hand)
        note(list, when(m, "cut", pp), NULL, "cut by hand: %s to %s",
             clock_format_ms(at, frame_grid_ms_of(&pp->grid, pp->begin), true),
             clock_format_ms(to, frame_grid_ms_of(&pp->grid, pp->end), true));
    for (size_t i = 0; i < pp->nb_drops; i++)
        note(list, when(m, "drops", pp), NULL, "left out: %s to %s",
             clock_format_ms(at, frame_grid_ms_of(&pp->grid, pp->drops[i].begin), true),
             clock_format_ms(to, frame_grid_ms_of(&pp->grid, pp->drops[i].end), true));
    if (pp->sound_offset_ms)
        note(list, when(m, "offset", pp), NULL, "sound moved by %+d ms", pp->sound_offset_ms);
}

static void note_texts(json_t *list, const struct part_plan *pp, const struct report_making *m)
{
    const char *language = plan_language(m->plan, pp->talk->number);
    if (language)
        note(list, when(m, "language", pp), NULL, "language: '%s' was set", language);
    for (size_t i = 0; i < pp->nb_captions; i++)
        if (pp->captions[i].text)
            note(list, when(m, "captions", pp), NULL, "captions%s%s were corrected",
                 *pp->captions[i].language ? " in " : "", pp->captions[i].language);
}

static void note_rest(json_t *list, const struct part_plan *pp, const struct report_making *m)
{
    char at[CLOCK_BYTES];
    if (pp->poster_frame >= 0)
        note(list, when(m, "poster", pp), NULL, "poster: the picture at %s of the recording",
             clock_format_ms(at, frame_grid_ms_of(&pp->grid, pp->poster_frame), false));
    if (pp->chapters_typed && pp->nb_chapters)
        note(list, when(m, "chapters", pp), NULL, "%zu chapter%s typed", pp->nb_chapters,
             pp->nb_chapters == 1 ? " was" : "s were");
}

json_t *report_decisions(const struct part_plan *pp, const struct report_making *m)
{
    json_t *list = json_array();
    note_match(list, pp, m);
    note_cut(list, pp, m);
    if (pp->source && pp->source->probe && !plan_refusal(pp->source->probe))
        note_sound(list, pp->source, m);
    note_texts(list, pp, m);
    note_rest(list, pp, m);
    if (pp->accepted)
        note(list, pp->acceptance.at, pp->acceptance.because, "accepted as '%s'",
             pp->acceptance.verdict);
    return list;
}
