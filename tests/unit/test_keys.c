/*
 * What each result depends on. For each kind of key: the value that events of today have in their
 * stores, and that every input changes it, so that nothing stale is ever taken for current.
 */
#include "keys.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "support.h"

/* The keys of one kind, the first of them pinned. */
struct seen {
    char (*keys)[KEY_BYTES];
    size_t nb;
};

static void see(struct seen *s, const char *key)
{
    assert_int_equal(strlen(key), KEY_BYTES - 1);
    for (size_t i = 0; i < s->nb; i++)
        if (strcmp(s->keys[i], key) == 0)
            fail_msg("input %zu gives the key of input %zu", s->nb, i);
    key_append(&s->keys, &s->nb, key);
}

static void end(struct seen *s, const char *pinned)
{
    assert_string_equal(s->keys[0], pinned);
    free(s->keys);
    *s = (struct seen){0};
}

static void recordings(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    keys_probe(key, "abc");
    see(&s, key);
    keys_probe(key, "abd");
    see(&s, key);
    keys_captions_note(key, "abc");
    see(&s, key);
    keys_chapters_note(key, "abc");
    see(&s, key);
    keys_matches(key);
    see(&s, key);
    keys_analysis(key, "abc", -1);
    see(&s, key);
    keys_analysis(key, "abd", -1);
    see(&s, key);
    keys_analysis(key, "abc", 0);
    see(&s, key);
    end(&s, "6d2b462a96df43f300146ebfb8b685bc");
    keys_captions_verdict(key, "abc", ".srt");
    see(&s, key);
    keys_captions_verdict(key, "abd", ".srt");
    see(&s, key);
    keys_captions_verdict(key, "abc", ".vtt");
    see(&s, key);
    end(&s, "919444c54935acfa9bc36ab8e1f0e571");
}

/* Breaks that are left out of frames 10 to 19. */
static const struct part_drop drops[] = {{12, 14}, {16, 17}}, other_drops[] = {{12, 14}, {15, 17}};
static const struct job_range shortened[] = {
    {.begin = 10, .end = 20, .card_frames = 125, .drops = drops, .nb_drops = 1},
    {.begin = 10, .end = 20, .card_frames = 125, .drops = drops, .nb_drops = 2},
    {.begin = 10, .end = 20, .card_frames = 125, .drops = other_drops, .nb_drops = 2},
};

static void segments(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    const struct {
        const char *settings;
        int width, height;
        AVRational fps;
    } bases[] = {{"{}", 1280, 720, {25, 1}}, {"{\"crf\":20}", 1280, 720, {25, 1}},
                 {"{}", 640, 720, {25, 1}},  {"{}", 1280, 360, {25, 1}},
                 {"{}", 1280, 720, {30, 1}}, {"{}", 1280, 720, {25, 2}}};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        keys_segment_base(key, bases[i].settings, bases[i].width, bases[i].height, bases[i].fps);
        see(&s, key);
    }
    end(&s, "0326019955d2087e73acae09f81a976a");
    const struct keys_pictures pictures[] = {{"content", 0, "progressive"},
                                             {"other", 0, "progressive"},
                                             {"content", 1, "progressive"},
                                             {"content", 0, "top"}};
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        keys_cell(key, "base", &pictures[i], 0, 600);
        see(&s, key);
        keys_cells(key, "base", &pictures[i], &(struct job_range){.end = 600});
        see(&s, key);
    }
    for (size_t i = 0; i < NB(shortened); i++) {
        keys_cells(key, "base", &pictures[0], &shortened[i]);
        see(&s, key);
    }
    keys_cell(key, "other base", &pictures[0], 0, 600);
    see(&s, key);
    keys_cell(key, "base", &pictures[0], 1, 600);
    see(&s, key);
    keys_cell(key, "base", &pictures[0], 0, 601);
    see(&s, key);
    end(&s, "09c2c97908bc870f99587272d598552d");
    keys_seam(key, "a", "b");
    see(&s, key);
    keys_seam(key, "b", "a");
    see(&s, key);
    keys_seam(key, "ab", "");
    see(&s, key);
    end(&s, "fd2d4cb5efbc9531733cee358dd6a19e");
}

