#include "worker_stage.h"

#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "captions_track.h"
#include "check.h"
#include "err.h"
#include "frame_grid.h"
#include "json.h"
#include "mem.h"
#include "sound.h"
#include "workdir.h"

static const int64_t max_samples = (int64_t)(FRAME_GRID_MAX_HOURS + 1) * 3600 * SOUND_RATE;

/* The pieces, in the form that assembling and checking need. */
struct pieces {
    struct assemble_segment *segments;
    char **paths;             /* of the segments, then of the sound */
    struct check_seam *seams; /* after each segment; the last one is the end of the file */
    size_t nb;
    int64_t nb_samples, lead_in, packet_samples; /* of the sound */
    struct cues *cues;
    struct captions_track *captions;
    size_t nb_captions;
    struct assemble_chapter *chapters;
    size_t nb_chapters;
};

static void pieces_finish(struct pieces *p)
{
    if (p->paths)
        mem_free_strings(p->paths, p->nb + 1);
    free(p->segments);
    free(p->seams);
    for (size_t i = 0; i < p->nb_captions; i++)
        cues_finish(&p->cues[i]);
    free(p->cues);
    free(p->captions);
    free(p->chapters);
}

/* Captions that have no cue within the part get no track. */
static int collect_captions(struct pieces *p, const struct job_spec *s, struct err *err)
{
    const struct job_assembly *a = &s->assembly;
    p->cues = mem_zalloc(a->nb_captions + 1, sizeof *p->cues);
    p->captions = mem_zalloc(a->nb_captions + 1, sizeof *p->captions);
    for (size_t i = 0; i < a->nb_captions; i++) {
        const struct job_captions_track *t = &a->captions[i];
        AUTO_CUES cues = {0};
        AUTO_FREE char *path = workdir_path(s->work, t->key, "vtt");
        if (json_get_int(t->result, "cues", 0) == 0)
            continue;
        if (captions_read_file(&cues, path, err) < 0 ||
            captions_flatten(&p->cues[p->nb_captions], &cues, err) < 0)
            return err->code;
        p->captions[p->nb_captions] =
            (struct captions_track){&p->cues[p->nb_captions], t->language};
        p->nb_captions++;
    }
    return 0;
}

static int read_sound(struct pieces *p, const json_t *sound, struct err *err)
{
    static const char where[] = "the job";
    return json_need_number(&p->nb_samples, sound, "samples", 0, max_samples, where, err) < 0 ||
                   json_need_number(&p->lead_in, sound, "lead_in", 0, SOUND_RATE, where, err) < 0 ||
                   json_need_number(&p->packet_samples, sound, "packet_samples", 1, SOUND_RATE,
                                    where, err) < 0
               ? err->code
               : 0;
}

/* The part's chapters; of a part without any, the card's and the talk's. A file without picture has
 * no card: its chapters are that much earlier. */
static void collect_chapters(struct pieces *p, const struct job_assembly *a)
{
    const struct frame_grid grid = {.fps = a->fps};
    const int64_t card_ms = frame_grid_ms_of(&grid, a->card_frames),
                  left_out_ms = p->nb ? 0 : card_ms,
                  end_ms = p->nb_samples / (SOUND_RATE / 1000) - left_out_ms;
    const struct job_chapter usual[] = {{0, "Title"}, {card_ms, a->talk_title}};
    const struct job_chapter *list = a->nb_chapters ? a->chapters : usual;
    p->nb_chapters = a->nb_chapters ? a->nb_chapters : p->nb ? 2 : 0;
    p->chapters = mem_zalloc(p->nb_chapters + 1, sizeof *p->chapters);
    for (size_t i = 0; i < p->nb_chapters; i++) {
        struct assemble_chapter *c = &p->chapters[i];
        const int64_t next_ms =
            i + 1 < p->nb_chapters ? list[i + 1].start_ms - left_out_ms : end_ms;
        c->begin_ms = list[i].start_ms > left_out_ms ? list[i].start_ms - left_out_ms : 0;
        c->end_ms = next_ms > c->begin_ms ? next_ms : c->begin_ms + 1; /* in the last millisecond */
        c->title = list[i].title;
    }
}

static int collect(struct pieces *p, const struct job_spec *s, struct err *err)
{
    const struct job_assembly *a = &s->assembly;
    p->nb = a->nb_segments;
    p->segments = mem_zalloc(p->nb, sizeof *p->segments);
    p->paths = mem_zalloc(p->nb + 1, sizeof *p->paths);
    p->seams = mem_zalloc(p->nb, sizeof *p->seams);
    int64_t at = 0;
    for (size_t i = 0; i < p->nb; i++) {
        const struct job_segment *g = &a->segments[i];
        p->paths[i] = workdir_path(s->work, g->key, "mp4");
        p->segments[i] = (struct assemble_segment){.path = p->paths[i],
                                                   .nb_frames = g->nb_frames,
                                                   .hash = json_get_string(g->result, "hash", "")};
        at += g->nb_frames;
        p->seams[i] = (struct check_seam){at, g->seam_known};
    }
    p->paths[p->nb] = workdir_path(s->work, a->sound_key, "mp4");
    if (read_sound(p, a->sound, err) < 0)
        return err->code;
    collect_chapters(p, a);
    return collect_captions(p, s, err);
}

