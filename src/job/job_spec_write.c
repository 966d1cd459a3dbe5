/* Writes job specs; nothing else does. tests/golden pins the order of the members. */
#include <string.h>

#include "job_spec.h"
#include "json.h"

static json_t *borrow(const json_t *value)
{
    return json_incref((json_t *)(uintptr_t)value);
}

static void set(json_t *spec, const char *name, json_t *value)
{
    json_object_set_new(spec, name, value);
}

static json_t *ratio(AVRational r)
{
    return json_pack("[i, i]", r.num, r.den);
}

static json_t *write_file(const struct job_file *f)
{
    return json_pack("{s:o, s:I, s:I}", "path", json_text(f->path), "size", (json_int_t)f->size,
                     "mtime_ns", (json_int_t)f->mtime_ns);
}

static void write_recording(json_t *spec, const struct job_spec *s)
{
    json_t *recording = write_file(&s->files[0]);
    set(spec, "work", json_text(s->work));
    if (s->nb_files > 1) {
        json_t *more = json_array();
        for (size_t i = 1; i < s->nb_files; i++)
            json_array_append_new(more, write_file(&s->files[i]));
        set(recording, "more", more);
    }
    set(spec, "recording", recording);
    if (s->probe_key[0])
        set(spec, "probe", s->probe ? borrow(s->probe) : json_null());
}

static void write_outputs(json_t *spec, const struct job_spec *s)
{
    const bool of_sound = s->stage == STAGE_SOUND || s->preview.sound;
    json_t *list = json_array();
    for (size_t i = 0; i < s->nb_outputs; i++) {
        const struct job_output *o = &s->outputs[i];
        json_t *output = json_pack("{s:s, s:s, s:o}", "key", o->key, "rendition", o->rendition,
                                   of_sound ? "audio" : "video", borrow(o->settings));
        if (!of_sound) {
            set(output, "width", json_integer(o->width));
            set(output, "height", json_integer(o->height));
        }
        if (o->made_by)
            set(output, "made_by", json_text(o->made_by));
        json_array_append_new(list, output);
    }
    set(spec, "outputs", list);
}

static void write_card(json_t *spec, const struct job_spec *s)
{
    const struct job_card *c = &s->card;
    const struct card_text *t = &c->text;
    set(spec, "work", json_text(s->work));
    set(spec, "card",
        json_pack("{s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}, s:s, s:I, s:I, s:I, s:o}", "text",
                  "event", json_text(t->event), "section", json_text(t->section), "title",
                  json_text(t->title), "speakers", json_text(t->speakers), "part",
                  json_text(t->part), "date", json_text(t->date), "place", json_text(t->place),
                  "look", c->look, "frames", (json_int_t)c->nb_frames, "fade_in_ms",
                  (json_int_t)c->fade_in_ms, "fade_out_ms", (json_int_t)c->fade_out_ms, "fps",
                  ratio(c->fps)));
    set(spec, "files",
        json_pack("{s:o, s:o, s:o}", "template", json_text(c->template_path), "logo",
                  json_text(c->logo_path), "background", json_text(c->background_path)));
}

static void write_range(json_t *spec, const struct job_spec *s, bool with_card)
{
    set(spec, "begin", json_integer(s->range.begin));
    set(spec, "end", json_integer(s->range.end));
    if (with_card)
        set(spec, "card_frames", json_integer(s->range.card_frames));
    if (!s->range.nb_drops)
        return;
    json_t *drops = json_array();
    for (size_t i = 0; i < s->range.nb_drops; i++)
        json_array_append_new(drops, json_pack("[I, I]", (json_int_t)s->range.drops[i].begin,
                                               (json_int_t)s->range.drops[i].end));
    set(spec, "drops", drops);
}

static void write_cell(json_t *spec, const struct job_spec *s)
{
    write_recording(spec, s);
    write_range(spec, s, false);
    set(spec, "key_frame", json_integer(s->cell.key_frame));
    set(spec, "key_pts", json_integer(s->cell.key_pts));
    set(spec, "fields", json_string(s->cell.fields));
}

