#include "worker_stage.h"

#include <stdio.h>
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

/* More than any piece holds. */
static const int64_t max_frames = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;
static const int64_t max_samples = (int64_t)(FRAME_GRID_MAX_HOURS + 1) * 3600 * SOUND_RATE;

struct pieces {
    struct assemble_segment *segments;
    char **paths;             /* of the segments, and of the sound last */
    struct check_seam *seams; /* behind each segment; the last one is the end */
    size_t nb;
    const json_t *sound; /* its result */
    AVRational fps;
    int64_t card_frames, key_frame_s;
    int64_t nb_samples, lead_in, packet_samples; /* of the sound */
    struct cues *cues;
    struct captions_track *captions;
    size_t nb_captions;
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
}

static int piece_result(const json_t **out, const struct worker *w, const char *key,
                        struct err *err)
{
    *out = json_object_get(json_object_get(w->spec, "pieces"), key);
    return json_is_object(*out) ? 0
                                : err_set(err, ERR_INVALID, "the job: nothing is said of %s", key);
}

/* Captions of which nothing falls into the part get no track. */
static int collect_captions(struct pieces *p, const struct worker *w, struct err *err)
{
    const json_t *list = json_object_get(w->spec, "captions");
    p->cues = mem_zalloc(json_array_size(list) + 1, sizeof *p->cues);
    p->captions = mem_zalloc(json_array_size(list) + 1, sizeof *p->captions);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *result = NULL;
        const char *key;
        AUTO_CUES cues = {0};
        if (worker_need_key(&key, item, "key", err) < 0 || piece_result(&result, w, key, err) < 0)
            return err->code;
        AUTO_FREE char *path = workdir_path(w->work, key, "vtt");
        if (json_get_int(result, "cues", 0) == 0)
            continue;
        if (captions_read_file(&cues, path, err) < 0)
            return err->code;
        const size_t n = p->nb_captions;
        if (captions_flatten(&p->cues[n], &cues, err) < 0)
            return err->code;
        p->nb_captions++;
        p->captions[n] =
            (struct captions_track){&p->cues[n], json_get_string(item, "language", NULL)};
    }
    return 0;
}

static int read_numbers(struct pieces *p, const struct worker *w, const char *sound,
                        struct err *err)
{
    static const char where[] = "the job";
    const json_t *r;
    if (worker_need_fps(&p->fps, w->spec, err) < 0 ||
        json_need_number(&p->card_frames, w->spec, "card_frames", 0, max_frames, where, err) < 0 ||
        json_need_number(&p->key_frame_s, w->spec, "key_frame_s", 0, 60, where, err) < 0 ||
        piece_result(&r, w, sound, err) < 0 ||
        json_need_number(&p->nb_samples, r, "samples", 0, max_samples, where, err) < 0 ||
        json_need_number(&p->lead_in, r, "lead_in", 0, SOUND_RATE, where, err) < 0 ||
        json_need_number(&p->packet_samples, r, "packet_samples", 1, SOUND_RATE, where, err) < 0)
        return err->code;
    p->sound = r;
    return 0;
}

static int collect(struct pieces *p, const struct worker *w, struct err *err)
{
    json_t *list;
    const json_t *seams = json_object_get(w->spec, "seams");
    const char *sound;
    if (json_need_array(&list, w->spec, "segments", "the job", err) < 0 ||
        worker_need_key(&sound, w->spec, "sound", err) < 0)
        return err->code;
    p->nb = json_array_size(list);
    p->segments = mem_zalloc(p->nb, sizeof *p->segments);
    p->paths = mem_zalloc(p->nb + 1, sizeof *p->paths);
    p->seams = mem_zalloc(p->nb, sizeof *p->seams);
    int64_t at = 0;
    for (size_t i = 0; i < p->nb; i++) {
        const char *key = json_string_value(json_array_get(list, i));
        const json_t *r = NULL;
        int64_t nb_frames;
        if (!key || !workdir_key_valid(key))
            return err_set(err, ERR_INVALID, "the job: a segment has no key");
        if (piece_result(&r, w, key, err) < 0 ||
            json_need_number(&nb_frames, r, "frames", 1, max_frames, "the job", err) < 0)
            return err->code;
        p->paths[i] = workdir_path(w->work, key, "mp4");
        p->segments[i] = (struct assemble_segment){
            .path = p->paths[i], .nb_frames = nb_frames, .hash = json_get_string(r, "hash", "")};
        at += p->segments[i].nb_frames;
        p->seams[i] = (struct check_seam){at, json_is_null(json_array_get(seams, i))};
    }
    p->paths[p->nb] = workdir_path(w->work, sound, "mp4");
    return read_numbers(p, w, sound, err) < 0 ? err->code : collect_captions(p, w, err);
}

