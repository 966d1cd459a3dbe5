/* Matching: which recording is which talk, how sure that is, and the reason given. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "mem.h"
#include "programme.h"
#include "score.h"
#include "str.h"
#include "xen_summit.h"

/* --- the Xen Summit North America 2010 --- */

static const struct match *row_of(const struct match_table *table, int talk, int part)
{
    for (size_t i = 0; i < table->nb_rows; i++)
        if (table->rows[i].talk == talk && table->rows[i].part == part)
            return &table->rows[i];
    fail_msg("no row for talk %d, part %d", talk, part);
    return NULL;
}

static void check_row(const struct match_table *t, int talk, int part, enum match_state state,
                      int recording)
{
    const struct match *row = row_of(t, talk, part);
    if (row->state != state || row->recording != recording)
        fail_msg("talk %d part %d: state %d, recording %d, wanted %d and %d; %s; %s", talk, part,
                 row->state, row->recording, state, recording, row->reason,
                 row->suspicion ? row->suspicion : "-");
    assert_non_null(row->reason);
    assert_true(row->score >= 0 && row->score <= 1 && row->margin >= 0 && row->margin <= 1);
}

/* All talks by names of one pattern ("%02d", "slug"), as if each was the talk of its index. */
enum naming { NAME_NUMBER, NAME_NUMBER_SLUG, NAME_SLUG, NAME_CAMERA, NAME_PREFIXED };

static void set_of_xen(struct set *set, enum naming naming, int64_t off_ms, bool durations)
{
    for (int i = 1; i <= NB_XEN; i++) {
        AUTO_FREE char *slug = str_slug(xen_talks[i - 1].title, 60);
        set_add(set,
                naming == NAME_NUMBER        ? mem_printf("%02d.mp4", i)
                : naming == NAME_NUMBER_SLUG ? mem_printf("%02d-%s.mp4", i, slug)
                : naming == NAME_SLUG        ? mem_printf("%s.mkv", slug)
                : naming == NAME_PREFIXED    ? mem_printf("amd-sunnyvale-2010_%d.mkv", i)
                                             : mem_printf("MVI_%04d.MOV", 100 + i * 37 % 31),
                durations ? xen_ms(i) + off_ms : -1);
    }
}

static void test_everything_in_order(void **state)
{
    (void)state;
    static const struct {
        enum naming naming;
        int64_t off_ms;
        bool durations;
    } cases[] = {
        {NAME_NUMBER, 300, true},         {NAME_NUMBER_SLUG, 300, true},
        {NAME_NUMBER_SLUG, 47000, true},  {NAME_NUMBER_SLUG, 0, false},
        {NAME_NUMBER_SLUG, -8000, true},  {NAME_SLUG, 600, true},
        {NAME_CAMERA, 400, true},         {NAME_CAMERA, -900, true},
        {NAME_NUMBER_SLUG, 240000, true}, {NAME_NUMBER, 5000, true},
        {NAME_PREFIXED, 300, true},
    };
    AUTO_PROGRAMME xen = {0};
    build_xen(&xen);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct set set = {0};
        set_of_xen(&set, cases[c].naming, cases[c].off_ms, cases[c].durations);
        struct match_table table;
        match_all(&table, &xen, set.recordings, set.nb, NULL, 0);
        assert_int_equal(table.nb_rows, NB_XEN);
        for (int i = 1; i <= NB_XEN; i++) {
            check_row(&table, i, 0, MATCH_SURE, i - 1);
            assert_int_equal(table.rows[i - 1].talk, i);
            if (table.rows[i - 1].suspicion)
                fail_msg("case %zu, talk %d: %s", c, i, table.rows[i - 1].suspicion);
        }
        match_table_finish(&table);
        set_clear(&set);
    }
}

/* --- small sets against the whole programme --- */

struct expected {
    int talk, part;
    enum match_state state;
    int recording;
    const char *suspicion; /* in the text; NULL: none wanted */
};

struct named {
    const char *name;
    int64_t duration_ms;
};

struct small_case {
    const char *what;
    struct named recordings[5];
    struct expected rows[4];
    struct match_fixed fixed[4];
};

#define MS(minutes, seconds) (((minutes)*60 + (seconds)) * 1000LL)

