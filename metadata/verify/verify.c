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
/* Black or silence at an end of a part whose length is right is said from this share of it on. */
static const int64_t long_end_percent = 10;
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

/* Remarks if the whole recording is as long as all parts of the talk; returns whether it is. */
static bool compare_with_sum(struct str *s, const struct verify_facts *f, const struct talk *own,
                             int tolerance_ms)
{
    if (!own || f->shares_recording || own->nb_parts < 2 || !talk_listed_s(own) ||
        !near(f->recording_ms, (int64_t)talk_listed_s(own) * 1000, tolerance_ms))
        return false;
    remark(s, "the recording's length equals the sum of the talk's %zu parts", own->nb_parts);
    return true;
}

/* Remarks if the length is that of other talks. Returns whether that explains it: not by a talk
 * that has a recording of its own, since among many talks some are as long by chance. What is left
 * without a break has no recording's length. */
static bool compare_with_others(struct str *s, const struct verify_facts *f,
                                const struct programme *p, int tolerance_ms)
{
    enum { MAX_NAMED = 3 };
    bool explained = compare_with_sum(s, f, programme_find(p, f->talk), tolerance_ms);
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        const bool has_its_own = f->fitting && f->fitting[i];
        const bool other = !t->gone && t->number != f->talk && !f->nb_drops;
        for (size_t k = 0; k < t->nb_parts && other; k++) {
            if (!t->parts[k].listed_s ||
                !near(f->measured_ms, (int64_t)t->parts[k].listed_s * 1000, tolerance_ms))
                continue;
            explained = explained || !has_its_own;
            if (nb++ >= MAX_NAMED)
                continue;
            if (t->nb_parts > 1)
                remark(s, "equals the time of talk %d, part %d", t->number, t->parts[k].number);
            else
                remark(s, "equals the time of talk %d ('%s')", t->number, t->title);
        }
    }
    if (nb > MAX_NAMED)
        remark(s, "and that of %zu more", nb - MAX_NAMED);
    return explained;
}

/* Lists are in whole seconds: half a second each way, and a tenth for the ends. */
enum { ROUNDING_MS = 600, MANY_SAME = 2 };
/* The most that a recording is played faster or slower. */
enum { FASTEST = 2 };

bool verify_same_speed(int listed_s, int64_t measured_ms, int other_listed_s,
                       int64_t other_measured_ms)
{
    if (listed_s <= 0 || other_listed_s <= 0 || measured_ms <= 0)
        return false;
    const double factor = (double)measured_ms / listed_s; /* of ms to s */
    if (factor > 1000.0 * FASTEST || factor < 1000.0 / FASTEST)
        return false; /* other faults are alike too */
    const double slack = ROUNDING_MS * (1 + (double)other_listed_s / listed_s);
    return fabs((double)other_measured_ms - factor * other_listed_s) <= slack;
}

/* Speeds at which machines play by mistake; the reverse of each is one too. */
static const struct {
    double num, den; /* of the speed */
    const char *what, *reverse;
} speeds[] = {
    {25, 24, "24 pictures a second shown at 25", "25 pictures a second shown at 24"},
    {1001, 1000, "29.97 pictures a second shown at 30, or 23.976 at 24",
     "30 pictures a second shown at 29.97, or 24 at 23.976"},
    {25 * 1001, 24 * 1000, "23.976 pictures a second shown at 25",
     "25 pictures a second shown at 23.976"},
    {480, 441, "sound of 44.1 kHz played at 48", "sound of 48 kHz played at 44.1"},
    {101, 100, NULL, NULL},
    {102, 100, NULL, NULL},
    {105, 100, NULL, NULL},
};

double verify_known_speed(size_t i)
{
    if (i / 2 >= sizeof speeds / sizeof *speeds)
        return 0;
    const double speed = speeds[i / 2].num / speeds[i / 2].den;
    return i % 2 ? 1 / speed : speed;
}

/* Whether the length is the listed one at a known speed. *what: which, or NULL. A difference of a
 * few roundings could be any speed's. */
