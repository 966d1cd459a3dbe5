/* The checks of finished files: each looks at all renditions that are made. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "report_looks.h"
#include "report_part.h"
#include "str.h"

/* Calls each for every rendition that is made; returns how many there are. */
static size_t each_file(const struct report_look *l,
                        void (*each)(void *opaque, const struct output *o,
                                     const struct report_look *l),
                        void *opaque)
{
    size_t nb = 0;
    for (size_t i = 0; i < l->pp->nb_outputs; i++) {
        const struct output *o = &l->pp->outputs[i];
        if (o->kind != OUTPUT_RENDITION || !o->result)
            continue;
        nb++;
        each(opaque, o, l);
    }
    return nb;
}

/* Values of several files, each once: "1280x720, 640x360". */
struct values {
    struct str text;
    bool wrong, missing; /* in one of the files */
};

static void add_value(struct values *v, const char *value)
{
    AUTO_FREE char *whole = mem_printf(", %s, ", value),
                   *known = mem_printf(", %s, ", v->text.s ? v->text.s : "");
    if (!strstr(known, whole))
        str_addf(&v->text, "%s%s", v->text.len ? ", " : "", value);
}

static void settle(struct report_finding *f, struct values *v, size_t nb, const char *required)
{
    if (nb)
        report_found(f,
                     v->wrong     ? REPORT_FAIL
                     : v->missing ? REPORT_NOT_CHECKED
                                  : REPORT_PASS,
                     required, "%s", v->text.s ? v->text.s : "not measured");
    str_finish(&v->text);
}

void look_made(struct report_finding *f, const struct report_look *l)
{
    size_t nb = 0, nb_made = 0;
    for (size_t i = 0; i < l->pp->nb_outputs; i++) {
        nb += l->pp->outputs[i].kind == OUTPUT_RENDITION;
        nb_made += l->pp->outputs[i].kind == OUTPUT_RENDITION && l->pp->outputs[i].result;
    }
    if (l->pp->state == PART_GONE || l->pp->state == PART_SETTLED)
        return;
    AUTO_FREE char *required = mem_printf("%zu", l->plan->event->settings.nb_renditions);
    report_found(f, nb && nb_made == nb ? REPORT_PASS : REPORT_NOT_CHECKED, required,
                 nb_made == nb && nb ? "%zu, read back and checked" : "%zu made so far", nb_made);
}

static void add_codecs(void *opaque, const struct output *o, const struct report_look *l)
{
    static const char *const codes[][2] = {
        {"libx264", "avc1"},    {"libx265", "hvc1"}, {"libsvtav1", "av01"}, {"libaom-av1", "av01"},
        {"libvpx-vp9", "vp09"}, {"aac", "mp4a.40"},  {"libopus", "opus"}};
    struct values *v = opaque;
    const json_t *const kinds[] = {o->rendition->video, o->rendition->audio};
    const char *codecs = json_get_string(o->result, "codecs", NULL);
    (void)l;
    if (!codecs) {
        v->missing = true;
        return;
    }
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
            if (strcmp(json_get_string(kinds[i], "encoder", ""), codes[k][0]) == 0)
                v->wrong = v->wrong || !strstr(codecs, codes[k][1]);
    add_value(v, codecs);
}

void look_codecs(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    settle(f, &v, each_file(l, add_codecs, &v), "those of the renditions");
}

static void add_size(void *opaque, const struct output *o, const struct report_look *l)
{
    char size[32];
    (void)l;
    if (!o->width)
        return;
    snprintf(size, sizeof size, "%dx%d", o->width, o->height);
    add_value(opaque, size);
}

/* The worker refuses a file of another size: that it is made is the measurement. */
void look_size(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    const size_t nb = each_file(l, add_size, &v);
    settle(f, &v, v.text.len ? nb : 0, "of the renditions, square pixels");
}

/* Frames of a file with picture: the card's and the cut's. */
static int64_t expected_frames(const struct report_look *l)
{
    const struct frame_grid grid = {.fps = l->pp->grid.fps};
    return frame_grid_frame_at_ms(&grid, part_card_ms(l->pp, l->plan)) + l->pp->nb_frames;
}

