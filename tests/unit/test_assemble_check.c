/* Whole outputs: what is right is accepted, and nothing else. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "av.h"
#include "captions_track.h"
#include "check.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "piece_maker.h"
#include "str.h"

enum { WIDTH = 192, HEIGHT = 108, NB_PIECES = 3, CARD = 25, RATE = 48000 };

static const AVRational FPS = {25, 1};
static const int64_t LENGTHS[NB_PIECES] = {CARD, 60, 40};
static const struct check_seam SEAMS[] = {{CARD, false}, {CARD + 60, false}};
static const char TITLE[] = "Observing or Interfering? 大規模";

/* The pieces of a part and how they come together. */
struct part {
    const char *container;
    char *paths[NB_PIECES], *sound_path, *path;
    struct track_summary summaries[NB_PIECES];
    struct assemble_segment segments[NB_PIECES];
    struct sound_result sound;
    struct assemble_tag tags[6];
    struct assemble_chapter chapters[2];
    struct assemble_spec spec;
    struct check_spec check;
    struct assemble_result made;
};

static float sweep(int64_t n, int c)
{
    const double t = (double)n / RATE;
    return (float)(0.2 * sin(2 * M_PI * (300 + 150 * t) * t + c));
}

static const char *sound_encoder(const char *container)
{
    return strcmp(container, "mp4") == 0   ? "aac"
           : strcmp(container, "mp3") == 0 ? "libmp3lame"
                                           : "libopus";
}

static void part_make(struct part *p, const char *container, const char *video_encoder)
{
    const bool sound_alone = !video_encoder;
    *p = (struct part){.container = container};
    AUTO_JSON *video = video_encoder ? piece_video(video_encoder) : NULL;
    AUTO_JSON *audio = piece_audio(sound_encoder(container));
    AUTO_FREE char *recording = folder_path("recording.mkv");
    piece_recording(recording, sweep, 8 * RATE);
    int64_t first = 0;
    for (size_t i = 0; i < NB_PIECES; i++) {
        p->paths[i] = folder_path("%s-%zu.mp4", container, i);
        if (!sound_alone)
            piece_segment(&p->summaries[i], p->paths[i], video, FPS,
                          (struct drawn){WIDTH, HEIGHT, first, LENGTHS[i], i == 0, 1, 0});
        p->segments[i] = (struct assemble_segment){p->paths[i], LENGTHS[i], p->summaries[i].hash};
        first += LENGTHS[i];
    }
    p->sound_path = folder_path("%s-sound.mp4", container);
    p->path = folder_path("whole.%s", container);
    piece_sound(&p->sound, p->sound_path, recording, audio, FPS, 10, 110, CARD);
    p->tags[0] = (struct assemble_tag){"title", TITLE};
    p->tags[1] = (struct assemble_tag){"artist", "Dullor Rao, Jun Nakajima"};
    p->tags[2] = (struct assemble_tag){"comment", NULL};
    p->tags[3] = (struct assemble_tag){
        "album", " Lines\n\n\tand <b>signs</b>: a=b; \"\xf0\x9f\x8e\xa5\" \\ "};
    p->tags[4] = (struct assemble_tag){"track", "7"};
    p->tags[5] = (struct assemble_tag){"date", "2021-05-04"};
    p->chapters[0] = (struct assemble_chapter){0, 1000, "Title"};
    p->chapters[1] = (struct assemble_chapter){1000, 5000, "The talk: ü"};
    p->spec = (struct assemble_spec){
        .container = container,
        .fps = FPS,
        .segments = p->segments,
        .nb_segments = sound_alone ? 0 : NB_PIECES,
        .sound_path = p->sound_path,
        .sound_hash = p->sound.summary.hash,
        .nb_samples = p->sound.nb_samples,
        .sound_lead_in = p->sound.lead_in,
        .sound_packet_samples = p->sound.packet_samples,
        .skip_samples = sound_alone ? CARD * 1920 : 0,
        .tags = p->tags,
        .nb_tags = NB(p->tags),
        .chapters = p->chapters,
        .nb_chapters = NB(p->chapters),
        .language = "eng",
    };
    struct err err = {0};
    assert_done(assemble_file(&p->made, p->path, &p->spec, &err));
    p->check = (struct check_spec){
        .container = container,
        .fps = FPS,
        .width = sound_alone ? 0 : WIDTH,
        .height = sound_alone ? 0 : HEIGHT,
        .seams = SEAMS,
        .nb_seams = sound_alone ? 0 : NB(SEAMS),
        .nb_frames = p->made.nb_frames,
        .nb_samples = p->made.nb_samples,
        .video_hash = p->made.video_hash,
        .sound_hash = p->made.sound_hash,
        .key_frame_s = 4,
        .tags = p->tags,
        .nb_tags = NB(p->tags),
        .chapters = p->chapters,
        .nb_chapters = p->spec.nb_chapters,
    };
}

