#include "timeline.h"

#include <stdlib.h>

#include "clock.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "plan.h"
#include "preview.h"
#include "workdir.h"

static void set(json_t *obj, const char *name, json_t *value)
{
    json_object_set_new(obj, name, value);
}

static json_t *span(int64_t begin, int64_t end)
{
    return json_pack("[I, I]", (json_int_t)begin, (json_int_t)end);
}

static json_t *copy_of(const json_t *obj, const char *name)
{
    json_t *value = json_object_get(obj, name);
    return json_is_array(value) ? json_incref(value) : json_array();
}

/* --- what is heard ---------------------------------------------------------------------------- */

/* Pauses of a second and more, as people make them between sentences that belong apart. */
static json_t *silence(const struct loudness *blocks)
{
    enum { BLOCK_MS = 100, LEAST = 10, LISTED = 10000 };
    json_t *list = json_array();
    size_t begin, end, from = 0;
    if (!blocks)
        return list;
    const double below = loudness_silence(loudness_integrated(blocks, 0, blocks->nb));
    while (json_array_size(list) < LISTED &&
           loudness_next_silence(&begin, &end, blocks, from, below, LEAST)) {
        json_array_append_new(list, span((int64_t)begin * BLOCK_MS, (int64_t)end * BLOCK_MS));
        from = end;
    }
    return list;
}

static json_t *speech(const json_t *analysis)
{
    const json_t *begin = json_object_get(analysis, "speech_begin_ms");
    return begin ? span(json_integer_value(begin), json_get_int(analysis, "speech_end_ms", 0))
                 : json_null();
}

static void add_fault(json_t *list, int64_t begin_ms, int64_t end_ms, char *what)
{
    AUTO_FREE char *owned = what;
    json_array_append_new(list, json_pack("{s:I, s:I, s:o}", "at_ms", (json_int_t)begin_ms,
                                          "end_ms", (json_int_t)end_ms, "what", json_text(owned)));
}

/* Faults of which only the number and the first place are known. */
static void add_first(json_t *list, const json_t *places, const char *what)
{
    enum { SHOWN_MS = 1000 };
    const long long nb = json_get_int(places, "nb", 0);
    const int64_t at_ms = json_get_int(places, "first_ms", 0);
    if (nb > 1)
        add_fault(list, at_ms, at_ms + SHOWN_MS,
                  mem_printf("%s, the first of %lld times", what, nb));
    else if (nb == 1)
        add_fault(list, at_ms, at_ms + SHOWN_MS, mem_strdup(what));
}

static void add_dropouts(json_t *list, const json_t *analysis)
{
    size_t i;
    json_t *d;
    json_array_foreach(json_object_get(analysis, "dropouts"), i, d) {
        const int64_t at_ms = json_integer_value(json_array_get(d, 0)),
                      length_ms = json_integer_value(json_array_get(d, 1));
        add_fault(list, at_ms, at_ms + length_ms, mem_strdup("no sound at all"));
    }
}

static json_t *faults(const json_t *analysis, int64_t length_ms)
{
    json_t *list = json_array();
    const json_t *hum = json_object_get(analysis, "hum");
    add_first(list, json_object_get(analysis, "clipped"), "the sound is clipped");
    add_first(list, json_object_get(analysis, "outliers"),
              "samples are not a number or far above full scale");
    add_dropouts(list, analysis);
    if (json_is_object(hum))
        add_fault(list, 0, length_ms,
                  mem_printf("hum of %d Hz at %.0f dBFS", (int)json_get_int(hum, "hz", 0),
                             json_get_number(hum, "dbfs", 0)));
    return list;
}

/* --- what is damaged -------------------------------------------------------------------------- */

static void add_damage(json_t *list, int64_t at_ms, char *what)
{
    AUTO_FREE char *owned = what;
    json_array_append_new(
        list, json_pack("{s:I, s:o}", "at_ms", (json_int_t)at_ms, "what", json_text(owned)));
}

static void add_undecoded(json_t *list, const json_t *damage, const char *what)
{
    const long long nb = json_get_int(damage, "nb", 0);
    if (nb > 0)
        add_damage(list, json_get_int(damage, "first_ms", 0),
                   mem_printf("%lld packet%s of the %s %s damaged, the first here: %s", nb,
                              nb == 1 ? "" : "s", what, nb == 1 ? "is" : "are",
                              json_get_string(damage, "what", "")));
}

/* The probe's own times are those of the file. */
static void add_probed(json_t *list, const json_t *probe, int64_t origin_ms, int64_t length_ms)
{
    const char *truncated = json_get_string(probe, "truncated", NULL);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(probe, "gaps"), i, item) {
        char by[CLOCK_BYTES];
        const int64_t ms = json_get_int(item, "length_ms", 0);
        add_damage(list, json_get_int(item, "at_ms", 0) - origin_ms,
                   mem_printf("the clock %s by %s", ms < 0 ? "goes back" : "jumps",
                              clock_format_ms(by, ms < 0 ? -ms : ms, false)));
    }
    json_array_foreach(json_object_get(probe, "corrupt"), i, item) {
        if (json_integer_value(item) >= 0)
            add_damage(list, json_integer_value(item) - origin_ms,
                       mem_strdup("a packet is marked as damaged"));
    }
    if (truncated)
        add_damage(list, length_ms, mem_strdup(truncated));
}

