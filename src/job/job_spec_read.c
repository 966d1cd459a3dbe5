/* Reads job specs; nothing else does. All members of an accepted spec are in range, and so are
 * those of earlier results that an assembly needs. */
#include <string.h>

#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"
#include "rendition.h"
#include "storyboard_grid.h"
#include "workdir.h"

static const char where[] = "the job";
/* Upper limits: of a title card; more than any piece has. */
enum { MAX_CARD_MS = 3600 * 1000 };
static const int64_t max_frames = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;

static int read_key(char out[KEY_BYTES], const json_t *obj, const char *name, struct err *err)
{
    const char *key;
    if (json_need_string(&key, obj, name, where, err) < 0)
        return err->code;
    if (!workdir_key_valid(key))
        return err_set(err, ERR_INVALID, "%s: '%s' is not the key of a result", where, name);
    memcpy(out, key, KEY_BYTES);
    return 0;
}

static int read_fps(AVRational *out, const json_t *obj, struct err *err)
{
    const json_t *fps = json_object_get(obj, "fps");
    const struct frame_grid grid = {.fps = {(int)json_integer_value(json_array_get(fps, 0)),
                                            (int)json_integer_value(json_array_get(fps, 1))},
                                    .time_base = {1, 1},
                                    .nb_frames = 1};
    *out = grid.fps;
    return frame_grid_valid(&grid)
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'fps' is not a valid frame rate", where);
}

static int read_file(struct job_file *out, const json_t *file, struct err *err)
{
    out->size = json_get_int(file, "size", -1);
    out->mtime_ns = json_get_int(file, "mtime_ns", -1);
    return json_need_string(&out->path, file, "path", where, err);
}

static int read_recording(struct job_spec *s, struct err *err)
{
    json_t *recording, *probe;
    if (json_need_object(&recording, s->document, "recording", where, err) < 0)
        return err->code;
    const json_t *more = json_object_get(recording, "more");
    s->nb_files = 1 + json_array_size(more);
    s->files = mem_zalloc(s->nb_files, sizeof *s->files);
    if (read_file(&s->files[0], recording, err) < 0)
        return err->code;
    for (size_t i = 1; i < s->nb_files; i++)
        if (read_file(&s->files[i], json_array_get(more, i - 1), err) < 0)
            return err->code;
    if (s->stage == STAGE_PROBE)
        return 0;
    if (json_need_object(&probe, s->document, "probe", where, err) < 0)
        return err->code;
    s->probe = probe;
    return 0;
}

/* Each within the range, and after the one before. */
static int read_drops(struct job_spec *s, struct err *err)
{
    const json_t *list = json_object_get(s->document, "drops");
    const size_t nb = json_array_size(list);
    int64_t least = s->range.begin + 1;
    if (nb > JOB_MAX_DROPS)
        return err_set(err, ERR_INVALID, "%s: 'drops' has %zu ranges, at most %d are allowed",
                       where, nb, JOB_MAX_DROPS);
    s->pool.drops = nb ? mem_zalloc(nb, sizeof *s->pool.drops) : NULL;
    for (size_t i = 0; i < nb; i++) {
        const json_t *drop = json_array_get(list, i);
        const int64_t begin = json_integer_value(json_array_get(drop, 0)),
                      end = json_integer_value(json_array_get(drop, 1));
        if (begin < least || end <= begin || end >= s->range.end)
            return err_set(err, ERR_INVALID, "%s: 'drops' are not ranges within 'begin' and 'end'",
                           where);
        s->pool.drops[i] = (struct part_drop){begin, end};
        least = end + 1;
    }
    s->range.drops = s->pool.drops;
    s->range.nb_drops = nb;
    return 0;
}

/* Reads the range and the recording's frame grid. */
static int read_range(struct job_spec *s, struct err *err)
{
    struct job_range *r = &s->range;
    if (probe_grid(&s->grid, s->probe, err) < 0 ||
        json_need_number(&r->begin, s->document, "begin", 0, s->grid.nb_frames - 1, where, err) <
            0 ||
        json_need_number(&r->end, s->document, "end", r->begin + 1, s->grid.nb_frames, where, err) <
            0 ||
        read_drops(s, err) < 0)
        return err->code;
    return json_object_get(s->document, "card_frames")
               ? json_need_number(&r->card_frames, s->document, "card_frames", 0,
                                  JOB_MAX_CARD_FRAMES, where, err)
               : 0;
}