/* The language is a tag of the tracks, not of the file. */
static size_t collect_tags(struct assemble_tag *out, const struct job_tags *t)
{
    const struct assemble_tag all[] = {
        {"title", t->title}, {"artist", t->artist}, {"album", t->album},
        {"track", t->track}, {"date", t->date},     {"comment", t->comment},
    };
    size_t nb = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].value)
            out[nb++] = all[i];
    return nb;
}

static int report_written(void *opaque, double fraction)
{
    (void)opaque;
    return worker_report(0.5 * fraction);
}

static int report_checked(void *opaque, double fraction)
{
    (void)opaque;
    return worker_report(0.5 + 0.5 * fraction);
}

static int put_together(struct assemble_result *made, const char *tmp, const struct job_assembly *a,
                        const struct pieces *p, struct err *err)
{
    struct assemble_tag tags[8];
    const struct frame_grid grid = {.fps = a->fps};
    const bool sound_alone = p->nb == 0;
    const struct assemble_spec spec = {
        .container = a->container,
        .fps = a->fps,
        .segments = p->segments,
        .nb_segments = p->nb,
        .sound_path = p->paths[p->nb],
        .sound_hash = json_get_string(a->sound, "hash", ""),
        .nb_samples = p->nb_samples,
        .sound_lead_in = p->lead_in,
        .sound_packet_samples = p->packet_samples,
        .skip_samples = sound_alone ? sound_samples_at(&grid, a->card_frames) : 0,
        .tags = tags,
        .nb_tags = collect_tags(tags, &a->tags),
        .chapters = p->chapters,
        .nb_chapters = p->nb_chapters,
        .language = a->tags.language,
        .captions = p->captions,
        .nb_captions = p->nb_captions,
        .progress = report_written,
    };
    return assemble_file(made, tmp, &spec, err);
}

static int assemble(const struct worker *w, const struct pieces *p, const char *tmp,
                    struct err *err)
{
    struct assemble_result made;
    if (put_together(&made, tmp, &w->spec->assembly, p, err) < 0)
        return err->code;
    AUTO_JSON *report =
        json_pack("{s:s, s:s}", "video_hash", made.video_hash, "sound_hash", made.sound_hash);
    return worker_deliver(w, w->spec->key, report, err);
}

int worker_assemble(struct worker *w, struct err *err)
{
    struct pieces pieces = {0};
    AUTO_FREE char *tmp = worker_made_file(w, w->spec->key);
    if (collect(&pieces, w->spec, err) == 0)
        (void)assemble(w, &pieces, tmp, err);
    pieces_finish(&pieces);
    return err->code;
}

/* --- checking what was put together ----------------------------------------------------------- */

/* All but the hashes of the payloads is from the spec. The hashes are those of the process that put
 * the file together: they show that the file was written as meant, not that it was well meant. */
static int check(struct check_result *out, const struct worker *w, const struct pieces *p,
                 struct err *err)
{
    const struct job_assembly *a = &w->spec->assembly;
    const struct frame_grid grid = {.fps = a->fps};
    struct assemble_tag tags[8];
    const struct check_spec spec = {
        .container = a->container,
        .fps = a->fps,
        .width = a->width,
        .height = a->height,
        .seams = p->seams,
        .nb_seams = p->nb ? p->nb - 1 : 0,
        .nb_frames = p->nb ? p->seams[p->nb - 1].frame : 0,
        .nb_samples = p->nb_samples - (p->nb ? 0 : sound_samples_at(&grid, a->card_frames)),
        .video_hash = json_get_string(w->report, "video_hash", ""),
        .sound_hash = json_get_string(w->report, "sound_hash", ""),
        .key_frame_s = a->key_frame_s,
        .tags = tags,
        .nb_tags = collect_tags(tags, &a->tags),
        .chapters = p->chapters,
        .nb_chapters = p->nb_chapters,
        .captions = p->captions,
        .nb_captions = p->nb_captions,
        .progress = report_checked,
    };
    return check_output(out, w->file, &spec, err);
}

int worker_check_assembled(json_t *found, struct worker *w, struct err *err)
{
    struct pieces pieces = {0};
    struct check_result r = {0};
    if (collect(&pieces, w->spec, err) == 0 && check(&r, w, &pieces, err) == 0) {
        json_object_set_new(found, "duration_ms", json_integer(r.duration_ms));
        json_object_set_new(found, "video_start_us", json_integer(r.video_start_us));
        json_object_set_new(found, "sound_start_us", json_integer(r.sound_start_us));
        json_object_set_new(found, "decoded_at_seams", json_integer(r.nb_decoded));
        if (*r.codecs)
            json_object_set_new(found, "codecs", json_string(r.codecs));
    }
    pieces_finish(&pieces);
    return err->code;
}
