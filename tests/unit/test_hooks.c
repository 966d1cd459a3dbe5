/* Hooks: what is kept of a program's output, what counts as changed. */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "hook_needs.h"
#include "hook_outcome.h"
#include "hook_output.h"
#include "hook_published.h"
#include "json.h"
#include "mem.h"
#include "str.h"

/* --- output ----------------------------------------------------------------------------------- */

/* Writes nb bytes between begin and end through a pipe, and takes them. */
static void take(struct hook_output *out, const char *begin, size_t nb, const char *end)
{
    int ends[2];
    AUTO_STR text = {0};
    str_add(&text, begin);
    for (size_t i = 0; i < nb; i++)
        str_add(&text, "x");
    str_add(&text, end);
    for (size_t at = 0; at < text.len;) {
        const size_t piece = text.len - at < 5000 ? text.len - at : 5000;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], text.s + at, piece), piece);
        close(ends[1]);
        while (hook_output_take(out, ends[0]))
            ;
        close(ends[0]);
        at += piece;
    }
}

static void output_is_bounded(void **state)
{
    (void)state;
    struct hook_output o = {0};
    AUTO_STR text = {0};
    take(&o, "begin\n", 1000000, "\nend\n\n");
    assert_int_equal(o.nb_bytes, 1000012);
    hook_output_text(&text, &o);
    assert_true(str_starts(text.s, "begin\n"));
    assert_true(str_ends(text.s, "\nend\n\n"));
    assert_non_null(strstr(text.s, "bytes are left out]"));
    assert_within(text.len, HOOK_MOST_OUTPUT, HOOK_MOST_OUTPUT + 100);
    AUTO_FREE char *last = hook_output_last_line(&o);
    assert_string_equal(last, "end");
    hook_output_finish(&o);
}

static void little_output_is_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text, *last;
    } rows[] = {
        {"", ""}, {"\n\n", ""}, {"one", "one"}, {"one\ntwo \r\n", "two"}, {"a\033[1mb\n", "a[1mb"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hook_output o = {0};
        AUTO_STR text = {0};
        take(&o, rows[i].text, 0, "");
        hook_output_text(&text, &o);
        assert_string_equal(text.s ? text.s : "", rows[i].text);
        AUTO_FREE char *last = hook_output_last_line(&o);
        assert_string_equal(last, rows[i].last);
        hook_output_finish(&o);
    }
}

/* --- what is published ------------------------------------------------------------------------ */

static json_t *parse(const char *text)
{
    json_t *out = json_loads(text, 0, NULL);
    assert_non_null(out);
    return out;
}

static const char list[] =
    "{\"talks\": [{\"number\": 1, \"title\": \"A\", \"speakers\": [\"S\"], \"ref\": \"R1\", "
    "\"parts\": ["
    "{\"part\": 1, \"files\": [{\"file\": \"01-a.mp4\", \"sha256\": \"aa\", \"mime\": "
    "\"video/mp4\", \"width\": 16, "
    "\"bytes\": 9},"
    "{\"file\": \"01-a.opus\", \"sha256\": \"bb\", \"bytes\": 5}],"
    "\"captions\": [{\"file\": \"01-a.vtt\", \"sha256\": \"cc\", \"language\": null}]}]},"
    "{\"number\": 2, \"title\": \"B\", \"speakers\": [], \"parts\": [{\"part\": 1, \"files\": []},"
    "{\"part\": 2, \"files\": [{\"file\": \"02-b-part-2.mp4\", \"sha256\": \"dd\", \"width\": "
    "16}]}]},"
    "{\"number\": 3, \"title\": \"C\", \"speakers\": [], \"parts\": []}]}";

