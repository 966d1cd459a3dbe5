/* Sending: where targets are, what tools and targets say, and what is to be done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "manifest.h"
#include "mem.h"
#include "publish_settings.h"
#include "send_plan.h"
#include "str.h"
#include "support.h"

/* --- targets ---------------------------------------------------------------------------------- */

static void targets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum publish_tool tool;
        const char *place; /* NULL: refused */
    } cases[] = {
        {"/srv/videos", PUBLISH_RSYNC, "/srv/videos/"},
        {"/srv/a:b/", PUBLISH_RSYNC, "/srv/a:b/"},
        {"me@example.org:/srv/my videos/", PUBLISH_RSYNC, "me@example.org:/srv/my videos/"},
        {"me@example.org:videos", PUBLISH_RSYNC, "me@example.org:videos/"},
        {"rsync:host:/srv", PUBLISH_RSYNC, "host:/srv/"},
        {"rsync:host:videos", PUBLISH_RSYNC, "host:videos/"},
        {"host::module/x", PUBLISH_RSYNC, "host::module/x/"},
        {"me@host::module", PUBLISH_RSYNC, "me@host::module/"},
        {"rsync://host:8730/module", PUBLISH_RSYNC, "rsync://host:8730/module/"},
        {"[2001:db8::1]:/srv", PUBLISH_RSYNC, "[2001:db8::1]:/srv/"},
        {"archive:my-event/", PUBLISH_RCLONE, "archive:my-event"},
        {"rclone:archive:/srv/a b", PUBLISH_RCLONE, "archive:/srv/a b"},
        {"rclone:archive:", PUBLISH_RCLONE, "archive:"},
        {"host:/srv", 0, NULL},
        {"host:~/srv", 0, NULL},
        {"videos", 0, NULL},
        {"../videos", 0, NULL},
        {"rsync:videos", 0, NULL},
        {"-e:/x", 0, NULL},
        {"rsync:-e sh:/x", 0, NULL},
        {":local:x", 0, NULL},
        {"rclone::local:x", 0, NULL},
        {"rclone:s3,secret_access_key=x:y", 0, NULL},
        {"rclone:-x:y", 0, NULL},
        {"me:pw@host:/x", 0, NULL},
        {"rsync://me:pw@host/x", 0, NULL},
        {"sftp://host/x", 0, NULL},
        {"/srv/a\nb", 0, NULL},
        {"/srv/a\xff", 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct publish_target t;
        const int ret = publish_target_parse(&t, cases[i].text, "it", &err);
        if ((ret == 0) != (cases[i].place != NULL))
            fail_msg("'%s': %s", cases[i].text, err.msg);
        if (ret == 0) {
            assert_string_equal(t.place, cases[i].place);
            assert_int_equal(t.tool, cases[i].tool);
        }
        publish_target_finish(&t);
    }
}

/* --- what is there ---------------------------------------------------------------------------- */

static void listings(void **state)
{
    (void)state;
    AUTO_LISTING rsync = {0}, rclone = {0};
    struct err err = {0};
    listing_read_rsync(&rsync, "Welcome to this server\n"
                               "drwxr-xr-x        4096 2026/11/30 02:21:50 .\n"
                               "-rw-r--r--           6 2026/11/30 02:21:51 b c.mp4\n"
                               "lrwxrwxrwx           6 2026/11/30 02:21:52 a -> b\n"
                               "-rw-r--r--           6 2026/11/30 02:21:51\n"
                               "-rw-r--r-- 123456789012 1970/01/01 00:00:00 a.mp4");
    assert_int_equal(rsync.nb, 4);
    const struct there *t = listing_find(&rsync, "b c.mp4");
    assert_true(t->is_file);
    assert_int_equal(t->bytes, 6);
    assert_string_equal(t->time, "2026/11/30 02:21:51");
    assert_int_equal(listing_find(&rsync, "a.mp4")->bytes, 123456789012);
    assert_false(listing_find(&rsync, ".")->is_file);
    assert_false(listing_find(&rsync, "a")->is_file);

    static const char json[] = "[{\"Name\":\"b\",\"Size\":7,\"ModTime\":\"x\",\"IsDir\":false},"
                               "{\"Name\":\"a\",\"Size\":-1,\"ModTime\":\"y\",\"IsDir\":true}]";
    assert_int_equal(listing_read_rclone(&rclone, json, sizeof json - 1, &err), 0);
    assert_int_equal(listing_find(&rclone, "b")->bytes, 7);
    assert_false(listing_find(&rclone, "a")->is_file);
    listing_finish(&rclone);
    assert_int_equal(listing_read_rclone(&rclone, "[", 1, &err), ERR_INVALID);
}

