/* Addresses as people type them, and pages in place of programmes. */
#include "support.h"

#include <string.h>

#include "address.h"
#include "mem.h"
#include "web_page.h"

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *address;
    } rows[] = {
        {"https://example.org/schedule.xml", "https://example.org/schedule.xml"},
        {"http://example.org:8000/a?b=c&d=e", "http://example.org:8000/a?b=c&d=e"},
        {"https://example.org/schedule.xml#day-2", "https://example.org/schedule.xml"},
        {"https://example.org/?a=1#x?y", "https://example.org/?a=1"},
        {"HTTPS://Example.org/A", "https://Example.org/A"},
        {" <https://example.org/a> \n", "https://example.org/a"},
        {"'https://example.org/a'", "https://example.org/a"},
        {"https://example.org/a b\"c", "https://example.org/a%20b%22c"},
        {"https://example.org/a%20b", "https://example.org/a%20b"},
        {"https://example.org/d\xc3\xa9mo", "https://example.org/d%C3%A9mo"},
        {"https://d\xc3\xa9mo.example/x", "https://d\xc3\xa9mo.example/x"},
        {"webcal://example.org/x.ics", "https://example.org/x.ics"},
        {"https://[::1]:8000/x", "https://[::1]:8000/x"},
        {"https://example.org", "https://example.org"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_FREE char *address = NULL, *again = NULL;
        assert_true(address_is(rows[i].typed));
        assert_done(address_read(&address, rows[i].typed, &err));
        assert_row_str(rows[i].typed, address, rows[i].address);
        assert_done(address_read(&again, address, &err));
        assert_row_str(rows[i].typed, again, address);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *words;
    } rows[] = {
        {"file:///etc/passwd", "only addresses with https:// and http://"},
        {"ftp://example.org/x", "only addresses with https:// and http://"},
        {"gopher://example.org/x", "only addresses with https:// and http://"},
        {"https:///x", "host"},
        {"https://", "host"},
        {"https://exa mple.org/x", "host"},
        {"https://example.org\\@evil.example/x", "password"},
        {"https://ann:secret@example.org/x", "password"},
        {"https://ann@example.org/x", "password"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_FREE char *address = NULL;
        assert_true(address_is(rows[i].typed));
        const int ret = address_read(&address, rows[i].typed, &err);
        if (strstr(err.msg, "secret"))
            fail_msg("the password is shown: %s", err.msg);
        assert_fails(ret, ERR_INVALID, rows[i].words);
        assert_null(address);
    }
}

static void test_paths(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "schedule.xml", "/a/b", "./http", "C:\\x", "a:b", "", "-", "http:x", "/http://x"};
    for (size_t i = 0; i < NB(paths); i++)
        assert_row_int(paths[i], address_is(paths[i]), false);
    assert_true(address_lacks_scheme("example.org/schedule.xml"));
    assert_true(address_lacks_scheme("www.example.co.uk/a/b"));
    assert_false(address_lacks_scheme("schedule.xml"));
    assert_false(address_lacks_scheme("../a/b.xml"));
    assert_false(address_lacks_scheme("v1.2/b.xml"));
    assert_false(address_lacks_scheme("folder/b.xml"));
}

static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *page, *words;
    } rows[] = {
        {"<!DOCTYPE html><a href=\"/conf/schedule/export/schedule.xml\">XML</a>",
         "talkpress import 'https://example.org/conf/schedule/export/schedule.xml'"},
        {"<html><a href='a.ics'>Cal</a><a href='schedule.xml?v=1&amp;x=2'>XML</a>",
         "talkpress import 'https://example.org/conf/schedule.xml?v=1&x=2'"},
        {"\n<!doctype HTML><a href=http://cdn.example/x/schedule.json>",
         "talkpress import 'http://cdn.example/x/schedule.json'"},
        {"<html><a href='javascript:schedule.xml'>", "Look there for an export"},
        {"<html><a href='file:///schedule.xml'>", "Look there for an export"},
        {"<html><meta name='generator' content='pretalx'>",
         "talkpress import 'https://example.org/conf/schedule/export/schedule.xml'"},
        {"<html><form><input type='password'></form>", "asks for a login"},
        {"<html><p>Welcome", "Look there for an export"},
        {"<html><a href='schedule.xml", "talkpress import 'https://example.org/conf/schedule.xml'"},
        {"<html><a href=", "Look there for an export"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        assert_true(web_page_is(rows[i].page));
        AUTO_FREE char *advice = web_page_advice(rows[i].page, "https://example.org/conf/");
        if (!strstr(advice, rows[i].words))
            fail_msg("'%s' does not say '%s'", advice, rows[i].words);
    }
    assert_false(web_page_is("{\"schedule\": 1}"));
    assert_false(web_page_is(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
