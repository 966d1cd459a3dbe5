/* When a watched file counts as finished, which files wait for others, what is made first, and when
 * failed jobs are tried again. Times are given; only what looks at a real folder waits. */
#include "watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file_end.h"
#include "fs.h"
#include "mem.h"
#include "order.h"
#include "pauses.h"
#include "portion.h"
#include "programme.h"
#include "recordings.h"
#include "series.h"
#include "settle.h"
#include "support.h"

/* --- settling --------------------------------------------------------------------------------- */

/* By the name of the file. */
static enum writer writer_of(const char *path)
{
    return strstr(path, "open")      ? WRITER_OPEN
           : strstr(path, "foreign") ? WRITER_UNKNOWN
                                     : WRITER_NONE;
}

static bool lacks_end(const char *path)
{
    return strstr(path, "cut-off") != NULL;
}

static const struct settle_asks asks = {writer_of, lacks_end};

static enum settle seen(struct settle_file *f, const char *path, int64_t size, double now_s,
                        double age_s)
{
    const struct settle_look look = {.size = size, .mtime_ns = size, .ctime_ns = size};
    settle_update(f, &look, path, now_s, age_s, &asks);
    return f->state;
}

static void finished_when_closed_and_steady(void **state)
{
    struct settle_file f = {0};
    (void)state;
    assert_int_equal(seen(&f, "/a.mp4", 10, 100, 0), SETTLE_CHANGES);
    assert_int_equal(seen(&f, "/a.mp4", 20, 101.5, 0), SETTLE_CHANGES);
    assert_int_equal(seen(&f, "/a.mp4", 20, 103, 0), SETTLE_CHANGES);
    assert_int_equal(seen(&f, "/a.mp4", 20, 103.6, 0), SETTLE_FINISHED);
    /* It grows: its writer closes it in between, and it must be steady for longer. */
    assert_int_equal(seen(&f, "/a.mp4", 30, 110, 0), SETTLE_CHANGES);
    assert_int_equal(seen(&f, "/a.mp4", 30, 113, 0), SETTLE_CHANGES);
    assert_int_equal(seen(&f, "/a.mp4", 30, 118.1, 0), SETTLE_FINISHED);
}

static void judged_by_what_is_known(void **state)
{
    static const struct {
        const char *path;
        int64_t size;
        bool remote;
        double age_s; /* at first sight */
        enum settle first, after_3_s, after_31_s;
    } cases[] = {
        {"/a.mp4", 10, false, 5, SETTLE_FINISHED, SETTLE_FINISHED, SETTLE_FINISHED},
        {"/open.mp4", 10, false, 500, SETTLE_WRITTEN, SETTLE_WRITTEN, SETTLE_WRITTEN},
        {"/cut-off.mp4", 10, false, 500, SETTLE_NO_END, SETTLE_NO_END, SETTLE_NO_END},
        {"/a.tmp.mp4", 10, false, 500, SETTLE_TEMPORARY, SETTLE_TEMPORARY, SETTLE_TEMPORARY},
        {"/a.mp4", 0, false, 500, SETTLE_EMPTY, SETTLE_EMPTY, SETTLE_EMPTY},
        /* The kernel cannot say who writes it. */
        {"/foreign.mp4", 10, false, 5, SETTLE_CHANGES, SETTLE_CHANGES, SETTLE_FINISHED},
        {"/foreign.mp4", 10, false, 40, SETTLE_FINISHED, SETTLE_FINISHED, SETTLE_FINISHED},
        /* Of a server: its clock may be minutes off, and nobody is asked who writes. */
        {"/open.mp4", 10, true, 200, SETTLE_CHANGES, SETTLE_CHANGES, SETTLE_FINISHED},
        {"/open.mp4", 10, true, 1000, SETTLE_FINISHED, SETTLE_FINISHED, SETTLE_FINISHED},
        {"/a.mp4", 10, false, -3600, SETTLE_CHANGES, SETTLE_FINISHED, SETTLE_FINISHED},
    };
    (void)state;
    for (size_t i = 0; i < NB(cases); i++) {
        struct settle_file f = {.remote = cases[i].remote};
        print_message("%zu: %s\n", i, cases[i].path);
        assert_int_equal(seen(&f, cases[i].path, cases[i].size, 1000, cases[i].age_s),
                         cases[i].first);
        assert_int_equal(seen(&f, cases[i].path, cases[i].size, 1003, 0), cases[i].after_3_s);
        assert_int_equal(seen(&f, cases[i].path, cases[i].size, 1031, 0), cases[i].after_31_s);
    }
}

