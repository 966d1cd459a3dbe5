/* The table of checks, and what each of them looks at; those of finished files are in
 * report_check_files.c. */
#include <stdlib.h>

#include "clock.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "probe.h"
#include "report_looks.h"
#include "sound_text.h"

/* --- findings --------------------------------------------------------------------------------- */

void report_found(struct report_finding *f, enum report_result result, const char *required,
                  const char *measured, ...)
{
    va_list args;
    va_start(args, measured);
    f->result = result;
    f->required = mem_strdup(required);
    f->measured = mem_vprintf(measured, args);
    va_end(args);
}

const char *report_length(char buf[CLOCK_BYTES], int64_t ms)
{
    return clock_format_ms(buf, ms, true);
}

static enum report_result pass_if(bool holds)
{
    return holds ? REPORT_PASS : REPORT_FAIL;
}

/* Whether the part has a recording that can be read, so that there is something to check. */
static bool has_recording(const struct report_look *l)
{
    return l->facts && !l->facts->refusal;
}

/* --- lengths ---------------------------------------------------------------------------------- */

/* A talk that fills its slot and ends in mid-talk is short, too, which check 224 shows. */
static bool length_fits(const struct part_plan *pp, bool slot)
{
    return pp->verdict != VERDICT_LONG &&
           (pp->verdict != VERDICT_SHORT || (slot && pp->measured_ms >= 500LL * pp->part->slot_s));
}

static void look_length(struct report_finding *f, const struct report_look *l)
{
    const struct part_plan *pp = l->pp;
    const struct verify_limits *limits = &l->plan->event->settings.limits;
    char listed[CLOCK_BYTES], measured[CLOCK_BYTES];
    if (pp->state == PART_GONE || pp->state == PART_SETTLED ||
        (!pp->part->listed_s && !pp->part->slot_s))
        return;
    const bool slot = !pp->part->listed_s;
    const int64_t wanted_ms = 1000LL * (slot ? pp->part->slot_s : pp->part->listed_s);
    f->tolerance = slot ? mem_printf("at least half, at most %d s over", limits->overrun_ms / 1000)
                        : mem_printf("%g s", limits->tolerance_ms / 1000.0);
    AUTO_FREE char *required =
        mem_printf("%s%s", slot ? "in a slot of " : "", clock_format_ms(listed, wanted_ms, false));
    if (pp->measured_ms < 0 || pp->verdict == VERDICT_UNCLEAR)
        report_found(f, REPORT_NOT_CHECKED, required, "%s",
                     !pp->source        ? "no recording"
                     : has_recording(l) ? "its cut is not certain"
                                        : "its recording cannot be read");
    else
        report_found(f, pass_if(length_fits(pp, slot)), required, "%s%s",
                     report_length(measured, pp->measured_ms - pp->lead_in_ms),
                     pp->lead_in_ms ? " without its lead-in" : "");
}

/* --- damage of the recording ------------------------------------------------------------------ */

static void look_whole(struct report_finding *f, const struct report_look *l)
{
    char at[CLOCK_BYTES];
    if (has_recording(l))
        report_found(f, pass_if(!l->facts->truncated), "as long as its header states", "%s",
                     l->facts->truncated
                         ? l->facts->truncated
                         : report_length(at, json_get_int(l->pp->source->probe, "duration_ms", 0)));
}

static int64_t nb_damaged_outputs(const struct report_look *l)
{
    int64_t nb = 0;
    for (size_t i = 0; i < l->pp->nb_outputs && !l->checked_only; i++) {
        const int64_t n =
            json_get_int(json_object_get(l->pp->outputs[i].result, "damage"), "nb", 0);
        nb = n > nb ? n : nb;
    }
    return nb;
}

static void look_damage(struct report_finding *f, const struct report_look *l)
{
    if (!l->facts || !l->pp->source->analysis)
        return;
    char at[CLOCK_BYTES] = "";
    const int64_t made = nb_damaged_outputs(l),
                  nb = l->facts->nb_damaged > made ? l->facts->nb_damaged : made;
    if (l->facts->damaged_at_known)
        clock_format_place(at, l->facts->damaged_at_ms);
    report_found(f, pass_if(!nb), "0 packets that do not decode", "%lld%s%s", (long long)nb,
                 *at ? ", the first at " : "", at);
}