static const struct small_case small_cases[] = {
    {.what = "numbers swapped, lengths some seconds apart",
     .recordings = {{"03.mp4", 1514200}, {"07.mp4", 1527300}},
     .rows = {{3, 0, MATCH_UNCLEAR, 0, "swapped with talk 7"},
              {7, 0, MATCH_UNCLEAR, 1, "swapped with talk 3"}}},
    {.what = "numbers swapped, lengths far apart",
     .recordings = {{"ep01.mp4", 1527200}, {"ep03.mp4", 3213300}},
     .rows = {{1, 0, MATCH_UNCLEAR, 1, "swapped with talk 3"},
              {3, 0, MATCH_UNCLEAR, 0, "swapped with talk 1"}}},
    {.what = "full names swapped",
     .recordings = {{"03-amd-xen-and-virtualization.mp4", 1514200},
                    {"07-case-study-iaas-using-xcp-and-xapi.mp4", 1527300}},
     .rows = {{3, 0, MATCH_UNCLEAR, 0, "swapped with talk 7"},
              {7, 0, MATCH_UNCLEAR, 1, "swapped with talk 3"}}},
    {.what = "rotated by one",
     .recordings = {{"02.mp4", 1527200}, {"03.mp4", 1895200}, {"04.mp4", 1253100}},
     .rows = {{2, 0, MATCH_UNCLEAR, 0, "the length 25:27 fits talk 3"},
              {3, 0, MATCH_UNCLEAR, 1, "the length 31:35 fits talk 4"},
              {4, 0, MATCH_UNCLEAR, 2, "the length 20:53 fits talk 2"}}},
    {.what = "full names rotated by one",
     .recordings = {{"02-xen-hypervisor-project-update.mp4", 1527200},
                    {"03-amd-xen-and-virtualization.mp4", 1895200},
                    {"04-sleepserver-agarwal.mp4", 1253100}},
     .rows = {{2, 0, MATCH_UNCLEAR, 0, "fits talk 3"},
              {3, 0, MATCH_UNCLEAR, 1, "fits talk 4"},
              {4, 0, MATCH_UNCLEAR, 2, "fits talk 2"}}},
    {.what = "a full name whose length is another talk's by chance",
     .recordings = {{"22-transcendent-memory-magenheimer.mp4", 1236200}, {"14.mp4", 1228000}},
     .rows = {{22, 0, MATCH_SURE, 0, NULL}, {14, 0, MATCH_SURE, 1, NULL}}},
    {.what = "title, speaker and length outvote a number",
     .recordings = {{"03-case-study-iaas-sinhoreli.mp4", 1514200}},
     .rows = {{7, 0, MATCH_SURE, 0, "the name says talk 3"}, {3, 0, MATCH_NONE, -1, NULL}}},
    {.what = "a number against a length that cannot be",
     .recordings = {{"01.mp4", MS(4, 10)}},
     .rows = {{1, 0, MATCH_UNCLEAR, 0, "the length 4:10 does not fit the listed 53:33"}}},
    {.what = "a talk cut short",
     .recordings = {{"12-xen-scheduler-dunlap.mp4", MS(9, 0)}},
     .rows = {{12, 0, MATCH_UNCLEAR, 0, "the length 9:00 does not fit the listed 22:18"}}},
    {.what = "the camera left on",
     .recordings = {{"12-xen-scheduler-dunlap.mp4", MS(58, 0)}},
     .rows = {{12, 0, MATCH_SURE, 0, NULL}}},
    {.what = "two parts in one file",
     .recordings = {{"ep15.mp4", 2187300}},
     .rows = {{15, 0, MATCH_SURE, 0, NULL}}},
    {.what = "two parts in one file, by length",
     .recordings = {{"C0012.MP4", 2187300}},
     .rows = {{15, 0, MATCH_SURE, 0, NULL}}},
    {.what = "two parts in two files",
     .recordings = {{"15-gogrid-part1.mp4", 726400}, {"15-gogrid-part2.mp4", 1461100}},
     .rows = {{15, 1, MATCH_SURE, 0, NULL}, {15, 2, MATCH_SURE, 1, NULL}}},
    {.what = "two parts by letters",
     .recordings = {{"15b.mp4", -1}, {"15a.mp4", -1}},
     .rows = {{15, 1, MATCH_SURE, 1, NULL}, {15, 2, MATCH_SURE, 0, NULL}}},
    {.what = "two parts by a second number, lengths unknown",
     .recordings = {{"15-1.mp4", -1}, {"15-2.mp4", -1}},
     .rows = {{15, 1, MATCH_SURE, 0, NULL},
              {15, 2, MATCH_SURE, 1, NULL},
              {1, 0, MATCH_NONE, -1, NULL}}},
    {.what = "two parts as 1of2 and 2of2",
     .recordings = {{"gogrid_1of2.mp4", -1}, {"gogrid_2of2.mp4", -1}},
     .rows = {{15, 1, MATCH_SURE, 0, NULL}, {15, 2, MATCH_SURE, 1, NULL}}},
    {.what = "two parts by length alone",
     .recordings = {{"00003.MTS", 1461000}, {"00004.MTS", 726900}},
     .rows = {{15, 1, MATCH_SURE, 1, NULL}, {15, 2, MATCH_SURE, 0, NULL}}},
    {.what = "one of two parts",
     .recordings = {{"15-gogrid-pt-2.mp4", 1461100}},
     .rows = {{15, 1, MATCH_NONE, -1, NULL}, {15, 2, MATCH_SURE, 0, NULL}}},
    {.what = "parts swapped in name and length",
     .recordings = {{"15-gogrid-part1.mp4", 1461100}, {"15-gogrid-part2.mp4", 726400}},
     .rows = {{15, 1, MATCH_UNCLEAR, 0, "swapped with talk 15, part 2"},
              {15, 2, MATCH_UNCLEAR, 1, "swapped with talk 15, part 1"}}},
    {.what = "two copies of a talk in parts are no parts",
     .recordings = {{"15-gogrid.mp4", -1}, {"15-gogrid-copy.mp4", -1}},
     .rows = {{15, 0, MATCH_UNCLEAR, 1, NULL}}},
    {.what = "a recording too many",
     .recordings = {{"12-scheduler.mp4", 1338100}, {"audience.mp4", 1338900}},
     .rows = {{12, 0, MATCH_SURE, 0, NULL}}},
    {.what = "two that are alike",
     .recordings = {{"26-libxenlight-a.mp4", 1639200}, {"26-libxenlight-b.mkv", 1639200}},
     .rows = {{26, 0, MATCH_UNCLEAR, 0, NULL}}},
    {.what = "two formats",
     .recordings = {{"26-libxenlight.mp4", 1639200}, {"26-libxenlight.mkv", 1639200}},
     .rows = {{26, 0, MATCH_SURE, 1, NULL}}},
    {.what = "event, year, date and resolution in the name",
     .recordings = {{"xen-summit-2010_26_720p.mp4", 1639200},
                    {"2010-04-28 XenSummit 1080 Libxenlight.mp4", -1},
                    {"20100428_12.mp4", -1}},
     .rows = {{26, 0, MATCH_SURE, 0, NULL},
              {4, 0, MATCH_NONE, -1, NULL},
              {12, 0, MATCH_SURE, 2, NULL}}},
    {.what = "unrelated files",
     .recordings = {{"lunch.mp4", MS(25, 40)}, {"party-photos.mov", -1}, {"MVI_0003.MOV", -1}},
     .rows = {{3, 0, MATCH_NONE, -1, NULL}, {7, 0, MATCH_NONE, -1, NULL}}},
    {.what = "an unrelated name with a fitting length is left open",
     .recordings = {{"lunch.mp4", 1514000}},
     .rows = {{7, 0, MATCH_UNCLEAR, 0, NULL}}},
    {.what = "a speaker's name",
     .recordings = {{"Stabellini.mov", 1700000}},
     .rows = {{26, 0, MATCH_UNCLEAR, 0, NULL}}},
    {.what = "title without number or length",
     .recordings = {{"Libxenlight.mov", -1}},
     .rows = {{26, 0, MATCH_SURE, 0, NULL}}},
    {.what = "set by hand",
     .recordings = {{"03.mp4", 1527000}, {"04.mp4", 1895000}, {"both.mp4", 9000000}},
     .rows = {{3, 0, MATCH_NONE, -1, NULL},
              {4, 0, MATCH_SURE, 0, "the name says talk 3"},
              {5, 0, MATCH_SURE, 2, "does not fit"},
              {6, 0, MATCH_SURE, 2, "does not fit"}},
     .fixed = {{3, 0, -1}, {4, 1, 0}, {5, 0, 2}, {6, 0, 2}}},
    {.what = "one part set by hand makes it parts",
     .recordings = {{"x.mp4", MS(36, 27)}, {"15-gogrid.mp4", MS(24, 21)}},
     .rows = {{15, 1, MATCH_SURE, 0, "does not fit"}, {15, 2, MATCH_SURE, 1, NULL}},
     .fixed = {{15, 1, 0}}},
    {.what = "no recordings",
     .recordings = {{NULL, 0}},
     .rows = {{1, 0, MATCH_NONE, -1, NULL}, {27, 0, MATCH_NONE, -1, NULL}}},
};