/* Tags and chapters as the assembly takes them; their strings belong to the spec. */
static size_t collect_tags(struct assemble_tag *out, size_t max, const json_t *tags)
{
    size_t nb = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)tags, key, value) if (nb < max &&
                                                                   json_is_string(value) &&
                                                                   strcmp(key, "language") != 0)
        out[nb++] = (struct assemble_tag){key, json_string_value(value)};
    return nb;
}

static void add_output_facts(json_t *result, const struct assemble_result *made,
                             const struct check_result *checked, const struct pieces *pieces)
{
    json_object_set_new(result, "frames", json_integer(made->nb_frames));
    json_object_set_new(result, "samples", json_integer(made->nb_samples));
    json_object_set_new(result, "duration_ms", json_integer(checked->duration_ms));
    json_object_set_new(result, "bytes", json_integer(checked->nb_bytes));
    json_object_set_new(result, "sha256", json_string(checked->sha256));
    json_object_set_new(result, "video_start_us", json_integer(checked->video_start_us));
    json_object_set_new(result, "sound_start_us", json_integer(checked->sound_start_us));
    json_object_set_new(result, "decoded_at_seams", json_integer(checked->nb_decoded));
    json_object_set(result, "loudness_lufs", json_object_get(pieces->sound, "loudness_lufs"));
    json_object_set(result, "peak_dbtp", json_object_get(pieces->sound, "peak_dbtp"));
    json_object_set(result, "gain_db", json_object_get(pieces->sound, "gain_db"));
}

static int check_made(struct check_result *out, const char *tmp, const struct worker *w,
                      const struct pieces *p, const struct assemble_spec *spec,
                      const struct assemble_result *made, struct err *err)
{
    const struct check_spec check = {
        .container = spec->container,
        .fps = spec->fps,
        .width = (int)json_get_int(w->spec, "width", 0),
        .height = (int)json_get_int(w->spec, "height", 0),
        .seams = p->seams,
        .nb_seams = p->nb ? p->nb - 1 : 0,
        .nb_frames = p->nb ? p->seams[p->nb - 1].frame : 0,
        .nb_samples = made->nb_samples,
        .video_hash = made->video_hash,
        .sound_hash = made->sound_hash,
        .key_frame_s = (int)p->key_frame_s,
        .title = json_get_string(json_object_get(w->spec, "tags"), "title", NULL),
        .captions = p->captions,
        .nb_captions = p->nb_captions,
    };
    return check_output(out, tmp, &check, err);
}

static int assemble_and_check(struct worker *w, const struct pieces *p, const char *tmp,
                              const char *container, struct err *err)
{
    const json_t *tags = json_object_get(w->spec, "tags");
    struct assemble_tag list[8];
    const struct frame_grid grid = {.fps = p->fps};
    const int64_t card_ms = frame_grid_ms_of(&grid, p->card_frames),
                  end_ms = p->nb_samples / (SOUND_RATE / 1000);
    const struct assemble_chapter chapters[] = {
        {0, card_ms, "Title"},
        {card_ms, end_ms, json_get_string(w->spec, "talk_title", "Talk")},
    };
    const bool sound_alone = p->nb == 0;
    struct assemble_spec spec = {
        .container = container,
        .fps = p->fps,
        .segments = p->segments,
        .nb_segments = p->nb,
        .sound_path = p->paths[p->nb],
        .sound_hash = json_get_string(p->sound, "hash", ""),
        .nb_samples = p->nb_samples,
        .sound_lead_in = p->lead_in,
        .sound_packet_samples = p->packet_samples,
        .skip_samples = sound_alone ? sound_samples_at(&grid, p->card_frames) : 0,
        .tags = list,
        .nb_tags = collect_tags(list, sizeof list / sizeof *list, tags),
        .chapters = chapters,
        .nb_chapters = sound_alone ? 0 : 2,
        .language = json_get_string(tags, "language", NULL),
        .captions = p->captions,
        .nb_captions = p->nb_captions,
    };
    struct assemble_result made;
    struct check_result checked;
    if (assemble_file(&made, tmp, &spec, err) < 0 || worker_tell(0.5))
        return err->code ? err->code : err_set(err, ERR_CANCELLED, "stopped");
    if (check_made(&checked, tmp, w, p, &spec, &made, err) < 0)
        return err->code;
    AUTO_JSON *result = json_object();
    add_output_facts(result, &made, &checked, p);
    json_object_set(result, "damage", json_object_get(w->spec, "damage"));
    json_object_set(result, "remark", json_object_get(w->spec, "remark"));
    return worker_deliver(w, w->key, tmp, container, result, err);
}

int worker_assemble(struct worker *w, struct err *err)
{
    const char *container;
    struct pieces pieces = {0};
    if (json_need_string(&container, w->spec, "container", "the job", err) < 0)
        return err->code;
    AUTO_FREE char *name = mem_printf("o.%s", container), *tmp = worker_tmp_file(w, name);
    if (collect(&pieces, w, err) == 0)
        (void)assemble_and_check(w, &pieces, tmp, container, err);
    pieces_finish(&pieces);
    return err->code;
}
