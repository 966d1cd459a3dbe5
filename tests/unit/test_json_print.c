/* Printed JSON: its bytes are in the keys of all results, and so must never change. */
#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

/* Takes the value. */
static void assert_prints(json_t *value, struct json_style style, const char *text)
{
    AUTO_JSON *taken = value;
    assert_non_null(taken);
    AUTO_FREE char *printed = json_print(taken, style);
    assert_string_equal(printed, text);
}

static const struct json_style plain = {0}, canonical = {.compact = true, .sorted = true};

static const struct {
    double value;
    const char *text, *six_digits;
} reals[] = {
    {0, "0.0", "0.0"},
    {-0.0, "-0.0", "-0.0"},
    {1, "1.0", "1.0"},
    {-25, "-25.0", "-25.0"},
    {0.1, "0.10000000000000001", "0.1"},
    {0.5, "0.5", "0.5"},
    {1.0 / 3, "0.33333333333333331", "0.333333"},
    {-23.4, "-23.399999999999999", "-23.4"},
    {1e-4, "0.0001", "0.0001"},
    {1e-5, "1.0000000000000001e-5", "1e-5"},
    {123456.75, "123456.75", "123457.0"},
    {1e16, "10000000000000000.0", "1e16"},
    {1e17, "1e17", "1e17"},
    {1e21, "1e21", "1e21"},
    {1e100, "1e100", "1e100"},
    {1e300, "1.0000000000000001e300", "1e300"},
    {9007199254740993.0, "9007199254740992.0", "9.0072e15"},
    {5e-324, "4.9406564584124654e-324", "4.94066e-324"},
    {2.2250738585072014e-308, "2.2250738585072014e-308", "2.22507e-308"},
    {-1.7976931348623157e308, "-1.7976931348623157e308", "-1.79769e308"},
};

static void print_reals(void)
{
    for (size_t i = 0; i < NB(reals); i++) {
        assert_prints(json_real(reals[i].value), canonical, reals[i].text);
        assert_prints(json_real(reals[i].value), (struct json_style){.digits = 6},
                      reals[i].six_digits);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    print_reals();
    assert_prints(json_integer(0), canonical, "0");
    assert_prints(json_integer((INT64_C(1) << 53) + 1), canonical, "9007199254740993");
    assert_prints(json_integer(INT64_MAX), canonical, "9223372036854775807");
    assert_prints(json_integer(INT64_MIN), canonical, "-9223372036854775808");
}

/* A printed number is read as the same one. */
static void test_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(reals); i++) {
        AUTO_JSON *list = json_pack("[f]", reals[i].value);
        AUTO_FREE char *text = json_compact(list);
        AUTO_JSON *again = json_loads(text, 0, NULL);
        const double value = json_real_value(json_array_get(again, 0));
        assert_true(json_is_real(json_array_get(again, 0)));
        assert_true(value == reals[i].value && !signbit(value) == !signbit(reals[i].value));
    }
}

/* With the decimal comma of German, from a locale that the test makes. */
static void test_locale(void **state)
{
    (void)state;
    AUTO_FREE char *dir = folder_path("locales");
    AUTO_FREE char *command =
        mem_printf("mkdir -p '%s' && localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1",
                   dir, dir, dir);
    if (system(command) != 0 || setenv("LOCPATH", dir, 1) < 0 ||
        !setlocale(LC_NUMERIC, "de_DE.UTF-8")) {
        free(mem_take(&dir)); /* skip() does not return here */
        free(mem_take(&command));
        skip();
    }
    AUTO_FREE char *comma = mem_printf("%.1f", 0.5);
    assert_string_equal(comma, "0,5");
    print_reals();
    setlocale(LC_NUMERIC, "C");
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed, *ascii;
    } cases[] = {
        {"", "\"\"", "\"\""},
        {"a/b", "\"a/b\"", "\"a/b\""},
        {"\"\\\b\f\n\r\t", "\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\x01\x1f \x7f", "\"\\u0001\\u001F \x7f\"", "\"\\u0001\\u001F \x7f\""},
        {"ü", "\"ü\"", "\"\\u00FC\""},
        {"a\xe2\x80\xa8z", "\"a\xe2\x80\xa8z\"", "\"a\\u2028z\""},
        {"\xf0\x9f\x8e\xa5", "\"\xf0\x9f\x8e\xa5\"", "\"\\uD83C\\uDFA5\""},
        {"\xef\xbf\xbd\xef\xbf\xbf", "\"\xef\xbf\xbd\xef\xbf\xbf\"", "\"\\uFFFD\\uFFFF\""},
        {"\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"", "\"\\uDBFF\\uDFFF\""},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        assert_prints(json_string(cases[i].text), plain, cases[i].printed);
        assert_prints(json_string(cases[i].text), (struct json_style){.ascii = true},
                      cases[i].ascii);
    }
    assert_prints(json_stringn("a\0b", 3), plain, "\"a\\u0000b\"");
}