static void cards(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES], pinned[KEY_BYTES];
    const struct job_card card = {
        .text = {"Event", "Section", "Title", "Speakers", "Part 1 of 2", "28 April 2010", "Place"},
        .look = "look",
        .nb_frames = 125,
        .fade_in_ms = 500,
        .fade_out_ms = 500,
        .fps = {25, 1}};
    keys_drawn_card(pinned, &card);
    see(&s, pinned);
    for (size_t i = 0; i < sizeof card.text / sizeof(char *); i++) {
        struct job_card other = card;
        const char **text = (const char **)&other.text + i; /* it has no other members */
        *text = NULL;
        keys_drawn_card(key, &other);
        see(&s, key);
        *text = ""; /* which is not the same as none */
        keys_drawn_card(key, &other);
        see(&s, key);
    }
    struct job_card others[] = {card, card, card, card, card, card};
    others[0].look = "other";
    others[1].nb_frames++;
    others[2].fade_in_ms = 0;
    others[3].fade_out_ms = 0;
    others[4].fps.num = 30;
    others[5].fps.den = 2;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        keys_drawn_card(key, &others[i]);
        see(&s, key);
    }
    /* Where its files lie changes nothing: what is in them is the look. */
    struct job_card moved = card;
    moved.template_path = "/elsewhere/title.ass";
    moved.logo_path = moved.background_path = "/elsewhere/picture.png";
    keys_drawn_card(key, &moved);
    assert_string_equal(key, pinned);
    end(&s, "80df6b5e6bcd7aea73b57b278d9d854d");
    keys_card(key, "base", "drawn");
    see(&s, key);
    keys_card(key, "drawn", "base");
    see(&s, key);
    end(&s, "3e3e706b8e0669cff1b7b3978cd1626d");
}

static void sounds(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    const struct job_sound sound = {"analysis", 1, "both", -16, -1, 0};
    const struct job_range range = {.begin = 10, .end = 20, .card_frames = 125};
    struct job_sound sounds[] = {sound, sound, sound, sound, sound, sound, sound, sound};
    struct job_range ranges[] = {range, range, range};
    sounds[1].analysis = "other";
    sounds[2].audio_stream = 2;
    sounds[3].use = "left";
    sounds[4].target_lufs = -16.5;
    sounds[5].ceiling_dbtp = -1.5;
    sounds[6].offset_ms = 120;
    sounds[7].offset_ms = -120;
    ranges[0].begin = 11;
    ranges[1].end = 21;
    ranges[2].card_frames = 126;
    for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++) {
        keys_sound(key, "{}", &sounds[i], &range);
        see(&s, key);
    }
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        keys_sound(key, "{}", &sound, &ranges[i]);
        see(&s, key);
    }
    for (size_t i = 0; i < NB(shortened); i++) {
        keys_sound(key, "{}", &sound, &shortened[i]);
        see(&s, key);
        keys_sound(key, "{}", &sounds[6], &shortened[i]);
        see(&s, key);
    }
    keys_sound(key, "{\"encoder\":\"aac\"}", &sound, &range);
    see(&s, key);
    end(&s, "239e6f12abe21aa608f483bfb8d6e9ee");
}

static void captions(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES], pinned[KEY_BYTES];
    const struct job_range range = {.begin = 10, .end = 20, .card_frames = 125};
    const struct job_captions file = {.path = "a.srt", .hash = "hash", .stream = -1};
    const struct job_captions moved = {.path = "b.srt", .hash = "hash", .stream = -1};
    const struct job_captions other = {.path = "a.srt", .hash = "other", .stream = -1};
    const struct job_captions stream = {.hash = "", .stream = 2};
    keys_captions(pinned, "content", &file, ".srt", "en", &range);
    see(&s, pinned);
    keys_captions(key, "content", &moved, ".srt", "en", &range);
    assert_string_equal(key, pinned);
    keys_captions(key, "content", &other, ".srt", "en", &range);
    see(&s, key);
    keys_captions(key, "content", &stream, "", "en", &range);
    see(&s, key);
    keys_captions(key, "other", &file, ".srt", "en", &range);
    see(&s, key);
    keys_captions(key, "content", &file, ".vtt", "en", &range);
    see(&s, key);
    keys_captions(key, "content", &file, ".srt", "", &range);
    see(&s, key);
    keys_captions(key, "content", &file, ".srt", "en",
                  &(struct job_range){.begin = 11, .end = 20, .card_frames = 125});
    see(&s, key);
    for (size_t i = 0; i < NB(shortened); i++) {
        keys_captions(key, "content", &file, ".srt", "en", &shortened[i]);
        see(&s, key);
    }
    end(&s, "985df34a6ad5c65613d7d0a7c1e95514");
}