static void look_gaps(struct report_finding *f, const struct report_look *l)
{
    char at[CLOCK_BYTES], ms[CLOCK_BYTES];
    if (!has_recording(l))
        return;
    const int64_t gap_ms = l->facts->gap_ms;
    if (!gap_ms)
        report_found(f, REPORT_PASS, "none", "none");
    else
        report_found(f, llabs(gap_ms) >= 1000 ? REPORT_FAIL : REPORT_NOTE, "none", "%s %s at %s",
                     report_length(ms, llabs(gap_ms)), gap_ms < 0 ? "back" : "missing",
                     clock_format_place(at, l->facts->gap_at_ms));
}

static void look_decodable(struct report_finding *f, const struct report_look *l)
{
    const struct verify_facts *v = l->facts;
    if (!v)
        return;
    if (v->refusal)
        report_found(f, REPORT_FAIL, "picture and sound", "%s", v->refusal);
    else if (v->no_sound)
        report_found(f, REPORT_FAIL, "picture and sound", "%s",
                     v->sound_error ? v->sound_error : "no sound");
    else
        report_found(f, v->no_picture ? REPORT_NOTE : REPORT_PASS, "picture and sound", "%s",
                     v->no_picture ? "sound alone: its card is shown" : "picture and sound");
}

/* --- sound ------------------------------------------------------------------------------------ */

/* Whether the sound was analysed, so that there is something to say of it. */
static const json_t *analysis_of(const struct report_look *l)
{
    return l->facts && !l->facts->refusal && !l->facts->no_sound ? l->pp->source->analysis : NULL;
}

static void look_speech(struct report_finding *f, const struct report_look *l)
{
    const json_t *a = analysis_of(l);
    const struct source *s = l->pp->source;
    if (!a)
        return;
    AUTO_FREE char *fault = sound_fault(s, l->plan->event->settings.target_lufs);
    const double speech =
        json_get_number(json_object_get(a, "speech_of"), s->use, json_get_number(a, "speech", -1));
    if (fault)
        report_found(f, REPORT_FAIL, "somebody speaks in it", "%s", fault);
    else
        report_found(f, sound_says_nothing(s) ? REPORT_NOTE : REPORT_PASS, "somebody speaks in it",
                     "stream %d, channels '%s', speech %.2f", s->audio_stream, s->use, speech);
}

static void look_clipping(struct report_finding *f, const struct report_look *l)
{
    enum { FEW = 5 };
    const json_t *a = analysis_of(l), *clipped = json_object_get(a, "clipped");
    const int64_t nb = json_get_int(clipped, "nb", 0);
    char at[CLOCK_BYTES];
    if (a && nb)
        report_found(f, nb > FEW ? REPORT_NOTE : REPORT_PASS, "none", "%lld, the first at %s",
                     (long long)nb, clock_format_place(at, json_get_int(clipped, "first_ms", 0)));
    else if (a)
        report_found(f, REPORT_PASS, "none", "none");
}

static void look_hum(struct report_finding *f, const struct report_look *l)
{
    const json_t *a = analysis_of(l), *hum = json_object_get(a, "hum");
    if (json_is_object(hum))
        report_found(f, REPORT_NOTE, "none", "%d Hz at %.0f dBFS", (int)json_get_int(hum, "hz", 0),
                     json_get_number(hum, "dbfs", 0));
    else if (a)
        report_found(f, REPORT_PASS, "none", "none");
}

static void look_dropouts(struct report_finding *f, const struct report_look *l)
{
    const json_t *a = analysis_of(l), *first = json_array_get(json_object_get(a, "dropouts"), 0);
    const int nb = (int)json_get_int(a, "nb_dropouts", 0);
    char at[CLOCK_BYTES];
    if (a && nb)
        report_found(f, REPORT_NOTE, "none", "%d, the first at %s", nb,
                     clock_format_place(at, json_integer_value(json_array_get(first, 0))));
    else if (a)
        report_found(f, REPORT_PASS, "none", "none");
}

static void look_drift(struct report_finding *f, const struct report_look *l)
{
    if (!analysis_of(l))
        return;
    const struct source *s = l->pp->source;
    const int ppm = probe_sound_clock(s->probe, s->audio_stream).drift_ppm;
    const double ms = abs(ppm) / 1e6 * (double)json_get_int(s->probe, "duration_ms", 0);
    if (ppm)
        report_found(f, REPORT_NOTE, "0 ms at the end", "%.0f ms at the end: %s", ms,
                     l->checked_only ? "a player hears it" : "resampled to 0");
    else
        report_found(f, REPORT_PASS, "0 ms at the end", "less than 10 ms");
}

