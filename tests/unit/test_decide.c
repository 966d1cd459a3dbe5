/* Decisions: what is refused, what is written, what is in the journal, what is taken back. */
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_wish.h"
#include "chapters.h"
#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "fs.h"
#include "job_spec.h"
#include "journal.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "talks.h"
#include "tape.h"
#include "version.h"
#include "workdir.h"

static const struct talk_row TALKS[] = {
    {1, "Alpha beginnings", "Ada", NULL, NULL, {600}},
    {2, "Bravo continued", "Grace", NULL, NULL, {300, 360}},
    {3, "Charlie concluded", "Radia", NULL, NULL, {900}},
    {4, "Delta unrecorded", "Edsger", NULL, NULL, {500}},
};

#define TAPE(name_, s)                                                                   \
    {                                                                                    \
        .name = (name_), .fps = {25, 1}, .frames = (s)*25, .width = 1280, .height = 720, \
        .nb_sounds = 1, .fields = "progressive"                                          \
    }
static const struct tape TAPES[] = {
    TAPE("01-alpha-beginnings.mp4", 540), /* short */
    TAPE("02-bravo-continued.mp4", 660),
    TAPE("03-charlie-concluded.mp4", 900),
};

/* --- an event without media ------------------------------------------------------------------- */

static void add_tape(const struct event *event, const struct tape *t, char tail)
{
    struct err err = {0};
    char key[KEY_BYTES], fingerprint[33];
    AUTO_FREE char *path = fs_join(event->dir, t->name);
    snprintf(fingerprint, sizeof fingerprint, "%032d", tail);
    struct recording r = {.path = path, .size = 1000, .mtime_ns = 1};
    memcpy(r.fingerprint, fingerprint, sizeof r.fingerprint);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    assert_done(store_set_recording(event->store, &r, &err));
    keys_probe(key, fingerprint);
    AUTO_JSON *probe = tape_result(t, "probe", key, NULL);
    assert_done(store_set_result(event->store, key, "probe", probe, &err));
    keys_analysis(key, json_get_string(probe, "hash", ""), -1);
    AUTO_JSON *spec = json_pack("{s:i}", "stream", -1);
    AUTO_JSON *analysis = tape_result(t, "analyse", key, spec);
    AUTO_FREE char *blocks = workdir_path(event->work, key, "bin"), *dir = fs_dirname(blocks);
    assert_done(fs_mkdirs(dir, &err));
    assert_done(tape_write_blocks(t, blocks, &err));
    assert_done(store_set_result(event->store, key, "analyse", analysis, &err));
}

static void make_event(struct event *out, const char *name)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    AUTO_FREE char *dir = folder_path("%s", name);
    assert_done(event_init(dir, &err));
    assert_done(event_open(out, dir, &err));
    talks_make(&p, TALKS, NB(TALKS));
    assert_done(store_set_programme(out->store, &p, &err));
    for (size_t i = 0; i < NB(TAPES); i++)
        add_tape(out, &TAPES[i], (char)(i + 1));
    store_set_through(out->store, "test");
}

/* All decisions that are in force, and how many rows the journal has. */
static char *dump(const struct event *event, int *nb_rows)
{
    static const char *const tables[] = {
        "chosen_match",  "chosen_cut",   "chosen_drop",     "chosen_offset",   "chosen_chapter",
        "chosen_poster", "chosen_sound", "chosen_language", "chosen_captions", "acceptance"};
    AUTO_FREE char *path = fs_join(event->dir, "talkpress.db");
    AUTO_STR out = {0};
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    for (size_t i = 0; i < NB(tables); i++) {
        AUTO_FREE char *sql = mem_printf("SELECT * FROM %s", tables[i]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            str_add(&out, tables[i]);
            for (int k = 0; k < sqlite3_column_count(stmt); k++) {
                const unsigned char *text = sqlite3_column_text(stmt, k);
                str_addf(&out, " %s", text ? (const char *)text : "-");
            }
            str_add(&out, "\n");
        }
        sqlite3_finalize(stmt);
    }
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM decision", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    *nb_rows = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return str_take(&out);
}

