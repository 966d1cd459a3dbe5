/* The identity of a recording's content: what the outer process states of it, whatever the process
 * in the sandbox claims. */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "content_hash.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "sha256.h"

enum { BIG = (1 << 20) + 77 };

/* A new string: the path of a new file of nb bytes. */
static char *make_file(const char *name, size_t nb, int seed)
{
    struct err err = {0};
    char *path = folder_path("%s", name);
    AUTO_FREE char *bytes = mem_zalloc(nb + 1, 1);
    for (size_t i = 0; i < nb; i++)
        bytes[i] = (char)(seed + (int)i % 251);
    assert_done(fs_write_atomic(path, bytes, nb, &err));
    return path;
}

static struct job_file describe(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (struct job_file){path, st.st_size,
                             (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec};
}

static int add(json_t *result, struct job_file *files, size_t nb, struct err *err)
{
    const struct job_spec spec = {.stage = STAGE_PROBE, .files = files, .nb_files = nb};
    AUTO_CONTENT_HASH *hash = content_hash_open(&spec);
    return content_hash_add(hash, result, err);
}

static void assert_sum(const char *path, const char *sum)
{
    struct err err = {0};
    char wanted[SHA256_BYTES];
    assert_done(sha256_file(wanted, path, &err));
    assert_row_str(path, sum, wanted);
}

static void test_one_file(void **state)
{
    (void)state;
    struct err err = {0};
    static const size_t sizes[] = {1, 1 << 18, BIG};
    for (size_t i = 0; i < NB(sizes); i++) {
        AUTO_FREE char *path = make_file("one.mp4", sizes[i], 1);
        struct job_file file = describe(path);
        AUTO_JSON *result = json_pack("{s:i}", "duration_ms", 1000);
        assert_done(add(result, &file, 1, &err));
        assert_sum(path, json_get_string(result, "hash", ""));
        assert_null(json_object_get(result, "sums"));
        assert_int_equal(json_get_int(result, "duration_ms", 0), 1000);
    }
}

/* "abc", from the standard (FIPS 180-2). */
static void test_standard(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("abc");
    assert_done(fs_write_atomic(path, "abc", 3, &err));
    struct job_file file = describe(path);
    AUTO_JSON *result = json_object();
    assert_done(add(result, &file, 1, &err));
    assert_string_equal(json_get_string(result, "hash", ""),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* A process in the sandbox that claims another recording's identity is not believed. */
static void test_claims(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = make_file("claim.mp4", BIG, 3);
    struct job_file file = describe(path);
    static const char *const claims[] = {
        "\"d41d8cd98f00b204e9800998ecf8427e\"",
        "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"", "17", "null", "[]"};
    for (size_t i = 0; i < NB(claims); i++) {
        AUTO_FREE char *text =
            mem_printf("{\"hash\": %s, \"sums\": [%s, %s]}", claims[i], claims[i], claims[i]);
        AUTO_JSON *result = json_loads(text, 0, NULL);
        assert_done(add(result, &file, 1, &err));
        assert_sum(path, json_get_string(result, "hash", ""));
        assert_null(json_object_get(result, "sums"));
    }
    AUTO_JSON *unreadable = json_pack("{s:s, s:s}", "error", "no recording", "hash", claims[1]);
    assert_done(add(unreadable, &file, 1, &err));
    assert_string_equal(json_get_string(unreadable, "hash", "none"), "");
}

/* Of several files: another order, or another division of the same bytes, is another recording. */
static void test_several_files(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *a = make_file("a.mts", BIG, 1), *b = make_file("b.mts", 1000, 2);
    AUTO_FREE char *c = make_file("c.mts", 1000, 2);
    struct job_file orders[][2] = {
        {describe(a), describe(b)}, {describe(b), describe(a)}, {describe(a), describe(c)}};
    char *ids[NB(orders)];
    for (size_t i = 0; i < NB(orders); i++) {
        AUTO_JSON *result = json_object();
        assert_done(add(result, orders[i], 2, &err));
        ids[i] = mem_strdup(json_get_string(result, "hash", ""));
        assert_int_equal(strlen(ids[i]), SHA256_BYTES - 1);
        const json_t *sums = json_object_get(result, "sums");
        assert_int_equal(json_array_size(sums), 2);
        for (size_t k = 0; k < 2; k++)
            assert_sum(orders[i][k].path, json_string_value(json_array_get(sums, k)));
    }
    assert_string_not_equal(ids[0], ids[1]);
    assert_string_equal(ids[0], ids[2]);
    for (size_t i = 0; i < NB(ids); i++)
        free(ids[i]);
}

static void test_other_file(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = make_file("changed.mp4", BIG, 1), *gone = folder_path("gone.mp4");
    struct job_file shorter = describe(path), longer = shorter, older = shorter;
    struct job_file lost = {.path = gone, .size = 3};
    AUTO_JSON *result = json_object();
    shorter.size -= 1;
    longer.size += 1;
    older.mtime_ns -= 1;
    assert_fails(add(result, &shorter, 1, &err), ERR_INVALID, "changed.mp4");
    assert_fails(add(result, &longer, 1, &err), ERR_INVALID, "changed.mp4");
    assert_fails(add(result, &older, 1, &err), ERR_INVALID, "changed.mp4");
    assert_fails(add(result, &lost, 1, &err), ERR_NOT_FOUND, "gone.mp4");
    assert_null(json_object_get(result, "hash"));
}

/* While the child process runs, and after it, whatever its end. */
static void test_wait(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = make_file("wait.mp4", BIG, 5);
    struct job_file file = describe(path);
    static const useconds_t naps_us[] = {0, 30000};
    for (size_t i = 0; i < NB(naps_us); i++) {
        const struct job_spec spec = {.stage = STAGE_PROBE, .files = &file, .nb_files = 1};
        AUTO_CONTENT_HASH *hash = content_hash_open(&spec);
        const pid_t child = fork();
        if (child == 0) {
            usleep(naps_us[i]);
            _exit(7);
        }
        int status = 0;
        content_hash_wait(hash, child, &status);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 7);
        AUTO_JSON *result = json_object();
        assert_done(content_hash_add(hash, result, &err));
        assert_sum(path, json_get_string(result, "hash", ""));
    }
}

/* Other stages read nothing, and their results stay as they are. */
static void test_other_stages(void **state)
{
    (void)state;
    struct job_file lost = {.path = "/none", .size = 3};
    const struct job_spec spec = {.stage = STAGE_CELL, .files = &lost, .nb_files = 1};
    AUTO_CONTENT_HASH *hash = content_hash_open(&spec);
    int status = 1;
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    content_hash_wait(hash, child, &status);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_file),     cmocka_unit_test(test_standard),
        cmocka_unit_test(test_claims),       cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_other_file),   cmocka_unit_test(test_wait),
        cmocka_unit_test(test_other_stages),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