static void part_finish(struct part *p)
{
    for (size_t i = 0; i < NB_PIECES; i++)
        free(p->paths[i]);
    free(p->sound_path);
    free(p->path);
}
#define AUTO_PART ATTR_CLEANUP(part_finish) struct part

static const struct {
    const char *container, *encoder;
} KINDS[] = {{"mp4", "libx264"}, {"webm", "libsvtav1"}, {"webm", "libvpx-vp9"},
             {"ogg", NULL},      {"mp4", NULL},         {"mp3", NULL}};

static char *read_all(size_t *nb, const char *path)
{
    struct err err = {0};
    char *bytes = NULL;
    assert_done(fs_read(&bytes, nb, path, 1 << 26, &err));
    return bytes;
}

static void write_all(const char *path, const char *bytes, size_t nb)
{
    struct err err = {0};
    assert_done(fs_write_atomic(path, bytes, nb, &err));
}

/* --- what is right ---------------------------------------------------------------------------- */

static void assert_tags(const struct part *p)
{
    AVFormatContext *f = NULL;
    assert_int_equal(avformat_open_input(&f, p->path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(f, NULL) >= 0);
    const AVDictionary *tags =
        strcmp(p->container, "ogg") == 0 ? f->streams[0]->metadata : f->metadata;
    const struct {
        const char *key, *value;
    } wanted[] = {{"title", TITLE}, {"artist", p->tags[1].value}};
    for (size_t i = 0; i < NB(wanted); i++) {
        const AVDictionaryEntry *e = av_dict_get(tags, wanted[i].key, NULL, 0);
        assert_non_null(e);
        assert_row_str(p->container, e->value, wanted[i].value);
    }
    assert_null(av_dict_get(tags, "comment", NULL, 0));
    assert_row_int(p->container, f->nb_chapters, p->spec.nb_chapters);
    for (unsigned i = 0; i < f->nb_chapters; i++) {
        const AVChapter *c = f->chapters[i];
        const AVRational ms = {1, 1000};
        assert_row_int(p->container, av_rescale_q(c->start, c->time_base, ms),
                       p->chapters[i].begin_ms);
        if (strcmp(p->container, "ogg") != 0) /* which does not say where they end */
            assert_row_int(p->container, av_rescale_q(c->end, c->time_base, ms),
                           p->chapters[i].end_ms);
        assert_row_str(p->container, av_dict_get(c->metadata, "title", NULL, 0)->value,
                       p->chapters[i].title);
    }
    for (unsigned i = 0; i < f->nb_streams && p->spec.nb_segments; i++) {
        const AVDictionaryEntry *e = av_dict_get(f->streams[i]->metadata, "language", NULL, 0);
        if (f->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_DATA &&
            f->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE)
            assert_string_equal(e ? e->value : "", "eng");
    }
    avformat_close_input(&f);
}

/* Where the sweep's sample number source comes out, by likeness, near at. */
static int64_t find(const struct media_decoded *d, int64_t at, int64_t source)
{
    int64_t best = 0;
    double most = -HUGE_VAL;
    for (int64_t by = -1500; by <= 1500; by++) {
        double sum = 0;
        for (int64_t i = 0; i < 4800; i++) {
            const int64_t n = at + i + by;
            sum += n >= 0 && n < d->nb_samples
                       ? (double)d->samples[2 * n] * (double)sweep(source + i, 0)
                       : 0;
        }
        if (sum > most) {
            most = sum;
            best = at + by;
        }
    }
    return best;
}

/* Soft at first: Opus says of the first packets behind the silence how they differ from it. */
static float noise(int64_t n, int c)
{
    uint64_t x = (uint64_t)n * 2 + (uint64_t)c + 1;
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
    return (float)((n < 2 * RATE ? 0.01 : 0.2) * ((double)(x >> 40) / (1 << 23) - 1));
}

/* Without the card's silence, sound alone decodes to what it decodes to behind it: the packets in
 * front of the talk are there for the decoder to settle in. */
static void sound_alone_is_whole(const char *container, int64_t last_packet, double slack)
{
    AUTO_PART p;
    AUTO_DECODED with_card, alone;
    struct err err = {0};
    AUTO_FREE char *recording = folder_path("noise.mkv");
    AUTO_JSON *audio = piece_audio(sound_encoder(container));
    part_make(&p, container, NULL);
    piece_recording(recording, noise, 8 * RATE);
    piece_sound(&p.sound, p.sound_path, recording, audio, FPS, 10, 110, CARD);
    assert_done(assemble_file(&p.made, p.path, &p.spec, &err));
    media_decode(&with_card, p.sound_path);
    media_decode(&alone, p.path);
    assert_row_near(container, (double)alone.nb_samples, 100 * 1920, (double)last_packet);
    for (int64_t n = 0; n < 2 * (int64_t)100 * 1920; n++) {
        const double off =
            (double)alone.samples[n] - (double)with_card.samples[2 * (int64_t)CARD * 1920 + n];
        if (fabs(off) > slack)
            fail_msg("%s: sample %lld is off by %.3f", container, (long long)n / 2, off);
    }
}

static void test_sound_alone(void **state)
{
    (void)state;
    sound_alone_is_whole("ogg", 0, 0.001);
    sound_alone_is_whole("mp4", 1023, 0); /* FFmpeg 5.1 decodes the last packet whole */
    sound_alone_is_whole("mp3", 0, 1e-4);
}

static void test_right_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(KINDS); i++) {
        const char *row = KINDS[i].encoder ? KINDS[i].encoder : KINDS[i].container;
        struct err err = {0};
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        struct check_result r;
        assert_done(check_output(&r, p.path, &p.check, &err));
        const int64_t card = KINDS[i].encoder ? CARD * 1920 : 0;
        assert_row_int(row, p.made.nb_frames, KINDS[i].encoder ? 125 : 0);
        assert_row_int(row, p.made.nb_samples, card + 100 * 1920);
        assert_row_int(row, r.duration_ms, p.made.nb_samples / 48);
        assert_row_near(row, (double)r.video_start_us, 0, 1000);
        assert_row_near(row, (double)r.sound_start_us, 0, 1000);
        if (KINDS[i].encoder)
            assert_row_int(row, r.nb_decoded >= 2 * 20, 1);
        if (KINDS[i].encoder) { /* what is known of a seam is not looked at again */
            struct check_spec known = p.check;
            const struct check_seam seams[] = {{CARD, false}, {CARD + 60, true}};
            struct check_result again;
            known.seams = seams;
            assert_done(check_output(&again, p.path, &known, &err));
            assert_row_int(row, again.nb_decoded > 0 && again.nb_decoded < r.nb_decoded, 1);
        }
        assert_tags(&p);
        AUTO_DECODED d;
        media_decode(&d, p.path);
        assert_row_int(row, d.nb_frames, p.made.nb_frames);
        assert_row_int(row, d.nb_errors, 0);
        for (int64_t n = 0; n < d.nb_frames; n++)
            assert_row_int(row, d.frames[n].number, n);
        assert_row_near(row, (double)d.nb_samples, (double)p.made.nb_samples,
                        strcmp(p.container, "ogg") == 0 || strcmp(p.container, "mp3") == 0
                            ? 0
                            : (double)p.sound.packet_samples);
        if (strcmp(p.container, "mp3") != 0) /* FFmpeg counts its times with the lead-in */
            assert_row_near(row, (double)d.first_sample, 0, 24);
        /* The talk begins behind the card, to the sample; with sound alone, at once. */
        const int64_t source = 10 * 1920;
        assert_row_near(row, (double)find(&d, card + 9600, source + 9600), (double)card + 9600, 2);
        assert_row_near(row, (double)find(&d, card + 100000, source + 100000),
                        (double)card + 100000, 2);
        double sum = 0;
        for (int64_t n = 0; n < 4800; n++)
            sum += fabs((double)d.samples[2 * n]);
        assert_row_int(row, sum / 4800 > 0.02, !KINDS[i].encoder);
    }
}