static void check_small(const struct small_case *c, const struct programme *programme)
{
    size_t nb = 0, nb_fixed = 0;
    struct match_recording recordings[5];
    for (; nb < 5 && c->recordings[nb].name; nb++)
        recordings[nb] = (struct match_recording){.name = c->recordings[nb].name,
                                                  .duration_ms = c->recordings[nb].duration_ms};
    while (nb_fixed < 4 && c->fixed[nb_fixed].talk)
        nb_fixed++;
    struct match_table table;
    match_all(&table, programme, recordings, nb, c->fixed, nb_fixed);
    print_message("%s\n", c->what);
    for (size_t i = 0; i < 4 && c->rows[i].talk; i++) {
        const struct expected *e = &c->rows[i];
        check_row(&table, e->talk, e->part, e->state, e->recording);
        const char *suspicion = row_of(&table, e->talk, e->part)->suspicion;
        if (!e->suspicion != !suspicion || (suspicion && !strstr(suspicion, e->suspicion)))
            fail_msg("%s, talk %d: suspicion %s", c->what, e->talk, suspicion ? suspicion : "none");
    }
    match_table_finish(&table);
}

static void test_small_cases(void **state)
{
    (void)state;
    AUTO_PROGRAMME xen = {0};
    build_xen(&xen);
    for (size_t i = 0; i < sizeof small_cases / sizeof *small_cases; i++)
        check_small(&small_cases[i], &xen);
}

