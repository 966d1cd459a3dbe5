/* Clock, text, hashes, files, YAML, JSON and errors, each by a table of inputs and outcomes. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "str.h"
#include "yaml_json.h"

/* --- clock ----------------------------------------------------------------------------------- */

static void test_clock_parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"7", 7000},
        {"59.5", 59500},
        {"90", 90000}, /* seconds alone may be more than a minute */
        {"12:06", 726000},
        {"0:00", 0},
        {"00:59.999", 59999},
        {"1:02:03", 3723000},
        {"1:02:03.250", 3723250},
        {"100:00:00", 360000000},
        {"90:00", 5400000},
        {"12:06.1", 726100},
        {"12:06.12", 726120},
        {"12:06.1239", 726123},
        {"9999999", 9999999000},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        int64_t ms = -1;
        if (!clock_parse_ms(cases[i].text, &ms))
            fail_msg("'%s' is refused", cases[i].text);
        assert_row_int(cases[i].text, ms, cases[i].ms);
    }
}

static void test_clock_refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",        " ",        "x",       ":",          "1:",        ":30",    "12:6",  "12:60",
        "1:60:00", "1:2:03",   "1:02:3",  "1:02:03:04", "12:06 ",    " 12:06", "-1",    "+1",
        "12:06.",  ".5",       "12.5:06", "12:06,5",    "12:06x",    "1e3",    "12::6", "12:006",
        "0x10",    "12345678", "１２:06", "12:06\n",    "1:02:03.x",
    };
    for (size_t i = 0; i < NB(cases); i++) {
        int64_t ms = 42;
        if (clock_parse_ms(cases[i], &ms))
            fail_msg("'%s' is taken as %lld ms", cases[i], (long long)ms);
        assert_row_int(cases[i], ms, 42);
    }
}

static void test_clock_formats(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *short_form, *with_ms;
    } cases[] = {
        {0, "0:00", "0:00.000"},
        {499, "0:00", "0:00.499"},
        {500, "0:01", "0:00.500"},
        {59999, "1:00", "0:59.999"},
        {726000, "12:06", "12:06.000"},
        {726250, "12:06", "12:06.250"},
        {3599499, "59:59", "59:59.499"},
        {3599500, "1:00:00", "59:59.500"},
        {3723004, "1:02:03", "1:02:03.004"},
        {360000000, "100:00:00", "100:00:00.000"},
        {-726250, "-12:06", "-12:06.250"},
        {-1, "0:00", "-0:00.001"},
        {INT64_MAX, "2562047788015:12:56", "2562047788015:12:55.807"},
        {INT64_MIN, "-2562047788015:12:56", "-2562047788015:12:55.808"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        char buf[CLOCK_BYTES];
        assert_row_str("whole seconds", clock_format_ms(buf, cases[i].ms, false),
                       cases[i].short_form);
        assert_row_str("with ms", clock_format_ms(buf, cases[i].ms, true), cases[i].with_ms);
    }
}

static void test_clock_there_and_back(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 40000000; ms += 99991) {
        char buf[CLOCK_BYTES];
        int64_t back;
        assert_true(clock_parse_ms(clock_format_ms(buf, ms, true), &back));
        assert_row_int(buf, back, ms);
    }
}

/* --- text ------------------------------------------------------------------------------------ */

