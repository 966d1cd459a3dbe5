/* Whatever is in work/, and however often it is asked for: the listing says what workdir_has does.
 */
#include "work_listing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "support.h"
#include "workdir.h"

enum { NB_KEYS = 400, NB_FOLDERS_USED = 3 };

static void key_of(char key[33], int n)
{
    snprintf(key, 33, "%02x%030x", n % NB_FOLDERS_USED == 2 ? 255 : n % NB_FOLDERS_USED, n * 7919);
}

static void make(const char *work, const char *key, const char *ext)
{
    struct err err = {0};
    assert_done(workdir_prepare(work, key, &err));
    AUTO_FREE char *path = workdir_path(work, key, ext);
    assert_done(fs_write_atomic(path, "", 0, &err));
}

static void test_says_what_is_there(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *work = folder_path("work");
    char key[33];
    assert_done(fs_mkdirs(work, &err));
    for (int n = 0; n < NB_KEYS; n += 2) {
        key_of(key, n);
        make(work, key, n % 4 ? "mp4" : "webm");
    }
    const int dir = open(work, O_PATH | O_DIRECTORY);
    struct work_listing *l = work_listing_create(dir);
    for (int n = 0; n < NB_KEYS; n++) {
        static const char *const exts[] = {"mp4", "webm", "json", "mp", "mp4.tmp"};
        key_of(key, n);
        for (size_t i = 0; i < NB(exts); i++)
            assert_int_equal(work_listing_has(l, key, exts[i]), workdir_has(dir, key, exts[i]));
    }
    key_of(key, 0);
    assert_true(work_listing_has(l, key, "webm"));
    /* Listed long since: what comes later is of the next plan. */
    key_of(key, 3);
    make(work, key, "mp4");
    assert_true(workdir_has(dir, key, "mp4"));
    assert_false(work_listing_has(l, key, "mp4"));
    work_listing_destroy(l);
    l = work_listing_create(dir);
    assert_true(work_listing_has(l, key, "mp4"));
    work_listing_destroy(l);
    close(dir);
}

static void test_no_folder_and_no_key(void **state)
{
    (void)state;
    AUTO_FREE char *work = folder_path("work");
    const int dir = open(work, O_PATH | O_DIRECTORY);
    struct work_listing *l = work_listing_create(dir);
    char key[33];
    for (int n = 0; n < NB_KEYS; n++) {
        snprintf(key, sizeof key, "ee%030x", n);
        assert_false(work_listing_has(l, key, "mp4"));
    }
    assert_false(work_listing_has(l, "", "mp4"));
    assert_false(work_listing_has(l, "../../etc/passwd", "mp4"));
    key_of(key, 0);
    assert_false(
        work_listing_has(l, key, "an ending that is longer than any file's name is there"));
    work_listing_destroy(l);
    work_listing_destroy(NULL);
    close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_is_there),
        cmocka_unit_test(test_no_folder_and_no_key),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
