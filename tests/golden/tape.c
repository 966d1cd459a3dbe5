#include "tape.h"

#include <string.h>

#include "hash.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"

/* --- probe and analysis ---------------------------------------------------------------------- */

static int64_t frame_ms(const struct tape *t, int64_t frame)
{
    return frame * 1000 * t->fps[1] / t->fps[0];
}

/* Of loudness, 100 ms each. */
static size_t nb_blocks(const struct tape *t)
{
    return t->nb_sounds ? (size_t)frame_ms(t, t->frames) / 100 : 0;
}

static int first_sound(const struct tape *t)
{
    return t->width && !t->sound_first ? 1 : 0;
}

static int picture(const struct tape *t)
{
    return t->sound_first ? t->nb_sounds : 0;
}

static void add_video_stream(json_t *list, const struct tape *t)
{
    json_array_append_new(
        list, json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i, s:I}", "index", picture(t),
                        "type", "video", "codec", "h264", "packets", t->frames, "width", t->width,
                        "height", t->height, "pixel_format", "yuv420p", "language", "und",
                        "start_ms", 0, "end_ms", (json_int_t)frame_ms(t, t->frames)));
}

static void add_sound_stream(json_t *list, const struct tape *t, int n)
{
    json_array_append_new(list,
                          json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:b, s:i, s:s, s:i, s:I}",
                                    "index", first_sound(t) + n, "type", "audio", "codec", "aac",
                                    "packets", t->frames * 2, "channels", 2, "rate", 48000,
                                    "counted", t->drift_ppm != 0, "drift_ppm", t->drift_ppm,
                                    "language", t->languages[n] ? t->languages[n] : "und",
                                    "start_ms", 0, "end_ms", (json_int_t)frame_ms(t, t->frames)));
}

static json_t *probe_streams(const struct tape *t)
{
    json_t *list = json_array();
    if (t->width && !t->sound_first)
        add_video_stream(list, t);
    for (int i = 0; i < t->nb_sounds; i++)
        add_sound_stream(list, t, i);
    if (t->width && t->sound_first)
        add_video_stream(list, t);
    for (int i = 0; i < 2 && t->subtitles[i][0]; i++)
        json_array_append_new(list, json_pack("{s:i, s:s, s:s, s:i, s:s, s:i, s:I}", "index",
                                              (int)json_array_size(list), "type", "subtitle",
                                              "codec", t->subtitles[i][0], "packets", 20,
                                              "language", t->subtitles[i][1], "start_ms", 1000,
                                              "end_ms", (json_int_t)frame_ms(t, t->frames)));
    return list;
}

/* Every 24 s; a rest of less than half of that belongs to the last. */
static json_t *probe_cells(const struct tape *t)
{
    const int64_t length = 24 * t->fps[0] / t->fps[1],
                  ticks = INT64_C(90000) * t->fps[1] / t->fps[0];
    json_t *list = json_array();
    for (int64_t at = 0; at == 0 || t->frames - at >= length / 2; at += length) {
        const json_int_t begin = at, pts = t->origin + at * ticks;
        json_array_append_new(list, json_pack("[I, I]", begin, pts));
    }
    return list;
}

static json_t *probe_video(const struct tape *t)
{
    const int sar[] = {t->sar[0] ? t->sar[0] : 1, t->sar[1] ? t->sar[1] : 1};
    return json_pack("{s:i, s:i, s:i, s:[i, i], s:i, s:b, s:b, s:b, s:{s:i, s:i, s:[i, i]}}",
                     "stream", picture(t), "width", t->width, "height", t->height, "sar", sar[0],
                     sar[1], "rotation", t->rotation, "flip", 0, "interlaced", t->interlaced,
                     "variable", 0, "first", "width", t->width, "height", t->height, "sar", sar[0],
                     sar[1]);
}

static json_t *make_probe(const struct tape *t)
{
    AUTO_FREE char *hash_of = mem_printf("what is in %s", t->name);
    char hash[HASH_BYTES];
    hash_bytes(hash_of, strlen(hash_of), hash);
    if (t->error)
        return json_pack("{s:s, s:s, s:i}", "error", t->error, "hash", "", "size", 1000);
    const json_int_t duration_ms = frame_ms(t, t->frames);
    json_t *probe = json_pack(
        "{s:s, s:s, s:i, s:I, s:o, s:o, s:[], s:i, s:[], s:i, s:s?, s:n, s:n, s:o, s:o, s:o}",
        "container", "mov,mp4", "hash", hash, "size", 1000, "duration_ms", duration_ms, "streams",
        probe_streams(t), "cells", t->width ? probe_cells(t) : json_array(), "gaps", "nb_gaps", 0,
        "corrupt", "nb_corrupt", 0, "truncated", t->truncated, "creation_time", "sound_error",
        "grid",
        json_pack("{s:[i, i], s:[i, i], s:i, s:i}", "fps", t->fps[0], t->fps[1], "time_base", 1,
                  t->width ? 90000 : 48000, "origin", t->origin, "frames", t->frames),
        "video", t->width ? probe_video(t) : json_null(), "audio",
        t->nb_sounds ? json_pack("{s:i, s:i, s:i, s:i, s:I}", "stream", first_sound(t), "channels",
                                 2, "rate", 48000, "start_ms", 0, "end_ms", duration_ms)
                     : json_null());
    if (t->more)
        json_object_set_new(probe, "join",
                            json_pack("{s:s, s:[[i, i, i], [i, i, i]]}", "by", "packets", "files",
                                      0, 0, 0, 1000, 32000, 5));
    return probe;
}