static void manifests(void **state)
{
    (void)state;
    AUTO_MANIFEST m = {.event = mem_strdup("Tiny \"Conference\"")}, back = {0};
    struct err err = {0};
    manifest_add(&m, "b.mp4", "then", 5, "abc");
    manifest_add(&m, "a.mp4", NULL, 6, "def");
    manifest_sort(&m);
    AUTO_FREE char *text = manifest_text(&m);
    assert_int_equal(manifest_parse(&back, text, strlen(text), &err), 0);
    assert_int_equal(back.nb, 2);
    assert_string_equal(back.event, m.event);
    assert_null(manifest_find(&back, "a.mp4")->time);
    assert_string_equal(manifest_find(&back, "b.mp4")->time, "then");
    manifest_finish(&back);

    static const char newer[] = "{\"version\": 9, \"files\": {}}";
    assert_int_equal(manifest_parse(&back, newer, sizeof newer - 1, &err), ERR_INVALID);
    assert_true(back.newer);
    err = (struct err){0};

    /* Names that lead elsewhere or are options are not taken from a target. */
    static const char hostile[] = "{\"version\": 1, \"files\": {\"../x\": {}, \"/etc/passwd\": {}, "
                                  "\".htaccess\": {}, \"-rf\": {}, \"a\\nb\": {}, \"ok\": 7}}";
    assert_int_equal(manifest_parse(&back, hostile, sizeof hostile - 1, &err), 0);
    assert_int_equal(back.nb, 1);
    assert_string_equal(back.files[0].name, "ok");
}

/* --- the plan --------------------------------------------------------------------------------- */

/* What is there, and what the target and the store say was sent. */
struct scene {
    struct send_plan plan;
    struct listing listing;
    struct manifest manifest, sent;
    struct str lines; /* of rsync's listing */
};

static void want(struct scene *s, const char *name, const char *sha256)
{
    send_plan_add(&s->plan, name, 6, sha256);
}

static void there(struct scene *s, const char *name, int second)
{
    str_addf(&s->lines, "-rw-r--r-- 6 2026/11/30 02:21:%02d %s\n", second, name);
}

static void was_sent(struct scene *s, const char *name, int second, const char *sha256)
{
    AUTO_FREE char *time = mem_printf("2026/11/30 02:21:%02d", second);
    manifest_add(&s->manifest, name, second < 0 ? NULL : time, 6, sha256);
}

static int make(struct scene *s, const char *event, bool all, bool prune)
{
    struct err err = {0};
    manifest_sort(&s->manifest);
    manifest_sort(&s->sent);
    listing_read_rsync(&s->listing, s->lines.s ? s->lines.s : "");
    s->manifest.event = mem_strdup("E");
    return send_plan_make(&s->plan, &s->listing, &s->manifest, &s->sent, event, all, prune, &err);
}

static const struct send_item *item(const struct scene *s, const char *name)
{
    for (size_t i = 0; i < s->plan.nb; i++)
        if (strcmp(s->plan.items[i].name, name) == 0)
            return &s->plan.items[i];
    fail_msg("no item '%s'", name);
    return NULL;
}

static void finish(struct scene *s)
{
    send_plan_finish(&s->plan);
    listing_finish(&s->listing);
    manifest_finish(&s->manifest);
    manifest_finish(&s->sent);
    str_finish(&s->lines);
}
#define SCENE ATTR_CLEANUP(finish) struct scene

static void states(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        SCENE s = {0};
        want(&s, "01-new.mp4", "n");
        want(&s, "02-same.mp4", "s");
        want(&s, "03-changed.mp4", "new");
        want(&s, "04-touched.mp4", "t");
        want(&s, "05-begun.mp4", "b");
        want(&s, "06-theirs.mp4", "x");
        want(&s, "07-in-store.mp4", "x");
        for (int i = 2; i <= 7; i++) {
            static const char *const names[] = {"02-same.mp4",    "03-changed.mp4",
                                                "04-touched.mp4", "05-begun.mp4",
                                                "06-theirs.mp4",  "07-in-store.mp4"};
            there(&s, names[i - 2], i == 4 ? 40 : i);
        }
        was_sent(&s, "02-same.mp4", 2, "s");
        was_sent(&s, "03-changed.mp4", 3, "old");
        was_sent(&s, "04-touched.mp4", 4, "t");
        was_sent(&s, "05-begun.mp4", -1, "b");
        manifest_add(&s.sent, "07-in-store.mp4", NULL, -1, "");
        assert_int_equal(make(&s, "E", all, false), 0);
        assert_int_equal(item(&s, "01-new.mp4")->state, ITEM_SEND);
        assert_int_equal(item(&s, "02-same.mp4")->state, all ? ITEM_COMPARE : ITEM_SAME);
        assert_int_equal(item(&s, "03-changed.mp4")->state, ITEM_SEND);
        assert_int_equal(item(&s, "04-touched.mp4")->state, ITEM_COMPARE);
        assert_true(item(&s, "04-touched.mp4")->altered);
        assert_int_equal(item(&s, "05-begun.mp4")->state, ITEM_COMPARE);
        assert_int_equal(item(&s, "06-theirs.mp4")->state, ITEM_COMPARE);

        struct err err = {0};
        struct send_item theirs = *item(&s, "06-theirs.mp4"), ours = *item(&s, "07-in-store.mp4");
        assert_int_equal(send_plan_settle(&ours, true, &err), 0);
        assert_int_equal(ours.state, ITEM_SEND);
        assert_int_equal(send_plan_settle(&theirs, false, &err), 0);
        assert_int_equal(theirs.state, ITEM_SAME);
        assert_int_equal(send_plan_settle(&theirs, true, &err), ERR_INVALID);
    }
}