/* --- the ends --------------------------------------------------------------------------------- */

/* As the verdict does: from 3 s on if the length is off, else from a tenth of the part on. */
static void look_at_ends(struct report_finding *f, const struct report_look *l, int64_t head_ms,
                         int64_t tail_ms)
{
    enum { LEAST_MS = 3000, PERCENT = 10 };
    char head[CLOCK_BYTES], tail[CLOCK_BYTES], most[CLOCK_BYTES];
    if (!analysis_of(l) || !l->pp->cut_known || l->pp->begin != l->pp->whole_begin ||
        l->pp->end != l->pp->whole_end || head_ms < 0 || tail_ms < 0)
        return;
    const bool off = l->pp->verdict == VERDICT_SHORT || l->pp->verdict == VERDICT_LONG;
    const int64_t tenth_ms = l->pp->measured_ms * PERCENT / 100,
                  most_ms = off || tenth_ms < LEAST_MS ? LEAST_MS : tenth_ms,
                  worst_ms = head_ms > tail_ms ? head_ms : tail_ms;
    AUTO_FREE char *required = mem_printf("less than %s", clock_format_ms(most, most_ms, false));
    report_found(f, worst_ms < most_ms ? REPORT_PASS : REPORT_NOTE, required, "%s and %s",
                 report_length(head, head_ms), report_length(tail, tail_ms));
}

static void look_silence(struct report_finding *f, const struct report_look *l)
{
    if (l->facts)
        look_at_ends(f, l, l->facts->silence_head_ms, l->facts->silence_tail_ms);
}

static void look_black(struct report_finding *f, const struct report_look *l)
{
    if (l->facts && !l->facts->no_picture)
        look_at_ends(f, l, l->facts->black_head_ms, l->facts->black_tail_ms);
}

static void look_end(struct report_finding *f, const struct report_look *l)
{
    if (!analysis_of(l) || !l->pp->cut_known || l->pp->end < l->pp->whole_end)
        return;
    const bool runs = l->facts->sound_at_end > 0, right = l->pp->part->listed_s &&
                                                          l->pp->verdict != VERDICT_SHORT &&
                                                          l->pp->verdict != VERDICT_LONG;
    report_found(f,
                 !runs || right                    ? REPORT_PASS
                 : l->pp->verdict == VERDICT_SHORT ? REPORT_FAIL
                                                   : REPORT_NOTE,
                 "a pause, or the listed length", runs ? "sound to the last second" : "a pause");
}

static void look_held(struct report_finding *f, const struct report_look *l)
{
    enum { LEAST_MS = 500 };
    char head[CLOCK_BYTES], tail[CLOCK_BYTES];
    if (!l->facts || l->facts->refusal || l->facts->no_picture || !l->pp->cut_known)
        return;
    const bool held = l->facts->held_head_ms >= LEAST_MS || l->facts->held_tail_ms >= LEAST_MS;
    report_found(f, held ? REPORT_NOTE : REPORT_PASS, "as long as the sound", "%s and %s without",
                 report_length(head, l->facts->held_head_ms),
                 report_length(tail, l->facts->held_tail_ms));
}

/* --- the match -------------------------------------------------------------------------------- */

static void look_match(struct report_finding *f, const struct report_look *l)
{
    const struct match *m = l->pp->match;
    if (!m || l->pp->state == PART_SETTLED)
        return;
    if (m->by_hand)
        report_found(f, REPORT_PASS, "certain", "chosen by hand");
    else if (m->state == MATCH_NONE)
        report_found(f, REPORT_FAIL, "certain", "no recording");
    else
        report_found(f,
                     m->state == MATCH_UNCLEAR ? REPORT_FAIL
                     : m->suspicion            ? REPORT_NOTE
                                               : REPORT_PASS,
                     "certain", "score %.2f, margin %.2f%s%s", m->score, m->margin,
                     m->suspicion ? "; " : "", m->suspicion ? m->suspicion : "");
}

/* --- by eye ----------------------------------------------------------------------------------- */

static void look_right_talk(struct report_finding *f, const struct report_look *l)
{
    if (has_recording(l) && l->pp->match && l->pp->match->by_hand)
        report_found(f, REPORT_PASS, "speaker and title of the programme", "chosen by a person");
    else if (has_recording(l))
        report_found(f, REPORT_NOT_CHECKED, "speaker and title of the programme", "%s", "");
}

