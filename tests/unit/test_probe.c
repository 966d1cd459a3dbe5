/* What the probe says of files whose every picture and sample is known, whole and damaged. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "av.h"
#include "frame_grid.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "probe.h"
#include "rehearse.h"

static json_t *probe(const char *path)
{
    struct err err = {0};
    json_t *out = NULL;
    assert_done(probe_files(&out, path, NULL, 0, NULL, NULL, &err));
    assert_non_null(out);
    return out;
}

static int64_t int_at(const json_t *list, size_t i, size_t k)
{
    return json_integer_value(json_array_get(json_array_get(list, i), k));
}

/* Nor does it say anything of the content's identity, which is not its to say. */
static void assert_size(const char *row, const json_t *p, const char *path)
{
    assert_row_int(row, json_get_int(p, "size", -1), fs_size(path));
    assert_null(json_object_get(p, "hash"));
}

/* The grid leads to the pictures that a plain decode gives: each on its own frame. */
static void assert_grid(const char *row, const json_t *p, const struct media_decoded *d)
{
    struct err err = {0};
    struct frame_grid g;
    assert_done(probe_grid(&g, p, &err));
    assert_row_int(row, g.nb_frames, d->nb_frames);
    for (int64_t i = 0; i < d->nb_frames; i++) {
        assert_row_int(row, d->frames[i].number, i);
        assert_row_int(row, frame_grid_frame_of(&g, d->frames[i].pts), i);
    }
    const int64_t ms = frame_grid_ms_of(&g, g.nb_frames);
    assert_row_int(row, json_get_int(p, "duration_ms", -1), ms);
}

/* Cells begin at key pictures, and lie side by side from the first frame to the last. */
static void assert_cells(const char *row, const json_t *p, const struct media_decoded *d,
                         int64_t gop_ms)
{
    struct err err = {0};
    struct frame_grid g;
    assert_done(probe_grid(&g, p, &err));
    const json_t *cells = json_object_get(p, "cells");
    const size_t nb = json_array_size(cells);
    assert_row_int(row, int_at(cells, 0, 0), 0);
    assert_row_int(row, int_at(cells, 0, 1), g.origin);
    for (size_t i = 0; i < nb; i++) {
        const int64_t begin = int_at(cells, i, 0);
        const int64_t end = i + 1 < nb ? int_at(cells, i + 1, 0) : g.nb_frames;
        const int64_t ms = frame_grid_ms_of(&g, end - begin);
        if (ms > PROBE_CELL_MS * 3 / 2 + gop_ms || (i + 1 < nb && ms < PROBE_CELL_MS) ||
            (nb > 1 && ms < PROBE_CELL_MS / 2 - 1))
            fail_msg("%s: cell %zu takes %lld ms", row, i, (long long)ms);
        assert_row_int(row, d->frames[begin].pts, int_at(cells, i, 1));
        assert_row_int(row, d->frames[begin].key, 1);
    }
    /* A key frame comes every gop_ms, so that there is a cell for each 24 s and a bit. */
    const int64_t all = frame_grid_ms_of(&g, g.nb_frames);
    assert_true((int64_t)nb >= (all - PROBE_CELL_MS / 2) / (PROBE_CELL_MS + gop_ms));
}

/* --- whole files ------------------------------------------------------------------------------ */

