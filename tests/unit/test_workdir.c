#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fs.h"
#include "mem.h"
#include "workdir.h"

static char *new_work(void)
{
    char name[] = "/tmp/test_workdir.XXXXXX";
    assert_non_null(mkdtemp(name));
    return mem_strdup(name);
}

static void remove_work(char *work)
{
    struct err err = {0};
    assert_int_equal(fs_remove_all(work, &err), 0);
    free(work);
}

static void add(const char *dir, const char *name)
{
    struct err err = {0};
    AUTO_FREE char *path = fs_join(dir, name);
    assert_int_equal(fs_write(path, "x", 1, &err), 0);
}

static bool has(const char *dir, const char *name)
{
    AUTO_FREE char *path = fs_join(dir, name);
    return fs_is_taken(path);
}

/* What a live process claimed stays; everything else in tmp/ goes. */
static void claimed_stays(void **state)
{
    (void)state;
    struct err err = {0};
    char *work = new_work(), *claimed = NULL;
    int lock = -1;
    AUTO_FREE char *tmp = fs_join(work, "tmp");
    assert_int_equal(workdir_claim(&claimed, &lock, work, "on-demand", &err), 0);
    add(claimed, "spec.json");
    add(tmp, "old.json");
    AUTO_FREE char *left = fs_join(tmp, "0123-1");
    assert_int_equal(mkdir(left, 0777), 0);
    add(left, "made");
    assert_int_equal(workdir_clean(work, &err), 0);
    assert_true(has(claimed, "spec.json"));
    assert_false(has(tmp, "old.json"));
    assert_false(has(tmp, "0123-1"));
    /* Its process has ended. */
    close(lock);
    assert_int_equal(workdir_clean(work, &err), 0);
    assert_false(fs_is_taken(claimed));
    assert_true(fs_is_dir(tmp));
    free(claimed);
    remove_work(work);
}

/* A link in place of tmp/, or in it, is removed and not followed. */
static void links_are_not_followed(void **state)
{
    (void)state;
    struct err err = {0};
    char *work = new_work(), *other = new_work();
    AUTO_FREE char *tmp = fs_join(work, "tmp"), *link = fs_join(tmp, "link");
    add(other, "kept");
    assert_int_equal(symlink(other, tmp), 0);
    assert_int_equal(workdir_clean(work, &err), 0);
    assert_int_equal(symlink(other, link), 0);
    assert_int_equal(workdir_clean(work, &err), 0);
    assert_false(fs_is_taken(link));
    assert_true(has(other, "kept"));
    remove_work(work);
    remove_work(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claimed_stays),
        cmocka_unit_test(links_are_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