static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t duration_ms;
        int talk;
        const char *reason;
    } cases[] = {
        {"15-gogrid.mp4", 2187300, 15,
         "number 15 and 'gogrid' in the name, length 0.3 s off the listed 36:27"},
        {"MVI_0001.MOV", 1338000, 12, "nothing in the name, length 0.0 s off the listed 22:18"},
        {"xenalyze_traces_dunlap.mp4", 1212000, 24,
         "'xenalyze', 'traces' and 'dunlap' in the name, 1:20 longer than the listed 18:52"},
        {"lunch.mp4", 1514000, 7,
         "other words in the name, length 0.0 s off the listed 25:14: not enough to be "
         "sure"},
        {"06.mp4", -1, 6, "number 6 in the name, length not known"},
    };
    AUTO_PROGRAMME xen = {0};
    build_xen(&xen);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct match_recording r = {.name = cases[i].name,
                                          .duration_ms = cases[i].duration_ms};
        struct match_table table;
        match_all(&table, &xen, &r, 1, NULL, 0);
        assert_string_equal(row_of(&table, cases[i].talk, 0)->reason, cases[i].reason);
        match_table_finish(&table);
    }
}

/* --- other programmes --- */

static void test_equal_times_without_names(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct match_recording recordings[12];
    char names[12][16];
    for (int i = 0; i < 12; i++) {
        talk_add_part(programme_add_talk(&p, i + 1), 1200);
        snprintf(names[i], sizeof names[i], "MVI_%04d.MOV", 500 + i);
        recordings[i] = (struct match_recording){.name = names[i], .duration_ms = 1200200};
    }
    struct match_table table;
    match_all(&table, &p, recordings, 12, NULL, 0);
    assert_int_equal(table.nb_rows, 12);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(table.rows[i].state, MATCH_UNCLEAR);
        assert_true(table.rows[i].margin < 0.01);
    }
    match_table_finish(&table);
}