static void test_stand_ins(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int fps;
        int64_t part_ms[2];
        size_t nb_cells;
    } cases[] = {
        {"a.mp4", 5, {60000, 40000}, 4},  {"a.mkv", 5, {60000, 40000}, 4},
        {"a.ts", 5, {60000, 40000}, 4},   {"a.mov", 5, {60000, 40000}, 4},
        {"short.mp4", 5, {400, 1000}, 1}, {"tail.mkv", 5, {24000, 11800}, 1},
        {"two.ts", 5, {24000, 12200}, 2},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *row = cases[i].name;
        struct err err = {0};
        AUTO_FREE char *path = folder_path("%s", row);
        const struct rehearse_spec spec = {.path = path,
                                           .title = "T",
                                           .part_ms = cases[i].part_ms,
                                           .nb_parts = 2,
                                           .width = 160,
                                           .height = 90,
                                           .fps = cases[i].fps,
                                           .tones = true};
        assert_done(rehearse_make(&spec, &err));
        AUTO_JSON *p = probe(path);
        AUTO_DECODED d;
        media_decode(&d, path);
        const int64_t all = cases[i].part_ms[0] + cases[i].part_ms[1];
        assert_row_int(row, d.nb_frames, all * cases[i].fps / 1000);
        assert_grid(row, p, &d);
        assert_cells(row, p, &d, 2000);
        assert_row_int(row, json_array_size(json_object_get(p, "cells")), cases[i].nb_cells);
        assert_size(row, p, path);
        const json_t *video = json_object_get(p, "video"), *audio = json_object_get(p, "audio");
        assert_row_int(row, json_get_int(video, "width", 0), 160);
        assert_row_int(row, json_get_int(video, "height", 0), 90);
        assert_row_int(row, json_get_int(video, "rotation", -1), 0);
        assert_row_int(row, json_get_bool(video, "variable", true), false);
        assert_row_int(row, json_get_int(audio, "rate", 0), 48000);
        assert_row_near(row, (double)json_get_int(audio, "start_ms", -999), 0, 22);
        assert_row_near(row, (double)json_get_int(audio, "end_ms", -999), (double)all, 45);
        assert_row_int(row, json_array_size(json_object_get(p, "gaps")), 0);
        assert_row_int(row, json_get_int(p, "nb_corrupt", -1), 0);
        assert_true(json_is_null(json_object_get(p, "truncated")));
        assert_null(json_object_get(p, "error"));
        AUTO_JSON *again = probe(path);
        assert_true(json_equal(p, again));
    }
}

/* B-frames, rates, shapes. */
static void test_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder, *options;
        AVRational fps, sar;
        int rotation;
    } cases[] = {
        {"b.mp4", "libx264", "preset=ultrafast:bf=3:b_strategy=0", {25, 1}, {1, 1}, 0},
        {"b.mkv", "libx264", "preset=ultrafast:bf=3:b_strategy=0", {30000, 1001}, {4, 3}, 0},
        {"b.ts", "libx264", "preset=ultrafast:bf=3:b_strategy=0", {50, 1}, {1, 1}, 0},
        {"b.mov", "libx264", "preset=ultrafast:bf=2", {60000, 1001}, {1, 1}, 90},
        {"turned.mp4", "libx264", "preset=ultrafast", {30, 1}, {1, 1}, 270},
        {"head.mp4", "libx264", "preset=ultrafast", {1, 1}, {1, 1}, 180},
        {"m.ts", "mpeg2video", "bf=2", {25, 1}, {1, 1}, 0},
        {"v.mkv", "libvpx-vp9", "deadline=realtime:cpu-used=8", {25, 1}, {1, 1}, 0},
        {"v.webm", "libvpx-vp9", "deadline=realtime:cpu-used=8", {30, 1}, {1, 1}, 0},
        {"x.avi", "mpeg4", NULL, {25, 1}, {1, 1}, 0},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *row = cases[i].name;
        AUTO_FREE char *path = folder_path("%s", row);
        media_make(&(struct media_spec){.path = path,
                                        .video = {.encoder = cases[i].encoder,
                                                  .options = cases[i].options,
                                                  .width = 192,
                                                  .fps = cases[i].fps,
                                                  .sar = cases[i].sar,
                                                  .rotation = cases[i].rotation,
                                                  .nb_frames = 90}});
        AUTO_JSON *p = probe(path);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_row_int(row, d.nb_frames, 90);
        assert_grid(row, p, &d);
        assert_size(row, p, path);
        const json_t *video = json_object_get(p, "video");
        struct err err = {0};
        struct frame_grid g;
        assert_done(probe_grid(&g, p, &err));
        assert_row_int(row, av_cmp_q(g.fps, cases[i].fps), 0);
        const json_t *sar = json_object_get(video, "sar");
        assert_row_int(row, json_integer_value(json_array_get(sar, 0)), cases[i].sar.num);
        assert_row_int(row, json_integer_value(json_array_get(sar, 1)), cases[i].sar.den);
        assert_row_int(row, json_get_int(video, "rotation", -1), cases[i].rotation);
        assert_row_int(row, json_get_bool(video, "flip", true), false);
        assert_true(json_is_null(json_object_get(p, "audio")));
    }
}

