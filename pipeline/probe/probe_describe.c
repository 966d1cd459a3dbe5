#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "clock.h"
#include "encryption.h"
#include "frame_grid.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "probe.h"
#include "probe_scan.h"
#include "telemetry.h"

/* Uncompressed sound that is shorter than its header states by more was cut off. */
enum { SHORT_MS = 5 };

static json_t *ratio(AVRational q)
{
    return json_pack("[i, i]", q.num, q.den);
}

/* Whether the packets hold far more sound than their time stamps leave room for, as in an AVI whose
 * header states a wrong rate. Overlaps in repaired files are shorter than a second. */
static bool counted(const struct scan *s, int stream)
{
    const struct scan_stream *ss = &s->streams[stream];
    const int64_t span = ss->end - ss->first;
    return ss->length > 2 * span && probe_to_ms(s, stream, ss->length - span) > 1000;
}

static json_t *describe_stream(const struct scan *s, int i)
{
    const AVStream *st = s->fmt->streams[i];
    const AVCodecParameters *par = st->codecpar;
    const struct scan_stream *ss = &s->streams[i];
    const char *type = av_get_media_type_string(par->codec_type);
    json_t *o = json_pack("{s:i, s:s, s:s, s:I, s:I}", "index", i, "type", type ? type : "data",
                          "codec", avcodec_get_name(par->codec_id), "packets",
                          (json_int_t)ss->nb_packets, "bytes", (json_int_t)ss->nb_bytes);
    if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
        json_object_set_new(o, "width", json_integer(par->width));
        json_object_set_new(o, "height", json_integer(par->height));
        const char *pix = av_get_pix_fmt_name(par->format);
        json_object_set_new(o, "pixel_format", json_text(pix));
    } else if (par->codec_type == AVMEDIA_TYPE_AUDIO) {
        json_object_set_new(o, "channels", json_integer(par->ch_layout.nb_channels));
        json_object_set_new(o, "rate", json_integer(par->sample_rate));
        json_object_set_new(o, "counted", json_boolean(counted(s, i)));
        json_object_set_new(o, "drift_ppm",
                            json_integer(ss->drift ? drift_finder_ppm(ss->drift) : 0));
    }
    const AVDictionaryEntry *language = av_dict_get(st->metadata, "language", NULL, 0);
    if (language)
        json_object_set_new(o, "language", json_text(language->value));
    const char *apart = media_apart(s->fmt, s->video >= 0 ? s->video : s->audio, i);
    if (apart)
        json_object_set_new(o, "apart", json_text(apart));
    const char *telemetry = telemetry_find(&ss->text);
    if (telemetry)
        json_object_set_new(o, "no_language", json_string(telemetry));
    if (ss->wanted && ss->end != AV_NOPTS_VALUE) {
        json_object_set_new(o, "start_ms", json_integer(probe_to_ms(s, i, ss->first)));
        json_object_set_new(o, "end_ms", json_integer(probe_to_ms(s, i, ss->end)));
    }
    return o;
}

/* The display matrix as a rotation (clockwise, in steps of 90°) after mirroring left to right. */
static void orientation(const AVStream *st, int *rotation, int *flip)
{
    *rotation = *flip = 0;
    const int32_t *m =
        (const int32_t *)(const void *)av_versions_side_data(st, AV_PKT_DATA_DISPLAYMATRIX);
    if (!m)
        return;
    int32_t copy[9];
    memcpy(copy, m, sizeof copy);
    const double det = (double)copy[0] * copy[4] - (double)copy[1] * copy[3];
    if (det < 0) {
        *flip = 1;
        /* The mirroring comes before the turn: the row of x, not the column. */
        copy[0] = copy[0] == INT32_MIN ? INT32_MAX : -copy[0];
        copy[1] = copy[1] == INT32_MIN ? INT32_MAX : -copy[1];
    }
    const double angle = -av_display_rotation_get(copy);
    if (!isnan(angle))
        *rotation = ((int)lround(angle / 90) * 90 + 720) % 360;
}

