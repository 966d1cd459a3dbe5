#include "preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_set.h"
#include "event.h"
#include "job_spec.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"
#include "preview_settings.h"
#include "probe.h"
#include "reader.h"
#include "rendition.h"
#include "results.h"
#include "sound.h"

/* --- the layout ------------------------------------------------------------------------------- */

/* A grid frame may be longer than a segment. */
static int64_t frames_in(const struct frame_grid *grid, int64_t ms)
{
    const int64_t nb = frame_grid_frame_at_ms(grid, ms);
    return nb > 1 ? nb : 1;
}

static void lay_out_picture(struct preview_layout *l, const json_t *video)
{
    AUTO_JSON *box = preview_settings_box(l->kind);
    const json_t *sar = json_object_get(video, "sar");
    rendition_size(
        &l->width, &l->height, box, (int)json_get_int(video, "width", 0),
        (int)json_get_int(video, "height", 0), (int)json_integer_value(json_array_get(sar, 0)),
        (int)json_integer_value(json_array_get(sar, 1)), (int)json_get_int(video, "rotation", 0));
    l->segment_frames = frames_in(&l->grid, preview_settings_picture_ms(l->kind));
    l->nb_pictures = (l->grid.nb_frames + l->segment_frames - 1) / l->segment_frames;
    preview_settings_codecs(l->picture_codecs, l->kind, l->width, l->height, l->grid.fps);
}

static void lay_out_sound(struct preview_layout *l)
{
    const int64_t nb = sound_samples_at(&l->grid, l->grid.nb_frames);
    l->segment_packets = preview_settings_packets(l->kind);
    l->segment_ms = l->segment_packets * PREVIEW_PACKET * 1000 / SOUND_RATE;
    l->nb_packets = (nb + PREVIEW_PACKET - 1) / PREVIEW_PACKET;
    l->nb_sounds = (l->nb_packets + l->segment_packets - 1) / l->segment_packets;
    l->channels = l->kind == PREVIEW_MAIL ? 1 : 2;
    snprintf(l->sound_codecs, sizeof l->sound_codecs, "mp4a.40.2");
}

bool preview_layout_read(struct preview_layout *out, const json_t *probe, enum preview_kind kind)
{
    struct err invalid = {0};
    struct preview_layout l = {.kind = kind};
    const json_t *video = json_object_get(probe, "video");
    if (!probe || plan_refusal(probe) || probe_grid(&l.grid, probe, &invalid) < 0)
        return false;
    if (json_is_object(video))
        lay_out_picture(&l, video);
    if (json_is_object(json_object_get(probe, "audio")))
        lay_out_sound(&l);
    *out = l;
    return true;
}

int64_t preview_picture_begin(const struct preview_layout *l, int64_t segment)
{
    const int64_t at = segment * l->segment_frames;
    return at < l->grid.nb_frames ? at : l->grid.nb_frames;
}

int64_t preview_sound_begin_ms(const struct preview_layout *l, int64_t segment)
{
    return segment * l->segment_ms;
}

static int64_t within(int64_t segment, int64_t nb)
{
    return segment < 0 ? 0 : segment < nb ? segment : nb - 1;
}

int64_t preview_picture_at(const struct preview_layout *l, int64_t frame)
{
    return within(frame / l->segment_frames, l->nb_pictures);
}

int64_t preview_sound_at(const struct preview_layout *l, int64_t ms)
{
    return within(ms / l->segment_ms, l->nb_sounds);
}