static void tags(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES], pinned[KEY_BYTES];
    const struct job_tags tags = {.title = "Title",
                                  .artist = "Artist",
                                  .album = "Album",
                                  .date = "2010-04-28",
                                  .comment = "Comment",
                                  .language = "eng"};
    keys_tags(pinned, &tags, 15);
    see(&s, pinned);
    keys_tags(key, &tags, 16);
    see(&s, key);
    struct job_tags others[] = {tags, tags, tags, tags, tags, tags};
    others[0].title = "";
    others[1].artist = NULL;
    others[2].album = NULL;
    others[3].date = NULL;
    others[4].comment = NULL;
    others[5].language = NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        keys_tags(key, &others[i], 15);
        see(&s, key);
    }
    end(&s, "ba28a57f36d56ffd6ae6aa392dedfd56");
}

static void outputs(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    AUTO_JSON *captions = json_pack("[{s:s, s:s}]", "key", "k", "language", "eng");
    const struct keys_assembly of = {.container = "mp4",
                                     .card = "card",
                                     .cells = "cells",
                                     .sound = "sound",
                                     .tags = "tags",
                                     .fps = {25, 1},
                                     .width = 1280,
                                     .height = 720,
                                     .key_frame_s = 10,
                                     .card_frames = 125,
                                     .talk_title = "Title"};
    AUTO_JSON *chapters = json_pack("[{s:i, s:s}]", "start_ms", 0, "title", "Intro");
    struct keys_assembly list[14];
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        list[i] = of;
    list[1].container = "webm";
    list[2].card = "other";
    list[3].cells = "other";
    list[4].sound = "other";
    list[5].tags = "other";
    list[6].fps.num = 30;
    list[7].width = 640;
    list[8].height = 360;
    list[9].key_frame_s = 5;
    list[10].card_frames = 126;
    list[11].talk_title = "Other";
    list[12].captions = captions;
    list[13].chapters = chapters;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        keys_assembly(key, &list[i]);
        see(&s, key);
    }
    end(&s, "87e87c897f3a3e26cb525ca056d61fcf");
    see(&s, key); /* that with chapters */
    end(&s, "e5b152c78d2e8c4fc31449e90266e97b");
    keys_poster(key, "content", &(struct job_range){.begin = 10, .end = 20}, "progressive");
    see(&s, key);
    keys_poster(key, "other", &(struct job_range){.begin = 10, .end = 20}, "progressive");
    see(&s, key);
    keys_poster(key, "content", &(struct job_range){.begin = 11, .end = 20}, "progressive");
    see(&s, key);
    keys_poster(key, "content", &(struct job_range){.begin = 10, .end = 21}, "progressive");
    see(&s, key);
    keys_poster(key, "content", &(struct job_range){.begin = 10, .end = 20}, "top");
    see(&s, key);
    for (size_t i = 0; i < NB(shortened); i++) {
        keys_poster(key, "content", &shortened[i], "progressive");
        see(&s, key);
    }
    keys_poster_of_card(key, "drawn");
    see(&s, key);
    end(&s, "14aa0a7885fb3405bf399069db6f4a3b");
}

