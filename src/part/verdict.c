#include "verdict.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "mem.h"
#include "part_cut.h"
#include "probe.h"
#include "sound_text.h"
#include "str.h"

/* After damage, pictures may be wrong until the next key frame; few cameras are as slow as this. */
enum { KEY_FRAME_MS = 10000 };

/* Whether the user left all of it out: it is in one break, or before or after a cut by hand. */
static bool left_out(const struct part_plan *pp, int64_t begin_ms, int64_t end_ms)
{
    const struct frame_grid *g = &pp->grid;
    if (g->fps.num <= 0)
        return false;
    if (pp->cut_by_hand &&
        (end_ms <= frame_grid_ms_of(g, pp->begin) || begin_ms >= frame_grid_ms_of(g, pp->end)))
        return true;
    for (size_t i = 0; i < pp->nb_drops; i++)
        if (begin_ms >= frame_grid_ms_of(g, pp->drops[i].begin) &&
            end_ms <= frame_grid_ms_of(g, pp->drops[i].end))
            return true;
    return false;
}

/* The same of damage. Of several places, analyses of earlier versions know the first one only. */
static bool damage_left_out(const struct part_plan *pp, int64_t first_ms, int64_t last_ms)
{
    return last_ms >= first_ms && left_out(pp, first_ms, last_ms + KEY_FRAME_MS);
}

/* The number of damaged places that the analysis found, and the first of them. */
static void damage_facts(struct verify_facts *f, const struct part_plan *pp)
{
    const json_t *analysis = pp->source->analysis;
    static const char *const where[] = {"picture_damage", "sound_damage"};
    for (int i = 0; i < 2; i++) {
        const json_t *d = json_object_get(analysis, where[i]);
        if (!json_is_object(d))
            continue;
        const int64_t at_ms = json_get_int(d, "first_ms", 0),
                      only_ms = json_get_int(d, "nb", 0) == 1 ? at_ms : INT64_MIN;
        if (damage_left_out(pp, at_ms, json_get_int(d, "last_ms", only_ms)))
            continue;
        if (!f->damaged_at_known || at_ms < f->damaged_at_ms) {
            f->damaged_at_known = true;
            f->damaged_at_ms = at_ms;
            f->damage = json_get_string(d, "what", NULL);
        }
        f->nb_damaged += json_get_int(d, "nb", 0);
    }
}

/* The packets that the file itself calls corrupt; the place of one without a time is -1. */
static void corrupt_facts(struct verify_facts *f, const struct part_plan *pp, int64_t origin_ms)
{
    size_t i;
    json_t *at;
    const json_t *probe = pp->source->probe, *list = json_object_get(probe, "corrupt");
    f->nb_damaged = json_array_size(list) ? json_get_int(probe, "nb_corrupt", 0) : 0;
    json_array_foreach(list, i, at) {
        const int64_t at_ms = json_integer_value(at) - origin_ms;
        const bool known = json_integer_value(at) != -1;
        if (known && damage_left_out(pp, at_ms, at_ms)) {
            f->nb_damaged--;
        } else if (known && !f->damaged_at_known) {
            f->damaged_at_known = true;
            f->damaged_at_ms = at_ms;
        }
    }
}

/* The longest gap, and its time from the first picture. */
static void gap_facts(struct verify_facts *f, const struct part_plan *pp, int64_t origin_ms)
{
    size_t i;
    json_t *gap;
    json_array_foreach(json_object_get(pp->source->probe, "gaps"), i, gap) {
        const int64_t ms = json_get_int(gap, "length_ms", 0),
                      at_ms = json_get_int(gap, "at_ms", 0) - origin_ms;
        if (llabs(ms) <= llabs(f->gap_ms) || left_out(pp, at_ms, at_ms + (ms > 0 ? ms : 0)))
            continue;
        f->gap_ms = ms;
        f->gap_at_ms = at_ms;
    }
}

/* Less at an end of the recording: what is not published there does not count. */
static int64_t less(int64_t ms, int64_t unused_ms)
{
    return ms < 0 ? ms : ms > unused_ms ? ms - unused_ms : 0;
}