static void find_version(char out[HASH_BYTES], const struct plan *plan, int talk, int part)
{
    struct err err = {0};
    AUTO_PART_PLAN pp = {0};
    const struct talk *t = programme_find(&plan->programme, talk);
    assert_done(plan_part(&pp, plan, t, talk_part(t, part), &err));
    assert_done(part_version(out, &pp, plan, &err));
}

/* --- each kind -------------------------------------------------------------------------------- */

typedef int decide_call(struct decided *out, const struct plan *plan, struct err *err);

static int cut(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct cut_wish w = {.talk = 1, .part = 1, .begin = 250, .end = 13000};
    return decide_cut(out, plan, &w, err);
}

static int breaks(struct decided *out, const struct plan *plan, struct err *err)
{
    static const struct part_drop drops[] = {{1000, 2000}, {4000, 4500}};
    const struct cut_wish w = {.talk = 1,
                               .part = 1,
                               .begin = -1,
                               .end = -1,
                               .which = CUT_DROPS_SET,
                               .drops = drops,
                               .nb_drops = 2,
                               .sets_offset = true,
                               .sound_offset_ms = 120};
    return decide_cut(out, plan, &w, err);
}

static int match(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct match_wish w = {
        .talk = 1, .how = MATCH_SET, .recording = plan->recordings[2].fingerprint};
    return decide_match(out, plan, &w, err);
}

static int no_match(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_match(out, plan, &(struct match_wish){.talk = 1, .how = MATCH_NO}, err);
}

static int exchange(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_exchange(out, plan, &(struct exchange_wish){{1, 0}, {3, 0}}, err);
}

static int accept(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct accept_wish w = {.talk = 1, .part = 1, .because = "it ended early"};
    return decide_accept(out, plan, &w, err);
}

static int sound(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct sound_wish w = {.talk = 1, .stream = 1, .use = "left"};
    return decide_sound(out, plan, &w, err);
}

static int poster(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct poster_wish w = {.talk = 1, .part = 1, .frame = 500};
    return decide_poster(out, plan, &w, err);
}

static int chapters(struct decided *out, const struct plan *plan, struct err *err)
{
    struct chapters list = {0};
    chapters_add(&list, 0, "Begin");
    chapters_add(&list, 60000, "The middle & \"more\"");
    const struct chapter_wish w = {.talk = 1, .part = 1, .how = CHAPTER_SET, .list = &list};
    const int ret = decide_chapters(out, plan, &w, err);
    chapters_finish(&list);
    return ret;
}

static int language(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_language(out, plan, &(struct language_wish){1, "deu"}, err);
}

