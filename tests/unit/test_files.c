/* Files, and the JSON and YAML in them: written values are read back, errors name the place. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "sha256.h"
#include "str.h"
#include "yaml_json.h"

/* --- files ----------------------------------------------------------------------------------- */

static void assert_content(const char *path, const char *content)
{
    struct err err = {0};
    AUTO_FREE char *text = NULL;
    size_t nb;
    assert_done(fs_read(&text, &nb, path, 1 << 20, &err));
    assert_int_equal(nb, strlen(content));
    assert_string_equal(text, content);
}

static void write_file(const char *path, const char *content)
{
    struct err err = {0};
    assert_done(fs_write_atomic(path, content, strlen(content), &err));
}

static void test_write_atomic(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *dir = folder_path("atomic"), *path = fs_join(dir, "a"),
                   *lost = fs_join(dir, "no/a");
    assert_done(fs_mkdirs(dir, &err));
    write_file(path, "one");
    assert_content(path, "one");
    const int old = open(path, O_RDONLY);
    write_file(path, "two, longer");
    assert_content(path, "two, longer");
    char was[8] = {0}; /* who has it open reads what it was: it is replaced, not written into */
    assert_int_equal(read(old, was, sizeof was), 3);
    assert_string_equal(was, "one");
    close(old);
    assert_fails(fs_write_atomic(lost, "x", 1, &err), ERR_NOT_FOUND, "no/a");
    assert_fails(fs_write_atomic(dir, "x", 1, &err), ERR_INVALID, "atomic");
    /* Nothing else is left in the folder, nor beside it. */
    AUTO_FREE char *beside = mem_printf("%s.tmp-%d", dir, (int)getpid());
    assert_false(fs_exists(beside));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void test_read(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("read"), *none = folder_path("none"),
                   *dir = folder_path(".");
    char *out = NULL;
    size_t nb;
    write_file(path, "12345");
    assert_fails(fs_read(&out, NULL, none, 10, &err), ERR_NOT_FOUND, "none");
    assert_fails(fs_read(&out, NULL, dir, 10, &err), ERR_INVALID, "folder");
    assert_fails(fs_read(&out, NULL, path, 4, &err), ERR_INVALID, "larger than 4 bytes");
    assert_null(out);
    assert_done(fs_read(&out, &nb, path, 5, &err));
    assert_int_equal(nb, 5);
    assert_string_equal(out, "12345");
    free(out);
    assert_done(fs_write_atomic(path, "", 0, &err));
    assert_done(fs_read(&out, &nb, path, 5, &err));
    assert_int_equal(nb, 0);
    assert_string_equal(out, "");
    free(out);
}

static void test_link_atomic(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *from = folder_path("link-from"), *to = folder_path("link-to"),
                   *none = folder_path("link-none"),
                   *tmp = mem_printf("%s.tmp-%d", to, (int)getpid());
    write_file(from, "new");
    write_file(to, "old");
    write_file(tmp, "left by a killed run");
    for (int i = 0; i < 2; i++) { /* also when it is the same file already */
        assert_done(fs_link_atomic(from, to, &err));
        assert_content(to, "new");
        assert_false(fs_exists(tmp));
        struct stat a, b;
        assert_int_equal(stat(from, &a), 0);
        assert_int_equal(stat(to, &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
    }
    assert_fails(fs_link_atomic(none, to, &err), ERR_NOT_FOUND, "link-to");
    assert_content(to, "new");
    assert_false(fs_exists(tmp));
}

static void test_mkdirs(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *deep = folder_path("a/b//c/d/"), *file = folder_path("file"),
                   *below = folder_path("file/x");
    assert_done(fs_mkdirs(deep, &err));
    assert_true(fs_is_dir(deep));
    assert_done(fs_mkdirs(deep, &err));
    write_file(file, "");
    assert_fails(fs_mkdirs(file, &err), ERR_INVALID, "not a folder");
    assert_fails(fs_mkdirs(below, &err), ERR_NOT_FOUND, NULL);
    assert_fails(fs_mkdirs("", &err), ERR_INVALID, NULL);
}

static void test_remove_all(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *kept = folder_path("kept"), *treasure = fs_join(kept, "treasure"),
                   *top = folder_path("top"), *deep = fs_join(top, "x/y"),
                   *file = fs_join(deep, "file"), *link = fs_join(top, "link"),
                   *dangling = fs_join(top, "dangling");
    assert_done(fs_mkdirs(kept, &err));
    assert_done(fs_mkdirs(deep, &err));
    write_file(treasure, "gold");
    write_file(file, "x");
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(symlink("nowhere", dangling), 0);
    assert_done(fs_remove_all(top, &err));
    assert_false(fs_exists(top));
    assert_content(treasure, "gold"); /* links are removed, not followed */
    assert_done(fs_remove_all(top, &err));
    assert_done(fs_remove_all(treasure, &err));
    assert_false(fs_exists(treasure));
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *dir, *base;
    } cases[] = {
        {"a", ".", "a"},       {"/a", "/", "a"},    {"/a/b", "/a", "b"},
        {"a/b/c", "a/b", "c"}, {"a/b/", "a/b", ""}, {"", ".", ""},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *dir = fs_dirname(cases[i].path);
        assert_row_str(cases[i].path, dir, cases[i].dir);
        assert_row_str(cases[i].path, fs_basename(cases[i].path), cases[i].base);
    }
    AUTO_FREE char *plain = fs_join("a", "b"), *slash = fs_join("/", "b");
    assert_string_equal(plain, "a/b");
    assert_string_equal(slash, "/b");
    AUTO_FREE char *path = folder_path("sized"), *none = folder_path("not there");
    write_file(path, "123");
    assert_int_equal(fs_size(path), 3);
    assert_int_equal(fs_size(none), -1);
    assert_true(fs_free_bytes(path) >= 0);
    assert_int_equal(fs_free_bytes(none), -1);
}

/* What cannot be opened is not there, but it is not gone either: a claim on a disk that fails. */
static void test_gone(void **state)
{
    (void)state;
    AUTO_FREE char *file = folder_path("there"), *none = folder_path("none"),
                   *below = folder_path("there/below"), *loop = folder_path("loop"),
                   *pipe = folder_path("pipe");
    write_file(file, "x");
    assert_int_equal(symlink(loop, loop), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const struct {
        const char *path;
        bool there, gone;
    } rows[] = {{file, true, false},
                {none, false, true},
                {below, false, true},
                {loop, false, false},
                {pipe, true, false}};
    for (size_t i = 0; i < NB(rows); i++) {
        assert_row_int(rows[i].path, fs_is_there(rows[i].path), rows[i].there);
        assert_row_int(rows[i].path, fs_is_gone(rows[i].path), rows[i].gone);
    }
}

/* --- YAML ------------------------------------------------------------------------------------ */

static int read_yaml(json_t **out, const char *text, size_t nb, struct err *err)
{
    AUTO_FREE char *path = folder_path("a.yaml");
    assert_int_equal(fs_write_atomic(path, text, nb, err), 0);
    return yaml_json_read(out, path, err);
}

static void test_yaml_values(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *json;
    } cases[] = {
        {"", "{}"},
        {"# only words\n", "{}"},
        {"---\n", "null"},
        {"a: 1", "{\"a\":1}"},
        {"a: -17", "{\"a\":-17}"},
        {"a: +17", "{\"a\":17}"},
        {"a: 007", "{\"a\":7}"},
        {"a: 1.5", "{\"a\":1.5}"},
        {"a: -.5", "{\"a\":-0.5}"},
        {"a: 1e3", "{\"a\":1000.0}"},
        {"a: 0x10", "{\"a\":\"0x10\"}"},
        {"a: 0x1p3", "{\"a\":\"0x1p3\"}"},
        {"a: +inf", "{\"a\":\"+inf\"}"},
        {"a: -nan", "{\"a\":\"-nan\"}"},
        {"a: .inf", "{\"a\":\".inf\"}"},
        {"a: 1e999", "{\"a\":\"1e999\"}"},
        {"a: 99999999999999999999", "{\"a\":1e20}"},
        {"a: true\nb: no", "{\"a\":true,\"b\":false}"},
        {"a: ~\nb:\nc: null", "{\"a\":null,\"b\":null,\"c\":null}"},
        {"a: 'true'\nb: \"5\"", "{\"a\":\"true\",\"b\":\"5\"}"},
        {"a: |\n  5\n", "{\"a\":\"5\\n\"}"},
        {"a: 12:06", "{\"a\":\"12:06\"}"},
        {"a: 2010-04-28", "{\"a\":\"2010-04-28\"}"},
        {"a: --", "{\"a\":\"--\"}"},
        {"a: .mp4", "{\"a\":\".mp4\"}"},
        {"a: 5 apples", "{\"a\":\"5 apples\"}"},
        {"a: [1, two, [3]]", "{\"a\":[1,\"two\",[3]]}"},
        {"a:\n  b:\n    - c: 1\n    - {}\n", "{\"a\":{\"b\":[{\"c\":1},{}]}}"},
        {"ü: 大", "{\"ü\":\"大\"}"},
        {"- 1\n- 2\n", "[1,2]"},
        {"a: 1\n...\n", "{\"a\":1}"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_JSON *got = NULL, *wanted = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(wanted);
        if (read_yaml(&got, cases[i].yaml, strlen(cases[i].yaml), &err) < 0)
            fail_msg("'%s': %s", cases[i].yaml, err.msg);
        AUTO_FREE char *text = json_canonical(got), *right = json_canonical(wanted);
        assert_row_str(cases[i].yaml, text, right);
    }
}

static void test_yaml_lines(void **state)
{
    static const char text[] = "# a comment\n"
                               "a: 1\n"
                               "b:\n"
                               "  c:\n"
                               "    a: [1,\n"
                               "        2]\n"
                               "    d: {a: 3,\n"
                               "        e.f: 4}\n"
                               "  a: 5\n"
                               "g: a\n";
    static const struct {
        const char *block, *key;
        size_t line;
    } rows[] = {
        {"", "a", 2},      {"", "g", 10},       {"b", "a", 9},     {"b", "c", 4}, {"b.c", "a", 5},
        {"b.c.d", "a", 7}, {"b.c.d", "e.f", 8}, {"", "c", 0},      {"b", "g", 0}, {"g", "a", 0},
        {"b.c.a", "1", 0}, {"x.y", "a", 0},     {"b.c", "b.c", 0}, {"", "", 0},
    };
    (void)state;
    AUTO_FREE char *path = folder_path("lines.yaml");
    write_file(path, text);
    for (size_t i = 0; i < NB(rows); i++)
        assert_row_int(rows[i].key, (int)yaml_json_line(path, rows[i].block, rows[i].key),
                       (int)rows[i].line);
    write_file(path, "a: [");
    assert_int_equal(yaml_json_line(path, "", "a"), 0);
    assert_int_equal(yaml_json_line("/nowhere/a.yaml", "", "a"), 0);
}

static void test_yaml_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *says;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "line 3"},
        {"a: 1\nb: &x 2\nc: *x\n", "line 3"},
        {"a: 1\nb: !!str 5\n", "line 2"},
        {"a: !include /etc/passwd\n", "line 1"},
        {"a: 1\n\nb: !x [1]\n", "line 3"},
        {"a: !x {}\n", "line 1"},
        {"a:\n\t- 1\n", "line 2"},
        {"a: [1, 2\n", "line 2"},
        {"a: 'open\n", "line"},
        {"a: b: c\n", "line 1"},
        {"a: 1\n? [x]\n: 2\n", "line 2"},
        {"a: 1\n---\nb: 2\n", "line 2"},
        {"a: 1\n...\n]\n", "line 3"},
        {"a: \"\\uD800\"\n", "line 1"},
        {"a: \xff\n", NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_JSON *got = NULL;
        const int ret = read_yaml(&got, cases[i].yaml, strlen(cases[i].yaml), &err);
        if (ret == 0)
            fail_msg("'%s' is taken", cases[i].yaml);
        support_check_error(ret, &err, ERR_INVALID, cases[i].says, cases[i].yaml);
        support_check_error(ret, &err, ERR_INVALID, "a.yaml", cases[i].yaml);
        assert_null(got);
    }
    struct err err = {0};
    AUTO_JSON *got = NULL;
    AUTO_FREE char *none = folder_path("none.yaml");
    assert_fails(yaml_json_read(&got, none, &err), ERR_NOT_FOUND, "none.yaml");
    AUTO_STR deep = {0};
    for (int i = 0; i < 1000; i++)
        str_add(&deep, "[");
    assert_fails(read_yaml(&got, deep.s, deep.len, &err), ERR_INVALID, "deep");
}

/* RFC 4231, test cases 2 and 6. */
static void test_hmac(void **state)
{
    (void)state;
    char code[SHA256_BYTES], other[SHA256_BYTES], key[132];
    static const char text[] = "what do ya want for nothing?";
    sha256_hmac_hex(code, "Jefe", text, strlen(text));
    assert_string_equal(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key - 1);
    key[sizeof key - 1] = '\0';
    static const char longer[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    sha256_hmac_hex(other, key, longer, strlen(longer));
    assert_string_equal(other, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_false(sha256_equal(code, other));
    assert_true(sha256_equal(code, code));
}

static void test_sha256(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("sum"), *none = folder_path("none");
    static const struct {
        const char *content, *sum;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        char sum[SHA256_BYTES];
        write_file(path, cases[i].content);
        assert_done(sha256_file(sum, path, &err));
        assert_string_equal(sum, cases[i].sum);
    }
    char sum[SHA256_BYTES];
    assert_true(sha256_file(sum, none, &err) < 0);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void test_json_files(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("a.json");
    AUTO_JSON *value = json_pack("{s:i, s:[s, n], s:f}", "b", 1, "a", "ü\n\"", "c", 0.1);
    AUTO_JSON *back = NULL;
    AUTO_FREE char *written = json_file_text(value);
    assert_done(fs_write_atomic(path, written, strlen(written), &err));
    assert_done(json_read_file(&back, path, &err));
    assert_true(json_equal(value, back));
    AUTO_FREE char *text = json_canonical(back);
    assert_string_equal(text, "{\"a\":[\"ü\\n\\\"\",null],\"b\":1,\"c\":0.10000000000000001}");
    static const struct {
        const char *text;
        size_t nb;
        const char *says;
    } broken[] = {
        {"", 0, "line 1"},
        {"{\n \"a\": }", 9, "line 2"},
        {"{} x", 4, "line 1"},
        {"[1, 2]", 6, "object"},
        {"\"a\"", 3, NULL},
        {"{\"a\": \"\xff\"}", 10, "line 1"},
        {"{\"a\": 1}\0x", 10, "a.json"},
    };
    for (size_t i = 0; i < NB(broken); i++) {
        json_t *none = NULL;
        assert_done(fs_write_atomic(path, broken[i].text, broken[i].nb, &err));
        assert_fails(json_read_file(&none, path, &err), ERR_INVALID, broken[i].says);
        assert_null(none);
    }
}

static void test_json_members(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_JSON *o = json_pack("{s:s, s:i, s:f, s:b, s:n, s:{}, s:[]}", "text", "t", "int", 5, "real",
                             1.5, "yes", 1, "none", "object", "list");
    const char *s = NULL;
    int64_t n = 0;
    json_t *v = NULL;
    assert_done(json_need_string(&s, o, "text", "x", &err));
    assert_string_equal(s, "t");
    assert_done(json_need_number(&n, o, "int", 0, 9, "x", &err));
    assert_int_equal(n, 5);
    assert_done(json_need_object(&v, o, "object", "x", &err));
    assert_done(json_need_array(&v, o, "list", "x", &err));
    assert_fails(json_need_string(&s, o, "int", "the job", &err), ERR_INVALID, "the job: 'int'");
    assert_fails(json_need_string(&s, o, "gone", "the job", &err), ERR_INVALID, "missing");
    assert_fails(json_need_number(&n, o, "real", 0, 9, "x", &err), ERR_INVALID, "whole number");
    assert_fails(json_need_number(&n, o, "int", -1, 4, "the job", &err), ERR_INVALID,
                 "the job: 'int' is 5, should be -1 to 4");
    assert_done(json_need_number(&n, o, "int", 5, 5, "x", &err));
    assert_fails(json_need_object(&v, o, "list", "x", &err), ERR_INVALID, "object");
    assert_fails(json_need_array(&v, o, "none", "x", &err), ERR_INVALID, "list");
    assert_fails(json_need_number(&n, NULL, "int", 0, 9, "x", &err), ERR_INVALID, "missing");
    assert_string_equal(json_get_string(o, "none", "f"), "f");
    assert_string_equal(json_get_string(NULL, "text", "f"), "f");
    assert_int_equal(json_get_int(o, "int", 7), 5);
    assert_int_equal(json_get_int(o, "real", 7), 7);
    assert_true(json_get_number(o, "int", 7) == 5 && json_get_number(o, "real", 7) == 1.5);
    assert_true(json_get_number(o, "text", 7) == 7);
    assert_true(json_get_bool(o, "yes", false));
    assert_true(json_get_bool(o, "int", true));
}

static void test_json_text(void **state)
{
    (void)state;
    AUTO_JSON *none = json_text(NULL),
              *broken = json_text("a\xff\x01"
                                  "b"),
              *empty = json_text("");
    assert_true(json_is_null(none));
    assert_string_equal(json_string_value(broken), "a\xef\xbf\xbd"
                                                   "b");
    assert_string_equal(json_string_value(empty), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_atomic), cmocka_unit_test(test_read),
        cmocka_unit_test(test_link_atomic),  cmocka_unit_test(test_mkdirs),
        cmocka_unit_test(test_remove_all),   cmocka_unit_test(test_paths),
        cmocka_unit_test(test_yaml_values),  cmocka_unit_test(test_yaml_lines),
        cmocka_unit_test(test_yaml_refuses), cmocka_unit_test(test_json_files),
        cmocka_unit_test(test_json_members), cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_sha256),       cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_gone),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