static json_t *make_analysis(const struct tape *t, int64_t chosen_stream)
{
    json_t *a = json_pack("{s:s, s:n}", "fields", t->fields, "picture_damage");
    if (t->width)
        json_object_update_new(a, json_pack("{s:i, s:i, s:i, s:[], s:[]}", "black_head_ms", 0,
                                            "black_tail_ms", 0, "frozen_tail_ms", 0, "black",
                                            "scenes"));
    if (t->nb_sounds)
        json_object_update_new(
            a, json_pack("{s:I, s:s, s:f, s:f, s:n, s:i, s:[], s:i, s:n, s:n, s:f, s:f, s:I, s:i, "
                         "s:i, s:b}",
                         "stream",
                         chosen_stream < 0 ? (json_int_t)first_sound(t) : (json_int_t)chosen_stream,
                         "use", t->use ? t->use : "both", "down_db", 30.5, "speech", 0.75,
                         "sound_damage", "moved_ms", 0, "dropouts", "nb_dropouts", 0, "clipped",
                         "hum", "loudness_lufs", -23.25, "peak_dbtp", -3.5, "blocks",
                         (json_int_t)nb_blocks(t), "silence_head_ms", 0, "silence_tail_ms", 0,
                         "sound_at_end", 0));
    return a;
}

int tape_write_blocks(const struct tape *t, const char *path, struct err *err)
{
    AUTO_LOUDNESS l = {.nb = nb_blocks(t)};
    l.blocks = mem_zalloc(l.nb, sizeof *l.blocks);
    for (size_t i = 0; i < l.nb; i++) {
        bool quiet = false;
        for (int k = 0; k < 2; k++)
            quiet = quiet || ((int)i >= t->quiet[k][0] && (int)i < t->quiet[k][1]);
        const float energy = quiet ? 0x1p-26f : 0x1p-6f;
        l.blocks[i] = (struct loudness_block){{energy, energy}, {0.25f, 0.25f}};
    }
    return loudness_write(path, &l, err);
}

/* --- other results --------------------------------------------------------------------------- */

json_t *tape_segment_result(const char *key, int64_t frames)
{
    char hash[HASH_BYTES];
    hash_bytes(key, 32, hash);
    return json_pack("{s:I, s:I, s:s, s:s}", "frames", (json_int_t)frames, "bytes",
                     (json_int_t)frames * 1000, "hash", hash, "header", hash);
}

static json_t *sound_result(const char *key)
{
    char hash[HASH_BYTES];
    hash_bytes(key, 32, hash);
    return json_pack("{s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:b, s:s, s:i, s:i}", "samples", 2640000,
                     "lead_in", 1024, "packet_samples", 1024, "source_lufs", -23.25, "gain_db",
                     7.25, "loudness_lufs", -16.0, "peak_dbtp", -1.5, "limited", 1, "hash", hash,
                     "bytes", 800000, "moved_samples", 0);
}

static json_t *output_result(const char *stage, const char *key, const json_t *spec)
{
    char hash[HASH_BYTES];
    hash_bytes(key, 32, hash);
    json_t *result = json_pack("{s:i, s:s+}", "bytes", 100000, "sha256", key, hash);
    if (strcmp(stage, "poster") == 0)
        json_object_set_new(result, "frame", json_integer(100));
    if (strcmp(stage, "captions") == 0)
        json_object_set_new(result, "cues", json_integer(5));
    if (strcmp(stage, "storyboard") == 0)
        json_object_set_new(result, "changes", json_pack("[[i, i]]", 9000, 400));
    if (strcmp(stage, "assemble") == 0) {
        json_object_set_new(result, "duration_ms", json_integer(55000));
        json_object_set(result, "damage", json_object_get(spec, "damage"));
        json_object_set(result, "remark", json_object_get(spec, "remark"));
    }
    return result;
}

json_t *tape_result(const struct tape *tape, const char *stage, const char *key, const json_t *spec)
{
    json_t *result = NULL;
    const int64_t begin = json_get_int(spec, "begin", 0), end = json_get_int(spec, "end", 0);
    if (strcmp(stage, "probe") == 0)
        return make_probe(tape);
    if (strcmp(stage, "analyse") == 0)
        return make_analysis(tape, json_get_int(spec, "audio_stream", -1));
    if (strcmp(stage, "card") == 0)
        return tape_segment_result(key, json_get_int(json_object_get(spec, "card"), "frames", 0));
    if (strcmp(stage, "cell") == 0)
        result = tape_segment_result(key, end - begin);
    else if (strcmp(stage, "sound") == 0)
        result = sound_result(key);
    else
        return output_result(stage, key, spec);
    const bool sound = strcmp(stage, "sound") == 0;
    if (tape->damaged && begin < 600)
        json_object_set_new(result, "damage",
                            json_pack("{s:i, s:i, s:s}", "nb", sound ? 2 : 3, "first_ms",
                                      sound ? 2000 : 9000, "what",
                                      sound ? "a packet is missing" : "no reference frame"));
    if (tape->damaged && sound)
        json_object_set_new(result, "remark", json_string("the sound is clipped"));
    return result;
}

const char *tape_ext(const char *stage, const json_t *spec)
{
    return strcmp(stage, "probe") == 0        ? ""
           : strcmp(stage, "analyse") == 0    ? "bin"
           : strcmp(stage, "poster") == 0     ? "jpg"
           : strcmp(stage, "storyboard") == 0 ? "jpg"
           : strcmp(stage, "captions") == 0   ? "vtt"
           : strcmp(stage, "assemble") == 0   ? json_get_string(spec, "container", "")
                                              : "mp4";
}