static void storyboards(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    const struct {
        const char *container, *card, *cells;
        int64_t duration_ms, sheet;
    } sheets[] = {{"mp4", "card", "cells", 60000, 0},  {"webm", "card", "cells", 60000, 0},
                  {"mp4", "other", "cells", 60000, 0}, {"mp4", "card", "other", 60000, 0},
                  {"mp4", "card", "cells", 60001, 0},  {"mp4", "card", "cells", 60000, 1}};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        const struct job_storyboard of = {.duration_ms = sheets[i].duration_ms,
                                          .sheet = sheets[i].sheet};
        keys_storyboard(key, sheets[i].container, sheets[i].card, sheets[i].cells, &of);
        see(&s, key);
    }
    end(&s, "0c7f87b45a283c09f39cbf4ce66beffd");
}

static void previews(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    const struct {
        const char *base;
        struct keys_pictures from;
        int64_t begin, end;
    } pictures[] = {
        {"base", {"content", 0, "flagged"}, 50, 100}, {"other", {"content", 0, "flagged"}, 50, 100},
        {"base", {"other", 0, "flagged"}, 50, 100},   {"base", {"content", 1, "flagged"}, 50, 100},
        {"base", {"content", 0, "top"}, 50, 100},     {"base", {"content", 0, "flagged"}, 51, 100},
        {"base", {"content", 0, "flagged"}, 50, 101}};
    for (size_t i = 0; i < NB(pictures); i++) {
        const struct job_preview of = {.begin = pictures[i].begin, .end = pictures[i].end};
        keys_preview_picture(key, pictures[i].base, &pictures[i].from, &of);
        see(&s, key);
    }
    end(&s, "fcaaee5f203fafb1218e15d05faef823");
    const struct {
        const char *settings, *content, *use;
        int stream, channels;
        int64_t first, nb;
    } sounds[] = {
        {"aac", "content", "both", 1, 2, 465, 465}, {"mp3", "content", "both", 1, 2, 465, 465},
        {"aac", "other", "both", 1, 2, 465, 465},   {"aac", "content", "left", 1, 2, 465, 465},
        {"aac", "content", "both", 2, 2, 465, 465}, {"aac", "content", "both", 1, 1, 465, 465},
        {"aac", "content", "both", 1, 2, 466, 465}, {"aac", "content", "both", 1, 2, 465, 466}};
    for (size_t i = 0; i < NB(sounds); i++) {
        const struct job_sound sound = {.audio_stream = sounds[i].stream, .use = sounds[i].use};
        const struct job_preview of = {.sound = true,
                                       .channels = sounds[i].channels,
                                       .first_packet = sounds[i].first,
                                       .nb_packets = sounds[i].nb};
        keys_preview_sound(key, sounds[i].settings, sounds[i].content, &sound, &of);
        see(&s, key);
    }
    end(&s, "eb7a221bd23d142f955f46b8204fa02a");
}

static void thumbs(void **state)
{
    (void)state;
    struct seen s = {0};
    char key[KEY_BYTES];
    int64_t frames[] = {0, 250}, other[] = {0, 251};
    const struct keys_pictures from = {"content", 0, "flagged"};
    const struct job_thumbs sheets[] = {
        {frames, 2, false, 10, 160, 90}, {other, 2, false, 10, 160, 90},
        {frames, 1, false, 10, 160, 90}, {frames, 2, true, 10, 160, 90},
        {frames, 2, false, 2, 160, 90},  {frames, 2, false, 10, 162, 90},
        {frames, 2, false, 10, 160, 92}};
    for (size_t i = 0; i < NB(sheets); i++) {
        keys_thumbs(key, &from, &sheets[i]);
        see(&s, key);
    }
    const struct keys_pictures others[] = {
        {"other", 0, "flagged"}, {"content", 1, "flagged"}, {"content", 0, "top"}};
    for (size_t i = 0; i < NB(others); i++) {
        keys_thumbs(key, &others[i], &sheets[0]);
        see(&s, key);
    }
    end(&s, "78b673e04312ba41d440f8bdf8013d8b");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(recordings), cmocka_unit_test(segments),    cmocka_unit_test(cards),
        cmocka_unit_test(sounds),     cmocka_unit_test(captions),    cmocka_unit_test(tags),
        cmocka_unit_test(outputs),    cmocka_unit_test(storyboards), cmocka_unit_test(previews),
        cmocka_unit_test(thumbs),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