static void test_names_beyond_ascii(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct talk *talk = programme_add_talk(&p, 1);
    talk->title = mem_strdup("Überraschung in der Küche");
    talk_add_part(talk, 0);
    talk = programme_add_talk(&p, 2);
    talk->title = mem_strdup("日本語 入門");
    talk_add_part(talk, 0);
    talk = programme_add_talk(&p, 3);
    talk->title = mem_strdup("Something else");
    talk_add_speaker(talk, "José Ñandú");
    talk_add_part(talk, 0);
    programme_add_talk(&p, 4)->gone = true;
    const struct match_recording recordings[] = {
        {.name = "Jose\u0301 N\u0303andu\u0301 - something else.mov",
         .duration_ms = -1}, /* as macOS writes it */
        {.name = "日本語-入門.mp4", .duration_ms = -1},
        {.name = "UEBERRASCHUNG Überraschung Küche.mp4", .duration_ms = -1},
        {.name = "\xff\xfe.mp4", .duration_ms = -1},
    };
    struct match_table table;
    match_all(&table, &p, recordings, 4, NULL, 0);
    assert_int_equal(table.nb_rows, 3);
    check_row(&table, 1, 0, MATCH_SURE, 2);
    check_row(&table, 2, 0, MATCH_SURE, 1);
    check_row(&table, 3, 0, MATCH_SURE, 0);
    match_table_finish(&table);
}

static void test_nothing(void **state)
{
    (void)state;
    const struct programme none = {0};
    const struct match_recording r = {.name = "01.mp4", .duration_ms = 1000};
    struct match_table table;
    match_all(&table, &none, &r, 1, NULL, 0);
    assert_int_equal(table.nb_rows, 0);
    match_table_finish(&table);
    match_all(&table, &none, NULL, 0, NULL, 0);
    assert_int_equal(table.nb_rows, 0);
    match_table_finish(&table);
}

/* Turned round, the recordings give the same rows. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    AUTO_PROGRAMME xen = {0};
    build_xen(&xen);
    struct set set = {0};
    set_of_xen(&set, NAME_CAMERA, 20000, true);
    struct match_recording turned[NB_XEN];
    for (int i = 0; i < NB_XEN; i++)
        turned[i] = set.recordings[NB_XEN - 1 - i];
    struct match_table a, b;
    match_all(&a, &xen, set.recordings, set.nb, NULL, 0);
    match_all(&b, &xen, turned, NB_XEN, NULL, 0);
    assert_int_equal(a.nb_rows, b.nb_rows);
    for (size_t i = 0; i < a.nb_rows; i++) {
        const int r = b.rows[i].recording;
        assert_int_equal(a.rows[i].recording, r < 0 ? r : NB_XEN - 1 - r);
        assert_int_equal(a.rows[i].state, b.rows[i].state);
        assert_string_equal(a.rows[i].reason, b.rows[i].reason);
    }
    match_table_finish(&a);
    match_table_finish(&b);
    set_clear(&set);
}

/* --- scale --- */

/* 2,000 talks of few lengths, so that nearly everything is a candidate for everything; half of the
 * recordings are named, half are a camera's. */
static void test_scale(void **state)
{
    (void)state;
    enum { NB = 2000 };
    AUTO_PROGRAMME p = {0};
    struct set set = {0};
    for (int i = 1; i <= NB; i++) {
        struct talk *talk = programme_add_talk(&p, i);
        talk->title = mem_printf("About subject%cx%d and topic", 'a' + i % 26, i / 2);
        talk_add_speaker(talk, i % 2 ? "Ada Lovelace" : "Alan Turing");
        talk_add_part(talk, 1200 + i % 3 * 20);
        set_add(&set, mem_printf("%d-subject%cx%d.mp4", i, 'a' + i % 26, i / 2),
                (1200 + i % 3 * 20) * 1000 + i % 700);
    }
    for (int i = 1; i <= NB; i++)
        set_add(&set, mem_printf("MVI_%04d.MOV", i), 1200000 + i % 50 * 1000);
    struct match_table table;
    match_all(&table, &p, set.recordings, set.nb, NULL, 0);
    assert_int_equal(table.nb_rows, NB);
    for (int i = 1; i <= NB; i++)
        check_row(&table, i, 0, MATCH_SURE, i - 1);
    match_table_finish(&table);

    /* The camera's files alone: nothing is clear, and none is used twice. */
    match_all(&table, &p, set.recordings + NB, NB, NULL, 0);
    AUTO_FREE bool *used = mem_zalloc(NB, sizeof *used);
    for (size_t i = 0; i < table.nb_rows; i++) {
        assert_int_not_equal(table.rows[i].state, MATCH_SURE);
        if (table.rows[i].recording < 0)
            continue;
        assert_false(used[table.rows[i].recording]);
        used[table.rows[i].recording] = true;
    }
    match_table_finish(&table);
    set_clear(&set);
}