static AVRational sane_sar(AVRational sar)
{
    if (sar.num <= 0 || sar.den <= 0 || av_q2d(sar) < 0.1 || av_q2d(sar) > 10)
        return (AVRational){1, 1};
    return sar;
}

/* Field-coded H.264 (AVCHD cameras) in a transport stream has a packet for each field, so the
 * packets' rate is twice that of the pictures; libavformat counts fields for its average. */
static void join_fields(struct frame_grid *grid, const AVStream *st, bool interlaced)
{
    const double packets_per_frame =
        st->avg_frame_rate.num > 0 ? av_q2d(grid->fps) / av_q2d(st->avg_frame_rate) : 0;
    if (!interlaced || packets_per_frame < 1.9 || packets_per_frame > 2.1 ||
        (st->codecpar->codec_id != AV_CODEC_ID_H264 && st->codecpar->codec_id != AV_CODEC_ID_HEVC))
        return;
    grid->fps = av_div_q(grid->fps, (AVRational){2, 1});
    grid->nb_frames = (grid->nb_frames + 1) / 2;
}

static json_t *describe_video(struct scan *s, struct frame_grid *grid)
{
    AVStream *st = s->fmt->streams[s->video];
    const AVCodecParameters *par = st->codecpar;
    int variable = 0, rotation, flip;
    if (!frame_grid_finder_result(s->finder, grid, s->streams[s->video].last_length, &variable))
        return NULL;
    orientation(st, &rotation, &flip);
    const bool interlaced = s->picture.interlaced || (par->field_order != AV_FIELD_UNKNOWN &&
                                                      par->field_order != AV_FIELD_PROGRESSIVE);
    join_fields(grid, st, interlaced);
    /* libavformat does not look for a picture that begins late. */
    const int width = par->width > 0 ? par->width : s->picture.width,
              height = par->height > 0 ? par->height : s->picture.height;
    return json_pack("{s:i, s:i, s:i, s:o, s:i, s:b, s:b, s:b, s:{s:i, s:i, s:o}}", "stream",
                     s->video, "width", width, "height", height, "sar",
                     ratio(sane_sar(av_guess_sample_aspect_ratio(s->fmt, st, NULL))), "rotation",
                     rotation, "flip", flip, "interlaced", interlaced, "variable", variable,
                     "first", "width", s->picture.width, "height", s->picture.height, "sar",
                     ratio(s->picture.sar));
}

/* Whether the picture is a cover: one still that is stored as a video track, beside sound. Covers
 * that are marked as such are no video either. */
static bool is_cover(const struct scan *s)
{
    if (s->video < 0 || s->audio < 0 || s->streams[s->video].nb_packets != 1 ||
        s->streams[s->audio].nb_packets < 2)
        return false;
    switch ((int)s->fmt->streams[s->video]->codecpar->codec_id) {
    case AV_CODEC_ID_MJPEG:
    case AV_CODEC_ID_PNG:
    case AV_CODEC_ID_BMP:
    case AV_CODEC_ID_GIF:
    case AV_CODEC_ID_TIFF:
    case AV_CODEC_ID_WEBP:
    case AV_CODEC_ID_JPEG2000:
        return true;
    default:
        return false;
    }
}

/* Where an audio stream begins and ends, in milliseconds from the grid's origin; false where it has
 * no sound. What the last packet states is not trusted beyond LONGEST_PACKET_MS. */
static bool sound_range(int64_t *begin_ms, int64_t *end_ms, const struct scan *s, int i,
                        const struct frame_grid *grid)
{
    enum { LONGEST_PACKET_MS = 10000 };
    const struct scan_stream *ss = &s->streams[i];
    const AVCodecParameters *par = s->fmt->streams[i]->codecpar;
    if (par->codec_type != AVMEDIA_TYPE_AUDIO || par->sample_rate <= 0 || ss->end == AV_NOPTS_VALUE)
        return false;
    const bool sane = probe_to_ms(s, i, ss->last_length) <= LONGEST_PACKET_MS;
    const int64_t end = counted(s, i) ? ss->first + ss->length : sane ? ss->end : ss->last;
    *begin_ms = probe_to_ms(s, i, ss->first) - frame_grid_origin_ms(grid);
    *end_ms = probe_to_ms(s, i, end) - frame_grid_origin_ms(grid);
    return true;
}

