#include "keys.h"

#include "analyse.h"
#include "assemble.h"
#include "captions.h"
#include "check.h"
#include "poster.h"
#include "probe.h"
#include "segment.h"
#include "sound.h"
#include "storyboard.h"
#include "storyboard_grid.h"
#include "telemetry.h"
#include "thumbs.h"

/* Versions of results that do not come from a single room. */
enum {
    MATCHES_VERSION = 1,
    NOTE_VERSION = 1,
    TEXTS_VERSION = 1,
    SENT_VERSION = 1,
    SOURCE_VERSION = 1,
    DRAWN_VERSION = 1,
    CARD_VERSION = 3,
    TAGS_VERSION = 2,
    PREVIEW_VERSION = 1
};

void keys_probe(char out[KEY_BYTES], const char *fingerprint)
{
    struct key k = key_begin("probe", PROBE_VERSION);
    key_text(&k, fingerprint);
    key_end(&k, out);
}

void keys_analysis(char out[KEY_BYTES], const char *content, int stream)
{
    struct key k = key_begin("analyse", ANALYSE_VERSION);
    key_int(&k, PROBE_VERSION); /* for the frame grid and the streams */
    key_text(&k, content);
    key_int(&k, stream);
    key_end(&k, out);
}

void keys_matches(char out[KEY_BYTES])
{
    struct key k = key_begin("match", MATCHES_VERSION);
    key_end(&k, out);
}

void keys_captions_note(char out[KEY_BYTES], const char *fingerprint)
{
    struct key k = key_begin("captions beside", NOTE_VERSION);
    key_text(&k, fingerprint);
    key_end(&k, out);
}

void keys_chapters_note(char out[KEY_BYTES], const char *fingerprint)
{
    struct key k = key_begin("chapters beside", NOTE_VERSION);
    key_text(&k, fingerprint);
    key_end(&k, out);
}

void keys_captions_verdict(char out[KEY_BYTES], const char *content, const char *suffix)
{
    struct key k = key_begin("captions verdict", TELEMETRY_VERSION);
    key_text(&k, content);
    key_text(&k, suffix);
    key_end(&k, out);
}

void keys_texts(char out[KEY_BYTES])
{
    struct key k = key_begin("texts of out", TEXTS_VERSION);
    key_end(&k, out);
}

void keys_sent(char out[KEY_BYTES], const char *target)
{
    struct key k = key_begin("sent", SENT_VERSION);
    key_text(&k, target);
    key_end(&k, out);
}

void keys_programme_source(char out[KEY_BYTES])
{
    struct key k = key_begin("programme source", SOURCE_VERSION);
    key_end(&k, out);
}

/* --- pieces of a part ------------------------------------------------------------------------ */

static void add_fps(struct key *k, AVRational fps)
{
    key_int(k, fps.num);
    key_int(k, fps.den);
}

void keys_segment_base(char out[KEY_BYTES], const char *settings, int width, int height,
                       AVRational fps)
{
    struct key k = key_begin("segment", SEGMENT_VERSION);
    key_text(&k, settings);
    key_int(&k, width);
    key_int(&k, height);
    add_fps(&k, fps);
    key_end(&k, out);
}

void keys_drawn_card(char out[KEY_BYTES], const struct job_card *c)
{
    const struct card_text *t = &c->text;
    const char *const texts[] = {t->event, t->section, t->title, t->speakers,
                                 t->part,  t->date,    t->place, c->look};
    struct key k = key_begin("drawn card", DRAWN_VERSION);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        key_maybe(&k, texts[i]);
    key_int(&k, c->nb_frames);
    key_int(&k, c->fade_in_ms);
    key_int(&k, c->fade_out_ms);
    add_fps(&k, c->fps);
    key_end(&k, out);
}

void keys_card(char out[KEY_BYTES], const char *card_base, const char *drawn)
{
    struct key k = key_begin("card", CARD_VERSION);
    key_text(&k, card_base);
    key_text(&k, drawn);
    key_end(&k, out);
}

/* Adds nothing if there are none, so that a part without breaks has the keys that it always had. */
static void add_drops(struct key *k, const struct job_range *range)
{
    if (range->nb_drops)
        key_text(k, "without");
    for (size_t i = 0; i < range->nb_drops; i++) {
        key_int(k, range->drops[i].begin);
        key_int(k, range->drops[i].end);
    }
}

static void of_pictures(char out[KEY_BYTES], const char *what, const char *base,
                        const struct keys_pictures *from, const struct job_range *range)
{
    struct key k = key_begin(what, PROBE_VERSION);
    key_text(&k, base);
    key_text(&k, from->content);
    key_int(&k, from->stream);
    key_text(&k, from->fields);
    key_int(&k, range->begin);
    key_int(&k, range->end);
    add_drops(&k, range);
    key_end(&k, out);
}

void keys_cell(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
               int64_t begin, int64_t end)
{
    of_pictures(out, "cell", base, from, &(struct job_range){.begin = begin, .end = end});
}

void keys_cells(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
                const struct job_range *range)
{
    of_pictures(out, "cells", base, from, range);
}

void keys_seam(char out[KEY_BYTES], const char *before, const char *after)
{
    struct key k = key_begin("seam", CHECK_VERSION);
    key_text(&k, before);
    key_text(&k, after);
    key_end(&k, out);
}