static int64_t late_300_ms(int64_t n)
{
    return 300000 + n * 40000;
}

static void test_sound_offsets(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"mp4", "mkv", "ts", "mov"};
    static const int64_t offsets_ms[] = {0, 500, -300, 40};
    for (size_t i = 0; i < NB(suffixes) * NB(offsets_ms); i++) {
        const int64_t ms = offsets_ms[i % NB(offsets_ms)];
        AUTO_FREE char *path = folder_path("offset%zu.%s", i, suffixes[i / NB(offsets_ms)]);
        media_make(&(struct media_spec){
            .path = path,
            .video = {.encoder = "libx264",
                      .options = "preset=ultrafast:bf=2",
                      .nb_frames = 75,
                      .time_us = ms < 0 ? late_300_ms : NULL},
            .audio = {.encoder = "aac", .start = ms < 0 ? 0 : ms * 48, .nb_samples = 2 * 48000}});
        AUTO_JSON *p = probe(path);
        const json_t *audio = json_object_get(p, "audio");
        /* The encoder's lead-in is one packet of 21 ms; MPEG-TS cannot say that it is none. */
        assert_row_near(path, (double)json_get_int(audio, "start_ms", -9999), (double)ms, 22);
        assert_row_near(path, (double)json_get_int(audio, "end_ms", -9999), (double)ms + 2000, 22);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_grid(path, p, &d);
    }
}

static void assert_refused(const char *path, const char *why)
{
    AUTO_JSON *p = probe(path);
    const char *error = json_get_string(p, "error", "");
    if (!strstr(error, path) || !strstr(error, why))
        fail_msg("'%s' should be refused for \"%s\", and its error is \"%s\"", path, why, error);
}

static int64_t jumps_3_hours(int64_t n)
{
    return n * 40000 + (n < 50 ? 0 : 3 * 3600 * 1000000LL);
}

/* Times that lie hours apart mean nothing; of one hour they may. */
static void test_times_apart(void **state)
{
    (void)state;
    AUTO_FREE char *late = folder_path("late.mp4"), *later = folder_path("later.mp4"),
                   *jump = folder_path("jump.mkv");
    struct media_spec spec = {
        .path = late,
        .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 75},
        .audio = {.encoder = "aac", .start = 3600LL * 48000, .nb_samples = 48000}};
    media_make(&spec);
    AUTO_JSON *p = probe(late);
    assert_row_near(late, (double)json_get_int(json_object_get(p, "audio"), "start_ms", -1),
                    3600 * 1000, 22);
    spec.path = later;
    spec.audio.start *= 3;
    media_make(&spec);
    assert_refused(later, "begins 3:00:00 after its picture");
    spec.path = jump;
    spec.audio.encoder = NULL;
    spec.video.time_us = jumps_3_hours;
    media_make(&spec);
    assert_refused(jump, "jumps by 3:00:00 at 0:02");
}

static void test_no_picture(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("sound.mkv");
    media_make(&(struct media_spec){
        .path = path, .audio = {.encoder = "flac", .rate = 44100, .nb_samples = 3 * 44100}});
    AUTO_JSON *p = probe(path);
    assert_true(json_is_null(json_object_get(p, "video")));
    assert_int_equal(json_array_size(json_object_get(p, "cells")), 0);
    assert_row_near(path, (double)json_get_int(p, "duration_ms", -1), 3000, 2);
    assert_int_equal(json_get_int(json_object_get(p, "audio"), "rate", 0), 44100);
    struct err err = {0};
    struct frame_grid g;
    assert_done(probe_grid(&g, p, &err)); /* that of the card that stands for a picture */
    assert_int_equal(av_cmp_q(g.fps, (AVRational){PROBE_STILL_FPS, 1}), 0);
    assert_int_equal(g.nb_frames, 75);
}