/* As far apart as in storyboards, and further where that would be many sheets. */
bool thumbs_layout_read(struct thumbs_layout *out, const json_t *probe)
{
    enum { SHORT_MS = 300000, LEAST_MS = 5000, USUAL_MS = 10000, WIDTH = 160, HEIGHT = 160 };
    enum { LEAST = 8 };
    struct preview_layout l;
    if (!preview_layout_read(&l, probe, PREVIEW_PLAY) || !l.nb_pictures)
        return false;
    const int64_t ms = frame_grid_ms_of(&l.grid, l.grid.nb_frames);
    const json_t *video = json_object_get(probe, "video"), *sar = json_object_get(video, "sar");
    AUTO_JSON *box = json_pack("{s:i, s:i}", "max_width", WIDTH, "max_height", HEIGHT);
    struct thumbs_layout t = {.interval_ms = ms <= SHORT_MS ? LEAST_MS : USUAL_MS};
    rendition_size(
        &t.width, &t.height, box, (int)json_get_int(video, "width", 0),
        (int)json_get_int(video, "height", 0), (int)json_integer_value(json_array_get(sar, 0)),
        (int)json_integer_value(json_array_get(sar, 1)), (int)json_get_int(video, "rotation", 0));
    t.width = t.width < LEAST ? LEAST : t.width; /* of very wide and very high pictures */
    t.height = t.height < LEAST ? LEAST : t.height;
    t.nb = ms / t.interval_ms + (ms % t.interval_ms > 0 || ms == 0);
    t.nb_sheets = (t.nb + THUMBS_PER_SHEET - 1) / THUMBS_PER_SHEET;
    *out = t;
    return true;
}

/* --- a recording ------------------------------------------------------------------------------ */

int preview_open(struct preview **out, const struct plan *plan, const struct source *source,
                 enum preview_kind kind, struct err *err)
{
    AUTO_PREVIEW *p = mem_zalloc(1, sizeof *p);
    p->plan = plan;
    p->source = source;
    if (plan_find_result(&p->probe, plan->event, STAGE_PROBE, source->probe_key, err) < 0)
        return err->code;
    if (!preview_layout_read(&p->layout, p->probe, kind))
        return 0;
    thumbs_layout_read(&p->thumbs, p->probe);
    if (source->analysis)
        p->analysis = json_incref(source->analysis);
    else if (source->analysis_key[0] && plan_find_result(&p->analysis, plan->event, STAGE_ANALYSE,
                                                         source->analysis_key, err) < 0)
        return err->code;
    *out = mem_take(&p);
    return 1;
}

void preview_close_p(struct preview **preview)
{
    struct preview *p = *preview;
    if (!p)
        return;
    json_decref(p->probe);
    json_decref(p->analysis);
    free(p);
}

/* Without an analysis, pictures are interlaced as they say. */
static const char *fields_of(const struct preview *p)
{
    return json_get_string(p->analysis, "fields", "flagged");
}

static const char *content_of(const struct preview *p)
{
    return json_get_string(p->probe, "hash", "");
}

static int picture_stream(const struct preview *p)
{
    return (int)json_get_int(json_object_get(p->probe, "video"), "stream", -1);
}

/* --- segments --------------------------------------------------------------------------------- */

/* The stream and the channels of a segment of the sound. */
static struct job_sound sound_of(const struct preview *p, const struct preview_piece *piece)
{
    const char *chosen = p->source->chosen.use;
    const json_t *audio = json_object_get(p->probe, "audio");
    const int of_probe = (int)json_get_int(audio, "stream", -1);
    struct job_sound s = {.audio_stream = piece->stream, .use = piece->use};
    if (s.use)
        return s;
    s.audio_stream = (int)json_get_int(p->analysis, "stream", of_probe);
    s.use = chosen[0] ? chosen : json_get_string(p->analysis, "use", "both");
    return s;
}

static struct job_preview preview_of(const struct preview *p, const struct preview_piece *piece)
{
    const struct preview_layout *l = &p->layout;
    struct job_preview of = {.sound = piece->sound};
    if (piece->sound) {
        const int64_t rest = l->nb_packets - piece->segment * l->segment_packets;
        of.first_packet = piece->segment * l->segment_packets;
        of.nb_packets = rest < l->segment_packets ? rest : l->segment_packets;
        of.channels = l->channels;
    } else {
        of.begin = preview_picture_begin(l, piece->segment);
        of.end = preview_picture_begin(l, piece->segment + 1);
    }
    return of;
}