static void end_facts(struct verify_facts *f, const struct part_plan *pp)
{
    const json_t *analysis = pp->source->analysis;
    const struct frame_grid *g = &pp->grid;
    const bool valid = g->fps.num > 0;
    const int64_t all_ms = valid ? frame_grid_ms_of(g, g->nb_frames) : 0,
                  head_ms = valid ? frame_grid_ms_of(g, pp->whole_begin) : 0,
                  tail_ms = valid ? all_ms - frame_grid_ms_of(g, pp->whole_end) : 0;
    f->silence_head_ms = less(json_get_int(analysis, "silence_head_ms", -1), head_ms);
    f->silence_tail_ms = less(json_get_int(analysis, "silence_tail_ms", -1), tail_ms);
    f->black_head_ms = less(json_get_int(analysis, "black_head_ms", -1), head_ms);
    f->black_tail_ms = less(json_get_int(analysis, "black_tail_ms", -1), tail_ms);
    f->sound_at_end = json_get_bool(analysis, "sound_at_end", false);
    if (!valid)
        return;
    f->recording_ms = all_ms - head_ms - tail_ms;
    if (pp->begin < pp->picture_begin)
        f->held_head_ms = frame_grid_ms_of(g, pp->picture_begin) - frame_grid_ms_of(g, pp->begin);
    if (pp->end > pp->picture_end)
        f->held_tail_ms = frame_grid_ms_of(g, pp->end) - frame_grid_ms_of(g, pp->picture_end);
}

void part_media_facts(struct verify_facts *f, const struct part_plan *pp)
{
    const json_t *probe = pp->source->probe;
    f->refusal = plan_refusal(probe);
    f->recording_ms = json_get_int(probe, "duration_ms", -1);
    f->truncated = json_get_string(probe, "truncated", NULL);
    f->no_picture = !json_is_object(json_object_get(probe, "video"));
    f->no_sound = !json_is_object(json_object_get(probe, "audio"));
    f->sound_error = json_get_string(probe, "sound_error", NULL);
    const int64_t origin_ms = pp->grid.time_base.num ? frame_grid_origin_ms(&pp->grid) : 0;
    gap_facts(f, pp, origin_ms);
    end_facts(f, pp);
    corrupt_facts(f, pp, origin_ms);
    damage_facts(f, pp);
}

/* The length that is compared with the listed one, without a lead-in. If talkpress cut the part at
 * a listed time, this is the length before the cut was moved to a quiet moment. */
static int64_t compared_ms(const struct part_plan *pp, int64_t lead_in_ms)
{
    if (!pp->cut_by_hand && part_shares_recording(pp)) {
        int64_t before_ms = 0;
        for (int i = 0; i < pp->part->number; i++)
            before_ms += (int64_t)pp->talk->parts[i].listed_s * 1000;
        const bool last = (size_t)pp->part->number == pp->talk->nb_parts;
        const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
        const int64_t all_ms = frame_grid_ms_of(&pp->grid, pp->whole_end) -
                               frame_grid_ms_of(&pp->grid, pp->whole_begin);
        return last || all_ms < before_ms ? listed_ms + all_ms - lead_in_ms - before_ms : listed_ms;
    }
    return frame_grid_ms_of(&pp->grid, pp->end) - frame_grid_ms_of(&pp->grid, pp->begin) -
           lead_in_ms;
}

/* How much the breaks take of what is between the ends of the cut. */
static int64_t dropped_ms(const struct part_plan *pp)
{
    return frame_grid_ms_of(&pp->grid, pp->end) - frame_grid_ms_of(&pp->grid, pp->begin) -
           part_length_ms(pp);
}

/* A new string. */
static char *describe_proposal(const struct part_plan *pp)
{
    char name[32], from[CLOCK_BYTES], to[CLOCK_BYTES];
    if (!pp->room_cut)
        return mem_strdup("its recording also holds other talks: 'talkpress cut' proposes a cut "
                          "for each of them");
    plan_part_name(name, pp->talk, pp->part->number);
    return mem_printf("proposed: %s to %s (%s); 'talkpress cut %s --take' takes it%s%s",
                      clock_format_ms(from, frame_grid_ms_of(&pp->grid, pp->begin), false),
                      clock_format_ms(to, frame_grid_ms_of(&pp->grid, pp->end), false),
                      pp->room_cut->why, name, pp->match->suspicion ? "; " : "",
                      pp->match->suspicion ? pp->match->suspicion : "");
}