static int64_t frames_for(const struct frame_grid *grid, int64_t ms)
{
    return av_rescale_q_rnd(ms, (AVRational){1, 1000}, av_inv_q(grid->fps), AV_ROUND_UP);
}

/* Sound that begins before the picture or lasts longer is part of the recording: the grid reaches
 * as far as it, and the video says which frames have pictures of their own. Less than OUTSIDE_MS is
 * how recorders start and stop, and is left out. */
static void reach_to_sound(struct frame_grid *grid, json_t *video, const struct scan *s)
{
    enum { OUTSIDE_MS = 1000 };
    const int64_t picture_ms = frame_grid_ms_of(grid, grid->nb_frames);
    int64_t before_ms = 0, after_ms = 0;
    for (unsigned i = 0; i < s->fmt->nb_streams; i++) {
        int64_t begin_ms, end_ms;
        if (!sound_range(&begin_ms, &end_ms, s, (int)i, grid) || begin_ms < -FRAME_GRID_MAX_JUMP_MS)
            continue;
        before_ms = -begin_ms > before_ms ? -begin_ms : before_ms;
        after_ms = end_ms - picture_ms > after_ms ? end_ms - picture_ms : after_ms;
    }
    const int64_t before = before_ms > OUTSIDE_MS ? frames_for(grid, before_ms) : 0,
                  after = after_ms > OUTSIDE_MS ? frames_for(grid, after_ms) : 0;
    if (!before && !after)
        return;
    json_object_set_new(video, "begin", json_integer(before));
    json_object_set_new(video, "end", json_integer(before + grid->nb_frames));
    grid->origin -= av_rescale_q(before, av_inv_q(grid->fps), grid->time_base);
    grid->nb_frames += before + after;
}

/* The grid of a recording without video: of the card that is shown instead. */
static void sound_grid(struct frame_grid *grid, const struct scan *s)
{
    const struct scan_stream *ss = &s->streams[s->audio];
    const int64_t length = counted(s, s->audio) ? ss->length : ss->end - ss->first;
    grid->fps = (AVRational){PROBE_STILL_FPS, 1};
    grid->time_base = s->fmt->streams[s->audio]->time_base;
    grid->origin = ss->first;
    grid->nb_frames = av_rescale_q(length, grid->time_base, av_inv_q(grid->fps));
    if (grid->nb_frames < 1)
        grid->nb_frames = 1;
}

static json_t *describe_grid(const struct frame_grid *grid)
{
    return json_pack("{s:o, s:o, s:I, s:I}", "fps", ratio(grid->fps), "time_base",
                     ratio(grid->time_base), "origin", (json_int_t)grid->origin, "frames",
                     (json_int_t)grid->nb_frames);
}

static bool encrypted(const struct scan *s, int stream)
{
    return s->streams[stream].encrypted || encryption_of_stream(s->fmt, s->fmt->streams[stream]);
}

/* The sound that should be published: the chosen one, or else one that libavformat found no
 * parameters of. -1: there is none. */
static int sound_of(const struct scan *s)
{
    if (s->audio >= 0)
        return s->audio;
    for (unsigned i = 0; i < s->nb_streams; i++)
        if (s->fmt->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO &&
            s->streams[i].nb_packets > 0 && !media_apart(s->fmt, s->video, (int)i))
            return (int)i;
    return -1;
}