static void add_frames(void *opaque, const struct output *o, const struct report_look *l)
{
    struct values *v = opaque;
    const int64_t frames = json_get_int(o->result, "frames", 0);
    char text[32];
    if (!o->width)
        return;
    snprintf(text, sizeof text, "%lld", (long long)frames);
    add_value(v, text);
    v->wrong = v->wrong || frames != expected_frames(l);
}

void look_frames(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    const size_t nb = each_file(l, add_frames, &v);
    AUTO_FREE char *required =
        v.text.len ? mem_printf("%lld", (long long)expected_frames(l)) : NULL;
    settle(f, &v, v.text.len ? nb : 0, required);
}

enum { MAX_END_MS = 20, MAX_START_US = 20000 };

static int64_t expected_ms(const struct report_look *l, const struct output *o)
{
    const struct frame_grid grid = {.fps = l->pp->grid.fps};
    const int64_t all = expected_frames(l), cut = l->pp->nb_frames;
    return o->width ? frame_grid_ms_of(&grid, all)
                    : frame_grid_ms_of(&grid, all) - frame_grid_ms_of(&grid, all - cut);
}

static void add_duration(void *opaque, const struct output *o, const struct report_look *l)
{
    struct values *v = opaque;
    char text[CLOCK_BYTES];
    const int64_t ms = json_get_int(o->result, "duration_ms", -1);
    add_value(v, report_length(text, ms));
    v->wrong = v->wrong || llabs(ms - expected_ms(l, o)) > MAX_END_MS;
}

void look_duration(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    const size_t nb = each_file(l, add_duration, &v);
    char card[CLOCK_BYTES], cut[CLOCK_BYTES];
    const struct frame_grid grid = {.fps = l->pp->grid.fps};
    if (!nb)
        return;
    AUTO_FREE char *required = mem_printf(
        "%s after a card of %s", report_length(cut, frame_grid_ms_of(&grid, l->pp->nb_frames)),
        report_length(card, part_card_ms(l->pp, l->plan)));
    settle(f, &v, nb, required);
}

static void add_start(struct values *v, const struct output *o, const char *member)
{
    const json_t *us = json_object_get(o->result, member);
    char text[32];
    if (!us) {
        v->missing = true;
        return;
    }
    snprintf(text, sizeof text, "%.1f ms", (double)json_integer_value(us) / 1000);
    add_value(v, text);
    v->wrong = v->wrong || llabs(json_integer_value(us)) > MAX_START_US;
}

static void add_picture_start(void *opaque, const struct output *o, const struct report_look *l)
{
    (void)l;
    if (o->width)
        add_start(opaque, o, "video_start_us");
}

static void add_sound_start(void *opaque, const struct output *o, const struct report_look *l)
{
    (void)l;
    add_start(opaque, o, "sound_start_us");
}

void look_picture_start(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    const size_t nb = each_file(l, add_picture_start, &v);
    settle(f, &v, v.text.len ? nb : 0, "0 ms");
}

void look_sound_start(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    settle(f, &v, each_file(l, add_sound_start, &v), "0 ms");
}

static void add_seams(void *opaque, const struct output *o, const struct report_look *l)
{
    int64_t *nb = opaque;
    (void)l;
    if (o->width)
        *nb += json_get_int(o->result, "decoded_at_seams", 0);
}

/* A file with a seam that does not decode is not accepted. Those of cells that another file has
 * joined before are not decoded again. */
void look_seams(struct report_finding *f, const struct report_look *l)
{
    int64_t nb = 0;
    if (each_file(l, add_seams, &nb))
        report_found(f, REPORT_PASS, "each decodes, and nothing is lost", "%lld frames decode",
                     (long long)nb);
}

static void add_key_frames(void *opaque, const struct output *o, const struct report_look *l)
{
    struct values *v = opaque;
    char text[32];
    (void)l;
    if (!o->width)
        return;
    snprintf(text, sizeof text, "%lld s",
             (long long)json_get_int(o->rendition->video, "key_frame_s", 0));
    add_value(v, text);
}

void look_key_frames(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    if (each_file(l, add_key_frames, &v) && v.text.len)
        report_found(f, REPORT_PASS, v.text.s, "none is later");
    str_finish(&v.text);
}