/* The copy slept with the machine. */
static void steady_anew_after_sleep(void **state)
{
    struct settle_file f = {.remote = true};
    (void)state;
    assert_int_equal(seen(&f, "/a.mp4", 10, 100, 0), SETTLE_CHANGES);
    settle_restart(&f, 129);
    assert_int_equal(seen(&f, "/a.mp4", 10, 131, 0), SETTLE_CHANGES);
    assert_true(settle_due_s(&f, 131) > 27);
    assert_int_equal(seen(&f, "/a.mp4", 10, 159.1, 0), SETTLE_FINISHED);
}

/* A recorder is killed: the file was said to be written, then that it has no end. */
static void says_each_state_once(void **state)
{
    static const struct {
        const char *path;
        int64_t size;
        double now_s;
        bool said;
    } looks[] = {
        {"/open.mp4", 10, 100, false},    {"/open.mp4", 20, 109, false},
        {"/open.mp4", 30, 111, true},     {"/open.mp4", 40, 150, false},
        {"/cut-off.mp4", 50, 200, false}, {"/cut-off.mp4", 50, 255, false},
        {"/cut-off.mp4", 50, 261, true},  {"/cut-off.mp4", 50, 999, false},
    };
    struct settle_file f = {0};
    struct settle_said said = {.since_s = 100};
    (void)state;
    for (size_t i = 0; i < NB(looks); i++) {
        print_message("%zu\n", i);
        seen(&f, looks[i].path, looks[i].size, looks[i].now_s, 0);
        assert_int_equal(settle_is_to_say(&said, &f, looks[i].now_s), looks[i].said);
    }
}

/* --- which are probed first ------------------------------------------------------------------- */

static struct portion_file of_size(const char *path, int64_t size)
{
    return (struct portion_file){.path = path, .size = size};
}

static void small_files_of_many_are_put_off(void **state)
{
    /* so many junk files, of 1 kB and more, talks, and small files in the row of a large one */
    static const struct {
        size_t nb_junk, nb_talks, nb_ends, nb_later;
    } cases[] = {
        {64, 0, 0, 0},     {60, 3, 1, 0},   {65, 0, 0, 1}, {200, 1, 1, 138},
        {200, 50, 0, 168}, {0, 200, 10, 0}, {0, 0, 0, 0},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct portion_file files[300] = {0};
        size_t nb = 0;
        for (size_t i = 0; i < cases[c].nb_junk; i++)
            files[nb++] = of_size(mem_printf("/in/junk%zu.MTS", i), 1000 + (int64_t)i);
        for (size_t i = 0; i < cases[c].nb_talks; i++)
            files[nb++] = of_size(mem_printf("/in/%05zu.MTS", 2 * i), 1 << 30);
        for (size_t i = 0; i < cases[c].nb_ends; i++)
            files[nb++] = of_size(mem_printf("/in/%05zu.MTS", 2 * i + 1), 500);
        const size_t nb_later = portion_choose(files, nb);
        assert_int_equal(nb_later, cases[c].nb_later);
        for (size_t i = 0; i < nb; i++) /* the smallest ones */
            assert_int_equal(files[i].later, i < nb_later);
        for (size_t i = 0; i < nb; i++)
            free((char *)(uintptr_t)files[i].path);
    }
}

/* --- series ----------------------------------------------------------------------------------- */

static const int64_t gib = INT64_C(1) << 30, mb = 1000000;

