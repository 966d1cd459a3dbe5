/* Matches kept in the store: the same as fresh ones, and used only while nothing has changed. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "match.h"
#include "mem.h"
#include "programme.h"
#include "xen_summit.h"

enum { NB_KEPT = 32 };

static void key_of(char key[33], int version, const struct programme *p, const struct set *set,
                   const struct match_fixed *fixed, size_t nb_fixed)
{
    match_cache_key(key, version, p, set->recordings, set->nb, fixed, nb_fixed);
}

static void build_kept(struct programme *p, struct set *set)
{
    build_xen(p);
    for (int i = 1; i <= NB_XEN; i++)
        set_add(set, i % 3 ? mem_printf("%02d-x.mp4", i) : mem_printf("MVI_%04d.MOV", 900 + i),
                xen_ms(i) + i * 400);
}

static void test_kept_matches_are_the_same(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct set set = {0};
    struct match_table fresh, kept;
    const struct match_fixed fixed[] = {{4, 0, -1}, {5, 0, 3}};
    char key[33], other[33];
    build_kept(&p, &set);
    match_all(&fresh, &p, set.recordings, set.nb, fixed, 2);
    key_of(key, MATCH_VERSION, &p, &set, fixed, 2);
    AUTO_JSON *memo = match_cache_write(&fresh, key);
    AUTO_FREE char *text = json_canonical(memo); /* as the store keeps it */
    AUTO_JSON *read = json_loads(text, 0, NULL);
    assert_true(match_cache_read(&kept, read, key, &p, set.nb));
    assert_int_equal(kept.nb_rows, fresh.nb_rows);
    for (size_t i = 0; i < kept.nb_rows; i++) {
        const struct match *a = &kept.rows[i], *b = &fresh.rows[i];
        assert_int_equal(a->talk, b->talk);
        assert_int_equal(a->part, b->part);
        assert_int_equal(a->state, b->state);
        assert_int_equal(a->recording, b->recording);
        assert_true(a->score == b->score && a->margin == b->margin);
        assert_int_equal(a->by_hand, b->by_hand);
        assert_int_equal(a->shared, b->shared);
        assert_string_equal(a->reason, b->reason);
        assert_int_equal(!a->suspicion, !b->suspicion);
        if (a->suspicion)
            assert_string_equal(a->suspicion, b->suspicion);
    }
    match_table_finish(&kept);
    key_of(other, MATCH_VERSION + 1, &p, &set, fixed, 2);
    assert_false(match_cache_read(&kept, memo, other, &p, set.nb));
    assert_false(match_cache_read(&kept, NULL, key, &p, set.nb));
    match_table_finish(&fresh);
    set_clear(&set);
}

static void replace(char **text, const char *with)
{
    free(*text);
    *text = mem_strdup(with);
}

/* Each changes one thing that matching is given. */
static void change_place(struct programme *p, struct set *set)
{
    (void)set;
    replace(&p->place, "Ghent");
}
static void change_title(struct programme *p, struct set *set)
{
    (void)set;
    replace(&p->talks[3].title, "Another");
}
static void change_speaker(struct programme *p, struct set *set)
{
    (void)set;
    replace(&p->talks[3].speakers[0], "Ada Byron");
}
static void change_number(struct programme *p, struct set *set)
{
    (void)set;
    p->talks[26].number = 99;
}
static void change_gone(struct programme *p, struct set *set)
{
    (void)set;
    p->talks[3].gone = true;
}
static void change_listed(struct programme *p, struct set *set)
{
    (void)set;
    p->talks[14].parts[1].listed_s++;
}
static void change_slot(struct programme *p, struct set *set)
{
    (void)set;
    p->talks[3].parts[0].slot_s = 1800;
}
static void change_parts(struct programme *p, struct set *set)
{
    (void)set;
    p->talks[14].nb_parts = 1;
}
static void change_name(struct programme *p, struct set *set)
{
    (void)p;
    set->recordings[5].name = "renamed.mp4";
}
static void change_duration(struct programme *p, struct set *set)
{
    (void)p;
    set->recordings[5].duration_ms = -1;
}
static void change_order(struct programme *p, struct set *set)
{
    (void)p;
    const struct match_recording first = set->recordings[0];
    set->recordings[0] = set->recordings[1];
    set->recordings[1] = first;
}
static void change_count(struct programme *p, struct set *set)
{
    (void)p;
    set->nb--;
}

static void test_kept_matches_hang_on_everything(void **state)
{
    (void)state;
    static void (*const changes[])(struct programme *, struct set *) = {
        change_place, change_title, change_speaker, change_number,   change_gone,  change_listed,
        change_slot,  change_parts, change_name,    change_duration, change_order, change_count,
    };
    char keys[NB_KEPT][33];
    size_t nb = 0;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        AUTO_PROGRAMME p = {0};
        struct set set = {0};
        build_kept(&p, &set);
        const size_t all = set.nb, parts = p.talks[14].nb_parts;
        const char *name = set.recordings[5].name;
        if (i == 0)
            key_of(keys[nb++], MATCH_VERSION, &p, &set, NULL, 0);
        changes[i](&p, &set);
        key_of(keys[nb++], MATCH_VERSION, &p, &set, NULL, 0);
        set.nb = all;
        set.recordings[5].name = name;
        p.talks[14].nb_parts = parts;
        set_clear(&set);
    }
    static const struct match_fixed fixed[] = {{4, 0, 3}, {4, 1, 3}, {4, 0, -1}, {5, 0, 3}};
    AUTO_PROGRAMME p = {0};
    struct set set = {0};
    build_kept(&p, &set);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        key_of(keys[nb++], MATCH_VERSION, &p, &set, &fixed[i], 1);
    key_of(keys[nb++], MATCH_VERSION, &p, &set, fixed, 2);
    set_clear(&set);
    for (size_t i = 0; i < nb; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(keys[i], keys[k]);
}

/* A damaged table in the store is refused and does no harm. */
static void test_kept_matches_are_damaged(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "[1]",
        "[1,0,0,27,0.5,0.5,false,\"x\",null]",
        "[1,0,0,-1,0.5,0.5,false,\"x\",null]",
        "[1,0,2,3,0.5,0.5,false,\"x\",null]",
        "[1,0,7,3,0.5,0.5,false,\"x\",null]",
        "[1,2,0,3,0.5,0.5,false,\"x\",null]",
        "[1,-1,0,3,0.5,0.5,false,\"x\",null]",
        "[28,0,0,3,0.5,0.5,false,\"x\",null]",
        "[1,0,0,3,0.5,0.5,false,null,null]",
        "[2,0,0,3,0.5,0.5,false,\"x\",null],[1,0,0,4,0.5,0.5,false,\"x\",null]",
        "{}",
    };
    AUTO_PROGRAMME p = {0};
    struct match_table out;
    build_xen(&p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_FREE char *text = mem_printf("{\"key\":\"k\",\"rows\":[%s]}", rows[i]);
        AUTO_JSON *memo = json_loads(text, 0, NULL);
        assert_non_null(memo);
        assert_false(match_cache_read(&out, memo, "k", &p, NB_XEN));
        assert_int_equal(out.nb_rows, 0);
    }
    AUTO_JSON *good =
        json_loads("{\"key\":\"k\",\"rows\":[[1,0,0,3,0.5,0.5,false,\"x\",null]]}", 0, NULL);
    assert_true(match_cache_read(&out, good, "k", &p, NB_XEN));
    match_table_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_matches_are_the_same),
        cmocka_unit_test(test_kept_matches_hang_on_everything),
        cmocka_unit_test(test_kept_matches_are_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