static bool find_speed(const char **what, double listed_ms, double measured_ms)
{
    *what = NULL;
    if (fabs(listed_ms - measured_ms) < 4 * ROUNDING_MS)
        return false;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        const double speed = speeds[i].num / speeds[i].den;
        const bool faster = fabs(measured_ms - listed_ms / speed) <= ROUNDING_MS;
        *what = faster ? speeds[i].what : speeds[i].reverse;
        if (faster || fabs(measured_ms - listed_ms * speed) <= ROUNDING_MS)
            return true;
    }
    *what = NULL;
    return false;
}

/* Remarks if the talk is played faster or slower throughout, at a speed that machines have or at
 * the same one as other talks; returns whether it is. One talk alone may be as long by chance. */
static bool compare_speed(struct str *s, const struct verify_facts *f)
{
    const double listed_ms = 1000.0 * f->listed_s, speed = listed_ms / (double)f->measured_ms;
    const char *what;
    if (f->measured_ms <= 0 || f->shares_recording || f->cut_by_hand || f->nb_drops ||
        (!find_speed(&what, listed_ms, (double)f->measured_ms) && f->nb_same_speed < MANY_SAME))
        return false;
    AUTO_FREE char *others = f->nb_same_speed
                                 ? mem_printf(", like %d other talk%s", f->nb_same_speed,
                                              f->nb_same_speed == 1 ? "" : "s")
                                 : mem_strdup("");
    remark(s, "%sall of it is %.1f %% %s than listed%s%s%s", f->nb_same_speed ? "" : "probably ",
           100 * fabs(speed - 1), speed > 1 ? "faster" : "slower", others, what ? ": " : "",
           what ? what : "");
    return true;
}

/* Whether the rest is no longer than most_ms without the silence and the black at its ends. */
static bool ends_explain(const struct verify_facts *f, int64_t most_ms)
{
    const int64_t heads[] = {f->black_head_ms, f->silence_head_ms},
                  tails[] = {f->black_tail_ms, f->silence_tail_ms};
    int64_t head = 0, tail = 0;
    for (int i = 0; i < 2 && f->whole_recording; i++) {
        head = heads[i] > head ? heads[i] : head;
        tail = tails[i] > tail ? tails[i] : tail;
    }
    return f->measured_ms > most_ms && f->measured_ms - head - tail <= most_ms;
}

/* Black and silence of least_ms or more. If all is black, both ends are. Silence is not repeated
 * where the sound is missing or at fault. */
static void describe_ends(struct str *s, const struct verify_facts *f, int64_t least_ms)
{
    char buf[CLOCK_BYTES];
    const bool heard = !f->no_sound && !f->sound_fault;
    const bool all_black =
        f->black_head_ms >= least_ms && f->black_head_ms + f->black_tail_ms > f->recording_ms;
    if (all_black)
        remark(s, "its picture is black throughout");
    if (f->black_head_ms >= least_ms && !all_black)
        remark(s, "%s of black at the start", clock_format_ms(buf, f->black_head_ms, false));
    if (f->silence_head_ms >= least_ms && heard)
        remark(s, "%s of silence at the start", clock_format_ms(buf, f->silence_head_ms, false));
    if (f->black_tail_ms >= least_ms && !all_black)
        remark(s, "%s of black at the end", clock_format_ms(buf, f->black_tail_ms, false));
    if (f->silence_tail_ms >= least_ms && heard)
        remark(s, "%s of silence at the end", clock_format_ms(buf, f->silence_tail_ms, false));
}

/* A part of the right length is black or silent for long, as where a microphone was switched off.
 */
static void describe_long_ends(struct str *s, const struct verify_facts *f)
{
    const int64_t least_ms = f->measured_ms * long_end_percent / 100;
    if (f->whole_recording)
        describe_ends(s, f, least_ms > end_min_ms ? least_ms : end_min_ms);
}