static json_t *damage(const json_t *probe, const json_t *analysis, int64_t origin_ms,
                      int64_t length_ms)
{
    json_t *list = json_array();
    add_undecoded(list, json_object_get(analysis, "picture_damage"), "picture");
    add_undecoded(list, json_object_get(analysis, "sound_damage"), "sound");
    add_probed(list, probe, origin_ms, length_ms);
    return list;
}

/* --- what is seen ----------------------------------------------------------------------------- */

/* Black at the ends is found to the frame, and listed apart from that inside. */
static json_t *black(const json_t *analysis, int64_t length_ms)
{
    const int64_t head_ms = json_get_int(analysis, "black_head_ms", 0),
                  tail_ms = json_get_int(analysis, "black_tail_ms", 0);
    json_t *list = json_array();
    size_t i;
    json_t *inside;
    if (head_ms > 0)
        json_array_append_new(list, span(0, head_ms));
    json_array_foreach(json_object_get(analysis, "black"), i, inside) {
        const int64_t begin_ms = json_integer_value(json_array_get(inside, 0)),
                      end_ms = json_integer_value(json_array_get(inside, 1));
        if (begin_ms >= head_ms && end_ms <= length_ms - tail_ms)
            json_array_append_new(list, span(begin_ms, end_ms));
    }
    if (tail_ms > 0 && head_ms < length_ms)
        json_array_append_new(list, span(length_ms - tail_ms, length_ms));
    return list;
}

/* --- what can be made of it ------------------------------------------------------------------- */

static json_t *waveform(const json_t *analysis)
{
    enum { PER_S = 10 };
    const int64_t nb = json_get_int(analysis, "blocks", 0);
    return nb > 0 ? json_pack("{s:i, s:I}", "pixels_per_second", PER_S, "length", (json_int_t)nb)
                  : json_null();
}

static json_t *thumbs(const struct thumbs_layout *layout)
{
    if (!layout || !layout->nb)
        return json_null();
    const struct thumbs_layout t = *layout;
    const int64_t rows = t.nb < THUMBS_PER_SHEET ? (t.nb + THUMBS_COLUMNS - 1) / THUMBS_COLUMNS
                                                 : THUMBS_PER_SHEET / THUMBS_COLUMNS;
    return json_pack("{s:I, s:I, s:i, s:I, s:i, s:i, s:I}", "interval_ms",
                     (json_int_t)t.interval_ms, "count", (json_int_t)t.nb, "columns",
                     THUMBS_COLUMNS, "rows", (json_int_t)rows, "width", t.width, "height", t.height,
                     "sheets", (json_int_t)t.nb_sheets);
}

static json_t *preview_picture(const struct preview_layout *l)
{
    json_t *begins = json_array();
    if (!l->nb_pictures) {
        json_decref(begins);
        return json_null();
    }
    for (int64_t i = 0; i < l->nb_pictures; i++)
        json_array_append_new(begins, json_integer(preview_picture_begin(l, i)));
    return json_pack("{s:s, s:o, s:i, s:i}", "codecs", l->picture_codecs, "begins", begins, "width",
                     l->width, "height", l->height);
}

static json_t *preview_sound(const struct preview_layout *l)
{
    json_t *begins = json_array();
    if (!l->nb_sounds) {
        json_decref(begins);
        return json_null();
    }
    for (int64_t i = 0; i < l->nb_sounds; i++)
        json_array_append_new(begins, json_integer(preview_sound_begin_ms(l, i)));
    return json_pack("{s:s, s:o}", "codecs", l->sound_codecs, "begins_ms", begins);
}

json_t *timeline_json(const struct preview *p, const struct loudness *blocks)
{
    const struct preview_layout *l = p ? &p->layout : NULL;
    const json_t *probe = p ? p->probe : NULL, *analysis = p ? p->analysis : NULL;
    const int64_t length_ms = l ? frame_grid_ms_of(&l->grid, l->grid.nb_frames) : 0,
                  origin_ms = l ? frame_grid_origin_ms(&l->grid) : 0;
    json_t *out = json_object();
    set(out, "silence", silence(blocks));
    set(out, "black", black(analysis, length_ms));
    set(out, "speech", speech(analysis));
    set(out, "scenes", copy_of(analysis, "scenes"));
    set(out, "faults", faults(analysis, length_ms));
    set(out, "damage", damage(probe, analysis, origin_ms, length_ms));
    set(out, "waveform", waveform(analysis));
    set(out, "thumbs", thumbs(p ? &p->thumbs : NULL));
    set(out, "preview",
        l ? json_pack("{s:o, s:o}", "picture", preview_picture(l), "sound", preview_sound(l))
          : json_null());
    return out;
}

int timeline_blocks(struct loudness *out, const struct preview *p, struct err *err)
{
    const char *chosen = p->source->chosen.use;
    enum sound_use use;
    int pair;
    if (json_get_int(p->analysis, "blocks", 0) <= 0)
        return 0;
    AUTO_FREE char *path = workdir_path(p->plan->event->work, p->source->analysis_key, "bin");
    if (loudness_read(out, path, err) < 0)
        return err->code;
    if (sound_use_parse(&use, &pair,
                        chosen[0] ? chosen : json_get_string(p->analysis, "use", "both")) &&
        !pair)
        loudness_use(out, use);
    return 1;
}
