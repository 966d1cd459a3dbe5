/* What is another format of what. */
#include "match_formats.h"

#include "support.h"

#include <string.h>

#include "match.h"
#include "mem.h"
#include "programme.h"

enum { MOST = 7 };

static void test_stems(void **state)
{
    (void)state;
    static const struct {
        const char *name, *stem;
        int height;
    } cases[] = {
        {"38c3-58002-eng-deu-Blackbox_Test_hd.mp4", "38c3-58002-eng-deu-blackbox-test", 1080},
        {"38c3-58002-eng-deu-Blackbox_Test_webm-sd.webm", "38c3-58002-eng-deu-blackbox-test", 576},
        {"38c3-58002-eng-deu-Blackbox_Test_mp3.mp3", "38c3-58002-eng-deu-blackbox-test", 0},
        {"52-welcome.lq.webm", "52-welcome", 360},
        {"welcome.av1.webm", "welcome", 0},
        {"welcome_512kb.mp4", "welcome", 240},
        {"welcome.ia.mp4", "welcome", 0},
        {"welcome_64kb.mp3", "welcome", 0},
        {"Welcome [1080p50].mkv", "welcome", 0},
        {"welcome-1920x1080-60fps.mp4", "welcome", 0},
        {"welcome-720.mp4", "welcome", 720},
        {"talk-720.mp4", "talk-720", 1080}, /* its number */
        {"welcome-slides.mp4", "welcome-slides", 0},
        {"welcome-part2.mp4", "welcome-part2", 0},
        {"welcome-v2.mp4", "welcome-v2", 0},
        {"HD video on the web.mp4", "hd-video-on-the-web", 0},
        {"hd.mp4", "", 0},
        {".mp4", "", 0},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const struct match_recording r = {.name = cases[i].name, .height = cases[i].height};
        AUTO_FREE char *stem = match_formats_stem(&r);
        assert_row_str(cases[i].name, stem, cases[i].stem);
    }
}

struct file {
    const char *path;
    int64_t duration_ms;
    int height; /* of a picture of 16:9; 0: none */
    int64_t bytes;
    int talk; /* that its name says, + 1; 0: none */
    int best; /* wanted, + 1; 0: no other's format */
    bool chosen;
};

struct set {
    const char *what;
    struct file files[MOST];
};

static const struct set sets[] = {
    {"the formats of media.ccc.de",
     {{"/a/h264-sd/38c3-1-eng-One_sd.mp4", 1800040, 576, 100, 1, 3, false},
      {"/a/mp3/38c3-1-eng-One_mp3.mp3", 1800100, 0, 30, 1, 3, false},
      {"/a/h264-hd/38c3-1-eng-One_hd.mp4", 1800000, 1080, 900, 1, 0, false},
      {"/a/webm-hd/38c3-1-eng-One_webm-hd.webm", 1799800, 1080, 700, 1, 3, false},
      {"/a/opus/38c3-1-eng-One_opus.opus", 1800006, 0, 20, 1, 3, false},
      {"/a/h264-hd/38c3-2-eng-Two_hd.mp4", 1800000, 1080, 900, 2, 0, false}}},
    {"the derivatives of archive.org",
     {{"/id/one.mpeg", 600000, 480, 900, 1, 0, false},
      {"/id/one_512kb.mp4", 600100, 240, 100, 1, 1, false},
      {"/id/one.ogv", 599900, 304, 90, 1, 1, false},
      {"/id/one_vbr.mp3", 600020, 0, 9, 1, 1, false}}},
    {"the sound lacks the card",
     {{"/a/one.mp4", 605000, 720, 90, 1, 0, false},
      {"/a/one.webm", 605010, 720, 80, 1, 1, false},
      {"/a/one.opus", 600000, 0, 9, 1, 1, false}}},
    {"the sound is of something else",
     {{"/a/one.mp4", 605000, 720, 90, 1, 0, false}, {"/a/one.opus", 500000, 0, 9, 1, 0, false}}},
    {"an edit of a recording is no format",
     {{"/a/one.mov", 640000, 1080, 90, 1, 0, false}, {"/a/one.mp4", 600000, 720, 9, 1, 0, false}}},
    {"the files of two cameras",
     {{"/card1/00000.MTS", 600000, 1080, 90, 0, 0, false},
      {"/card2/00000.MTS", 600500, 720, 80, 0, 0, false},
      {"/card2/00001.MTS", 600000, 1080, 70, 0, 0, false}}},
    {"a sound recorder with a number like the camera's",
     {{"/a/0001.MP4", 600000, 1080, 90, 0, 0, false}, {"/a/0001.WAV", 630000, 0, 9, 0, 0, false}}},
    {"copies of a file",
     {{"/a/one.mp4", 600000, 720, 90, 1, 0, false}, {"/b/one.mp4", 600000, 720, 91, 1, 0, false}}},
    {"one folder a format, names that say nothing",
     {{"/a/hd/0001.mp4", 600000, 1080, 90, 0, 0, false},
      {"/a/sd/0001.mp4", 600000, 576, 40, 0, 1, false},
      {"/b/sd/0001.mp4", 600000, 576, 40, 0, 0, false}}},
    {"one folder a talk",
     {{"/one/hd.mp4", 600000, 1080, 90, 0, 0, false},
      {"/one/audio.mp3", 600000, 0, 9, 0, 1, false},
      {"/two/hd.mp4", 600000, 1080, 90, 0, 0, false}}},
    {"titles that end in what may be marks",
     {{"/a/introduction-to-av1.mp4", 600000, 720, 90, 1, 0, false},
      {"/a/introduction-to-vp9.mp4", 600100, 720, 80, 2, 0, false}}},
    {"without a picture, that with the most bytes; lengths not known",
     {{"/a/one.mp3", 600000, 0, 90, 1, 2, false},
      {"/a/one.flac", 600000, 0, 800, 1, 0, false},
      {"/a/one.opus", -1, 0, 20, 1, 0, false}}},
    {"what the user chose is taken, the rest is not",
     {{"/a/one.mp4", 600000, 1080, 90, 1, 2, false},
      {"/a/one.webm", 600000, 720, 80, 1, 0, true},
      {"/a/one.opus", 600000, 0, 9, 1, 0, true}}},
};