static void strangers(void **state)
{
    (void)state;
    SCENE s = {0}, folder = {0};
    send_plan_add(&s.plan, "index.html", 7, "x");
    there(&s, "index.html", 1); /* of another size */
    assert_int_equal(make(&s, "E", false, false), ERR_INVALID);
    want(&folder, "index.html", "x");
    str_add(&folder.lines, "drwxr-xr-x 6 2026/11/30 02:21:50 index.html\n");
    assert_int_equal(make(&folder, "E", false, false), ERR_INVALID);
}

static void another_event(void **state)
{
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        SCENE s = {0};
        want(&s, "01-one.mp4", "a");
        want(&s, "talks.json", "b");
        was_sent(&s, shared ? "01-one.mp4" : "01-other.mp4", 1, "a");
        was_sent(&s, "talks.json", 1, "c");
        /* It may only have another name now. */
        assert_int_equal(make(&s, "F", false, false), shared ? 0 : ERR_INVALID);
    }
}

static void removals(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool many = i & 1, prune = i & 2;
        SCENE s = {0};
        want(&s, "01-new-title.mp4", "a");
        there(&s, "01-old-title.mp4", 1); /* renamed */
        was_sent(&s, "01-old-title.mp4", 1, "b");
        there(&s, "mine.txt", 1);
        was_sent(&s, "01-new-title.mp4", -1, "a"); /* a killed send was to send it */
        there(&s, ".01-new-title.mp4.aB3xYz", 1);
        there(&s, ".01-new-title.mp4.backup", 1);
        there(&s, ".01-old-title.mp4.aB3xYz", 1);
        there(&s, ".mine.aB3xYz", 1);
        for (int talk = 2; talk < 5 + 3 * many; talk++) {
            AUTO_FREE char *name = mem_printf("%02d-gone.mp4", talk);
            there(&s, name, 1);
            was_sent(&s, name, 1, "c");
        }
        was_sent(&s, "09-not-there.mp4", 1, "c");
        assert_int_equal(make(&s, "E", false, prune), 0);
        assert_int_equal(s.plan.nb_removed, 1 + 3 + 3 * many);
        assert_int_equal(s.plan.kept, many && !prune);
        assert_int_equal(s.plan.nb_leftover, 1);
        assert_string_equal(s.plan.leftover[0], ".01-new-title.mp4.aB3xYz");
    }
}

/* A list there that names files of others, with the right size or not, removes none of them. */
static void changed_since(void **state)
{
    (void)state;
    SCENE s = {0};
    there(&s, "1-as-sent.mp4", 1);
    was_sent(&s, "1-as-sent.mp4", 1, "a");
    there(&s, "2-other-time.mp4", 1);
    was_sent(&s, "2-other-time.mp4", 2, "a");
    manifest_add(&s.sent, "2-other-time.mp4", NULL, -1, "");
    there(&s, "3-other-size.mp4", 1);
    manifest_add(&s.manifest, "3-other-size.mp4", "2026/11/30 02:21:01", 7, "a");
    there(&s, "4-no-size.mp4", 1);
    manifest_add(&s.manifest, "4-no-size.mp4", NULL, -1, "");
    there(&s, "5-begun.mp4", 1);
    was_sent(&s, "5-begun.mp4", -1, "a");
    there(&s, "6-in-store.mp4", 1);
    manifest_add(&s.sent, "6-in-store.mp4", NULL, -1, "");
    assert_int_equal(make(&s, "E", false, true), 0);
    assert_int_equal(s.plan.nb_removed, 3);
    assert_string_equal(s.plan.removed[1], "5-begun.mp4");
    assert_string_equal(s.plan.removed[2], "6-in-store.mp4");
    assert_int_equal(s.plan.nb_changed, 3);
}

static void phases(void **state)
{
    (void)state;
    static const char *const lists[] = {"index.html", "talks.json", "SHA256SUMS", "sitemap.xml",
                                        "feed-video.xml"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_int_equal(send_phase_of(lists[i]), SEND_LISTS);
    assert_int_equal(send_phase_of("01-one.html"), SEND_PAGES);
    assert_int_equal(send_phase_of("01-one.mp4"), SEND_FILES);
    assert_int_equal(send_phase_of("site.css"), SEND_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets),   cmocka_unit_test(listings),
        cmocka_unit_test(manifests), cmocka_unit_test(states),
        cmocka_unit_test(strangers), cmocka_unit_test(another_event),
        cmocka_unit_test(removals),  cmocka_unit_test(changed_since),
        cmocka_unit_test(phases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