static void test_slugs(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *slug;
    } cases[] = {
        {"Observing or Interfering?", 80, "observing-or-interfering"},
        {"  --Xen & the Art -- ", 80, "xen-and-the-art"},
        {"Q&A", 80, "q-and-a"},
        {"&", 80, "and"},
        {"& then", 80, "and-then"},
        {"Don't panic", 80, "dont-panic"},
        {"Don\xe2\x80\x99t panic", 80, "dont-panic"},
        {"a/b\\c..d", 80, "a-b-c-d"},
        {"../../etc/passwd", 80, "etc-passwd"},
        {"", 80, "untitled"},
        {"?!…", 80, "untitled"},
        {"\xf0\x9f\x98\x80", 80, "untitled"},
        {"Größe", 80, "groesse"},
        {"Škoda Łódź Ğ ő ŵ Ž ſ", 80, "skoda-lodz-g-o-w-z-s"},
        {"cafe\xcc\x81 au lait", 80, "cafe-au-lait"},
        {"Ærø", 80, "aero"},
        {"2×3", 80, "2-3"},
        {"大規模システム", 80, "大規模システム"},
        {"大規模", 8, "大規"}, /* cut between characters, not inside of one */
        {"abc def", 3, "abc"},
        {"abc def", 4, "abc"}, /* "abc-" would end in a hyphen */
        {"abc def", 5, "abc-d"},
        {"abcdef", 3, "abc"},
        {"\xff\xfe", 80, "untitled"},
        {"a\xff"
         "b",
         80, "a-b"},
        {"C++ and C#", 80, "c-and-c"},
        {"tab\tand\nline", 80, "tab-and-line"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *slug = str_slug(cases[i].text, cases[i].max);
        assert_row_str(cases[i].text, slug, cases[i].slug);
        assert_true(strlen(slug) <= cases[i].max);
    }
}

static void test_clean(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a\x01"
         "b\x7f"
         "c",
         "abc"},
        {"a\tb\nc\rd", "a\tb\ncd"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong NUL */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* surrogate */
        {"\xc2\x85x", "x"},                                       /* C1 control */
        {"Grüße 大", "Grüße 大"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *clean = str_clean(cases[i].text);
        assert_row_str(cases[i].text, clean, cases[i].clean);
        assert_true(str_is_utf8(clean));
    }
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t cp; /* of the first one */
        int nb;
        bool valid;
    } cases[] = {
        {"A", 'A', 1, true},
        {"\x7f", 0x7f, 1, true},
        {"\xc2\x80", 0x80, 2, true},
        {"\xdf\xbf", 0x7ff, 2, true},
        {"\xe0\xa0\x80", 0x800, 3, true},
        {"\xef\xbf\xbf", 0xffff, 3, true},
        {"\xf0\x90\x80\x80", 0x10000, 4, true},
        {"\xf4\x8f\xbf\xbf", 0x10ffff, 4, true},
        {"\xf4\x90\x80\x80", 0xfffd, 1, false}, /* above the last code point */
        {"\xc1\xbf", 0xfffd, 1, false},         /* overlong */
        {"\xe0\x9f\xbf", 0xfffd, 1, false},
        {"\xf0\x8f\xbf\xbf", 0xfffd, 1, false},
        {"\xed\xbf\xbf", 0xfffd, 1, false}, /* surrogate */
        {"\x80", 0xfffd, 1, false},
        {"\xe2\x82", 0xfffd, 1, false}, /* cut off */
        {"\xf8\x88\x80\x80\x80", 0xfffd, 1, false},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *p = cases[i].bytes;
        assert_int_equal(str_next_utf8(&p), cases[i].cp);
        assert_int_equal(p - cases[i].bytes, cases[i].nb);
        assert_int_equal(str_is_utf8(cases[i].bytes), cases[i].valid);
        AUTO_STR back = {0};
        str_add_utf8(&back, cases[i].cp);
        if (cases[i].valid)
            assert_string_equal(back.s, cases[i].bytes);
    }
    const char *end = "";
    assert_int_equal(str_next_utf8(&end), 0);
    assert_string_equal(end, "");
}

static void test_columns(void **state)
{
    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        skip();
    static const struct {
        const char *text;
        int columns;
    } cases[] = {
        {"", 0}, {"abc", 3}, {"Grüße", 5}, {"大規模", 6}, {"cafe\xcc\x81", 4}, {"a\xff", 2},
    };
    for (size_t i = 0; i < NB(cases); i++)
        assert_row_int(cases[i].text, str_columns(cases[i].text), cases[i].columns);
}

static void test_fold_space(void **state)
{
    (void)state;
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"", ""},           {"   ", ""},
        {"a", "a"},         {" a ", "a"},
        {"a  b", "a b"},    {"\t a \n\r b\v\f", "a b"},
        {"大 規", "大 規"}, {"\n\nTitle\n", "Title"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *s = mem_strdup(cases[i].text);
        str_fold_space(s);
        assert_row_str(cases[i].text, s, cases[i].folded);
    }
}

