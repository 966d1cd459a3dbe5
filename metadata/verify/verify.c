#include "verify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

/* Shorter silence or black at an end is a pause, not a cause. */
static const int64_t end_min_ms = 3000;
/* A picture is held for longer before it is said. */
static const int64_t held_min_ms = 500;

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"ok", "short", "long", "missing", "unclear", "damaged"};
    return names[verdict];
}

static void remark(struct str *s, const char *fmt, ...) ATTR_PRINTF(2, 3);
static void remark(struct str *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *text = mem_vprintf(fmt, args);
    va_end(args);
    str_addf(s, "%s%s", s->len ? "; " : "", text);
}

static bool near(int64_t a_ms, int64_t b_ms, int tolerance_ms)
{
    return llabs(a_ms - b_ms) <= tolerance_ms;
}

/* Remarks if the length is that of another talk, or of all parts together. */
static void compare_with_others(struct str *s, const struct verify_facts *f,
                                const struct programme *p, int tolerance_ms)
{
    const struct talk *own = programme_find(p, f->talk);
    if (own && !f->shares_recording && own->nb_parts > 1 && talk_listed_s(own) &&
        near(f->recording_ms, (int64_t)talk_listed_s(own) * 1000, tolerance_ms))
        remark(s, "the recording's length equals the sum of the talk's %zu parts", own->nb_parts);
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        if (t->gone || t->number == f->talk)
            continue;
        for (size_t k = 0; k < t->nb_parts; k++)
            if (t->parts[k].listed_s &&
                near(f->measured_ms, (int64_t)t->parts[k].listed_s * 1000, tolerance_ms)) {
                if (t->nb_parts > 1)
                    remark(s, "equals the time of talk %d, part %d", t->number, t->parts[k].number);
                else
                    remark(s, "equals the time of talk %d ('%s')", t->number, t->title);
            }
    }
}

/* Lists are in whole seconds: half a second each way, and a tenth for the ends. */
enum { ROUNDING_MS = 600, MANY_SAME = 2 };

bool verify_same_speed(int listed_s, int64_t measured_ms, int other_listed_s,
                       int64_t other_measured_ms)
{
    if (listed_s <= 0 || other_listed_s <= 0 || measured_ms <= 0)
        return false;
    const double factor = (double)measured_ms / listed_s; /* of ms to s */
    const double slack = ROUNDING_MS * (1 + (double)other_listed_s / listed_s);
    return fabs((double)other_measured_ms - factor * other_listed_s) <= slack;
}

/* How often a known speed gives the listed length from the measured one. */
static const struct {
    double speed;
    const char *what;
} speeds[] = {
    {25.0 / 24, "24 pictures a second shown at 25"},
    {24.0 / 25, "25 pictures a second shown at 24"},
    {1.001, "29.97 pictures a second shown at 30"},
    {1 / 1.001, "30 pictures a second shown at 29.97"},
    {25.025 / 24, "23.976 pictures a second shown at 25"},
    {24 / 25.025, "25 pictures a second shown at 23.976"},
    {1.01, NULL},
    {0.99, NULL},
    {1.02, NULL},
    {0.98, NULL},
    {1.05, NULL},
    {0.95, NULL},
};

double verify_known_speed(size_t i)
{
    return i < sizeof speeds / sizeof *speeds ? speeds[i].speed : 0;
}

/* Remarks if the talk is played faster or slower throughout: at a speed that machines have, or at
 * the same one as other talks. */
static void compare_speed(struct str *s, const struct verify_facts *f)
{
    const double listed_ms = 1000.0 * f->listed_s, faster = listed_ms / (double)f->measured_ms;
    const char *what = NULL;
    bool known = false;
    if (f->measured_ms <= 0 || f->shares_recording || f->cut_by_hand)
        return;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds && !known; i++) {
        known = fabs((double)f->measured_ms * speeds[i].speed - listed_ms) <= ROUNDING_MS;
        what = known ? speeds[i].what : NULL;
    }
    if (!known && f->nb_same_speed < MANY_SAME)
        return;
    AUTO_FREE char *others = f->nb_same_speed
                                 ? mem_printf(", like %d other talk%s", f->nb_same_speed,
                                              f->nb_same_speed == 1 ? "" : "s")
                                 : mem_strdup("");
    remark(s, "all of it is %.1f %% %s than listed%s%s%s", 100 * fabs(faster - 1),
           faster > 1 ? "faster" : "slower", others, what ? ": " : "", what ? what : "");
}

/* explained: something says already why the length is off. A recording can be cut off only where it
 * is too short. */
static void look_at_ends(struct str *s, const struct verify_facts *f, bool too_short,
                         bool explained)
{
    char buf[CLOCK_BYTES];
    if (f->runs_to_end && !f->whole_recording && f->sound_at_end > 0)
        remark(
            s,
            "speech or sound runs to the recording's last second: the talk may continue after it");
    if (!f->whole_recording)
        return;
    if (f->black_head_ms >= end_min_ms)
        remark(s, "%s of black at the start", clock_format_ms(buf, f->black_head_ms, false));
    if (f->silence_head_ms >= end_min_ms)
        remark(s, "%s of silence at the start", clock_format_ms(buf, f->silence_head_ms, false));
    if (f->black_tail_ms >= end_min_ms)
        remark(s, "%s of black at the end", clock_format_ms(buf, f->black_tail_ms, false));
    if (f->silence_tail_ms >= end_min_ms)
        remark(s, "%s of silence at the end", clock_format_ms(buf, f->silence_tail_ms, false));
    if (f->sound_at_end > 0 && too_short && !explained)
        remark(s, "speech or sound runs to the last second: probably cut off while recording");
}