/* Which published recording may still hold a part that is not certain of one, and how to keep it. A
 * new string, or NULL. */
static char *describe_published(const struct part_plan *pp, const struct plan *p)
{
    bool as_one;
    char name[32];
    const int at = plan_published_from(&as_one, p, pp->talk, pp->part->number);
    if (at < 0)
        return NULL;
    if (as_one)
        snprintf(name, sizeof name, "%d", pp->talk->number);
    else
        plan_part_name(name, pp->talk, pp->part->number);
    AUTO_FREE char *match = mem_printf("%s=%s", name, p->sources[at].name),
                   *word = str_shell(match);
    return mem_printf("published from '%s', which may still hold it: keep it with talkpress match "
                      "%s, or withdraw it with talkpress match '%s=none'",
                      p->sources[at].name, word, name);
}

/* Adds a remark to the note, which is replaced. */
static void add_note(char **note, const char *text)
{
    if (!text)
        return;
    char *all = *note ? mem_printf("%s; %s", *note, text) : mem_strdup(text);
    free(*note);
    *note = all;
}

/* The other talks with a recording of their own: how many are off by the same factor, and which
 * (of the programme's) have the listed length. For a part whose length is off; fitting is empty
 * before. */
static void other_talks(int *nb_same_speed, bool *fitting, const struct part_plan *pp,
                        const struct plan *p, int64_t measured_ms)
{
    const int64_t tolerance_ms = p->event->settings.limits.tolerance_ms;
    for (size_t i = 0; i < p->programme.nb_talks; i++) {
        const struct talk *t = &p->programme.talks[i];
        const bool other = t->number != pp->talk->number && t->nb_parts == 1;
        const struct match *m = other ? plan_match(p, t, 0) : NULL;
        if (!m || m->state != MATCH_SURE || m->shared || m->recording < 0)
            continue;
        const int listed_s = t->parts[0].listed_s;
        const int64_t raw_ms = json_get_int(p->sources[m->recording].probe, "duration_ms", -1),
                      ms = raw_ms -
                           lead_in_of(&p->lead_in, 1000LL * listed_s, raw_ms, (int)tolerance_ms);
        fitting[i] = listed_s && llabs(ms - 1000LL * listed_s) <= tolerance_ms;
        *nb_same_speed +=
            !fitting[i] && verify_same_speed(pp->part->listed_s, measured_ms, listed_s, ms);
    }
}

static bool length_is_off(const struct part_plan *pp, const struct plan *p, int64_t measured_ms)
{
    const int64_t listed_ms = 1000LL * pp->part->listed_s;
    return listed_ms && measured_ms >= 0 &&
           llabs(measured_ms - listed_ms) > p->event->settings.limits.tolerance_ms;
}

/* The lengths: of the part as it is cut, and what is compared of it. */
static void measure(struct verify_facts *f, char **note, struct part_plan *pp, const struct plan *p)
{
    const int64_t lead_in_ms = pp->cut_by_hand ? 0 : part_lead_in_ms(pp, p);
    if (p->lead_in.ms && !lead_in_ms && !pp->cut_by_hand && !pp->cut_proposed && f->listed_s)
        add_note(note, "without the lead-in that the others have");
    f->nb_drops = pp->nb_drops;
    f->dropped_ms = dropped_ms(pp);
    f->measured_ms = compared_ms(pp, lead_in_ms) - f->dropped_ms;
    f->recording_ms -= lead_in_ms;
    pp->measured_ms = part_length_ms(pp);
    if (!pp->cut_known)
        pp->measured_ms = f->measured_ms;
    else if (pp->begin == pp->whole_begin)
        pp->lead_in_ms = lead_in_ms;
}

/* Streams of another programme (of a transport stream), which might be the talk. A new string, or
 * NULL. */