/* at_end: what sound in the last second means, or NULL: it says nothing. */
static void look_at_ends(struct str *s, const struct verify_facts *f, const char *at_end)
{
    if (f->runs_to_end && !f->whole_recording && f->sound_at_end > 0)
        remark(
            s,
            "speech or sound runs to the recording's last second: the talk may continue after it");
    if (!f->whole_recording)
        return;
    describe_ends(s, f, end_min_ms);
    if (f->sound_at_end > 0 && at_end)
        remark(s, "speech or sound runs to the last second: %s", at_end);
}

static void look_for_damage(struct str *s, const struct verify_facts *f)
{
    char at[CLOCK_BYTES], length[CLOCK_BYTES];
    if (f->truncated)
        remark(s, "%s", f->truncated);
    if (f->nb_damaged > 0)
        remark(s, "%lld packet%s not decode%s%s%s%s", (long long)f->nb_damaged,
               f->nb_damaged == 1 ? " does" : "s do", f->damaged_at_known ? ", the first at " : "",
               f->damaged_at_known ? clock_format_place(at, f->damaged_at_ms) : "",
               f->damage ? ": " : "", f->damage ? f->damage : "");
    if (f->gap_ms >= 1000)
        remark(s, "%s missing at %s", clock_format_ms(length, f->gap_ms, false),
               clock_format_place(at, f->gap_at_ms));
    if (f->gap_ms <= -1000)
        remark(s,
               "the clock goes back by %s at %s: the overlap is dropped (to keep it, rewrite the "
               "timestamps: 'ffmpeg -i FILE -map 0 -c copy NEW')",
               clock_format_ms(length, -f->gap_ms, false), clock_format_place(at, f->gap_at_ms));
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
    bool explained = f->cut_by_hand || f->nb_drops || f->truncated || llabs(f->gap_ms) >= 1000;
    explained = compare_with_others(s, f, p, tolerance_ms) || explained;
    explained = explained || ends_explain(f, listed_ms + tolerance_ms);
    explained = explained || compare_speed(s, f);
    const bool too_short = f->measured_ms < listed_ms;
    look_at_ends(s, f, too_short && !explained ? "probably cut off while recording" : NULL);
    if (!s->len)
        remark(s, "no cause found: check both ends");
    return f->measured_ms < listed_ms ? VERDICT_SHORT : VERDICT_LONG;
}

static enum verdict compare_with_slot(struct str *s, const struct verify_facts *f,
                                      int64_t overrun_ms)
{
    const int64_t slot_ms = (int64_t)f->slot_s * 1000;
    char slot[CLOCK_BYTES], off[CLOCK_BYTES];
    clock_format_ms(slot, slot_ms, false);
    if (f->measured_ms > slot_ms + overrun_ms) {
        remark(s, "%s over its slot of %s: cut it to the talk",
               clock_format_ms(off, f->measured_ms - slot_ms, false), slot);
        look_at_ends(s, f, NULL);
        return VERDICT_LONG;
    }
    const bool in_mid_talk = f->runs_to_end && f->sound_at_end > 0;
    if (in_mid_talk || f->measured_ms < slot_ms / 2) {
        if (f->measured_ms < slot_ms / 2)
            remark(s, "it fills less than half of its slot of %s", slot);
        /* A slot does not tell how long the talk was. */
        look_at_ends(s, f, "look whether its end is missing");
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

/* A break of less than 10 s, as a cough, is said to the millisecond. */
static void describe_drops(struct str *s, const struct verify_facts *f)
{
    char buf[CLOCK_BYTES];
    if (f->nb_drops)
        remark(s, "without %s in %zu break%s",
               clock_format_ms(buf, f->dropped_ms, f->dropped_ms < 10000 && f->dropped_ms % 1000),
               f->nb_drops, f->nb_drops == 1 ? "" : "s");
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
        describe_drops(&s, f);
        verdict = f->listed_s || !f->slot_s ? compare_length(&s, f, p, limits->tolerance_ms)
                                            : compare_with_slot(&s, f, limits->overrun_ms);
        if (verdict == VERDICT_OK)
            describe_long_ends(&s, f);
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