static void write_sound(json_t *spec, const struct job_spec *s)
{
    write_recording(spec, s);
    write_range(spec, s, true);
    set(spec, "analysis", json_string(s->sound.analysis));
    set(spec, "audio_stream", json_integer(s->sound.audio_stream));
    set(spec, "use", json_string(s->sound.use));
    set(spec, "target_lufs", json_real(s->sound.target_lufs));
    set(spec, "ceiling_dbtp", json_real(s->sound.ceiling_dbtp));
    if (s->sound.offset_ms)
        set(spec, "offset_ms", json_integer(s->sound.offset_ms));
}

static void write_poster(json_t *spec, const struct job_spec *s)
{
    if (s->has_card) {
        write_card(spec, s);
        return;
    }
    write_recording(spec, s);
    write_range(spec, s, false);
    set(spec, "fields", json_string(s->cell.fields));
}

static void write_captions(json_t *spec, const struct job_spec *s)
{
    const struct job_captions *c = &s->captions;
    write_recording(spec, s);
    json_t *from = json_pack("{s:o, s:s, s:i}", "path", json_text(c->path), "hash", c->hash,
                             "stream", c->stream);
    if (c->corrected)
        set(from, "corrected", json_true());
    set(spec, "captions", from);
    write_range(spec, s, true);
}

/* --- assembly -------------------------------------------------------------------------------- */

static json_t *write_tags(const struct job_tags *t)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "title", json_text(t->title), "artist",
                     json_text(t->artist), "album", json_text(t->album), "track",
                     json_text(t->track), "date", json_text(t->date), "comment",
                     json_text(t->comment), "language", json_text(t->language));
}

static json_t *write_seams(const struct job_assembly *a)
{
    json_t *seams = json_array();
    for (size_t i = 0; i + 1 < a->nb_segments; i++) {
        const struct job_segment *g = &a->segments[i];
        json_array_append_new(
            seams, g->seam_known ? json_null()
                                 : json_pack("{s:s, s:{s:s, s:s}}", "key", g->seam_key, "joined",
                                             "before", g->seam_before, "after", g->seam_after));
    }
    return seams;
}

static json_t *write_chapters(const struct job_assembly *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->nb_chapters; i++)
        json_array_append_new(list, json_pack("{s:I, s:o}", "start_ms",
                                              (json_int_t)a->chapters[i].start_ms, "title",
                                              json_text(a->chapters[i].title)));
    return list;
}

static void write_assembly(json_t *spec, const struct job_spec *s)
{
    const struct job_assembly *a = &s->assembly;
    json_t *segments = json_array(), *captions = json_array(), *pieces = json_object();
    for (size_t i = 0; i < a->nb_segments; i++) {
        json_array_append_new(segments, json_string(a->segments[i].key));
        set(pieces, a->segments[i].key, borrow(a->segments[i].result));
    }
    set(pieces, a->sound_key, borrow(a->sound));
    for (size_t i = 0; i < a->nb_captions; i++) {
        const struct job_captions_track *t = &a->captions[i];
        json_array_append_new(
            captions, json_pack("{s:s, s:o}", "key", t->key, "language", json_text(t->language)));
        set(pieces, t->key, borrow(t->result));
    }
    set(spec, "work", json_text(s->work));
    set(spec, "container", json_string(a->container));
    set(spec, "segments", segments);
    set(spec, "sound", json_string(a->sound_key));
    set(spec, "tags", write_tags(&a->tags));
    set(spec, "fps", ratio(a->fps));
    set(spec, "width", json_integer(a->width));
    set(spec, "height", json_integer(a->height));
    set(spec, "key_frame_s", json_integer(a->key_frame_s));
    set(spec, "card_frames", json_integer(a->card_frames));
    set(spec, "talk_title", json_text(a->talk_title));
    if (a->nb_chapters)
        set(spec, "chapters", write_chapters(a));
    if (a->nb_captions)
        json_object_set(spec, "captions", captions);
    json_decref(captions);
    set(spec, "pieces", pieces);
    if (a->remark)
        set(spec, "remark", borrow(a->remark));
    if (a->damage)
        set(spec, "damage", borrow(a->damage));
    set(spec, "seams", write_seams(a));
}