static void test_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *want;
    } rows[] = {
        {"", 4, ""},
        {" ab \n cd ", 5, "ab cd"},
        {"abcde", 5, "abcde"},
        {"abcdef", 5, "abcde..."},
        {"abc def", 4, "abc..."},
        {"abc \u00e9", 5, "abc..."},
        {"abc \u00e9", 6, "abc \u00e9"},
        {"ab\x01\xff", 5, "ab\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *got = str_quote(rows[i].text, rows[i].max);
        assert_row_str(rows[i].text, got, rows[i].want);
    }
}

static void test_growing_text(void **state)
{
    (void)state;
    AUTO_STR s = {0};
    for (int i = 0; i < 1000; i++)
        str_addf(&s, "%d,", i);
    assert_int_equal(s.len, strlen(s.s));
    assert_true(str_starts(s.s, "0,1,2,"));
    assert_true(str_ends(s.s, ",998,999,"));
    assert_false(str_starts(s.s, "0,1,3"));
    assert_false(str_ends("a", "ba"));
    str_clear(&s);
    assert_int_equal(s.len, 0);
    AUTO_FREE char *nothing = str_take(&s);
    assert_string_equal(nothing, "");
    assert_null(s.s);
}

/* --- hashes ---------------------------------------------------------------------------------- */