static void series_wait_for_their_last_file(void **state)
{
    const int64_t full = 4 * gib - 1000, any = 700 * mb;
    const struct {
        struct row {
            const char *path;
            int64_t size;
            bool finished, broken;
            double steady_s;
        } files[4];
        const char *awaits[4];
    } cases[] = {
        /* the next one is not there, then too late, then being copied, then there */
        {{{"/c/00001.MTS", full, true, false, 5}}, {"00002.MTS"}},
        {{{"/c/00001.MTS", full, true, false, SERIES_MOST_S + 1}}, {NULL}},
        {{{"/c/00001.MTS", full, true, false, 999}, {"/c/00002.MTS", 5, false, false, 0}},
         {"00002.MTS", NULL}},
        {{{"/c/00001.MTS", full, true, false, 999}, {"/c/00002.MTS", any, true, false, 5}},
         {NULL, NULL}},
        /* three, of which the last is to come */
        {{{"/c/00001.MTS", full, true, false, 999}, {"/c/00002.MTS", full, true, false, 5}},
         {"00003.MTS", "00003.MTS"}},
        /* the size of its elder */
        {{{"/c/a1.mp4", any, true, false, 99}, {"/c/a2.mp4", any + mb, true, false, 9}},
         {"a3.mp4", "a3.mp4"}},
        {{{"/c/a1.mp4", 40 * mb, true, false, 99}, {"/c/a2.mp4", 40 * mb, true, false, 9}},
         {NULL, NULL}},
        /* clips that are only numbered, and chapters of a camera */
        {{{"/c/1-a.mp4", any, true, false, 9}, {"/c/2-b.mp4", 5, false, false, 9}}, {NULL, NULL}},
        {{{"/c/clip1.mp4", any, true, false, 9}, {"/c/clip2.mp4", 5, false, false, 9}},
         {NULL, NULL}},
        {{{"/c/GH010042.MP4", any, true, false, 9}, {"/c/GH020042.MP4", 5, false, false, 9}},
         {"GH020042.MP4", NULL}},
        /* one that stays broken holds nobody; another folder is another series */
        {{{"/c/GH010042.MP4", any, true, false, 9}, {"/c/GH020042.MP4", 5, false, true, 9}},
         {NULL, NULL}},
        {{{"/c/GH010042.MP4", any, true, false, 9}, {"/d/GH020042.MP4", 5, false, false, 9}},
         {NULL, NULL}},
    };
    (void)state;
    for (size_t i = 0; i < NB(cases); i++) {
        struct series_file files[4];
        size_t nb = 0;
        for (; nb < NB(files) && cases[i].files[nb].path; nb++) {
            const struct row *f = &cases[i].files[nb];
            files[nb] = (struct series_file){.path = f->path,
                                             .size = f->size,
                                             .finished = f->finished,
                                             .broken = f->broken,
                                             .steady_s = f->steady_s};
        }
        series_judge(files, nb);
        for (size_t k = 0; k < nb; k++) {
            print_message("%zu: %s\n", i, files[k].path);
            assert_int_equal(files[k].waits, cases[i].awaits[k] != NULL);
            if (cases[i].awaits[k])
                assert_string_equal(files[k].awaits, cases[i].awaits[k]);
        }
        series_finish(files, nb);
    }
}

/* --- what files show -------------------------------------------------------------------------- */

static void temporary_names(void **state)
{
    static const char *const temporary[] = {"a.tmp.mp4", "a.part.mkv",   "a-incomplete.mov",
                                            "~a.mp4",    ".a.mp4.x8Fd2", "a.TMP.mp4"};
    static const char *const last[] = {"a.mp4",       "apart.mp4", "part.mp4",
                                       "a.part1.mp4", "00001.MTS", "template.mp4"};
    (void)state;
    for (size_t i = 0; i < NB(temporary); i++)
        assert_true(file_end_temporary_name(temporary[i]));
    for (size_t i = 0; i < NB(last); i++)
        assert_false(file_end_temporary_name(last[i]));
}