void keys_sound(char out[KEY_BYTES], const char *settings, const struct job_sound *sound,
                const struct job_range *range)
{
    struct key k = key_begin("sound", SOUND_VERSION);
    key_int(&k, PROBE_VERSION); /* for the frame grid */
    key_text(&k, settings);
    key_text(&k, sound->analysis);
    key_int(&k, sound->audio_stream);
    key_text(&k, sound->use);
    key_int(&k, range->begin);
    key_int(&k, range->end);
    key_int(&k, range->card_frames);
    key_int(&k, (int64_t)(sound->target_lufs * 1000));
    key_int(&k, (int64_t)(sound->ceiling_dbtp * 1000));
    add_drops(&k, range);
    if (sound->offset_ms) {
        key_text(&k, "offset");
        key_int(&k, sound->offset_ms);
    }
    key_end(&k, out);
}

void keys_captions(char out[KEY_BYTES], const char *content, const struct job_captions *captions,
                   const char *suffix, const char *language, const struct job_range *range)
{
    struct key k = key_begin("captions", CAPTIONS_VERSION);
    key_int(&k, PROBE_VERSION); /* for the frame grid */
    key_text(&k, content);
    key_text(&k, captions->hash);
    key_text(&k, suffix);
    key_int(&k, captions->stream);
    key_text(&k, language);
    key_int(&k, range->begin);
    key_int(&k, range->end);
    key_int(&k, range->card_frames);
    add_drops(&k, range);
    key_end(&k, out);
}

/* --- of a recording, for the review ----------------------------------------------------------- */

static struct key begin_preview(const char *what, const char *base, const char *content)
{
    struct key k = key_begin(what, PREVIEW_VERSION);
    key_int(&k, PROBE_VERSION);
    key_text(&k, base);
    key_text(&k, content);
    return k;
}

void keys_preview_picture(char out[KEY_BYTES], const char *base, const struct keys_pictures *from,
                          const struct job_preview *p)
{
    struct key k = begin_preview("preview picture", base, from->content);
    key_int(&k, from->stream);
    key_text(&k, from->fields);
    key_int(&k, p->begin);
    key_int(&k, p->end);
    key_end(&k, out);
}

void keys_preview_sound(char out[KEY_BYTES], const char *settings, const char *content,
                        const struct job_sound *sound, const struct job_preview *p)
{
    struct key k = begin_preview("preview sound", settings, content);
    key_int(&k, sound->audio_stream);
    key_text(&k, sound->use);
    key_int(&k, p->channels);
    key_int(&k, p->first_packet);
    key_int(&k, p->nb_packets);
    key_end(&k, out);
}

void keys_thumbs(char out[KEY_BYTES], const struct keys_pictures *from, const struct job_thumbs *t)
{
    struct key k = key_begin("thumbs", THUMBS_VERSION);
    key_int(&k, PROBE_VERSION);
    key_text(&k, from->content);
    key_int(&k, from->stream);
    key_text(&k, from->fields);
    key_int(&k, t->exact);
    key_int(&k, t->columns);
    key_int(&k, t->width);
    key_int(&k, t->height);
    for (size_t i = 0; i < t->nb_frames; i++)
        key_int(&k, t->frames[i]);
    key_end(&k, out);
}

/* --- outputs of a part ----------------------------------------------------------------------- */

void keys_tags(char out[KEY_BYTES], const struct job_tags *t, int track)
{
    const char *const texts[] = {t->title, t->artist, t->album, t->date, t->comment, t->language};
    struct key k = key_begin("tags", TAGS_VERSION);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        key_maybe(&k, texts[i]);
    key_int(&k, track);
    key_end(&k, out);
}

void keys_assembly(char out[KEY_BYTES], const struct keys_assembly *of)
{
    struct key k = key_begin("assemble", ASSEMBLE_VERSION);
    key_text(&k, of->container);
    key_text(&k, of->card);
    key_text(&k, of->cells);
    key_text(&k, of->sound);
    key_text(&k, of->tags);
    add_fps(&k, of->fps);
    key_int(&k, of->width);
    key_int(&k, of->height);
    key_int(&k, of->key_frame_s);
    key_int(&k, of->card_frames);
    key_text(&k, of->talk_title);
    if (of->captions)
        key_json(&k, of->captions);
    if (of->chapters)
        key_json(&k, of->chapters);
    key_end(&k, out);
}

void keys_poster(char out[KEY_BYTES], const char *content, const struct job_range *range,
                 const char *fields)
{
    struct key k = key_begin("poster", POSTER_VERSION);
    key_int(&k, PROBE_VERSION); /* for the frame grid and the rotation */
    key_text(&k, content);
    key_int(&k, range->begin);
    key_int(&k, range->end);
    key_text(&k, fields);
    add_drops(&k, range);
    key_end(&k, out);
}

void keys_poster_of_card(char out[KEY_BYTES], const char *drawn)
{
    struct key k = key_begin("poster", POSTER_VERSION);
    key_int(&k, PROBE_VERSION);
    key_text(&k, drawn);
    key_end(&k, out);
}

void keys_storyboard(char out[KEY_BYTES], const char *container, const char *card,
                     const char *cells, const struct job_storyboard *b)
{
    struct key k = key_begin("storyboard", STORYBOARD_VERSION);
    key_text(&k, container);
    key_text(&k, card);
    key_text(&k, cells);
    key_int(&k, STORYBOARD_WIDTH);
    key_int(&k, STORYBOARD_HEIGHT);
    key_int(&k, STORYBOARD_PER_SHEET);
    key_int(&k, storyboard_interval_ms(b->duration_ms));
    key_int(&k, b->duration_ms);
    key_int(&k, b->sheet);
    key_end(&k, out);
}