static int captions(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct captions_wish w = {.talk = 1,
                                    .part = 1,
                                    .language = "de",
                                    .text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nGrüße\n"};
    return decide_captions(out, plan, &w, err);
}

static const struct {
    const char *name, *text; /* of the journal */
    decide_call *call;
    int nb_rows;
} KINDS[] = {
    {"cut", "cut: 0:10 - 8:40 (was: as proposed)", cut, 1},
    {"breaks", "sound moved: +120 ms (was: not moved)", breaks, 2},
    {"match", "recording: '03-charlie-concluded.mp4' (was: matched by talkpress)", match, 1},
    {"no match", "recording: no recording (was: matched by talkpress)", no_match, 1},
    {"exchange", "exchanged recording: '03-charlie-concluded.mp4' (was: matched by talkpress)",
     exchange, 2},
    {"accept", "accepted: short: it ended early (was: not accepted)", accept, 2},
    {"sound", "sound: stream 1, left (was: chosen by talkpress)", sound, 1},
    {"poster", "poster: 0:20 (was: chosen by talkpress)", poster, 1},
    {"chapters", "chapters: 2 typed, from 'Begin' (was: none typed)", chapters, 1},
    {"language", "language: 'de' (was: not set)", language, 1},
    {"captions", "captions corrected: de, 46 bytes (was: not corrected)", captions, 1},
};

static void check_again(const char *row, const struct decided *d)
{
    size_t nb = 0;
    for (size_t i = 0; i < NB_STAGES; i++)
        nb += d->again.nb_jobs[i];
    assert_true(d->nb_parts > 0);
    if (!d->again.lines.s || !strstr(d->again.lines.s, "1: "))
        fail_msg("%s: '%s' says nothing of talk 1", row, d->again.lines.s);
    if (strcmp(row, "no match") != 0 && strcmp(row, "match") != 0) /* then nothing can be made */
        assert_true(nb > 0);
}

/* A trial leaves no trace. */
static void try_kind(struct plan *plan, size_t i)
{
    struct err err = {0};
    int before_nb = 0, after_nb = 0;
    char version[HASH_BYTES], later[HASH_BYTES];
    AUTO_DECIDED tried = {0};
    AUTO_FREE char *before = dump(plan->event, &before_nb);
    find_version(version, plan, 1, 1);
    assert_done(plan_begin(plan, &err));
    assert_done(decide_end(&tried, plan, KINDS[i].call(&tried, plan, &err), true, &err));
    check_again(KINDS[i].name, &tried);
    assert_int_equal(tried.decision, 0);
    AUTO_FREE char *after = dump(plan->event, &after_nb);
    find_version(later, plan, 1, 1);
    assert_row_str(KINDS[i].name, after, before);
    assert_row_str(KINDS[i].name, later, version);
    assert_row_int(KINDS[i].name, after_nb, before_nb);
}

static void check_journal(const struct plan *plan, size_t i, int64_t decision)
{
    struct err err = {0};
    struct journal_entry *list = NULL;
    size_t nb = 0;
    bool found = false;
    assert_done(journal_read(&list, &nb, plan, 1, 1, (size_t)KINDS[i].nb_rows, &err));
    assert_true(nb > 0 && list[0].id <= decision);
    for (size_t k = 0; k < nb && strcmp(list[k].at, list[0].at) == 0; k++) {
        assert_row_str(KINDS[i].name, list[k].through, "test");
        assert_true(list[k].can_undo);
        found = found || strcmp(list[k].text, KINDS[i].text) == 0;
    }
    if (!found)
        fail_msg("%s: the journal says '%s'", KINDS[i].name, list[0].text);
    journal_free(list, nb);
}

static void undo(struct plan *plan, const char *row, const char *wanted)
{
    struct err err = {0};
    int nb;
    AUTO_DECIDED d = {0};
    assert_done(plan_begin(plan, &err));
    assert_done(plan_end(plan, decide_undo(&d, plan, &(struct undo_wish){.talk = 1}, &err), &err));
    assert_non_null(d.said.s);
    AUTO_FREE char *now = dump(plan->event, &nb);
    assert_row_str(row, now, wanted);
}

static void test_kinds(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_PLAN plan = {0};
    make_event(&event, "kinds");
    assert_done(plan_load(&plan, &event, &err));
    for (size_t i = 0; i < NB(KINDS); i++) {
        int nb_before, nb_after;
        char version[HASH_BYTES], other[HASH_BYTES], later[HASH_BYTES];
        AUTO_DECIDED d = {0};
        try_kind(&plan, i);
        AUTO_FREE char *before = dump(&event, &nb_before);
        find_version(version, &plan, 1, 1);
        find_version(other, &plan, 2, 2);
        assert_done(plan_begin(&plan, &err));
        assert_done(decide_end(&d, &plan, KINDS[i].call(&d, &plan, &err), false, &err));
        AUTO_FREE char *after = dump(&event, &nb_after);
        assert_row_int(KINDS[i].name, nb_after - nb_before, KINDS[i].nb_rows);
        check_journal(&plan, i, d.decision);
        find_version(later, &plan, 1, 1);
        assert_string_not_equal(version, later);
        find_version(later, &plan, 2, 2);
        assert_row_str(KINDS[i].name, later, other);
        undo(&plan, KINDS[i].name, before);
        undo(&plan, KINDS[i].name, after);
        undo(&plan, KINDS[i].name, before);
    }
}

/* --- what is refused -------------------------------------------------------------------------- */

static int too_long(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_cut(out, plan, &(struct cut_wish){.talk = 1, .begin = 0, .end = 13501}, err);
}

static int backwards(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_cut(out, plan, &(struct cut_wish){.talk = 1, .begin = 100, .end = 100}, err);
}

static int unproposed(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_cut(out, plan, &(struct cut_wish){.talk = 1, .how = CUT_TAKE}, err);
}

static int uncut(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_cut(out, plan, &(struct cut_wish){.talk = 4, .how = CUT_AUTO}, err);
}

static int unknown_recording(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct match_wish w = {.talk = 1, .how = MATCH_SET, .recording = "nothing"};
    return decide_match(out, plan, &w, err);
}

static int unknown_talk(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_match(out, plan, &(struct match_wish){.talk = 9, .how = MATCH_NO}, err);
}

static int unknown_part(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_match(out, plan, &(struct match_wish){.talk = 2, .part = 3}, err);
}

static int no_reason(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_accept(out, plan, &(struct accept_wish){.talk = 1, .because = ""}, err);
}

static int no_stream(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_sound(out, plan, &(struct sound_wish){.talk = 1, .stream = 0}, err);
}

static int no_use(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_sound(out, plan, &(struct sound_wish){.talk = 1, .stream = -1, .use = "up"}, err);
}

static int no_channel(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_sound(out, plan, &(struct sound_wish){.talk = 1, .stream = -1, .use = "3"}, err);
}

static int late_poster(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_poster(out, plan, &(struct poster_wish){.talk = 1, .frame = 13500}, err);
}

static int late_chapter(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct chapter_wish w = {.talk = 1, .talk_ms = 540000, .title = "x"};
    return decide_chapters(out, plan, &w, err);
}

static int no_chapter(struct decided *out, const struct plan *plan, struct err *err)
{
    const struct chapter_wish w = {.talk = 1, .how = CHAPTER_REMOVE, .talk_ms = 1000};
    return decide_chapters(out, plan, &w, err);
}

static int late_list(struct decided *out, const struct plan *plan, struct err *err)
{
    struct chapters list = {0};
    chapters_add(&list, 0, "Begin");
    chapters_add(&list, 540000, "End");
    const struct chapter_wish w = {.talk = 1, .how = CHAPTER_SET, .list = &list};
    const int ret = decide_chapters(out, plan, &w, err);
    chapters_finish(&list);
    return ret;
}

static int no_language(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_language(out, plan, &(struct language_wish){1, "german"}, err);
}

static int no_captions(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_captions(out, plan, &(struct captions_wish){1, 1, "de", NULL}, err);
}

static int nothing_to_undo(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_undo(out, plan, &(struct undo_wish){.talk = 1}, err);
}

static int with_itself(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_exchange(out, plan, &(struct exchange_wish){{2, 1}, {2, 2}}, err);
}

static int with_nothing(struct decided *out, const struct plan *plan, struct err *err)
{
    return decide_exchange(out, plan, &(struct exchange_wish){{1, 0}, {4, 0}}, err);
}

static const struct {
    decide_call *call;
    enum err_code code;
    const char *words;
} REFUSED[] = {
    {too_long, ERR_INVALID, "talk 1: the cut is outside its recording, which ends at 9:00.000"},
    {backwards, ERR_INVALID, "--out must be after --in"},
    {unproposed, ERR_INVALID, "talk 1: no cut is proposed"},
    {uncut, ERR_NOT_FOUND, "talk 4 has no recording that can be cut"},
    {unknown_recording, ERR_NOT_FOUND, "talk 1: that recording is not in the event"},
    {unknown_talk, ERR_NOT_FOUND, "no talk 9"},
    {unknown_part, ERR_NOT_FOUND, "talk 2 has no part 3"},
    {no_reason, ERR_USAGE, "needs a reason"},
    {no_stream, ERR_USAGE, "has no sound stream '0'"},
    {no_use, ERR_USAGE, "'up': expected both, left or right"},
    {no_channel, ERR_USAGE, "has 2 channels, not channel 3"},
    {late_poster, ERR_INVALID, "talk 1 has no picture at 9:00: it is 9:00.000 long"},
    {late_chapter, ERR_INVALID, "talk 1: 9:00 is outside it: it is 9:00.000 long"},
    {no_chapter, ERR_NOT_FOUND, "talk 1: no chapter was typed at 0:01"},
    {late_list, ERR_INVALID, "talk 1: chapter 2 is outside its recording"},
    {no_language, ERR_USAGE, "'german' is no language"},
    {no_captions, ERR_NOT_FOUND, "talk 1: no captions of the language de were corrected"},
    {nothing_to_undo, ERR_NOT_FOUND, "nothing was decided that could be taken back"},
    {with_itself, ERR_INVALID, "talk 2 cannot be exchanged with itself"},
    {with_nothing, ERR_INVALID, "talk 4 has no recording"},
};

static void test_refused(void **state)
{
    (void)state;
    struct err err = {0};
    int nb;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_PLAN plan = {0};
    make_event(&event, "refused");
    assert_done(plan_load(&plan, &event, &err));
    for (size_t i = 0; i < NB(REFUSED); i++) {
        AUTO_DECIDED d = {0};
        assert_done(plan_begin(&plan, &err));
        assert_fails(decide_end(&d, &plan, REFUSED[i].call(&d, &plan, &err), i % 2, &err),
                     REFUSED[i].code, REFUSED[i].words);
        AUTO_FREE char *now = dump(&event, &nb);
        assert_row_str(REFUSED[i].words, now, "");
        assert_int_equal(nb, 0);
    }
}

/* --- the journal ------------------------------------------------------------------------------ */

static void cut_at(struct plan *plan, int64_t begin)
{
    struct err err = {0};
    AUTO_DECIDED d = {0};
    const struct cut_wish w = {.talk = 1, .part = 1, .begin = begin, .end = 13000};
    assert_done(plan_begin(plan, &err));
    assert_done(plan_end(plan, decide_cut(&d, plan, &w, &err), &err));
}

static void test_changed_since(void **state)
{
    (void)state;
    struct err err = {0};
    int nb;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_PLAN plan = {0};
    AUTO_DECIDED d = {0};
    make_event(&event, "since");
    assert_done(plan_load(&plan, &event, &err));
    cut_at(&plan, 250);
    cut_at(&plan, 500);
    AUTO_FREE char *before = dump(&event, &nb);
    assert_done(plan_begin(&plan, &err));
    assert_fails(plan_end(&plan, decide_undo(&d, &plan, &(struct undo_wish){.id = 1}, &err), &err),
                 ERR_INVALID, "was changed again since by 'test' at 20");
    assert_done(plan_begin(&plan, &err));
    assert_fails(plan_end(&plan, decide_undo(&d, &plan, &(struct undo_wish){.id = 7}, &err), &err),
                 ERR_NOT_FOUND, "there is no decision 7");
    AUTO_FREE char *after = dump(&event, &nb);
    assert_string_equal(after, before);
    assert_int_equal(nb, 2);
}

/* What one transaction changes several times is one row; what it changes back is none. */
static void test_one_row(void **state)
{
    (void)state;
    struct err err = {0};
    int nb;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    struct chosen_poster chosen = {"f1", 1};
    make_event(&event, "one");
    assert_done(store_begin(event.store, &err));
    for (int i = 0; i < 3; i++) {
        chosen.frame = i;
        assert_done(store_choose_poster(event.store, 1, 1, &chosen, &err));
    }
    assert_done(store_choose_cut(event.store, 1, 1, &(struct chosen_cut){"f1", 1, 2}, &err));
    assert_done(store_choose_cut(event.store, 1, 1, NULL, &err));
    assert_done(store_commit(event.store, &err));
    AUTO_FREE char *now = dump(&event, &nb);
    assert_int_equal(nb, 1);
    assert_done(store_choose_poster(event.store, 1, 1, &chosen, &err)); /* nothing new */
    assert_done(store_choose_poster(event.store, 1, 1, NULL, &err));
    AUTO_FREE char *later = dump(&event, &nb);
    assert_int_equal(nb, 2);
    assert_string_equal(later, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_changed_since),
        cmocka_unit_test(test_one_row),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