/* Candidates are found without weighing all recordings; they are the same as if all were. */
static void test_candidates(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct set set = {0};
    enum { NB_UNITS = NB_XEN + 2 };
    struct unit units[NB_UNITS];
    build_xen(&p);
    unsigned seed = 7;
    for (int i = 0; i < 600; i++) {
        seed = seed * 1103515245 + 12345;
        const int a = (int)(seed >> 16) % NB_XEN + 1, b = (int)(seed >> 8) % NB_XEN + 1;
        const int off_ms = (int)(seed >> 4) % 140000 - 30000;
        AUTO_FREE char *slug = str_slug(xen_talks[a - 1].title, 12);
        set_add(&set,
                i % 4 == 0   ? mem_printf("%02d-%s.mp4", b, slug)
                : i % 4 == 1 ? mem_printf("MVI_%04d.MOV", b)
                : i % 4 == 2 ? mem_printf("holiday-%d-%d.mp4", i, b)
                             : mem_printf("%s-part%d.mkv", slug, 1 + i % 8 / 4),
                i % 7 == 0   ? -1
                : i % 5 == 0 ? xen_ms(b) + off_ms / 30
                             : xen_ms(b) + off_ms);
    }
    for (int i = 0; i < NB_XEN; i++)
        units[i] = (struct unit){.talk = i,
                                 .listed_s = i % 9 == 8 ? 0 : (int)(xen_ms(i + 1) / 1000),
                                 .slot_s = i % 9 == 8 ? 1800 : 0,
                                 .among_parts = p.talks[i].nb_parts > 1};
    for (int part = 1; part <= 2; part++)
        units[NB_XEN + part - 1] = (struct unit){
            .talk = 14, .part = part, .listed_s = part == 1 ? 726 : 1461, .among_parts = true};
    struct score_index *base = score_index_create(&p, units, NB_UNITS, set.recordings, set.nb);
    AUTO_FREE struct score_candidate *found = mem_zalloc(set.nb, sizeof *found);
    for (int i = 0; i < NB_UNITS; i++) {
        const size_t nb = score_candidates(found, base, &units[i]);
        size_t at = 0;
        for (int r = 0; r < (int)set.nb; r++) {
            struct score e;
            score_pair(&e, base, &units[i], r);
            if (e.total < SCORE_LEAST)
                continue;
            assert_true(at < nb);
            assert_int_equal(found[at].recording, r);
            assert_int_equal(found[at++].points, e.total);
        }
        assert_int_equal(at, nb);
        assert_true(nb > 0 && nb < set.nb / 2);
    }
    score_index_destroy(base);
    set_clear(&set);
}

/* Of the hundreds whose length alone fits, the nearest are taken; names of other talks are none. */
static void test_nearest(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct set set = {0};
    build_xen(&p);
    const struct unit unit = {.talk = 3, .listed_s = (int)(xen_ms(4) / 1000)};
    for (int off_ms = -10000; off_ms <= 60000; off_ms += 100)
        set_add(&set, mem_printf("MVI_%d.MOV", 2000 + off_ms / 100), unit.listed_s * 1000 + off_ms);
    for (int off_ms = 3000; off_ms < 9000; off_ms += 20)
        set_add(&set, mem_printf("05-x%d.mp4", off_ms), unit.listed_s * 1000 + off_ms);
    struct score_index *base = score_index_create(&p, &unit, 1, set.recordings, set.nb);
    AUTO_FREE struct score_candidate *found = mem_zalloc(set.nb, sizeof *found);
    assert_int_equal(score_candidates(found, base, &unit), 200);
    for (int i = 0; i < 200; i++)
        assert_int_equal(found[i].recording, i); /* from 10 s shorter to 9.9 s longer */
    score_index_destroy(base);
    set_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_in_order),
        cmocka_unit_test(test_small_cases),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_equal_times_without_names),
        cmocka_unit_test(test_names_beyond_ascii),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_candidates),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