static uint32_t big_endian(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static void test_index_in_front(void **state)
{
    (void)state;
    AUTO_PART p;
    part_make(&p, "mp4", "libx264");
    size_t nb;
    AUTO_FREE char *bytes = read_all(&nb, p.path);
    AUTO_STR order = {0};
    for (size_t at = 0; at + 8 <= nb && big_endian(bytes + at) >= 8; at += big_endian(bytes + at))
        str_addf(&order, "%.4s ", bytes + at + 4);
    str_add(&order, "");
    const char *moov = strstr(order.s, "moov"), *mdat = strstr(order.s, "mdat");
    assert_true(moov && mdat && moov < mdat);
    AUTO_PART w;
    part_make(&w, "webm", "libvpx-vp9");
    size_t nb_webm;
    AUTO_FREE char *webm = read_all(&nb_webm, w.path);
    const char *cues = memmem(webm, nb_webm, "\x1c\x53\xbb\x6b", 4);
    const char *cluster = memmem(webm, nb_webm, "\x1f\x43\xb6\x75", 4);
    /* The seek head names both; the cues themselves lie before the first cluster. */
    while (cues && cues < webm + 200)
        cues = memmem(cues + 1, nb_webm - (size_t)(cues + 1 - webm), "\x1c\x53\xbb\x6b", 4);
    assert_true(cues && cluster && cues < cluster);
}

static void test_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(KINDS); i++) {
        struct err err = {0};
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        AUTO_FREE char *again = folder_path("again.%s", p.container);
        struct assemble_result made;
        assert_done(assemble_file(&made, again, &p.spec, &err));
        size_t nb[2];
        AUTO_FREE char *one = read_all(&nb[0], p.path), *two = read_all(&nb[1], again);
        assert_row_int(p.container, nb[0], nb[1]);
        assert_memory_equal(one, two, nb[0]);
    }
}