static int read_picture_output(struct job_output *o, const json_t *item, struct err *err)
{
    json_t *video;
    int64_t width, height;
    if (json_need_object(&video, item, "video", where, err) < 0 ||
        rendition_check_video(video, where, err) < 0 ||
        json_need_number(&width, item, "width", 2, RENDITION_MAX_SIDE, where, err) < 0 ||
        json_need_number(&height, item, "height", 2, RENDITION_MAX_SIDE, where, err) < 0)
        return err->code;
    o->settings = video;
    o->width = (int)width;
    o->height = (int)height;
    return 0;
}

static int read_sound_output(struct job_output *o, const json_t *item, struct err *err)
{
    json_t *audio;
    if (json_need_object(&audio, item, "audio", where, err) < 0 ||
        rendition_check_audio(audio, where, err) < 0)
        return err->code;
    o->settings = audio;
    return 0;
}

static int read_outputs(struct job_spec *s, struct err *err)
{
    json_t *list;
    if (json_need_array(&list, s->document, "outputs", where, err) < 0)
        return err->code;
    s->nb_outputs = json_array_size(list);
    s->outputs = mem_zalloc(s->nb_outputs, sizeof *s->outputs);
    if (!s->nb_outputs)
        return err_set(err, ERR_INVALID, "%s: 'outputs' is empty", where);
    for (size_t i = 0; i < s->nb_outputs; i++) {
        const json_t *item = json_array_get(list, i);
        struct job_output *o = &s->outputs[i];
        o->rendition = json_get_string(item, "rendition", NULL);
        o->made_by = json_get_string(item, "made_by", NULL);
        if (read_key(o->key, item, "key", err) < 0 ||
            (s->stage == STAGE_SOUND || s->preview.sound ? read_sound_output(o, item, err)
                                                         : read_picture_output(o, item, err)) < 0)
            return err->code;
    }
    return 0;
}

static int read_card(struct job_spec *s, struct err *err)
{
    json_t *card;
    const json_t *files = json_object_get(s->document, "files");
    struct job_card *c = &s->card;
    if (json_need_object(&card, s->document, "card", where, err) < 0 ||
        json_need_string(&c->template_path, files, "template", where, err) < 0 ||
        read_fps(&c->fps, card, err) < 0 ||
        json_need_number(&c->nb_frames, card, "frames", 1, JOB_MAX_CARD_FRAMES, where, err) < 0)
        return err->code;
    const json_t *t = json_object_get(card, "text");
    c->text = (struct card_text){
        .event = json_get_string(t, "event", NULL),
        .section = json_get_string(t, "section", NULL),
        .title = json_get_string(t, "title", NULL),
        .speakers = json_get_string(t, "speakers", NULL),
        .part = json_get_string(t, "part", NULL),
        .date = json_get_string(t, "date", NULL),
        .place = json_get_string(t, "place", NULL),
    };
    c->logo_path = json_get_string(files, "logo", NULL);
    c->background_path = json_get_string(files, "background", NULL);
    c->fade_in_ms = json_get_int(card, "fade_in_ms", 0);
    c->fade_out_ms = json_get_int(card, "fade_out_ms", 0);
    s->has_card = true;
    return 0;
}

static int read_cell(struct job_spec *s, struct err *err)
{
    if (read_outputs(s, err) < 0 || read_recording(s, err) < 0 || read_range(s, err) < 0)
        return err->code;
    s->cell.key_frame = json_get_int(s->document, "key_frame", 0);
    s->cell.key_pts = json_get_int(s->document, "key_pts", 0);
    s->cell.fields = json_get_string(s->document, "fields", "progressive");
    return 0;
}

