/* Files whose fingerprints are equal, by chance of a copy or because somebody made them so. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content.h"
#include "event.h"
#include "fs.h"
#include "identity.h"
#include "mem.h"
#include "recordings.h"
#include "store.h"

/* The fingerprint of all files in these tests, as if they were made to be equal in the samples. */
static const char F[] = "0123456789abcdef0123456789abcdef";

struct fixture {
    struct event event;
    struct identity *id;
};

static void begin(struct fixture *f, const char *name)
{
    struct err err = {0};
    AUTO_FREE char *path = folder_path("%s.db", name);
    *f = (struct fixture){.event.lock = -1};
    assert_done(store_create(path, &err));
    assert_done(store_open(&f->event.store, path, &err));
    assert_done(identity_open(&f->id, &f->event, &err));
}

/* As the next command begins. */
static void again(struct fixture *f)
{
    struct err err = {0};
    assert_done(identity_save(f->id, &err));
    identity_close_p(&f->id);
    assert_done(identity_open(&f->id, &f->event, &err));
}

static void end(struct fixture *f)
{
    identity_close_p(&f->id);
    store_close_p(&f->event.store);
}

static char *make_file(const char *name, char content)
{
    struct err err = {0};
    char *path = folder_path("%s", name);
    const size_t nb = (1 << 20) + 99;
    AUTO_FREE char *bytes = mem_zalloc(nb, 1);
    memset(bytes, content, nb);
    assert_done(fs_write_atomic(path, bytes, nb, &err));
    return path;
}

/* The fingerprint that the file gets; a new string. */
static char *settle(struct fixture *f, const char *path, const char *fingerprint)
{
    struct err err = {0};
    struct recording_file file;
    assert_done(recording_look(&file, path, NULL, &err));
    memcpy(file.fingerprint, fingerprint, sizeof file.fingerprint);
    assert_done(identity_settle(f->id, &file, &err));
    free(file.path);
    return mem_strdup(file.fingerprint);
}

static void store_files(struct fixture *f, const char *const *paths,
                        const char *const *fingerprints, size_t nb, const char *wanted)
{
    struct err err = {0};
    struct recording_file files[3];
    struct recording r;
    for (size_t i = 0; i < nb; i++) {
        assert_done(recording_look(&files[i], paths[i], NULL, &err));
        snprintf(files[i].fingerprint, sizeof files[i].fingerprint, "%s", fingerprints[i]);
    }
    recording_of_files(&r, files, nb, false);
    if (wanted)
        memcpy(r.fingerprint, wanted, sizeof r.fingerprint);
    assert_done(identity_settle_recording(f->id, &r, &err));
    assert_done(store_set_recording(f->event.store, &r, &err));
    recording_finish(&r);
    for (size_t i = 0; i < nb; i++)
        free(files[i].path);
}

static void assert_own(const char *fingerprint, const char *path)
{
    struct err err = {0};
    char wanted[33];
    assert_done(content_fingerprint(wanted, path, &err));
    assert_int_equal(wanted[0], 'w');
    assert_int_equal(strlen(wanted), 32);
    assert_string_equal(fingerprint, wanted);
}

static void test_copies_and_others(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "copies");
    AUTO_FREE char *a = make_file("a", 1), *copy = make_file("copy", 1), *other = make_file("b", 2);
    AUTO_FREE char *of_a = settle(&f, a, F), *of_copy = settle(&f, copy, F);
    AUTO_FREE char *of_other = settle(&f, other, F), *once_more = settle(&f, a, F);
    assert_string_equal(of_a, F);
    assert_string_equal(of_copy, F);
    assert_own(of_other, other);
    assert_string_equal(once_more, F);
    store_files(&f, (const char *const[]){other}, (const char *const[]){of_other}, 1, NULL);
    again(&f);
    AUTO_FREE char *known = settle(&f, other, F);
    assert_string_equal(known, of_other);
    end(&f);
}

/* The first file is gone: its recording may still be there, or have been removed. */
static void test_after_the_first(void **state)
{
    (void)state;
    for (int stays = 0; stays < 2; stays++) {
        struct fixture f;
        begin(&f, stays ? "stays" : "removed");
        AUTO_FREE char *a = make_file("gone", 1), *moved = folder_path("moved");
        AUTO_FREE char *other = make_file("after", 2), *of_a = settle(&f, a, F);
        if (stays)
            store_files(&f, (const char *const[]){a}, (const char *const[]){F}, 1, NULL);
        again(&f);
        assert_int_equal(rename(a, moved), 0);
        AUTO_FREE char *of_other = settle(&f, other, F), *of_moved = settle(&f, moved, F);
        assert_own(of_other, other);
        assert_string_equal(of_moved, F);
        end(&f);
    }
}

/* A store of before has no proofs: files are believed, and guarded from then on. */
static void test_without_proof(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "without");
    AUTO_FREE char *a = make_file("old", 1), *moved = folder_path("new place");
    AUTO_FREE char *other = make_file("too late", 2);
    store_files(&f, (const char *const[]){a}, (const char *const[]){F}, 1, NULL);
    again(&f);
    assert_int_equal(rename(a, moved), 0);
    AUTO_FREE char *of_moved = settle(&f, moved, F), *of_other = settle(&f, other, F);
    assert_string_equal(of_moved, F);
    assert_own(of_other, other);
    end(&f);
}

/* The fingerprint of a recording of several files is a hash of theirs, which can be forged. */
static void test_several_files(void **state)
{
    (void)state;
    struct err err = {0};
    struct fixture f;
    begin(&f, "several");
    AUTO_FREE char *a = make_file("1", 1), *b = make_file("2", 2), *c = make_file("3", 3);
    const char *const ab[] = {a, b}, *const ac[] = {a, c}, *const fingerprints[] = {"fa", "fb"},
                      *const others[] = {"fa", "fc"};
    store_files(&f, ab, fingerprints, 2, F);
    again(&f);
    AUTO_FREE char *of_c = settle(&f, c, F);
    assert_own(of_c, c);
    store_files(&f, ac, others, 2, F);
    struct recording r;
    bool found;
    assert_done(store_recording_by_path(&r, &found, f.event.store, a, &err));
    assert_true(found);
    assert_int_equal(r.fingerprint[0], 'w');
    recording_finish(&r);
    store_files(&f, ab, fingerprints, 2, F);
    assert_done(store_recording_by_path(&r, &found, f.event.store, a, &err));
    assert_string_equal(r.fingerprint, F);
    recording_finish(&r);
    end(&f);
}

static void test_unreadable(void **state)
{
    (void)state;
    struct err err = {0};
    struct fixture f;
    begin(&f, "unreadable");
    AUTO_FREE char *a = make_file("r", 1);
    struct recording_file file;
    assert_done(recording_look(&file, a, NULL, &err));
    assert_int_equal(unlink(a), 0);
    assert_fails(identity_settle(f.id, &file, &err), ERR_NOT_FOUND, "/r'");
    free(file.path);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_others), cmocka_unit_test(test_after_the_first),
        cmocka_unit_test(test_without_proof),     cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
