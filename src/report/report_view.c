#include "report_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "datetime.h"
#include "json.h"
#include "mem.h"
#include "page_text.h"
#include "str.h"

/* --- values ----------------------------------------------------------------------------------- */

static int64_t ms_of(const json_t *object, const char *member)
{
    return llround(1000 * json_get_number(object, member, 0));
}

static bool has(const json_t *object, const char *member)
{
    return json_is_number(json_object_get(object, member));
}

static void set_length(json_t *out, const char *name, const json_t *from, const char *member)
{
    if (has(from, member))
        json_object_set_new(out, name, text_length(ms_of(from, member)));
}

static void set_decibels(json_t *out, const char *name, const json_t *from, const char *unit)
{
    char text[32];
    snprintf(text, sizeof text, "%.1f %s", json_get_number(from, name, 0), unit);
    if (has(from, name))
        json_object_set_new(out, name, json_string(text));
}

static void copy(json_t *out, const json_t *from, const char *member)
{
    const json_t *value = json_object_get(from, member);
    if (value && !(json_is_string(value) && !*json_string_value(value)))
        json_object_set(out, member, json_object_get(from, member));
}

/* "30 November 2026, 05:42 UTC". */
static json_t *when(const char *at)
{
    struct datetime d;
    if (!at || !datetime_parse_iso(&d, at))
        return json_null();
    return json_sprintf("%d %s %d, %02d:%02d UTC", d.day, datetime_month_name(d.month), d.year,
                        d.hour, d.minute);
}

/* --- bars ------------------------------------------------------------------------------------- */

/* The longest length of all parts, which fills a bar. */
static double longest(const json_t *parts)
{
    double most = 1;
    size_t i;
    json_t *part;
    json_array_foreach(parts, i, part) {
        static const char *const lengths[] = {"listed_s", "slot_s", "measured_s"};
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
            most = fmax(most, json_get_number(part, lengths[k], 0));
    }
    return most;
}

enum { BAR = 1000 };

static void add_bar(json_t *out, const json_t *part, double most)
{
    const bool slot = !has(part, "listed_s");
    const double listed = json_get_number(part, slot ? "slot_s" : "listed_s", 0),
                 measured = json_get_number(part, "measured_s", 0);
    json_object_set_new(out, "bar",
                        json_pack("{s:I, s:I, s:b}", "listed",
                                  (json_int_t)llround(listed / most * BAR), "measured",
                                  (json_int_t)llround(measured / most * BAR), "slot", slot));
}

/* --- a part ----------------------------------------------------------------------------------- */

static json_t *show_recording(const json_t *recording)
{
    json_t *out = json_object();
    copy(out, recording, "name");
    copy(out, recording, "files");
    copy(out, recording, "codec");
    set_length(out, "length", recording, "duration_s");
    json_object_set_new(out, "size", text_size(json_get_int(recording, "bytes", 0)));
    if (json_get_int(recording, "width", 0))
        json_object_set_new(out, "picture",
                            json_sprintf("%dx%d", (int)json_get_int(recording, "width", 0),
                                         (int)json_get_int(recording, "height", 0)));
    return out;
}

/* ", without 1:00 to 2:00". */
static char *without(const json_t *cut)
{
    AUTO_STR s = {0};
    size_t i;
    json_t *drop;
    json_array_foreach(json_object_get(cut, "drops_s"), i, drop) {
        char from[CLOCK_BYTES], to[CLOCK_BYTES];
        str_addf(
            &s, "%s%s to %s", i ? " and " : ", without ",
            clock_format_ms(from, llround(1000 * json_number_value(json_array_get(drop, 0))), true),
            clock_format_ms(to, llround(1000 * json_number_value(json_array_get(drop, 1))), true));
    }
    return str_take(&s);
}

static json_t *show_cut(const json_t *cut)
{
    char in[CLOCK_BYTES], out[CLOCK_BYTES];
    AUTO_FREE char *drops = without(cut);
    const char *by = json_get_string(cut, "by", "");
    const bool hand = strcmp(by, "hand") == 0, proposed = strcmp(by, "proposed") == 0;
    clock_format_ms(in, ms_of(cut, "in_s"), true);
    clock_format_ms(out, ms_of(cut, "out_s"), true);
    return json_sprintf("%s to %s%s (%s)", in, out, drops,
                        hand                                ? "set by hand"
                        : proposed                          ? "only proposed"
                        : json_get_bool(cut, "whole", true) ? "all of it"
                                                            : "found by talkpress");
}