static void look_cut(struct report_finding *f, const struct report_look *l)
{
    if (has_recording(l) && l->pp->cut_by_hand)
        report_found(f, REPORT_PASS, "no word is cut off", "cut by a person");
    else if (has_recording(l))
        report_found(f, REPORT_NOT_CHECKED, "no word is cut off", "%s", "");
}

static void look_sync(struct report_finding *f, const struct report_look *l)
{
    if (!has_recording(l) || l->facts->no_sound || l->facts->no_picture)
        return;
    if (l->pp->sound_offset_ms)
        report_found(f, REPORT_PASS, "lips and sound together", "moved by %+d ms by a person",
                     l->pp->sound_offset_ms);
    else
        report_found(f, REPORT_NOT_CHECKED, "lips and sound together", "%s", "");
}

static void look_card(struct report_finding *f, const struct report_look *l)
{
    if (has_recording(l) && settings_have_picture(&l->plan->event->settings))
        report_found(f, REPORT_NOT_CHECKED, "title and names complete and right", "%s", "");
}

static void look_captions_read(struct report_finding *f, const struct report_look *l)
{
    if (has_recording(l) && l->pp->source->nb_captions)
        report_found(f, REPORT_NOT_CHECKED, "what is said, in its language", "%s", "");
}

/* --- the table -------------------------------------------------------------------------------- */

#define OUTPUT  "pipeline/output/check.h"
#define VERDICT "docs/verify.md"
#define SOUND   "docs/sound.md"
#define PERSON  "a person"

const struct report_check report_checks[] = {
    {101, "Formats are made", "none", OUTPUT, look_made, true},
    {102, "Codecs", "none", OUTPUT ", RFC 6381", look_codecs, true},
    {103, "Picture size", "none", OUTPUT, look_size, true},
    {104, "Frames", "0 frames", OUTPUT, look_frames, true},
    {105, "Duration", "20 ms", OUTPUT, look_duration, true},
    {106, "Picture starts", "20 ms", OUTPUT, look_picture_start, true},
    {107, "Sound starts", "20 ms", OUTPUT, look_sound_start, true},
    {108, "Seams", "20 frames each side", OUTPUT, look_seams, true},
    {109, "Key frames at least every", "1 frame", OUTPUT, look_key_frames, true},
    {110, "Tags, chapters and tracks", "chapters 2 ms", OUTPUT, look_contents, true},
    {111, "Captions", "20 ms", OUTPUT, look_captions, true},
    {112, "Published files", "0 bytes", "SHA-256: talkpress publish --verify", look_published,
     true},
    {201, "Length as listed", "2 s", VERDICT, look_length, false},
    {202, "Recording can be read", "none", VERDICT, look_decodable, false},
    {203, "Recording is complete", "1 s", VERDICT, look_whole, false},
    {204, "Recording decodes", "0 packets", VERDICT, look_damage, false},
    {205, "Gaps and jumps of the clock", "1 s", VERDICT, look_gaps, false},
    {206, "Recording is the talk's", "0.75 and 0.5", "docs/matching.md", look_match, false},
    {211, "Speech is heard", "speech 0.1", SOUND, look_speech, false},
    {212, "Loudness", "0.5 LU", "EBU R 128, ITU-R BS.1770-4", look_loudness, true},
    {213, "True peak", "0.05 dB", "ITU-R BS.1770-4", look_peak, true},
    {214, "Clipping in the recording", "5 places", SOUND, look_clipping, false},
    {215, "Hum in the recording", "12 dB", SOUND, look_hum, false},
    {216, "Drop-outs in the recording", "2 s", SOUND, look_dropouts, false},
    {217, "Sound drifts from the picture", "10 ms", "docs/times.md", look_drift, false},
    {221, "Silence at the ends", "none", VERDICT, look_silence, false},
    {222, "Black at the ends", "none", VERDICT, look_black, false},
    {223, "Picture throughout", "0.5 s", "docs/times.md", look_held, false},
    {224, "End is recorded", "1 s", VERDICT, look_end, false},
    {301, "Right talk", "none", PERSON, look_right_talk, false},
    {302, "Begin and end", "none", PERSON, look_cut, false},
    {303, "Sound in sync", "+40 ms, -60 ms", PERSON ", EBU R 37", look_sync, false},
    {304, "Card", "none", PERSON, look_card, true},
    {305, "Captions", "none", PERSON, look_captions_read, true},
};
const size_t nb_report_checks = sizeof report_checks / sizeof *report_checks;