static int read_sound(struct job_spec *s, struct err *err)
{
    struct job_sound *o = &s->sound;
    char analysis[KEY_BYTES];
    int64_t offset_ms = 0;
    if (read_outputs(s, err) < 0 || read_recording(s, err) < 0 || read_range(s, err) < 0 ||
        read_key(analysis, s->document, "analysis", err) < 0 ||
        (json_object_get(s->document, "offset_ms") &&
         json_need_number(&offset_ms, s->document, "offset_ms", -JOB_MAX_OFFSET_MS,
                          JOB_MAX_OFFSET_MS, where, err) < 0))
        return err->code;
    o->offset_ms = (int)offset_ms;
    o->analysis = json_get_string(s->document, "analysis", NULL);
    o->audio_stream = (int)json_get_int(s->document, "audio_stream", -1);
    o->use = json_get_string(s->document, "use", "both");
    o->target_lufs = json_get_number(s->document, "target_lufs", -16);
    o->ceiling_dbtp = json_get_number(s->document, "ceiling_dbtp", -1);
    return 0;
}

static int read_poster(struct job_spec *s, struct err *err)
{
    if (json_object_get(s->document, "card"))
        return read_card(s, err);
    s->cell.fields = json_get_string(s->document, "fields", "progressive");
    return read_recording(s, err) < 0 ? err->code : read_range(s, err);
}

static int read_captions(struct job_spec *s, struct err *err)
{
    json_t *from;
    if (read_recording(s, err) < 0 || read_range(s, err) < 0 ||
        json_need_object(&from, s->document, "captions", where, err) < 0)
        return err->code;
    s->captions = (struct job_captions){.path = json_get_string(from, "path", NULL),
                                        .hash = json_get_string(from, "hash", ""),
                                        .stream = (int)json_get_int(from, "stream", -1),
                                        .corrected = json_get_bool(from, "corrected", false)};
    return 0;
}

/* --- assembly -------------------------------------------------------------------------------- */

static int read_piece(const json_t **out, const struct job_spec *s, const char *key,
                      struct err *err)
{
    *out = json_object_get(json_object_get(s->document, "pieces"), key);
    return json_is_object(*out)
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'pieces' has no result of %s", where, key);
}

static int read_segments(struct job_spec *s, struct err *err)
{
    struct job_assembly *a = &s->assembly;
    json_t *list;
    const json_t *seams = json_object_get(s->document, "seams");
    if (json_need_array(&list, s->document, "segments", where, err) < 0)
        return err->code;
    a->nb_segments = json_array_size(list);
    a->segments = mem_zalloc(a->nb_segments, sizeof *a->segments);
    for (size_t i = 0; i < a->nb_segments; i++) {
        struct job_segment *g = &a->segments[i];
        const char *key = json_string_value(json_array_get(list, i));
        if (!key || !workdir_key_valid(key))
            return err_set(err, ERR_INVALID, "%s: a segment has no valid key", where);
        memcpy(g->key, key, KEY_BYTES);
        if (read_piece(&g->result, s, key, err) < 0 ||
            json_need_number(&g->nb_frames, g->result, "frames", 1, max_frames, where, err) < 0)
            return err->code;
        g->seam_known = json_is_null(json_array_get(seams, i));
    }
    return 0;
}

static int read_captions_tracks(struct job_spec *s, struct err *err)
{
    struct job_assembly *a = &s->assembly;
    const json_t *list = json_object_get(s->document, "captions");
    a->nb_captions = json_array_size(list);
    a->captions = mem_zalloc(a->nb_captions, sizeof *a->captions);
    for (size_t i = 0; i < a->nb_captions; i++) {
        struct job_captions_track *t = &a->captions[i];
        const json_t *item = json_array_get(list, i);
        if (read_key(t->key, item, "key", err) < 0 || read_piece(&t->result, s, t->key, err) < 0)
            return err->code;
        t->language = json_get_string(item, "language", NULL);
    }
    return 0;
}

/* The muxers need them in order. */
static int read_chapters(struct job_spec *s, struct err *err)
{
    struct job_assembly *a = &s->assembly;
    const json_t *list = json_object_get(s->document, "chapters");
    a->nb_chapters = json_array_size(list);
    a->chapters = mem_zalloc(a->nb_chapters + 1, sizeof *a->chapters);
    for (size_t i = 0; i < a->nb_chapters; i++) {
        struct job_chapter *c = &a->chapters[i];
        const json_t *item = json_array_get(list, i);
        const int64_t least = i ? c[-1].start_ms + 1 : 0, most = i ? max_frames : 0;
        if (json_need_number(&c->start_ms, item, "start_ms", least, most, where, err) < 0 ||
            json_need_string(&c->title, item, "title", where, err) < 0)
            return err->code;
    }
    return 0;
}