/* --- what is wrong ---------------------------------------------------------------------------- */

static void assert_refused(const char *row, const struct part *p, const char *path,
                           const struct check_spec *check, const char *says)
{
    struct err err = {0};
    struct check_result r;
    const int ret = check_output(&r, path, check, &err);
    if (ret == 0)
        fail_msg("%s: %s is accepted", p->container, row);
    if (!strstr(err.msg, path) || (says && !strstr(err.msg, says)))
        fail_msg("%s, %s: '%s' does not say '%s'", p->container, row, err.msg, says ? says : path);
}

/* Put together otherwise, with all hashes of the pieces right. */
static void test_other_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct err err = {0};
        struct assemble_result made;
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        AUTO_JSON *video = piece_video(KINDS[i].encoder);
        AUTO_FREE char *other = folder_path("other.mp4"),
                       *path = folder_path("wrong.%s", p.container);
        struct track_summary summary;
        piece_segment(&summary, other, video, FPS,
                      (struct drawn){WIDTH, HEIGHT, 5000, LENGTHS[1], false, 1, 0});
        const struct assemble_segment right = p.segments[1];
        p.segments[1] = (struct assemble_segment){other, LENGTHS[1], summary.hash};
        assert_done(assemble_file(&made, path, &p.spec, &err));
        assert_refused("another cell", &p, path, &p.check, "picture is not what was encoded");
        p.segments[1] = right;
        p.spec.nb_segments = 2;
        assert_done(assemble_file(&made, path, &p.spec, &err));
        assert_refused("a missing cell", &p, path, &p.check, "85 frames instead of 125");
        p.segments[2] = p.segments[1];
        p.spec.nb_segments = 3;
        assert_done(assemble_file(&made, path, &p.spec, &err));
        assert_refused("a cell twice", &p, path, &p.check, NULL);
    }
}

/* The honest file with something more, written by another program. */
static void test_more_in_it(void **state)
{
    (void)state;
    static const char *const more[][2] = {
        {"-map 0:v -map 0:a -map 0:a -c copy", "should not be there (audio)"},
        {"-map 0:v -map 0:a -map 0:v -c copy", "should not be there (video)"},
        {"-f lavfi -i color=s=16x16:d=0.04 -map 0:v -map 0:a -map 1:v -c copy -c:v:1 mjpeg "
         "-disposition:v:1 attached_pic",
         "should not be there (a picture)"},
    };
    AUTO_PART p;
    part_make(&p, "mp4", "libx264");
    for (size_t i = 0; i < NB(more); i++) {
        AUTO_FREE char *path = folder_path("more.mp4");
        AUTO_FREE char *command =
            mem_printf("ffmpeg -v error -y -i '%s' %s -dn '%s'", p.path, more[i][0], path);
        assert_int_equal(system(command), 0); /* NOLINT(bugprone-command-processor) */
        assert_refused(more[i][0], &p, path, &p.check, more[i][1]);
    }
}