static char *other_programme(const json_t *probe)
{
    AUTO_STR s = {0};
    size_t i;
    json_t *stream;
    json_array_foreach(json_object_get(probe, "streams"), i, stream) {
        const char *type = json_get_string(stream, "type", "");
        const bool heard_or_seen = strcmp(type, "video") == 0 || strcmp(type, "audio") == 0;
        if (heard_or_seen &&
            strcmp(json_get_string(stream, "apart", ""), "of another programme") == 0)
            str_addf(&s, "%s%s in stream %zu", s.len ? ", " : "",
                     strcmp(type, "video") == 0 ? "picture" : "sound", i);
    }
    return s.len ? mem_printf("another programme of the recording is not used (%s)", s.s) : NULL;
}

void part_judge(struct part_plan *pp, const struct plan *p)
{
    AUTO_FREE char *note = NULL, *sound_note = NULL, *sound_fault_text = NULL;
    AUTO_FREE bool *fitting = mem_zalloc(p->programme.nb_talks + 1, sizeof *fitting);
    struct verify_facts f = {.talk = pp->talk->number,
                             .part = pp->part->number,
                             .listed_s = pp->part->listed_s,
                             .slot_s = pp->part->slot_s,
                             .measured_ms = -1,
                             .silence_head_ms = -1,
                             .fitting = fitting};
    const struct match *m = pp->match;
    pp->measured_ms = -1;
    if (pp->cut_proposed) {
        f.unclear = true;
        note = describe_proposal(pp);
    } else if (m && m->state == MATCH_UNCLEAR) {
        f.unclear = true;
        note = mem_printf(
            "perhaps '%s' (%s)%s%s", m->recording >= 0 ? p->sources[m->recording].name : "?",
            m->reason ? m->reason : "", m->suspicion ? "; " : "", m->suspicion ? m->suspicion : "");
    } else if (m && m->suspicion) {
        note = mem_strdup(m->suspicion);
    } else if (m && m->state == MATCH_NONE && m->by_hand) {
        note = mem_strdup(m->reason);
    }
    AUTO_FREE char *published = m && !pp->source ? describe_published(pp, p) : NULL;
    add_note(&note, published);
    f.unclear = f.unclear || published;
    if (pp->source && pp->source->probe) {
        part_media_facts(&f, pp);
        const double target_lufs = p->event->settings.target_lufs;
        f.sound_note = sound_note = sound_remarks(pp->source, target_lufs);
        AUTO_FREE char *other = other_programme(pp->source->probe);
        add_note(&note, other);
        f.sound_fault = sound_fault_text = sound_fault(pp->source, target_lufs);
        if (!f.refusal)
            measure(&f, &note, pp, p);
        f.absent = pp->source->absent != NULL;
        f.whole_recording = pp->begin == pp->whole_begin && pp->end == pp->whole_end;
        f.runs_to_end = pp->end >= pp->whole_end;
        f.cut_by_hand = pp->cut_by_hand;
        f.shares_recording = part_shares_recording(pp);
        if (length_is_off(pp, p, f.measured_ms))
            other_talks(&f.nb_same_speed, fitting, pp, p, f.measured_ms);
    }
    f.match_note = note;
    pp->verdict = verify_part(&pp->cause, &f, &p->programme, &p->event->settings.limits);
}

/* Damage that decoding found, or a remark, in the result of an output. A new string, or NULL. */
static char *output_cause(const json_t *result)
{
    const json_t *damage = json_object_get(result, "damage");
    const char *remark = json_get_string(result, "remark", NULL);
    char at[CLOCK_BYTES];
    if (json_get_int(damage, "nb", 0) == 0)
        return mem_strdup(remark);
    const long long nb = json_get_int(damage, "nb", 0);
    return mem_printf("%lld packet%s or picture%s could not be decoded, the first at %s: %s", nb,
                      nb == 1 ? "" : "s", nb == 1 ? "" : "s",
                      clock_format_place(at, json_get_int(damage, "first_ms", 0)),
                      json_get_string(damage, "what", "damaged"));
}

char *part_output_cause(const struct part_plan *pp)
{
    char *cause = NULL;
    for (size_t i = 0; i < pp->nb_outputs && !cause; i++)
        cause = output_cause(pp->outputs[i].result);
    return cause;
}