static void read_tags(struct job_tags *out, const json_t *tags)
{
    *out = (struct job_tags){
        .title = json_get_string(tags, "title", NULL),
        .artist = json_get_string(tags, "artist", NULL),
        .album = json_get_string(tags, "album", NULL),
        .track = json_get_string(tags, "track", NULL),
        .date = json_get_string(tags, "date", NULL),
        .comment = json_get_string(tags, "comment", NULL),
        .language = json_get_string(tags, "language", NULL),
    };
}

static int read_assembly(struct job_spec *s, struct err *err)
{
    struct job_assembly *a = &s->assembly;
    const json_t *d = s->document;
    int64_t key_frame_s;
    if (json_need_string(&a->container, d, "container", where, err) < 0 ||
        read_key(a->sound_key, d, "sound", err) < 0 ||
        read_piece(&a->sound, s, a->sound_key, err) < 0 || read_fps(&a->fps, d, err) < 0 ||
        json_need_number(&a->card_frames, d, "card_frames", 0, max_frames, where, err) < 0 ||
        json_need_number(&key_frame_s, d, "key_frame_s", 0, 60, where, err) < 0 ||
        read_segments(s, err) < 0 || read_captions_tracks(s, err) < 0 || read_chapters(s, err) < 0)
        return err->code;
    a->key_frame_s = (int)key_frame_s;
    a->width = (int)json_get_int(d, "width", 0);
    a->height = (int)json_get_int(d, "height", 0);
    a->talk_title = json_get_string(d, "talk_title", "Talk");
    a->remark = json_object_get(d, "remark");
    a->damage = json_object_get(d, "damage");
    read_tags(&a->tags, json_object_get(d, "tags"));
    return 0;
}

static int read_storyboard(struct job_spec *s, struct err *err)
{
    struct job_storyboard *b = &s->storyboard;
    const int64_t most_ms = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000 + MAX_CARD_MS;
    return read_key(b->file, s->document, "file", err) < 0 ||
                   json_need_string(&b->container, s->document, "container", where, err) < 0 ||
                   json_need_number(&b->duration_ms, s->document, "duration_ms", 1, most_ms, where,
                                    err) < 0 ||
                   json_need_number(&b->sheet, s->document, "sheet", 0,
                                    storyboard_nb_sheets(b->duration_ms) - 1, where, err) < 0
               ? err->code
               : 0;
}

/* --- of a recording, for the review ----------------------------------------------------------- */

static int read_preview_sound(struct job_spec *s, struct err *err)
{
    struct job_preview *p = &s->preview;
    const int64_t packets = (int64_t)(FRAME_GRID_MAX_HOURS + 1) * 3600 * SOUND_RATE / 1024;
    int64_t channels, stream;
    enum sound_use use;
    int pair;
    if (json_need_number(&p->first_packet, s->document, "first_packet", 0, packets, where, err) <
            0 ||
        json_need_number(&p->nb_packets, s->document, "packets", 1, JOB_MAX_PACKETS, where, err) <
            0 ||
        json_need_number(&channels, s->document, "channels", 1, SOUND_CHANNELS, where, err) < 0 ||
        json_need_number(&stream, s->document, "audio_stream", 0, INT16_MAX, where, err) < 0 ||
        json_need_string(&s->sound.use, s->document, "use", where, err) < 0)
        return err->code;
    p->channels = (int)channels;
    s->sound.audio_stream = (int)stream;
    return sound_use_parse(&use, &pair, s->sound.use)
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'use' names no channels", where);
}

static int read_preview(struct job_spec *s, struct err *err)
{
    struct job_preview *p = &s->preview;
    const char *track;
    if (json_need_string(&track, s->document, "track", where, err) < 0)
        return err->code;
    p->sound = strcmp(track, "sound") == 0;
    if (read_outputs(s, err) < 0 || read_recording(s, err) < 0 ||
        probe_grid(&s->grid, s->probe, err) < 0)
        return err->code;
    if (s->nb_outputs != 1)
        return err_set(err, ERR_INVALID, "%s: 'outputs' should be one", where);
    if (p->sound)
        return read_preview_sound(s, err);
    s->cell.fields = json_get_string(s->document, "fields", "flagged");
    if (read_range(s, err) < 0)
        return err->code;
    p->begin = s->range.begin;
    p->end = s->range.end;
    return 0;
}