static void test_gap(void **state)
{
    (void)state;
    static const char *const names[] = {"gap.mkv", "gap.mp4", "gap.ts"};
    for (size_t i = 0; i < NB(names); i++) {
        AUTO_FREE char *path = folder_path("%s", names[i]);
        media_make(&(struct media_spec){
            .path = path,
            .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 150},
            .audio = {.encoder = "aac",
                      .nb_samples = 6 * 48000,
                      .gap_begin = 2 * 48000,
                      .gap_end = 4 * 48000}});
        AUTO_JSON *p = probe(path);
        const json_t *gaps = json_object_get(p, "gaps");
        assert_row_int(names[i], json_array_size(gaps), 1);
        const json_t *gap = json_array_get(gaps, 0), *grid = json_object_get(p, "grid");
        const int64_t origin = json_get_int(grid, "origin", 0);
        const json_t *base = json_object_get(grid, "time_base");
        const int64_t origin_ms = av_rescale(1000 * json_integer_value(json_array_get(base, 0)),
                                             origin, json_integer_value(json_array_get(base, 1)));
        assert_row_near(names[i], (double)(json_get_int(gap, "at_ms", -1) - origin_ms), 2000, 24);
        assert_row_near(names[i], (double)json_get_int(gap, "length_ms", -1), 2000, 24);
    }
}

/* --- damaged ---------------------------------------------------------------------------------- */

/* Leaves permille of a file; returns its path. */
static char *cut_off(const char *path, int permille)
{
    struct err err = {0};
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    assert_done(fs_read(&bytes, &nb, path, 1 << 28, &err));
    char *out = folder_path("cut-%d-%s", permille, fs_basename(path));
    assert_done(fs_write_atomic(out, bytes, nb * (size_t)permille / 1000, &err));
    return out;
}

static void test_cut_off(void **state)
{
    (void)state;
    static const struct {
        const char *name, *options;
    } cases[] = {
        {"t.mp4", "movflags=+faststart"},
        {"t.mkv", NULL},
        {"t.ts", NULL},
    };
    static const int permille[] = {300, 617, 900};
    for (size_t i = 0; i < NB(cases) * NB(permille); i++) {
        const char *name = cases[i / NB(permille)].name;
        AUTO_FREE char *path = folder_path("%s", name);
        if (i % NB(permille) == 0)
            media_make(&(struct media_spec){
                .path = path,
                .options = cases[i / NB(permille)].options,
                .video = {.encoder = "libx264",
                          .options = "preset=ultrafast:bf=2",
                          .nb_frames = 1000},
                .audio = {.encoder = "aac", .nb_samples = 40 * 48000, .bit_rate = 64000}});
        AUTO_FREE char *cut = cut_off(path, permille[i % NB(permille)]);
        AUTO_JSON *p = probe(cut);
        assert_size(cut, p, cut);
        assert_null(json_object_get(p, "error"));
        const char *told = json_get_string(p, "truncated", NULL);
        if (!told)
            fail_msg("%s: nothing is said of its end", cut);
        /* What is there is known to the frame. */
        AUTO_DECODED d;
        media_decode(&d, cut);
        struct err err = {0};
        struct frame_grid g;
        assert_done(probe_grid(&g, p, &err));
        assert_row_int(cut, frame_grid_frame_of(&g, d.frames[0].pts), 0);
        assert_true(d.nb_frames > 100 && d.nb_frames < 950);
        assert_row_near(cut, (double)g.nb_frames, (double)d.nb_frames, 4);
        AUTO_JSON *whole = probe(path);
        assert_true(json_is_null(json_object_get(whole, "truncated")));
    }
}

/* The checksum of an Ogg page (RFC 3533, section 6). */
static uint32_t ogg_crc(const uint8_t *bytes, size_t nb)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < nb; i++) {
        crc ^= (uint32_t)bytes[i] << 24;
        for (int k = 0; k < 8; k++)
            crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
    }
    return crc;
}

/* Lets an Ogg file's last page state where the sound ends. */
static void state_end(const char *path, uint64_t granule)
{
    struct err err = {0};
    AUTO_FREE char *bytes = NULL;
    size_t nb, page = 0;
    assert_done(fs_read(&bytes, &nb, path, 1 << 28, &err));
    for (size_t i = 0; i + 27 < nb; i++)
        page = memcmp(bytes + i, "OggS", 4) == 0 ? i : page;
    memset(bytes + page + 22, 0, 4);
    for (int i = 0; i < 8; i++)
        bytes[page + 6 + i] = (char)(granule >> 8 * i);
    const uint32_t crc = ogg_crc((uint8_t *)bytes + page, nb - page);
    for (int i = 0; i < 4; i++)
        bytes[page + 22 + i] = (char)(crc >> 8 * i);
    assert_done(fs_write_atomic(path, bytes, nb, &err));
}