/* Why the audio cannot be used, a new string, or NULL. */
static char *sound_error(const struct scan *s)
{
    const int sound = sound_of(s);
    if (sound < 0)
        return NULL;
    const AVCodecParameters *par = s->fmt->streams[sound]->codecpar;
    if (encrypted(s, sound))
        return mem_strdup("its sound is encrypted");
    const char *name = par->codec_id != AV_CODEC_ID_NONE ? avcodec_get_name(par->codec_id)
                                                         : av_fourcc2str(par->codec_tag);
    const char *why = media_undecodable(par);
    if (why)
        return mem_printf("its sound is '%s', which %s", name, why);
    AUTO_CODEC *dec = NULL;
    struct err err = {0};
    if (s->audio >= 0 && media_decoder(&dec, s->media, s->audio, NULL, &err) == 0)
        return NULL;
    return mem_printf("its sound (%s) cannot be decoded", name);
}

static json_t *describe_audio(const struct scan *s, const struct frame_grid *grid)
{
    const struct scan_stream *ss = &s->streams[s->audio];
    const AVCodecParameters *par = s->fmt->streams[s->audio]->codecpar;
    if (ss->end == AV_NOPTS_VALUE || par->sample_rate <= 0)
        return NULL;
    const int64_t origin = grid ? frame_grid_origin_ms(grid) : probe_to_ms(s, s->audio, ss->first);
    const int64_t end = counted(s, s->audio) ? ss->first + ss->length : ss->end;
    return json_pack("{s:i, s:i, s:i, s:I, s:I}", "stream", s->audio, "channels",
                     par->ch_layout.nb_channels, "rate", par->sample_rate, "start_ms",
                     (json_int_t)(probe_to_ms(s, s->audio, ss->first) - origin), "end_ms",
                     (json_int_t)(probe_to_ms(s, s->audio, end) - origin));
}

/* Cells begin at key frames, PROBE_CELL_MS or more apart; the first at frame 0 whatever its key
 * frame. The first has the first picture, and the last all that follow the last picture. The last
 * may be shorter, down to half a cell: a rest below is joined to the one before. */
static json_t *cells(const struct scan *s, const struct frame_grid *grid, const json_t *video)
{
    json_t *list = json_array();
    const int64_t first = json_get_int(video, "begin", 0);
    const int64_t least = frame_grid_frame_at_ms(grid, PROBE_CELL_MS);
    int64_t begin = 0;
    size_t i;
    json_t *key;
    json_array_append_new(list, json_pack("[I, I]", (json_int_t)0, (json_int_t)grid->origin));
    json_array_foreach(s->keys, i, key) {
        const int64_t pts = json_integer_value(key);
        const int64_t frame = frame_grid_frame_of(grid, pts) + s->picture.nb_late;
        if (frame <= first || frame - begin < least || grid->nb_frames - frame < least / 2)
            continue;
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)frame, (json_int_t)pts));
        begin = frame;
    }
    return list;
}

/* MPEG-TS is packets of one size from its first byte to its last, and has no header that states
 * how long it should be. */
static bool ends_in_packet(const struct scan *s)
{
    int64_t size = 0;
    AVFormatContext *last = media_last_format(s->media);
    if (strcmp(last->iformat->name, "mpegts") != 0 ||
        av_opt_get_int(last->priv_data, "ts_packetsize", 0, &size) < 0 || size <= 0)
        return false;
    AVIOContext *pb = last->pb;
    const int64_t bytes = avio_size(pb), at = bytes / size * size, rest = bytes - at;
    /* 192 bytes: each packet follows 4 bytes of a clock; 204: each is followed by 16 bytes. */
    const int64_t sync = size == 192 ? 4 : 0;
    if (rest <= sync || avio_seek(pb, at + sync, SEEK_SET) < 0)
        return rest > 0;
    return avio_r8(pb) == 0x47;
}

/* Where a WAV file's sound ends, as its header states; 0 if it states no length: programs that
 * cannot go back to it write 0 or a number near 2 or 4 GiB. */
static int64_t stated_end_of_wav(const struct scan *s)
{
    static const int64_t unstated = 0x7ffff000;
    AVIOContext *pb = media_last_format(s->media)->pb;
    if (strcmp(s->fmt->iformat->name, "wav") != 0 || avio_seek(pb, 0, SEEK_SET) < 0 ||
        avio_rl32(pb) != MKTAG('R', 'I', 'F', 'F'))
        return 0;
    avio_skip(pb, 8);
    while (!avio_feof(pb)) {
        const uint32_t tag = avio_rl32(pb);
        const int64_t size = avio_rl32(pb), end = avio_tell(pb) + size;
        if (tag == MKTAG('d', 'a', 't', 'a'))
            return size > 0 && size < unstated ? end : 0;
        if (avio_skip(pb, size + (size & 1)) < 0)
            break;
    }
    return 0;
}

