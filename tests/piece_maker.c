#include "support.h"

#include "piece_maker.h"

#include <string.h>

#include "analyse.h"
#include "av.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "probe.h"

static int next_drawn(void *opaque, AVFrame *frame, struct err *err)
{
    struct drawn *d = opaque;
    if (d->at >= d->nb)
        return 0;
    frame->format = d->rgb ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUV420P;
    frame->width = d->width;
    frame->height = d->height;
    if (av_frame_get_buffer(frame, 0) < 0)
        return av_fail_nomem(err);
    if (!d->rgb) { /* as cameras mark theirs: no conversion */
        frame->colorspace = AVCOL_SPC_BT709;
        frame->color_range = AVCOL_RANGE_MPEG;
    }
    media_draw(frame, d->first + d->at);
    frame->pts = d->at;
    d->at += d->every > 1 ? d->every : 1;
    return 1;
}

struct picture_source drawn_source(struct drawn *drawn)
{
    return (struct picture_source){next_drawn, drawn};
}

void piece_segment(struct track_summary *out, const char *path, const json_t *video, AVRational fps,
                   struct drawn drawn)
{
    struct err err = {0};
    struct segment_output o = {
        .video = video, .width = drawn.width, .height = drawn.height, .path = path};
    const struct segment_params params = {.fps = fps, .nb_frames = drawn.nb, .goes_on = !drawn.rgb};
    const struct picture_source source = drawn_source(&drawn);
    assert_done(segment_encode(&o, 1, &params, &source, &err));
    *out = o.summary;
}

void piece_recording(const char *path, float (*sound)(int64_t n, int channel), int64_t nb_samples)
{
    media_make(&(struct media_spec){
        .path = path,
        .audio = {.encoder = "flac", .channels = 2, .sound = sound, .nb_samples = nb_samples}});
}

void piece_sounds(struct sound_output *outputs, size_t nb, const char *recording, AVRational fps,
                  int64_t begin, int64_t end, int64_t card_frames)
{
    const struct sound_spec of = {
        .grid = {.fps = fps}, .begin = begin, .end = end, .card_frames = card_frames};
    piece_sounds_of(outputs, nb, recording, &of);
}

void piece_sounds_of(struct sound_output *outputs, size_t nb, const char *recording,
                     const struct sound_spec *of)
{
    struct err err = {0};
    AUTO_JSON *p = NULL, *analysis = NULL;
    AUTO_FREE char *blocks = mem_printf("%s.blocks", outputs[0].path),
                   *none = mem_printf("%s.none.mkv", outputs[0].path);
    struct sound_spec spec = *of;
    spec.recording = recording;
    spec.stream = -1;
    spec.grid.time_base = (AVRational){1, 1000};
    spec.target_lufs = -16;
    spec.ceiling_dbtp = -1;
    if (recording) {
        assert_done(probe_files(&p, recording, NULL, 0, NULL, NULL, &err));
        assert_done(analyse_recording(&analysis, recording, NULL, p, -1, blocks, NULL, NULL, &err));
        spec.stream = (int)json_get_int(json_object_get(p, "audio"), "stream", -1);
        spec.blocks_path = blocks;
    } else {
        media_make(&(struct media_spec){
            .path = none,
            .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 2}});
        spec.recording = none;
    }
    assert_done(sound_encode(outputs, nb, &spec, &err));
}

void piece_sound(struct sound_result *out, const char *path, const char *recording,
                 const json_t *audio, AVRational fps, int64_t begin, int64_t end,
                 int64_t card_frames)
{
    struct sound_output output = {.audio = audio, .path = path};
    piece_sounds(&output, 1, recording, fps, begin, end, card_frames);
    *out = output.result;
}

json_t *piece_video(const char *encoder)
{
    json_t *options;
    if (strcmp(encoder, "libx264") == 0)
        options = json_pack("{s:s, s:i, s:s}", "preset", "veryfast", "bf", 2, "x264-params",
                            "stitchable=1");
    else if (strcmp(encoder, "libsvtav1") == 0)
        options =
            json_pack("{s:i, s:i, s:s}", "preset", 12, "crf", 30, "svtav1-params", "scm=1:lp=1");
    else
        options = json_pack("{s:s, s:i, s:i, s:i, s:i}", "deadline", "good", "cpu-used", 5, "crf",
                            35, "b", 0, "auto-alt-ref", 1);
    return json_pack("{s:s, s:i, s:i, s:i, s:o}", "encoder", encoder, "max_width", 1280,
                     "max_height", 720, "key_frame_s", 4, "options", options);
}

json_t *piece_audio(const char *encoder)
{
    return json_pack("{s:s, s:i}", "encoder", encoder, "bit_rate",
                     strcmp(encoder, "aac") == 0 ? 128000 : 96000);
}
