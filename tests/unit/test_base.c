/* Clock, text, hashes and errors, each by a table of inputs and outcomes. */
#include "support.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "process.h"
#include "str.h"

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

/* What the shell prints when it runs the script. */
static void run_script(char *out, size_t nb_out, const char *shell, const char *script)
{
    AUTO_FREE char *path = folder_path("script"), *command = mem_printf("%s %s", shell, path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(script, f);
    fclose(f);
    f = popen(command, "r");
    assert_non_null(f);
    out[fread(out, 1, nb_out - 1, f)] = '\0';
    pclose(f);
}

static void test_shell(void **state)
{
    (void)state;
    static const char *const words[] = {"",
                                        "plain.mp4",
                                        "two words",
                                        "it's",
                                        "'",
                                        "''x'",
                                        "\"$(touch stolen)\"",
                                        "`touch stolen`",
                                        "; touch stolen",
                                        "a\ntouch stolen\n",
                                        "-rf",
                                        "~root",
                                        "!!",
                                        "$HOME",
                                        "back\\slash\\",
                                        "\\'",
                                        "tab\there's",
                                        "\x1b]0;x\x07'; touch stolen #",
                                        "\xff\xfe",
                                        "a\u202eb'",
                                        "Grüße 大",
                                        "*",
                                        "{a,b}"};
    AUTO_FREE char *stolen = folder_path("stolen"), *dir = folder_path(".");
    for (size_t i = 0; i < NB(words); i++) {
        char said[200];
        AUTO_FREE char *word = str_shell(words[i]), *clean = str_clean_line(word);
        AUTO_FREE char *bash = mem_printf("cd %s; printf %%s %s", dir, word);
        AUTO_FREE char *posix = mem_printf("cd %s; set -- %s; printf %%d $#", dir, word);
        run_script(said, sizeof said, "bash", bash);
        assert_row_str(word, said, words[i]);
        run_script(said, sizeof said, "sh", posix);
        assert_row_str(word, said, "1");
        assert_int_equal(access(stolen, F_OK), -1);
        assert_row_str(word, clean, word); /* what a terminal shows is what is copied */
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
        err_set(&set, ERR_IO, "%.*s%s", shift, "aaa", text.s);
        err_errno(&system, ENOENT, "%.*s%s", shift, "aaa", text.s);
        err_set(&prefixed, ERR_IO, "%s", "x");
        err_prefix(&prefixed, "%.*s%s", shift, "aaa", text.s);
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

/* --- the program ------------------------------------------------------------------------------ */

/* The copy of this program that test_replaced_program() starts: takes its own file away, and fails
 * if its path is then another one. */
static int run_copy(const char *path)
{
    AUTO_FREE char *before = process_program();
    if (!before || strcmp(before, path) != 0 || unlink(path) < 0)
        return 1;
    AUTO_FREE char *after = process_program();
    return !after || strcmp(after, path) != 0;
}

/* Status of a child whose program the kernel does not know: this one runs in an emulator. */
enum { NOT_RUN = 77 };

/* What an update does while 'watch' runs. */
static void test_replaced_program(void **state)
{
    (void)state;
    struct err err = {0};
    int status = 1;
    /* The word that Linux appends may belong to a name. */
    static const char *const names[] = {"copy", "copy (deleted)"};
    AUTO_FREE char *own = process_program();
    for (size_t i = 0; i < NB(names); i++) {
        AUTO_FREE char *program = folder_path("%s", names[i]);
        assert_done(fs_link_atomic(own, program, &err));
        assert_int_equal(chmod(program, 0755), 0);
        const pid_t pid = fork();
        if (pid == 0) {
            execl(program, program, program, NULL);
            _exit(errno == ENOEXEC ? NOT_RUN : 2);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_RUN) {
            print_message("skipped: the kernel does not run programs of this architecture\n");
            return;
        }
        assert_int_equal(status, 0);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return run_copy(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shell),
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
        cmocka_unit_test(test_first_error_wins),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_long_messages),
        cmocka_unit_test(test_code_names),
        cmocka_unit_test(test_replaced_program),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