static void test_other_promises(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(KINDS); i++) {
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        struct check_spec c = p.check;
        static const struct assemble_tag others[] = {
            {"title", "Another talk"}, {"artist", "Dullor Rao, Jun Nakajima"}, {"album", "Other"}};
        c.tags = others;
        c.nb_tags = 3;
        assert_refused("the title", &p, p.path, &c, "its title tag is 'Observing");
        c = p.check;
        c.nb_tags = 4;
        assert_refused("a tag too many", &p, p.path, &c, "should be ''");
        c = p.check;
        c.sound_hash = "00000000000000000000000000000000";
        assert_refused("the sound", &p, p.path, &c, "sound is not what was encoded");
        c = p.check;
        c.nb_samples += RATE;
        assert_refused("longer sound", &p, p.path, &c, "sound ends");
        c.nb_samples -= 2 * RATE;
        assert_refused("shorter sound", &p, p.path, &c, "sound ends");
        c = p.check;
        c.width = KINDS[i].encoder ? WIDTH + 2 : 640;
        assert_refused("the size", &p, p.path, &c, NULL);
        if (!KINDS[i].encoder)
            continue;
        const struct assemble_chapter chapters[] = {p.chapters[0], {1000, 5000, "Another talk"}};
        c = p.check;
        c.chapters = chapters;
        assert_refused("a chapter", &p, p.path, &c, "chapter 2 is 'The talk");
        c.nb_chapters = 1;
        assert_refused("a chapter too many", &p, p.path, &c, NULL);
        c = p.check;
        c.container = strcmp(p.container, "mp4") == 0 ? "webm" : "mp4";
        assert_refused("the container", &p, p.path, &c, "it is a file of");
        c = p.check;
        c.width = 0;
        assert_refused("a picture that should not be", &p, p.path, &c, "streams");
        c = p.check;
        c.nb_frames--;
        assert_refused("fewer frames", &p, p.path, &c, NULL);
        c = p.check;
        c.nb_frames++;
        assert_refused("more frames", &p, p.path, &c, "125 frames instead of 126");
        c = p.check;
        c.fps = (AVRational){30000, 1001};
        assert_refused("another rate", &p, p.path, &c, NULL);
        c = p.check;
        c.key_frame_s = 1;
        assert_refused("key frames too far apart", &p, p.path, &c, "no key frame");
        static const struct check_seam seams[] = {{CARD + 1, false}, {CARD + 60, false}};
        c = p.check;
        c.seams = seams;
        assert_refused("a seam elsewhere", &p, p.path, &c, "begins a segment");
    }
}

static void test_shortened(void **state)
{
    (void)state;
    static const double shares[] = {0, 0.01, 0.5, 0.9, 0.999};
    for (size_t i = 0; i < NB(KINDS); i++) {
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        size_t nb;
        AUTO_FREE char *bytes = read_all(&nb, p.path), *path = folder_path("cut.%s", p.container);
        for (size_t k = 0; k < NB(shares); k++) {
            write_all(path, bytes, (size_t)(shares[k] * (double)nb));
            assert_refused("a shortened file", &p, path, &p.check, NULL);
        }
    }
}

/* One bit in the middle of every so manieth packet's content. */
static void test_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(KINDS); i++) {
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        size_t nb;
        AUTO_FREE char *bytes = read_all(&nb, p.path), *path = folder_path("bad.%s", p.container);
        for (size_t k = 1; k < 12; k++) {
            const size_t at = nb / 4 + k * nb / 20;
            bytes[at] ^= 0x10;
            write_all(path, bytes, nb);
            bytes[at] ^= 0x10;
            AUTO_FREE char *row = mem_printf("byte %zu of %zu", at, nb);
            assert_refused(row, &p, path, &p.check, NULL);
        }
    }
}

