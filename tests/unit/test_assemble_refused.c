/* Whole outputs and pieces: what is wrong is refused, and the message says what it is. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "av.h"
#include "captions_track.h"
#include "check.h"
#include "json.h"
#include "mem.h"
#include "part_maker.h"
#include "piece_maker.h"

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
        cmocka_unit_test(test_other_pieces),   cmocka_unit_test(test_more_in_it),
        cmocka_unit_test(test_other_promises), cmocka_unit_test(test_shortened),
        cmocka_unit_test(test_flipped),        cmocka_unit_test(test_changed_pieces),
        cmocka_unit_test(test_foreign_pieces), cmocka_unit_test(test_captions),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