static void add_nothing(void *opaque, const struct output *o, const struct report_look *l)
{
    (void)opaque;
    (void)o;
    (void)l;
}

void look_contents(struct report_finding *f, const struct report_look *l)
{
    if (each_file(l, add_nothing, NULL))
        report_found(f, REPORT_PASS, "as decided, and nothing else", "as decided; %zu chapter%s",
                     l->pp->chapters.nb, l->pp->chapters.nb == 1 ? "" : "s");
}

void look_captions(struct report_finding *f, const struct report_look *l)
{
    size_t nb = 0, nb_made = 0;
    int64_t cues = 0;
    for (size_t i = 0; i < l->pp->nb_outputs; i++) {
        const struct output *o = &l->pp->outputs[i];
        nb += o->kind == OUTPUT_CAPTIONS;
        nb_made += o->kind == OUTPUT_CAPTIONS && o->result;
        cues += o->kind == OUTPUT_CAPTIONS ? json_get_int(o->result, "cues", 0) : 0;
    }
    AUTO_FREE char *left_out = nb ? part_captions_left_out(l->pp) : NULL;
    if (nb)
        report_found(f,
                     nb_made < nb ? REPORT_NOT_CHECKED
                     : left_out   ? REPORT_NOTE
                                  : REPORT_PASS,
                     "all cues within the part", "%zu of %zu file%s, %lld cue%s%s%s", nb_made, nb,
                     nb == 1 ? "" : "s", (long long)cues, cues == 1 ? "" : "s",
                     left_out ? "; " : "", left_out ? left_out : "");
}

/* Reading them again is 'talkpress publish --verify'; here only their sizes are looked at. */
void look_published(struct report_finding *f, const struct report_look *l)
{
    size_t nb = 0, nb_there = 0, nb_wrong = 0;
    for (size_t i = 0; i < l->pp->nb_outputs; i++) {
        const struct output *o = &l->pp->outputs[i];
        AUTO_FREE char *name = report_file_name(l->pp, o),
                       *path = fs_join(l->plan->event->out, name);
        nb++;
        if (!o->result || !report_is_published(l->making, name, o->key))
            continue;
        nb_there++;
        nb_wrong += fs_size(path) != json_get_int(o->result, "bytes", -1);
    }
    AUTO_FREE char *required = mem_printf("%zu, of the size that was checked", nb);
    if (nb_wrong)
        report_found(f, REPORT_FAIL, required, "%zu missing or of another size", nb_wrong);
    else if (nb)
        report_found(f, nb_there == nb ? REPORT_PASS : REPORT_NOT_CHECKED, required, "%zu",
                     nb_there);
}

static void add_loudness(void *opaque, const struct output *o, const struct report_look *l)
{
    struct values *v = opaque;
    const json_t *lufs = json_object_get(o->result, "loudness_lufs");
    char text[32] = "silent";
    if (json_is_number(lufs)) {
        snprintf(text, sizeof text, "%.1f LUFS", json_number_value(lufs));
        v->wrong = v->wrong || fabs(json_number_value(lufs) -
                                    l->plan->event->settings.target_lufs) > 0.5 + 1e-9;
    } else {
        v->wrong = true;
    }
    add_value(v, text);
}

void look_loudness(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    AUTO_FREE char *required = mem_printf("%g LUFS", l->plan->event->settings.target_lufs);
    settle(f, &v, each_file(l, add_loudness, &v), required);
}

static void add_peak(void *opaque, const struct output *o, const struct report_look *l)
{
    struct values *v = opaque;
    const json_t *peak = json_object_get(o->result, "peak_dbtp");
    char text[32] = "silent";
    if (json_is_number(peak)) {
        snprintf(text, sizeof text, "%.1f dBTP", json_number_value(peak));
        v->wrong =
            v->wrong || json_number_value(peak) > l->plan->event->settings.ceiling_dbtp + 0.05;
    }
    add_value(v, text);
}

void look_peak(struct report_finding *f, const struct report_look *l)
{
    struct values v = {0};
    AUTO_FREE char *required = mem_printf("at most %g dBTP", l->plan->event->settings.ceiling_dbtp);
    settle(f, &v, each_file(l, add_peak, &v), required);
}