static json_t *settings_of(const struct preview_layout *l, bool sound)
{
    return sound ? preview_settings_sound(l->kind)
                 : preview_settings_picture(l->kind, l->width, l->height, l->grid.fps);
}

void preview_key(char out[KEY_BYTES], const struct preview *p, const struct preview_piece *piece)
{
    const struct preview_layout *l = &p->layout;
    AUTO_JSON *settings = settings_of(l, piece->sound);
    AUTO_FREE char *text = rendition_text(settings, p->plan->event->encoders.here);
    const struct job_preview of = preview_of(p, piece);
    if (piece->sound) {
        const struct job_sound sound = sound_of(p, piece);
        keys_preview_sound(out, text, content_of(p), &sound, &of);
        return;
    }
    const struct keys_pictures from = {
        .content = content_of(p), .stream = picture_stream(p), .fields = fields_of(p)};
    char base[KEY_BYTES];
    keys_segment_base(base, text, l->width, l->height, l->grid.fps);
    keys_preview_picture(out, base, &from, &of);
}

static bool is_channels(const char *use)
{
    enum sound_use parsed;
    int pair;
    return sound_use_parse(&parsed, &pair, use);
}

static bool is_sound(const struct preview *p, int stream)
{
    const json_t *of = json_array_get(json_object_get(p->probe, "streams"), (size_t)stream);
    return stream >= 0 && strcmp(json_get_string(of, "type", ""), "audio") == 0;
}

static int check_piece(const struct preview *p, const struct preview_piece *piece, struct err *err)
{
    const int64_t nb = piece->sound ? p->layout.nb_sounds : p->layout.nb_pictures;
    if (piece->segment < 0 || piece->segment >= nb)
        return err_set(err, ERR_INVALID, "'%s' has no segment %lld of its %s", p->source->name,
                       (long long)piece->segment, piece->sound ? "sound" : "picture");
    if (!piece->sound)
        return 0;
    const struct job_sound sound = sound_of(p, piece);
    if (!is_channels(sound.use))
        return err_set(err, ERR_INVALID, "'%s' names no channels", sound.use);
    return is_sound(p, sound.audio_stream)
               ? 0
               : err_set(err, ERR_INVALID, "stream %d of '%s' is no sound", sound.audio_stream,
                         p->source->name);
}

/* What all these jobs have. */
static void spec_begin(struct job_spec *out, enum stage stage, const struct preview *p)
{
    const struct recording *r = p->source->recording;
    *out = (struct job_spec){
        .stage = stage,
        .work = p->plan->event->work,
        .sandbox = p->plan->event->settings.sandbox,
        .probe = p->probe,
        .files = mem_zalloc(r->nb_files, sizeof *out->files),
        .nb_files = r->nb_files,
        .grid = p->layout.grid,
    };
    snprintf(out->probe_key, sizeof out->probe_key, "%s", p->source->probe_key);
    for (size_t i = 0; i < r->nb_files; i++)
        out->files[i] = (struct job_file){
            .path = r->files[i].path, .size = r->files[i].size, .mtime_ns = r->files[i].mtime_ns};
}

int preview_spec(struct job_spec *out, const struct preview *p, const struct preview_piece *piece,
                 struct err *err)
{
    const struct preview_layout *l = &p->layout;
    if (check_piece(p, piece, err) < 0)
        return err->code;
    spec_begin(out, STAGE_PREVIEW, p);
    out->preview = preview_of(p, piece);
    const json_t *settings = job_spec_own_json(out, settings_of(l, piece->sound));
    char *made_by =
        encoder_set_other(p->plan->event->encoders.here, json_get_string(settings, "encoder", ""));
    out->nb_outputs = 1;
    out->outputs = mem_zalloc(1, sizeof *out->outputs);
    out->outputs[0] = (struct job_output){
        .rendition = "preview",
        .settings = settings,
        .made_by = job_spec_own(out, made_by),
        .width = piece->sound ? 0 : l->width,
        .height = piece->sound ? 0 : l->height,
    };
    if (piece->sound)
        out->sound = sound_of(p, piece);
    else
        out->cell.fields = fields_of(p);
    preview_key(out->key, p, piece);
    memcpy(out->outputs[0].key, out->key, KEY_BYTES);
    return 0;
}