static json_t *nested(void)
{
    return json_pack("{s:[i,{s:n,s:{}},[]], s:b, s:{s:b}, s:s}", "b", 1, "y", "x", "a", 1, "B", "é",
                     0, "", "");
}

static void test_layout(void **state)
{
    (void)state;
    static const struct {
        struct json_style style;
        const char *text;
    } cases[] = {
        {{0},
         "{\"b\": [1, {\"y\": null, \"x\": {}}, []], \"a\": true, \"B\": {\"é\": false}, \"\": "
         "\"\"}"},
        {{.compact = true},
         "{\"b\":[1,{\"y\":null,\"x\":{}},[]],\"a\":true,\"B\":{\"é\":false},\"\":\"\"}"},
        {{.compact = true, .sorted = true},
         "{\"\":\"\",\"B\":{\"é\":false},\"a\":true,\"b\":[1,{\"x\":{},\"y\":null},[]]}"},
        {{.indent = 2},
         "{\n  \"b\": [\n    1,\n    {\n      \"y\": null,\n      \"x\": {}\n    },\n    []\n  ],\n"
         "  \"a\": true,\n  \"B\": {\n    \"é\": false\n  },\n  \"\": \"\"\n}"},
        {{.indent = 1, .sorted = true, .ascii = true},
         "{\n \"\": \"\",\n \"B\": {\n  \"\\u00E9\": false\n },\n \"a\": true,\n"
         " \"b\": [\n  1,\n  {\n   \"x\": {},\n   \"y\": null\n  },\n  []\n ]\n}"},
    };
    for (size_t i = 0; i < NB(cases); i++)
        assert_prints(nested(), cases[i].style, cases[i].text);
    assert_prints(json_object(), canonical, "{}");
    assert_prints(json_array(), (struct json_style){.indent = 2}, "[]");
    assert_prints(json_null(), canonical, "null");
    assert_null(json_print(NULL, canonical));
}

/* Keys are sorted by their bytes: not by length, case or language. */
static void test_sorted(void **state)
{
    (void)state;
    AUTO_JSON *o = json_object(), *same = json_object();
    static const char *const keys[] = {
        "", "A", "B", "Z", "a", "a-", "a_", "aa", "b", "é", "\xf0\x9f\x8e\xa5"};
    for (size_t i = 0; i < NB(keys); i++) {
        json_object_set_new(o, keys[NB(keys) - 1 - i], json_integer(0));
        json_object_set_new(same, keys[i], json_integer(0));
    }
    AUTO_FREE char *a = json_canonical(o), *b = json_canonical(same), *added = json_compact(same);
    assert_string_equal(a, b);
    assert_string_equal(a, added);
}

static void test_files(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("printed.json"), *lost = folder_path("no/printed.json");
    AUTO_FREE char *text = NULL;
    AUTO_JSON *o = nested();
    AUTO_FREE char *expected = json_print(o, JSON_RESULT_STYLE), *for_people = json_file_text(o);
    assert_done(json_print_file(path, o, JSON_RESULT_STYLE, &err));
    assert_done(fs_read(&text, NULL, path, 4096, &err));
    assert_string_equal(text, expected);
    assert_int_equal(for_people[strlen(for_people) - 1], '\n');
    assert_fails(json_print_file(lost, o, JSON_RESULT_STYLE, &err), ERR_NOT_FOUND, "no/printed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_read_again),
        cmocka_unit_test(test_locale),  cmocka_unit_test(test_texts),
        cmocka_unit_test(test_layout),  cmocka_unit_test(test_sorted),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