/* Whether a chunk may begin there, or nothing but zeros. */
static bool chunk_at(AVIOContext *pb, int64_t at)
{
    uint8_t head[4096] = {0};
    bool named = true, zero = true;
    if (avio_seek(pb, at, SEEK_SET) < 0 || avio_read(pb, head, sizeof head) < 8)
        return true;
    for (int i = 0; i < 4; i++)
        named = named && head[i] >= ' ' && head[i] <= '~';
    for (size_t i = 0; i < sizeof head; i++)
        zero = zero && head[i] == 0;
    const int64_t size = head[4] | head[5] << 8 | head[6] << 16 | (int64_t)head[7] << 24;
    return zero || (named && at + 8 + size <= avio_size(pb) + 1);
}

/* What a WAV file's length does not fit, a new string, or NULL; libavformat does not tell. A
 * recorder that lost power has written the header's length long before. */
static char *wrong_length_of_wav(const struct scan *s, const char *at)
{
    enum { LEAST_BYTES = 1 << 16 };
    const int64_t end = stated_end_of_wav(s);
    AVIOContext *pb = media_last_format(s->media)->pb;
    const int64_t more = end ? avio_size(pb) - end : 0;
    if (more < 0)
        return mem_printf("the file ends at %s, %lld bytes short of what its header states", at,
                          (long long)-more);
    if (more < LEAST_BYTES || chunk_at(pb, end) || chunk_at(pb, end + (end & 1)))
        return NULL;
    return mem_printf("the file goes on for %lld bytes after the %s that its header states, and "
                      "they are not read (to read them: 'ffmpeg -ignore_length 1 -i FILE -c copy "
                      "NEW.wav')",
                      (long long)more, at);
}

/* What is missing at the end of the file, a new string, or NULL. A header's duration may count from
 * the clock's zero or from the first picture: only less than both counts as missing. */
static char *truncation(const struct scan *s, int64_t measured_ms)
{
    const bool stated =
        s->fmt->duration > 0 && s->fmt->duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    const int64_t header_ms = stated ? s->fmt->duration / 1000 : 0;
    char at[CLOCK_BYTES], of[CLOCK_BYTES];
    char *of_several = media_short_file(s->media);
    if (of_several)
        return of_several;
    if (header_ms > 0 && s->last_ms < header_ms - 1000)
        return mem_printf("the file ends at %s of the %s that its header states",
                          clock_format_ms(at, s->last_ms, false),
                          clock_format_ms(of, header_ms, false));
    clock_format_ms(at, measured_ms, false);
    if (media_broken(s->media)) {
        char why[AV_ERROR_MAX_STRING_SIZE];
        av_make_error_string(why, sizeof why, media_broken(s->media));
        return mem_printf("reading stops at %s (%s)", at, why);
    }
    char *of_wav = wrong_length_of_wav(s, at);
    if (of_wav)
        return of_wav;
    const bool exact =
        s->video < 0 && s->audio >= 0 && header_ms > 0 &&
        av_get_exact_bits_per_sample(s->fmt->streams[s->audio]->codecpar->codec_id) > 0;
    if (ends_in_packet(s) || (exact && s->last_ms < header_ms - SHORT_MS))
        return mem_printf("the file ends in the middle of a packet, at %s: it was cut off there",
                          at);
    return NULL;
}

/* A message on sound that begins far later or earlier than the picture: a new string, or NULL. */
static char *far_from_picture(const json_t *video, const json_t *audio)
{
    const int64_t start_ms = json_get_int(audio, "start_ms", 0);
    char by[CLOCK_BYTES];
    if (!video || llabs(start_ms) <= FRAME_GRID_MAX_JUMP_MS)
        return NULL;
    return mem_printf("has sound that begins %s %s its picture" FRAME_GRID_OTHER_TIMES,
                      clock_format_ms(by, llabs(start_ms), false),
                      start_ms > 0 ? "after" : "before");
}