/* What has changed against what was told: "1:changed[01-a.mp4=same …] …; removed". */
static char *changes(const char *told_text, const char *base_url)
{
    const struct event event = {.settings.site.base_url = (char *)(uintptr_t)base_url};
    AUTO_JSON *published = parse(list), *told = told_text ? parse(told_text) : NULL;
    AUTO_JSON *all = hook_published_changes(published, told, &event);
    struct str s = {0};
    size_t i, k;
    json_t *part, *file;
    if (!all)
        return mem_strdup("nothing");
    json_array_foreach(json_object_get(all, "parts"), i, part) {
        str_addf(&s, "%s:%s[", json_get_string(part, "name", ""),
                 json_get_string(part, "change", ""));
        json_array_foreach(json_object_get(part, "files"), k, file) {
            str_addf(&s, "%s%s=%s", k ? " " : "", json_get_string(file, "kind", ""),
                     json_get_string(file, "change", ""));
        }
        str_add(&s, "]");
    }
    json_array_foreach(json_object_get(all, "removed"), i, part) {
        str_addf(&s, " -%d/%d%s", (int)json_get_int(part, "talk", 0),
                 (int)json_get_int(part, "part", 0), json_get_bool(part, "all", false) ? "!" : "");
    }
    if (json_object_size(json_object_get(all, "pretalx")))
        str_addf(&s, " pretalx %zu", json_object_size(json_object_get(all, "pretalx")));
    return str_take(&s);
}

#define ONE "\"1/1\": {\"01-a.mp4\": \"aa\", \"01-a.opus\": \"bb\", \"01-a.vtt\": \"cc\"}"
#define TWO "\"2/2\": {\"02-b-part-2.mp4\": \"dd\"}"

static void changes_of_published(void **state)
{
    (void)state;
    static const struct {
        const char *told, *base_url, *want;
    } rows[] = {
        {"{" ONE ", " TWO "}", NULL, "nothing"},
        {NULL, NULL, "1:new[video=new sound=new captions=new]2/2:new[video=new]"},
        {"{" TWO "}", NULL, "1:new[video=new sound=new captions=new]"},
        {"{" ONE ", \"2/2\": {\"02-b-part-2.mp4\": \"other\"}}", NULL,
         "2/2:changed[video=changed]"},
        {"{\"1/1\": {\"01-a.mp4\": \"aa\", \"01-old.opus\": \"bb\", \"01-a.vtt\": \"cc\"}, " TWO
         "}",
         NULL, "1:changed[video=same sound=new captions=same] -1/1"},
        {"{" ONE ", " TWO ", \"9/1\": {\"09-gone.mp4\": \"ee\"}}", NULL, " -9/1!"},
        {"{" TWO "}", "https://v.example/", "1:new[video=new sound=new captions=new] pretalx 1"},
        {"{" ONE ", " TWO ", \"nonsense\": 3}", NULL, "nothing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_FREE char *got = changes(rows[i].told, rows[i].base_url);
        assert_string_equal(got, rows[i].want);
    }
}

static void published_files(void **state)
{
    (void)state;
    AUTO_JSON *published = parse(list), *want = parse("{" ONE ", " TWO "}");
    AUTO_JSON *got = hook_published_files(published), *none = hook_published_files(NULL);
    assert_true(json_equal(got, want));
    assert_int_equal(json_object_size(none), 0);
}

/* --- needs ------------------------------------------------------------------------------------ */

static void needs_are_compared(void **state)
{
    (void)state;
    struct hook_needs n = {
        .parts = parse("[{\"name\": \"1\"}, {\"name\": \"2\"}, {\"name\": \"3\"}]"),
        .reasons = parse("{\"1\": \"cut: a\", \"2\": \"cut: b\", \"3\": \"cut: c\"}")};
    AUTO_JSON *told = parse("{\"2\": \"cut: other\", \"3\": \"cut: c\", \"4\": \"match: d\"}");
    AUTO_JSON *settled = hook_needs_compare(&n, told);
    static const char *const want[] = {"new", "changed", "same"};
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(json_get_string(json_array_get(n.parts, i), "change", ""), want[i]);
    assert_int_equal(json_array_size(settled), 1);
    assert_string_equal(json_string_value(json_array_get(settled, 0)), "4");
    hook_needs_finish(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_bounded),    cmocka_unit_test(little_output_is_whole),
        cmocka_unit_test(changes_of_published), cmocka_unit_test(published_files),
        cmocka_unit_test(needs_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