static json_t *show_sound(const json_t *sound)
{
    json_t *out = json_object();
    static const char *const same[] = {"use", "channels", "remarks", "fault", "stream"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(out, sound, same[i]);
    set_decibels(out, "before_lufs", sound, "LUFS");
    set_decibels(out, "before_dbtp", sound, "dBTP");
    set_decibels(out, "loudness_lufs", sound, "LUFS");
    set_decibels(out, "peak_dbtp", sound, "dBTP");
    if (has(sound, "gain_db"))
        json_object_set_new(out, "gain_db",
                            json_sprintf("%+.1f dB", json_get_number(sound, "gain_db", 0)));
    return out;
}

static json_t *show_match(const json_t *match)
{
    json_t *out = json_object();
    copy(out, match, "reason");
    copy(out, match, "suspicion");
    json_object_set_new(
        out, "certain",
        json_sprintf("%s, score %.2f, margin %.2f", json_get_string(match, "state", ""),
                     json_get_number(match, "score", 0), json_get_number(match, "margin", 0)));
    return out;
}

static json_t *show_file(const json_t *file)
{
    json_t *out = json_object();
    static const char *const same[] = {"file", "kind", "codecs", "sha256", "published", "made"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(out, file, same[i]);
    set_length(out, "length", file, "duration_s");
    if (has(file, "bytes"))
        json_object_set_new(out, "size", text_size(json_get_int(file, "bytes", 0)));
    if (has(file, "bits_per_s"))
        json_object_set_new(
            out, "rate",
            json_sprintf("%.0f kb/s", (double)json_get_int(file, "bits_per_s", 0) / 1000));
    if (has(file, "width"))
        json_object_set_new(out, "picture",
                            json_sprintf("%dx%d", (int)json_get_int(file, "width", 0),
                                         (int)json_get_int(file, "height", 0)));
    return out;
}

static json_t *show_check(const json_t *check)
{
    json_t *out = json_object();
    static const char *const same[] = {"number",   "name",   "class",  "required",
                                       "measured", "result", "because"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(out, check, same[i]);
    if (strcmp(json_get_string(check, "tolerance", "none"), "none") != 0)
        copy(out, check, "tolerance");
    return out;
}

static json_t *show_decision(const json_t *decision)
{
    json_t *out = json_object();
    copy(out, decision, "what");
    copy(out, decision, "because");
    json_object_set_new(out, "at", when(json_get_string(decision, "at", NULL)));
    return out;
}

static json_t *show_each(const json_t *list, json_t *(*show)(const json_t *item))
{
    json_t *out = json_array(), *item;
    size_t i;
    json_array_foreach(list, i, item)
        json_array_append_new(out, show(item));
    return out;
}

/* Its causes, one a line: the verdict joins them by semicolons. */
static json_t *causes_of(const char *cause)
{
    json_t *list = json_array();
    while (cause && *cause) {
        const char *end = strstr(cause, "; ");
        const size_t nb = end ? (size_t)(end - cause) : strlen(cause);
        json_array_append_new(list, json_stringn(cause, nb));
        cause += nb + (end ? 2 : 0);
    }
    return list;
}

/* "ok", "accepted" or the verdict; "todo", "good" and "bad" are how it looks. */
static void add_verdict(json_t *out, const json_t *part)
{
    const char *verdict = json_get_string(part, "verdict", "ok");
    const bool ok = strcmp(verdict, "ok") == 0,
               accepted = json_is_string(json_object_get(part, "accepted_because")),
               missing = strcmp(verdict, "missing") == 0;
    json_object_set_new(out, "verdict", json_string(verdict));
    json_object_set_new(out, "look",
                        json_string(ok         ? "good"
                                    : accepted ? "taken"
                                    : missing  ? "open"
                                               : "bad"));
    if (!ok && accepted)
        json_object_set_new(out, "accepted", json_true());
}

static void add_lengths(json_t *out, const json_t *part)
{
    set_length(out, "listed", part, "listed_s");
    set_length(out, "slot", part, "slot_s");
    set_length(out, "measured", part, "measured_s");
    if (has(part, "difference_s"))
        json_object_set_new(out, "off",
                            json_sprintf("%+.1f s", json_get_number(part, "difference_s", 0)));
}

static json_t *show_part(const json_t *part, double most)
{
    json_t *out = json_object();
    static const char *const same[] = {"talk",    "name",  "title",           "speakers",
                                       "section", "room",  "needs_person",    "failure",
                                       "state",   "to_do", "accepted_because"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(out, part, same[i]);
    add_verdict(out, part);
    add_lengths(out, part);
    add_bar(out, part, most);
    json_object_set_new(out, "causes", causes_of(json_get_string(part, "cause", NULL)));
    if (json_is_object(json_object_get(part, "recording")))
        json_object_set_new(out, "recording", show_recording(json_object_get(part, "recording")));
    if (json_is_object(json_object_get(part, "match")))
        json_object_set_new(out, "match", show_match(json_object_get(part, "match")));
    if (json_is_object(json_object_get(part, "cut")))
        json_object_set_new(out, "cut", show_cut(json_object_get(part, "cut")));
    if (json_is_object(json_object_get(part, "sound")))
        json_object_set_new(out, "sound", show_sound(json_object_get(part, "sound")));
    json_object_set_new(out, "files", show_each(json_object_get(part, "files"), show_file));
    json_object_set_new(out, "checks", show_each(json_object_get(part, "checks"), show_check));
    json_object_set_new(out, "decisions",
                        show_each(json_object_get(part, "decisions"), show_decision));
    return out;
}

static json_t *show_parts(const struct report *r)
{
    const json_t *parts = json_object_get(r->document, "parts");
    const double most = longest(parts);
    json_t *list = json_array(), *part;
    size_t i;
    json_array_foreach(parts, i, part) {
        json_t *shown = show_part(part, most);
        const size_t piece = REPORT_PIECE_FIRST + 2 * i;
        json_object_set_new(shown, "id", json_sprintf("part-%zu", i + 1));
        if (r->sights[i].strip)
            json_object_set_new(shown, "strip", json_integer((json_int_t)piece));
        if (r->sights[i].waveform)
            json_object_set_new(shown, "waveform", json_integer((json_int_t)piece + 1));
        json_array_append_new(list, shown);
    }
    return list;
}

/* --- the event -------------------------------------------------------------------------------- */

static json_t *show_event(const json_t *document)
{
    const json_t *event = json_object_get(document, "event");
    json_t *out = json_object();
    copy(out, event, "place");
    json_object_set_new(out, "name", json_string(json_get_string(event, "name", "Talks")));
    AUTO_FREE char *days =
        text_days(json_get_string(event, "begin", NULL), json_get_string(event, "end", NULL));
    if (days)
        json_object_set_new(out, "days", json_string(days));
    return out;
}

static json_t *show_counts(const json_t *counts)
{
    json_t *out = json_copy((json_t *)(uintptr_t)counts);
    if (json_get_number(counts, "listed_s", 0) > 0)
        json_object_set_new(out, "listed", text_total(ms_of(counts, "listed_s")));
    json_object_set_new(out, "measured", text_total(ms_of(counts, "measured_s")));
    json_object_set_new(out, "size", text_size(json_get_int(counts, "bytes_published", 0)));
    return out;
}

static json_t *show_lead_in(const json_t *lead_in)
{
    return lead_in
               ? json_sprintf("%d of %d recordings are %.1f s longer than listed: a lead-in, "
                              "such as a title card in front. The differences leave it out.",
                              (int)json_get_int(lead_in, "nb", 0),
                              (int)json_get_int(lead_in, "of", 0), json_get_number(lead_in, "s", 0))
               : json_null();
}

static json_t *show_unused(const json_t *recording)
{
    json_t *out = json_object();
    copy(out, recording, "name");
    copy(out, recording, "error");
    set_length(out, "length", recording, "duration_s");
    return out;
}

json_t *report_view(const struct report *r)
{
    const json_t *d = r->document;
    json_t *out = json_object();
    json_object_set_new(out, "style", json_integer(REPORT_PIECE_STYLE));
    json_object_set_new(out, "checked_only",
                        json_boolean(strcmp(json_get_string(d, "kind", ""), "verify") == 0));
    json_object_set_new(out, "event", show_event(d));
    json_object_set_new(out, "made", when(json_get_string(d, "made", NULL)));
    json_object_set_new(out, "counts", show_counts(json_object_get(d, "counts")));
    json_object_set_new(out, "lead_in", show_lead_in(json_object_get(d, "lead_in")));
    json_object_set_new(out, "checks", json_deep_copy(json_object_get(d, "checks")));
    json_object_set_new(out, "unused", show_each(json_object_get(d, "unused"), show_unused));
    json_object_set_new(out, "no_strips", json_text(r->no_strips));
    json_object_set_new(out, "parts", show_parts(r));
    return out;
}