static void test_sets(void **state)
{
    (void)state;
    for (size_t s = 0; s < NB(sets); s++) {
        struct match_recording recordings[MOST];
        struct format_clue clues[MOST];
        int best[MOST];
        size_t nb = 0;
        for (; nb < MOST && sets[s].files[nb].path; nb++) {
            const struct file *f = &sets[s].files[nb];
            recordings[nb] = (struct match_recording){.name = strrchr(f->path, '/') + 1,
                                                      .path = f->path,
                                                      .duration_ms = f->duration_ms,
                                                      .width = f->height * 16 / 9,
                                                      .height = f->height,
                                                      .has_sound = true,
                                                      .bytes = f->bytes};
            clues[nb] = (struct format_clue){.talk = f->talk - 1, .chosen = f->chosen};
        }
        match_formats_find(best, recordings, clues, nb);
        for (size_t i = 0; i < nb; i++)
            if (best[i] != sets[s].files[i].best - 1)
                fail_msg("%s: '%s' is a format of %d", sets[s].what, sets[s].files[i].path,
                         best[i]);
    }
}

static const struct match *row_of(const struct match_table *t, int talk)
{
    for (size_t i = 0; i < t->nb_rows; i++)
        if (t->rows[i].talk == talk)
            return &t->rows[i];
    fail_msg("no row for talk %d", talk);
    return NULL;
}

/* An archive as talkpress publishes it: the sound has the listed length, the videos have a card. */
static void test_archive(void **state)
{
    (void)state;
    enum { NB_TALKS = 12, NB_FILES = 3 * NB_TALKS };
    static const char *const titles[NB_TALKS] = {"Bees",  "Clouds", "Drums",  "Eels",
                                                 "Foxes", "Geese",  "Herbs",  "Insects",
                                                 "Jazz",  "Kites",  "Llamas", "Moss"};
    static const char *const suffixes[] = {"opus", "mp4", "webm"};
    AUTO_PROGRAMME p = {0};
    struct match_recording recordings[NB_FILES];
    char names[NB_FILES][32];
    for (int i = 0; i < NB_TALKS; i++) {
        struct talk *t = programme_add_talk(&p, i + 1);
        t->title = mem_strdup(titles[i]);
        talk_add_part(t, 600 + 37 * i);
        for (int k = 0; k < 3; k++) {
            const int at = 3 * i + k;
            snprintf(names[at], sizeof names[at], "%s.%s", titles[i], suffixes[k]);
            recordings[at] = (struct match_recording){
                .name = names[at],
                .duration_ms = 1000LL * (600 + 37 * i) + (k ? 5000 : 0),
                .width = k ? 1280 : 0,
                .height = k ? 720 : 0,
                .has_sound = true,
                .bytes = 1000 - k,
            };
        }
    }
    struct match_table t;
    match_all(&t, &p, recordings, NB_FILES, NULL, 0);
    for (int i = 0; i < NB_TALKS; i++) {
        assert_int_equal(row_of(&t, i + 1)->state, MATCH_SURE);
        assert_int_equal(row_of(&t, i + 1)->recording, 3 * i + 1);
        for (int k = 0; k < 3; k++)
            assert_int_equal(t.format_of[3 * i + k], k == 1 ? -1 : 3 * i + 1);
    }
    match_table_finish(&t);
    /* By hand, the sound; and no recording for another talk, whose formats stay unused. */
    const struct match_fixed fixed[] = {{1, 0, 0}, {2, 0, -1}};
    match_all(&t, &p, recordings, NB_FILES, fixed, 2);
    assert_int_equal(row_of(&t, 1)->recording, 0);
    assert_int_equal(t.format_of[0], -1);
    assert_int_equal(t.format_of[1], 0);
    assert_int_equal(row_of(&t, 2)->recording, -1);
    for (size_t i = 0; i < t.nb_rows; i++)
        assert_false(t.rows[i].recording >= 3 && t.rows[i].recording <= 5);
    match_table_finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