/* Why the recording cannot be published, to follow its name: a new string, or NULL. */
static char *why_refused(const struct scan *s, const json_t *video, const json_t *audio,
                         const char *no_sound, const struct frame_grid *grid)
{
    if (s->video >= 0 && encrypted(s, s->video))
        return mem_strdup("has an encrypted picture, and talkpress has no key: copy it without "
                          "copy protection");
    if (s->video >= 0 && !s->picture.known && s->streams[s->video].nb_packets)
        return mem_strdup("has a picture of which nothing can be decoded (damaged, encrypted, or "
                          "its codec is not what the file says): copy it from the camera again, or "
                          "repair it");
    if (!video && !audio && no_sound)
        return mem_printf("has no picture in it, and %s: convert the sound", no_sound);
    if (!video && !audio)
        return mem_strdup(
            s->video < 0 && s->audio < 0
                ? "has neither picture nor sound in it: is it the camera's file?"
                : "holds no media: its header is there, but no packet that could be decoded: "
                  "copy it from the camera again, or repair it");
    if (s->jump[0])
        return mem_strdup(s->jump);
    char *far = far_from_picture(video, audio);
    if (far || frame_grid_valid(grid))
        return far;
    return mem_strdup("has time stamps by which it lasts for weeks" FRAME_GRID_OTHER_TIMES);
}

static json_t *describe_refusal(const struct scan *s, const char *why)
{
    AUTO_FREE char *message = mem_printf("'%s' %s", media_path(s->media), why);
    return json_pack("{s:o}", "error", json_text(message));
}

json_t *probe_describe(struct scan *s)
{
    struct frame_grid grid = {0};
    if (is_cover(s))
        s->video = -1;
    json_t *video = s->video >= 0 ? describe_video(s, &grid) : NULL;
    AUTO_FREE char *no_sound = sound_error(s);
    if (video && !no_sound)
        reach_to_sound(&grid, video, s);
    json_t *audio = s->audio >= 0 && !no_sound ? describe_audio(s, video ? &grid : NULL) : NULL;
    if (!video && audio)
        sound_grid(&grid, s);
    AUTO_FREE char *refused = why_refused(s, video, audio, no_sound, &grid);
    if (refused) {
        json_decref(video);
        json_decref(audio);
        return describe_refusal(s, refused);
    }
    const int64_t duration_ms = frame_grid_ms_of(&grid, grid.nb_frames);
    AUTO_FREE char *cut_off = truncation(s, duration_ms);
    json_t *list = json_array();
    for (unsigned i = 0; i < s->nb_streams; i++)
        json_array_append_new(list, describe_stream(s, (int)i));
    json_t *o = json_pack(
        "{s:s, s:o, s:O, s:I, s:O, s:I, s:o, s:I, s:o}", "container", s->fmt->iformat->name,
        "streams", list, "gaps", s->gaps, "nb_gaps", (json_int_t)s->nb_gaps, "corrupt", s->corrupt,
        "nb_corrupt", (json_int_t)s->nb_corrupt, "truncated", json_text(cut_off), "duration_ms",
        (json_int_t)duration_ms, "cells", video ? cells(s, &grid, video) : json_array());
    const AVDictionaryEntry *made = av_dict_get(s->fmt->metadata, "creation_time", NULL, 0);
    json_object_set_new(o, "creation_time", json_text(made ? made->value : NULL));
    json_object_set_new(o, "grid", describe_grid(&grid));
    json_object_set_new(o, "video", video ? video : json_null());
    json_object_set_new(o, "audio", audio ? audio : json_null());
    json_object_set_new(o, "sound_error", json_text(no_sound));
    json_t *join = media_join(s->media);
    if (join)
        json_object_set_new(o, "join", join);
    return o;
}