static void ends_of_mp4(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t nb;
        bool missing;
    } cases[] = {
        {"whole.mp4",
         "\0\0\0\x08"
         "ftyp\0\0\0\x09"
         "mdat!\0\0\0\x08"
         "moov",
         25, false},
        {"index-first.mov",
         "\0\0\0\x08"
         "moov\0\0\0\x0a"
         "mdat..",
         18, false},
        {"no-index.mp4",
         "\0\0\0\x08"
         "ftyp\0\0\0\x09"
         "mdat!",
         17, true},
        {"cut-off.mp4",
         "\0\0\0\x08"
         "moov\0\0\0\x20"
         "mdat..",
         18, true},
        {"to-its-end.mp4",
         "\0\0\0\x08"
         "moov\0\0\0\0mdat..",
         18, false},
        {"open-end.mp4",
         "\0\0\0\x08"
         "ftyp\0\0\0\0mdat..",
         18, true},
        {"zeros-after.mp4",
         "\0\0\0\x08"
         "ftyp\0\0\0\0\0\0\0\0\0\0\0",
         20, true},
        {"junk-after.mp4",
         "\0\0\0\x08"
         "moov\xff",
         9, false},
        {"other.mp4", "RIFF....AVI LIST", 16, false},
        {"other.mkv",
         "\0\0\0\x08"
         "ftyp",
         8, false},
    };
    (void)state;
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *path = folder_path("%s", cases[i].name);
        struct err err = {0};
        assert_int_equal(fs_write(path, cases[i].bytes, cases[i].nb, &err), 0);
        print_message("%s\n", cases[i].name);
        assert_int_equal(file_end_is_missing(path), cases[i].missing);
    }
}

static void asks_who_writes(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("%s", "a.mp4");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    if (file_end_writer(path) == WRITER_UNKNOWN) {
        close(fd);
        free(mem_take(&path)); /* skip() does not return here */
        skip();
    }
    assert_int_equal(file_end_writer(path), WRITER_OPEN);
    close(fd);
    assert_int_equal(file_end_writer(path), WRITER_NONE);
    fd = open(path, O_RDONLY | O_CLOEXEC); /* who reads does no harm */
    assert_int_equal(file_end_writer(path), WRITER_NONE);
    close(fd);
}

/* --- order and pauses ------------------------------------------------------------------------- */

static void talks_in_the_order_of_their_ends(void **state)
{
    static const struct {
        int number;
        const char *start;
        int slot_s;
    } talks[] = {
        {1, "2021-05-04T10:00:00+02:00", 3600}, {2, NULL, 600},
        {3, "2021-05-04T10:15:00+02:00", 900},  {4, "2021-05-04", 600},
        {5, "2021-05-04T08:05:00Z", 1200},
    };
    static const int expected[] = {5, 3, 1, 2, 4};
    AUTO_PROGRAMME p = {0};
    size_t nb;
    (void)state;
    for (size_t i = 0; i < NB(talks); i++) {
        struct talk *t = programme_add_talk(&p, talks[i].number);
        t->start = talks[i].start ? mem_strdup(talks[i].start) : NULL;
        talk_add_part(t, 0)->slot_s = talks[i].slot_s;
    }
    programme_add_talk(&p, 6)->gone = true;
    assert_int_equal(order_end_s(&p.talks[0]), 1620118800); /* 09:00 UTC */
    assert_true(order_end_s(&p.talks[1]) == INT64_MAX);
    AUTO_FREE int *order = order_by_end(&nb, &p);
    assert_int_equal(nb, 5);
    assert_memory_equal(order, expected, sizeof expected);
}

static void pauses_grow(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("%s", "watch.json");
    struct pauses *p = pauses_open(path);
    double now = 1e9;
    /* It failed in a run of the user: the first round may try it. */
    pauses_note(p, "a", "1", false, now);
    pauses_keep(p);
    assert_false(pauses_hold(p, "a", now));
    assert_true(pauses_note(p, "a", "2", true, now) == 60);
    pauses_keep(p);
    assert_true(pauses_hold(p, "a", now + 59));
    assert_false(pauses_hold(p, "a", now + 61));
    /* A round that did not try it changes nothing. */
    assert_true(pauses_note(p, "a", "2", true, now + 30) == 0);
    pauses_keep(p);
    pauses_close_p(&p);
    p = pauses_open(path); /* another process */
    assert_true(pauses_next(p, now) == now + 60);
    for (int i = 0; i < 10; i++) {
        char at[8];
        snprintf(at, sizeof at, "%d", 3 + i);
        now += 4000;
        pauses_note(p, "a", at, true, now);
        pauses_keep(p);
    }
    assert_true(pauses_next(p, now) == now + 3600);
    pauses_end(p, "a");
    assert_false(pauses_hold(p, "a", now));
    pauses_keep(p); /* and it failed no more */
    assert_true(pauses_next(p, now) == 0);
    pauses_close_p(&p);
}

