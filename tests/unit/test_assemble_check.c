/* Whole outputs: what is right is accepted. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "av.h"
#include "check.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "part_maker.h"
#include "piece_maker.h"
#include "str.h"

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

int main(void)
{
    setenv("SVT_LOG", "1", 1); /* errors alone */
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_alone),
        cmocka_unit_test(test_right_files),
        cmocka_unit_test(test_index_in_front),
        cmocka_unit_test(test_same_bytes),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