/* Sound is as long as its packets, whatever the last one's length is said to be. */
static void test_stated_length(void **state)
{
    (void)state;
    static const char *const encoders[] = {"libvorbis", "libopus", "flac"};
    for (size_t i = 0; i < NB(encoders); i++) {
        AUTO_FREE char *path = folder_path("%s.ogg", encoders[i]);
        media_make(&(struct media_spec){
            .path = path, .audio = {.encoder = encoders[i], .nb_samples = 3 * 48000}});
        state_end(path, UINT64_C(97391) * 48000);
        AUTO_JSON *p = probe(path);
        assert_row_near(path, (double)json_get_int(p, "duration_ms", -1), 3000, 60);
        assert_row_near(path, (double)json_get_int(json_object_get(p, "audio"), "end_ms", -1), 3000,
                        60);
    }
}

static void write_bytes(const char *path, const char *bytes, size_t nb)
{
    struct err err = {0};
    assert_done(fs_write_atomic(path, bytes, nb, &err));
}

static void test_no_recordings(void **state)
{
    (void)state;
    static const char text[] = "Talk 1: Ian Pratt, 10:00. Talk 2: Dullor Rao, 10:30. And so on; a "
                               "plain text of some length, which is nothing to look at.\n";
    AUTO_FREE char *mp4 = folder_path("n.mp4"), *headless = folder_path("headless.mp4"),
                   *stub = folder_path("stub.mp4"), *empty = folder_path("empty.mp4"),
                   *words = folder_path("words.mp4"), *text_ts = folder_path("words.ts"),
                   *zeros = folder_path("zeros.mkv"), *dir = folder_path("dir.mp4"),
                   *list = folder_path("list.mp4");
    struct err err = {0};
    media_make(&(struct media_spec){
        .path = mp4,
        .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 100}});
    AUTO_FREE char *cut = cut_off(mp4, 500); /* its index was behind: gone */
    assert_int_equal(rename(cut, headless), 0);
    write_bytes(stub,
                "\0\0\0\x18"
                "ftypisom\0\0\2\0isommp41",
                24);
    write_bytes(empty, "", 0);
    write_bytes(words, text, sizeof text - 1);
    write_bytes(text_ts, text, sizeof text - 1);
    AUTO_FREE char *nothing = mem_zalloc(1, 100000);
    write_bytes(zeros, nothing, 100000);
    static const char playlist[] = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/passwd\n";
    write_bytes(list, playlist, sizeof playlist - 1);
    assert_done(fs_mkdirs(dir, &err));
    const struct {
        const char *path, *says;
    } cases[] = {
        {empty, "empty"},
        {headless, "index"},
        {stub, NULL},
        {words, NULL},
        {text_ts, NULL},
        {zeros, NULL},
        {dir, "no regular file"},
        {list, NULL},
        {"/dev/null", "no regular file"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_JSON *p = probe(cases[i].path);
        const char *says = json_get_string(p, "error", "(taken for a recording)");
        if (!strstr(says, cases[i].path) || (cases[i].says && !strstr(says, cases[i].says)))
            fail_msg("'%s' does not say '%s'", says, cases[i].says);
        assert_null(json_object_get(p, "video"));
        assert_row_int(cases[i].path, json_get_int(p, "size", -1), fs_size(cases[i].path));
        assert_null(json_object_get(p, "hash"));
    }
    json_t *none = NULL;
    AUTO_FREE char *lost = folder_path("lost.mp4");
    assert_fails(probe_files(&none, lost, NULL, 0, NULL, NULL, &err), ERR_NOT_FOUND, "lost.mp4");
    assert_null(none);
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stand_ins),     cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_sound_offsets), cmocka_unit_test(test_times_apart),
        cmocka_unit_test(test_no_picture),    cmocka_unit_test(test_gap),
        cmocka_unit_test(test_cut_off),       cmocka_unit_test(test_no_recordings),
        cmocka_unit_test(test_stated_length),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