static int read_thumb_frames(struct job_thumbs *t, const struct job_spec *s, struct err *err)
{
    json_t *list;
    if (json_need_array(&list, s->document, "frames", where, err) < 0)
        return err->code;
    t->nb_frames = json_array_size(list);
    t->frames = mem_zalloc(t->nb_frames + 1, sizeof *t->frames);
    bool fits = t->nb_frames > 0 && t->nb_frames <= JOB_MAX_THUMBS;
    for (size_t i = 0; fits && i < t->nb_frames; i++) {
        t->frames[i] = json_integer_value(json_array_get(list, i));
        fits = t->frames[i] >= (i ? t->frames[i - 1] : 0) && t->frames[i] < s->grid.nb_frames;
    }
    return fits ? 0 : err_set(err, ERR_INVALID, "%s: 'frames' are not of the recording", where);
}

static int read_thumbs(struct job_spec *s, struct err *err)
{
    enum { LEAST_SIDE = 8, MAX_SIDE = 480, MAX_COLUMNS = 20 };
    struct job_thumbs *t = &s->thumbs;
    int64_t columns, width, height;
    if (read_recording(s, err) < 0 || probe_grid(&s->grid, s->probe, err) < 0 ||
        read_thumb_frames(t, s, err) < 0 ||
        json_need_number(&columns, s->document, "columns", 1, MAX_COLUMNS, where, err) < 0 ||
        json_need_number(&width, s->document, "width", LEAST_SIDE, MAX_SIDE, where, err) < 0 ||
        json_need_number(&height, s->document, "height", LEAST_SIDE, MAX_SIDE, where, err) < 0)
        return err->code;
    t->columns = (int)columns;
    t->width = (int)width;
    t->height = (int)height;
    t->exact = json_get_bool(s->document, "exact", false);
    s->cell.fields = json_get_string(s->document, "fields", "flagged");
    return 0;
}

/* --- all ------------------------------------------------------------------------------------- */

static int read_stage(struct job_spec *s, struct err *err)
{
    switch (s->stage) {
    case STAGE_PROBE:
        return read_recording(s, err);
    case STAGE_ANALYSE:
        s->audio_stream = (int)json_get_int(s->document, "audio_stream", -1);
        return read_recording(s, err);
    case STAGE_CARD:
        return read_outputs(s, err) < 0 ? err->code : read_card(s, err);
    case STAGE_CELL:
        return read_cell(s, err);
    case STAGE_SOUND:
        return read_sound(s, err);
    case STAGE_POSTER:
        return read_poster(s, err);
    case STAGE_CAPTIONS:
        return read_captions(s, err);
    case STAGE_ASSEMBLE:
        return read_assembly(s, err);
    case STAGE_STORYBOARD:
        return read_storyboard(s, err);
    case STAGE_PREVIEW:
        return read_preview(s, err);
    case STAGE_THUMBS:
        return read_thumbs(s, err);
    case NB_STAGES:
        break;
    }
    return err_set(err, ERR_BUG, "%s: invalid stage", where);
}

int job_spec_read(struct job_spec *out, json_t *document, struct err *err)
{
    AUTO_JOB_SPEC s = {.document = document};
    const char *stage;
    if (json_need_string(&stage, document, "stage", where, err) < 0 ||
        read_key(s.key, document, "key", err) < 0 ||
        json_need_string(&s.work, document, "work", where, err) < 0)
        return err->code;
    if (!stage_parse(&s.stage, stage))
        return err_set(err, ERR_INVALID, "%s: unknown stage '%s'", where, stage);
    if (!sandbox_mode_parse(&s.sandbox, json_get_string(document, "sandbox",
                                                        sandbox_mode_name(SANDBOX_BEST_EFFORT))))
        return err_set(err, ERR_INVALID, "%s: 'sandbox' should be require, best-effort or off",
                       where);
    s.tmp = json_get_string(document, "tmp", NULL);
    s.claim = json_get_string(document, "claim", NULL);
    if (read_stage(&s, err) < 0)
        return err->code;
    *out = s;
    s = (struct job_spec){0};
    return 0;
}