static void write_storyboard(json_t *spec, const struct job_spec *s)
{
    const struct job_storyboard *b = &s->storyboard;
    set(spec, "work", json_text(s->work));
    set(spec, "file", json_string(b->file));
    set(spec, "container", json_string(b->container));
    set(spec, "duration_ms", json_integer(b->duration_ms));
    set(spec, "sheet", json_integer(b->sheet));
}

/* --- of a recording, for the review ----------------------------------------------------------- */

static void write_preview(json_t *spec, const struct job_spec *s)
{
    const struct job_preview *p = &s->preview;
    write_recording(spec, s);
    set(spec, "track", json_string(p->sound ? "sound" : "picture"));
    if (p->sound) {
        set(spec, "first_packet", json_integer(p->first_packet));
        set(spec, "packets", json_integer(p->nb_packets));
        set(spec, "channels", json_integer(p->channels));
        set(spec, "audio_stream", json_integer(s->sound.audio_stream));
        set(spec, "use", json_string(s->sound.use));
    } else {
        set(spec, "begin", json_integer(p->begin));
        set(spec, "end", json_integer(p->end));
        set(spec, "fields", json_string(s->cell.fields));
    }
}

static void write_thumbs(json_t *spec, const struct job_spec *s)
{
    const struct job_thumbs *t = &s->thumbs;
    json_t *frames = json_array();
    for (size_t i = 0; i < t->nb_frames; i++)
        json_array_append_new(frames, json_integer(t->frames[i]));
    write_recording(spec, s);
    set(spec, "frames", frames);
    set(spec, "exact", json_boolean(t->exact));
    set(spec, "columns", json_integer(t->columns));
    set(spec, "width", json_integer(t->width));
    set(spec, "height", json_integer(t->height));
    set(spec, "fields", json_string(s->cell.fields));
}

static json_t *write_planned(const struct job_spec *s)
{
    json_t *spec = json_pack("{s:s, s:s}", "stage", stage_name(s->stage), "key", s->key);
    if (s->nb_outputs)
        write_outputs(spec, s);
    switch (s->stage) {
    case STAGE_PROBE:
        write_recording(spec, s);
        break;
    case STAGE_ANALYSE:
        set(spec, "audio_stream", json_integer(s->audio_stream));
        write_recording(spec, s);
        break;
    case STAGE_CARD:
        write_card(spec, s);
        break;
    case STAGE_CELL:
        write_cell(spec, s);
        break;
    case STAGE_SOUND:
        write_sound(spec, s);
        break;
    case STAGE_POSTER:
        write_poster(spec, s);
        break;
    case STAGE_CAPTIONS:
        write_captions(spec, s);
        break;
    case STAGE_ASSEMBLE:
        write_assembly(spec, s);
        break;
    case STAGE_STORYBOARD:
        write_storyboard(spec, s);
        break;
    case STAGE_PREVIEW:
        write_preview(spec, s);
        break;
    case STAGE_THUMBS:
        write_thumbs(spec, s);
        break;
    case NB_STAGES:
        break;
    }
    return spec;
}

json_t *job_spec_write(const struct job_spec *s)
{
    json_t *spec = s->document ? json_copy(s->document) : write_planned(s);
    if (s->tmp)
        set(spec, "tmp", json_text(s->tmp));
    if (s->claim)
        set(spec, "claim", json_text(s->claim));
    set(spec, "sandbox", json_string(sandbox_mode_name(s->sandbox)));
    return spec;
}