/* --- a folder --------------------------------------------------------------------------------- */

static void note_news(void *opaque, enum watch_news news, const char *path, const char *text)
{
    unsigned *seen = opaque;
    (void)path, (void)text;
    *seen |= 1U << news;
}

/* For at most five seconds. */
static size_t wait_ready(struct watch *w)
{
    for (int i = 0; i < 50 && !watch_nb_ready(w); i++) {
        watch_wait(w, 0.1);
        watch_look(w);
    }
    return watch_nb_ready(w);
}

static char *write_file(const char *name)
{
    struct err err = {0};
    char *path = folder_path("in/%s", name);
    AUTO_FREE char *folder = fs_dirname(path);
    assert_int_equal(fs_mkdirs(folder, &err), 0);
    assert_int_equal(fs_write(path, "something", 9, &err), 0);
    return path;
}

static void take_all(struct watch *w, size_t nb)
{
    struct recordings_found found;
    assert_true(watch_take(&found, w));
    assert_int_equal(found.nb, nb);
    recordings_found_finish(&found);
    assert_int_equal(watch_nb_ready(w), 0);
}

/* A copy has the time of its original; a file whose rights are mended is taken again; what
 * talkpress writes is not. */
static void files_are_taken(void **state)
{
    unsigned seen = 0;
    (void)state;
    AUTO_FREE char *a = write_file("a.mkv"), *own = write_file("event/made/b.mkv"),
                   *folder = folder_path("%s", "in"), *made = folder_path("%s", "in/event/made");
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, a, old, 0), 0);
    struct watch *w = watch_create(&folder, 1, note_news, &seen);
    watch_leave_out(w, made);
    assert_int_equal(wait_ready(w), 1);
    assert_true((double)time(NULL) - watch_closed_at(w, a) < 60);
    assert_true(watch_closed_at(w, own) == 0);
    take_all(w, 1);
    assert_int_equal(chmod(a, 0600), 0);
    unlink(own); /* wakes */
    assert_int_equal(wait_ready(w), 1);
    watch_know(w, a, 9, INT64_C(1000000000000));
    assert_int_equal(watch_nb_ready(w), 0);
    assert_int_equal(seen, 0);
    unlink(a);
    watch_destroy_p(&w);
}

/* As when its disk is not mounted. */
static void empty_folder_with_known_files_is_gone(void **state)
{
    unsigned seen = 0;
    (void)state;
    AUTO_FREE char *a = write_file("a.mkv"), *folder = folder_path("%s", "in"),
                   *real = realpath(a, NULL);
    unlink(a);
    struct watch *w = watch_create(&folder, 1, note_news, &seen);
    watch_look(w);
    assert_false(watch_is_gone(w, real));
    watch_know(w, real, 9, 9);
    assert_true(watch_is_gone(w, real));
    assert_int_equal(seen, 1U << WATCH_GONE);
    watch_destroy_p(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finished_when_closed_and_steady),
        cmocka_unit_test(judged_by_what_is_known),
        cmocka_unit_test(steady_anew_after_sleep),
        cmocka_unit_test(says_each_state_once),
        cmocka_unit_test(small_files_of_many_are_put_off),
        cmocka_unit_test(series_wait_for_their_last_file),
        cmocka_unit_test(temporary_names),
        cmocka_unit_test(ends_of_mp4),
        cmocka_unit_test(asks_who_writes),
        cmocka_unit_test(talks_in_the_order_of_their_ends),
        cmocka_unit_test(pauses_grow),
        cmocka_unit_test(files_are_taken),
        cmocka_unit_test(empty_folder_with_known_files_is_gone),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