static void test_hash(void **state)
{
    (void)state;
    /* XXH3_128bits of nothing, as the XXH3 test vectors state it. */
    char one[HASH_BYTES], two[HASH_BYTES];
    hash_bytes("", 0, one);
    assert_string_equal(one, "99aa06d3014798d86001c324468d497f");
    /* However it is cut into pieces, also across XXH3's block of 256 bytes. */
    uint8_t bytes[5000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    hash_bytes(bytes, sizeof bytes, one);
    static const size_t pieces[] = {1, 7, 255, 256, 257, 4999, 5000};
    for (size_t i = 0; i < NB(pieces); i++) {
        struct hash *h = hash_create();
        for (size_t at = 0; at < sizeof bytes; at += pieces[i])
            hash_add(h, bytes + at, sizeof bytes - at < pieces[i] ? sizeof bytes - at : pieces[i]);
        hash_hex(h, two);
        assert_string_equal(one, two);
        hash_hex(h, two); /* asking changes nothing */
        assert_string_equal(one, two);
        hash_destroy(h);
    }
    hash_destroy(NULL);
}

static void hash_of_texts(char out[HASH_BYTES], const char *a, const char *b, int64_t n)
{
    struct hash *h = hash_create();
    hash_add_str(h, a);
    hash_add_str(h, b);
    hash_add_int(h, n);
    hash_hex(h, out);
    hash_destroy(h);
}

static void test_hash_tells_apart(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int64_t n;
    } cases[] = {{"ab", "c", 1},
                 {"a", "bc", 1},
                 {"abc", "", 1},
                 {"", "abc", 1},
                 {"ab", "c", 2},
                 {"ab", "c", -1},
                 {"ab", "c", (int64_t)1 << 40}};
    char hashes[NB(cases)][HASH_BYTES];
    for (size_t i = 0; i < NB(cases); i++) {
        hash_of_texts(hashes[i], cases[i].a, cases[i].b, cases[i].n);
        assert_int_equal(strspn(hashes[i], "0123456789abcdef"), HASH_BYTES - 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(hashes[i], hashes[k]);
    }
}

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
    assert_fails(fs_write_atomic(dir, "x", 1, &err), ERR_IO, "atomic");
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
    assert_fails(fs_mkdirs(file, &err), ERR_INVALID, "no folder");
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

/* --- JSON ------------------------------------------------------------------------------------ */

static void test_json_files(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("a.json");
    AUTO_JSON *value = json_pack("{s:i, s:[s, n], s:f}", "b", 1, "a", "ü\n\"", "c", 0.1);
    AUTO_JSON *back = NULL;
    assert_done(json_write_file(path, value, &err));
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
    assert_done(json_need_int(&n, o, "int", "x", &err));
    assert_int_equal(n, 5);
    assert_done(json_need_object(&v, o, "object", "x", &err));
    assert_done(json_need_array(&v, o, "list", "x", &err));
    assert_fails(json_need_string(&s, o, "int", "the job", &err), ERR_INVALID, "the job: 'int'");
    assert_fails(json_need_string(&s, o, "gone", "the job", &err), ERR_INVALID, "missing");
    assert_fails(json_need_int(&n, o, "real", "x", &err), ERR_INVALID, "whole number");
    assert_fails(json_need_object(&v, o, "list", "x", &err), ERR_INVALID, "object");
    assert_fails(json_need_array(&v, o, "none", "x", &err), ERR_INVALID, "list");
    assert_fails(json_need_int(&n, NULL, "int", "x", &err), ERR_INVALID, "missing");
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

/* --- errors ---------------------------------------------------------------------------------- */

static void test_first_error_wins(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_set(&err, ERR_INVALID, "first %d", 1), ERR_INVALID);
    assert_int_equal(err_set(&err, ERR_IO, "second"), ERR_INVALID);
    assert_int_equal(err_errno(&err, ENOSPC, "third"), ERR_INVALID);
    assert_int_equal(err_foreign(&err, ERR_BUG, ERR_SQLITE, 5, "fourth"), ERR_INVALID);
    assert_int_equal(err_prefix(&err, "talk %d: ", 15), ERR_INVALID);
    assert_string_equal(err.msg, "talk 15: first 1");
    assert_int_equal(err.origin, ERR_OURS);
}

static void test_errno(void **state)
{
    (void)state;
    static const struct {
        int errnum;
        enum err_code code;
    } cases[] = {
        {ENOSPC, ERR_NO_SPACE}, {EDQUOT, ERR_NO_SPACE}, {ENOENT, ERR_NOT_FOUND},
        {ENOMEM, ERR_NOMEM},    {EIO, ERR_IO},          {EACCES, ERR_IO},
        {EBUSY, ERR_BUSY},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        assert_fails(err_errno(&err, cases[i].errnum, "cannot %s", "x"), cases[i].code,
                     "cannot x: ");
    }
    struct err err = {0};
    err_foreign(&err, ERR_EXTERNAL, ERR_LIBAV, -42, "m");
    assert_int_equal(err.origin, ERR_LIBAV);
    assert_int_equal(err.origin_code, -42);
}

/* Messages too long are cut, between two characters. */
static void test_long_messages(void **state)
{
    (void)state;
    AUTO_STR text = {0};
    while (text.len < 3000)
        str_add(&text, "大");
    for (int shift = 0; shift < 3; shift++) {
        struct err set = {0}, system = {0}, prefixed = {0};
        err_set(&set, ERR_IO, "%.*s%s", shift, "xxx", text.s);
        err_errno(&system, ENOENT, "%.*s%s", shift, "xxx", text.s);
        err_set(&prefixed, ERR_IO, "%s", "x");
        err_prefix(&prefixed, "%.*s%s", shift, "xxx", text.s);
        assert_true(str_is_utf8(set.msg));
        assert_true(str_is_utf8(system.msg));
        assert_true(str_is_utf8(prefixed.msg));
        assert_true(strlen(set.msg) > 1000);
    }
}

static void test_code_names(void **state)
{
    (void)state;
    for (int code = ERR_BUG; code <= ERR_OK; code++)
        assert_int_equal(err_code_by_name(err_code_name(code)), code);
    assert_int_equal(err_code_by_name("gibberish"), ERR_BUG);
    assert_string_equal(err_code_name(ERR_NO_SPACE), "no space");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_parses),
        cmocka_unit_test(test_clock_refuses),
        cmocka_unit_test(test_clock_formats),
        cmocka_unit_test(test_clock_there_and_back),
        cmocka_unit_test(test_slugs),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_fold_space),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_growing_text),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_tells_apart),
        cmocka_unit_test(test_write_atomic),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_link_atomic),
        cmocka_unit_test(test_mkdirs),
        cmocka_unit_test(test_remove_all),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_yaml_values),
        cmocka_unit_test(test_yaml_refuses),
        cmocka_unit_test(test_json_files),
        cmocka_unit_test(test_json_members),
        cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_first_error_wins),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_long_messages),
        cmocka_unit_test(test_code_names),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