static void look_for_damage(struct str *s, const struct verify_facts *f)
{
    char at[CLOCK_BYTES], length[CLOCK_BYTES];
    if (f->truncated)
        remark(s, "%s", f->truncated);
    if (f->nb_damaged > 0)
        remark(s, "%lld packet%s not decode, the first at %s%s%s", (long long)f->nb_damaged,
               f->nb_damaged == 1 ? " does" : "s do", clock_format_ms(at, f->damaged_at_ms, false),
               f->damage ? ": " : "", f->damage ? f->damage : "");
    if (f->gap_ms >= 1000)
        remark(s, "%s missing at %s", clock_format_ms(length, f->gap_ms, false),
               clock_format_ms(at, f->gap_at_ms, false));
    if (f->gap_ms <= -1000)
        remark(s,
               "the clock goes back by %s at %s: the overlap is dropped (to keep it, rewrite the "
               "timestamps: 'ffmpeg -i FILE -map 0 -c copy NEW')",
               clock_format_ms(length, -f->gap_ms, false),
               clock_format_ms(at, f->gap_at_ms, false));
    if (f->no_sound)
        remark(s, "%s", f->sound_error ? f->sound_error : "no sound in it");
    else if (f->sound_fault)
        remark(s, "%s", f->sound_fault);
}

static enum verdict compare_length(struct str *s, const struct verify_facts *f,
                                   const struct programme *p, int tolerance_ms)
{
    const int64_t listed_ms = (int64_t)f->listed_s * 1000;
    if (!f->listed_s || near(f->measured_ms, listed_ms, tolerance_ms))
        return VERDICT_OK;
    if (f->cut_by_hand)
        remark(s, "it was cut by hand");
    compare_with_others(s, f, p, tolerance_ms);
    compare_speed(s, f);
    look_at_ends(s, f, f->measured_ms<listed_ms, s->len> 0);
    if (!s->len)
        remark(s, "no cause found: check both ends");
    return f->measured_ms < listed_ms ? VERDICT_SHORT : VERDICT_LONG;
}

static enum verdict compare_with_slot(struct str *s, const struct verify_facts *f,
                                      int64_t tolerance_ms, int64_t overrun_ms)
{
    const int64_t slot_ms = (int64_t)f->slot_s * 1000;
    char slot[CLOCK_BYTES], off[CLOCK_BYTES];
    clock_format_ms(slot, slot_ms, false);
    if (f->measured_ms > slot_ms + overrun_ms) {
        remark(s, "%s over its slot of %s: cut it to the talk",
               clock_format_ms(off, f->measured_ms - slot_ms, false), slot);
        look_at_ends(s, f, false, true);
        return VERDICT_LONG;
    }
    const bool in_mid_talk = f->runs_to_end && f->sound_at_end > 0;
    if (in_mid_talk || f->measured_ms < slot_ms / 2) {
        if (f->measured_ms < slot_ms / 2)
            remark(s, "it fills less than half of its slot of %s", slot);
        const bool whole_slot = f->measured_ms >= slot_ms - tolerance_ms;
        if (whole_slot && f->whole_recording)
            remark(s,
                   "speech or sound runs to the last second, and it is as long as its slot of %s: "
                   "the talk may continue after it",
                   slot);
        look_at_ends(s, f, true, whole_slot || s->len > 0);
        return VERDICT_SHORT;
    }
    return VERDICT_OK;
}

static void describe_held(struct str *s, const struct verify_facts *f)
{
    char buf[CLOCK_BYTES];
    if (f->held_head_ms >= held_min_ms)
        remark(s,
               "its picture begins %s after its sound: the first picture is shown from the start",
               clock_format_ms(buf, f->held_head_ms, false));
    if (f->held_tail_ms >= held_min_ms)
        remark(s, "its picture ends %s before its sound: the last picture is shown until the end",
               clock_format_ms(buf, f->held_tail_ms, false));
}

enum verdict verify_part(char **cause, const struct verify_facts *f, const struct programme *p,
                         const struct verify_limits *limits)
{
    AUTO_STR s = {0};
    enum verdict verdict;
    if (f->refusal) {
        remark(&s, "%s", f->refusal);
        verdict = VERDICT_DAMAGED;
    } else if (f->unclear) {
        remark(&s, "%s", f->match_note ? f->match_note : "more than one recording could be it");
        verdict = VERDICT_UNCLEAR;
    } else if (f->measured_ms < 0) {
        remark(&s, "%s", f->match_note ? f->match_note : "no recording found");
        verdict = VERDICT_MISSING;
    } else {
        look_for_damage(&s, f);
        const bool damaged = s.len > 0;
        verdict = f->listed_s || !f->slot_s
                      ? compare_length(&s, f, p, limits->tolerance_ms)
                      : compare_with_slot(&s, f, limits->tolerance_ms, limits->overrun_ms);
        if (damaged && verdict == VERDICT_OK)
            verdict = VERDICT_DAMAGED;
        if (f->no_picture)
            remark(&s, "no picture in it: its card is shown instead");
        describe_held(&s, f);
        if (f->sound_note)
            remark(&s, "%s", f->sound_note);
        if (f->match_note)
            remark(&s, "%s", f->match_note);
        if (f->absent)
            remark(&s, "the file is not there now: is its disk connected?");
    }
    *cause = str_take(&s);
    return verdict;
}