/* Cached pieces that are not what was encoded are not used. */
static void test_changed_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(KINDS); i++) {
        AUTO_PART p;
        part_make(&p, KINDS[i].container, KINDS[i].encoder);
        AUTO_FREE char *path = folder_path("never.%s", p.container);
        for (size_t k = KINDS[i].encoder ? 0 : NB_PIECES; k <= NB_PIECES; k++) {
            const char *piece = k < NB_PIECES ? p.paths[k] : p.sound_path;
            struct err err = {0};
            struct assemble_result made;
            size_t nb;
            AUTO_FREE char *bytes = read_all(&nb, piece);
            const char *mdat = memmem(bytes, nb, "mdat", 4);
            assert_non_null(mdat);
            const size_t at = (size_t)(mdat - bytes) + big_endian(mdat - 4) / 2;
            bytes[at] ^= 1;
            write_all(piece, bytes, nb);
            assert_fails(assemble_file(&made, path, &p.spec, &err), ERR_INVALID, piece);
            write_all(piece, bytes, nb / 2);
            assert_true(assemble_file(&made, path, &p.spec, &err) < 0);
            err = (struct err){0};
            bytes[at] ^= 1;
            write_all(piece, bytes, nb);
            assert_done(assemble_file(&made, path, &p.spec, &err));
        }
        struct err err = {0};
        struct assemble_result made;
        if (KINDS[i].encoder) { /* told another length */
            p.segments[1].nb_frames--;
            assert_fails(assemble_file(&made, path, &p.spec, &err), ERR_INVALID, p.paths[1]);
        }
    }
}

/* Pieces of other settings do not join. */
static void test_foreign_pieces(void **state)
{
    (void)state;
    struct err err = {0};
    struct assemble_result made;
    AUTO_PART p;
    part_make(&p, "mp4", "libx264");
    AUTO_JSON *video = piece_video("libx264");
    AUTO_FREE char *path = folder_path("foreign.mp4"), *wide = folder_path("wide.mp4");
    struct track_summary summary;
    piece_segment(&summary, wide, video, FPS,
                  (struct drawn){WIDTH + 16, HEIGHT, 0, LENGTHS[2], false, 1, 0});
    p.segments[2] = (struct assemble_segment){wide, LENGTHS[2], summary.hash};
    assert_fails(assemble_file(&made, path, &p.spec, &err), ERR_BUG, "another kind of picture");
}

/* Captions go in whole, off by default, and nothing but them passes for them. */
static void test_captions(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_PART p;
    part_make(&p, "mp4", "libx264");
    AUTO_FREE char *path = folder_path("captioned.mp4");
    AUTO_CUES one = {0}, two = {0};
    cues_add(&one, 0, 1000, mem_strdup("at the very start: ü"));
    cues_add(&one, 1000, 1500, mem_strdup("at once behind"));
    cues_add(&one, 4000, 5000, mem_strdup("to the very end"));
    cues_add(&two, 2345, 2346, mem_strdup("a millisecond"));
    const struct captions_track tracks[] = {{&one, "eng"}, {&two, NULL}};
    struct assemble_result made;
    struct check_result r;
    p.spec.captions = p.check.captions = tracks;
    p.spec.nb_captions = p.check.nb_captions = 2;
    assert_done(assemble_file(&made, path, &p.spec, &err));
    assert_done(check_output(&r, path, &p.check, &err));
    assert_string_equal(made.video_hash, p.made.video_hash);
    assert_string_equal(made.sound_hash, p.made.sound_hash);

    one.cues[1].start_ms += 30;
    assert_refused("a later cue", &p, path, &p.check, "caption 2 shows from 1000 to 1500 ms");
    one.cues[1].start_ms -= 30;
    one.cues[2].end_ms -= 30;
    assert_refused("a shorter cue", &p, path, &p.check, "caption 3 shows");
    one.cues[2].end_ms += 30;
    one.cues[0].text[0] = 'A';
    assert_refused("another text", &p, path, &p.check, "caption 1 has another text");
    one.cues[0].text[0] = 'a';
    one.nb--;
    assert_refused("one too many", &p, path, &p.check, "more than 2 captions");
    one.nb++;
    const struct captions_track other[] = {{&one, "deu"}, {&two, NULL}};
    p.check.captions = other;
    assert_refused("the language", &p, path, &p.check, "captions are in 'eng', not 'deu'");
    p.check.captions = tracks;
    p.check.nb_captions = 1;
    assert_refused("a track too many", &p, path, &p.check, "unexpected captions");
    p.check.nb_captions = 2;
    assert_refused("no captions", &p, p.path, &p.check, "0 captions instead of 3");
}

int main(void)
{
    setenv("SVT_LOG", "1", 1); /* errors alone */
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_alone),    cmocka_unit_test(test_right_files),
        cmocka_unit_test(test_index_in_front), cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_other_pieces),   cmocka_unit_test(test_more_in_it),
        cmocka_unit_test(test_other_promises), cmocka_unit_test(test_shortened),
        cmocka_unit_test(test_flipped),        cmocka_unit_test(test_changed_pieces),
        cmocka_unit_test(test_foreign_pieces), cmocka_unit_test(test_captions),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