/* --- thumbnails ------------------------------------------------------------------------------- */

/* Frames near the middle of each interval of a sheet. */
static struct job_thumbs sheet_of(const struct preview *p, int64_t sheet)
{
    const struct thumbs_layout *t = &p->thumbs;
    const int64_t first = sheet * THUMBS_PER_SHEET, rest = t->nb - first;
    struct job_thumbs of = {.nb_frames =
                                (size_t)(rest < THUMBS_PER_SHEET ? rest : THUMBS_PER_SHEET),
                            .columns = THUMBS_COLUMNS,
                            .width = t->width,
                            .height = t->height};
    of.frames = mem_zalloc(of.nb_frames, sizeof *of.frames);
    for (size_t i = 0; i < of.nb_frames; i++) {
        const int64_t at =
            frame_grid_frame_at_ms(&p->layout.grid, (first + (int64_t)i) * t->interval_ms);
        of.frames[i] = at < p->layout.grid.nb_frames ? at : p->layout.grid.nb_frames - 1;
    }
    return of;
}

static struct job_thumbs strip_of(const struct preview *p, const int64_t *frames, size_t nb)
{
    struct job_thumbs of = {.nb_frames = nb,
                            .columns = nb < THUMBS_COLUMNS ? (int)nb : THUMBS_COLUMNS,
                            .width = p->thumbs.width,
                            .height = p->thumbs.height,
                            .exact = true};
    of.frames = mem_zalloc(nb, sizeof *of.frames);
    memcpy(of.frames, frames, nb * sizeof *frames);
    return of;
}

static void key_of(char out[KEY_BYTES], const struct preview *p, const struct job_thumbs *of)
{
    const struct keys_pictures from = {
        .content = content_of(p), .stream = picture_stream(p), .fields = fields_of(p)};
    keys_thumbs(out, &from, of);
}

/* Takes over of.frames. */
static void spec_thumbs(struct job_spec *out, const struct preview *p, struct job_thumbs of)
{
    spec_begin(out, STAGE_THUMBS, p);
    out->thumbs = of;
    out->cell.fields = fields_of(p);
    key_of(out->key, p, &of);
}

void thumbs_key(char out[KEY_BYTES], const struct preview *p, int64_t sheet)
{
    const struct job_thumbs of = sheet_of(p, sheet);
    key_of(out, p, &of);
    free(of.frames);
}

int thumbs_spec(struct job_spec *out, const struct preview *p, int64_t sheet, struct err *err)
{
    if (sheet < 0 || sheet >= p->thumbs.nb_sheets)
        return err_set(err, ERR_INVALID, "'%s' has no sheet %lld of thumbnails", p->source->name,
                       (long long)sheet);
    spec_thumbs(out, p, sheet_of(p, sheet));
    return 0;
}

void strip_key(char out[KEY_BYTES], const struct preview *p, const int64_t *frames, size_t nb)
{
    const struct job_thumbs of = strip_of(p, frames, nb);
    key_of(out, p, &of);
    free(of.frames);
}

int strip_spec(struct job_spec *out, const struct preview *p, const int64_t *frames, size_t nb,
               struct err *err)
{
    bool fits = p->thumbs.nb > 0 && nb > 0 && nb <= THUMBS_PER_SHEET;
    for (size_t i = 0; fits && i < nb; i++)
        fits = frames[i] >= 0 && frames[i] < p->layout.grid.nb_frames &&
               (i == 0 || frames[i] >= frames[i - 1]);
    if (!fits)
        return err_set(err, ERR_INVALID, "'%s' has no such pictures", p->source->name);
    spec_thumbs(out, p, strip_of(p, frames, nb));
    return 0;
}
