/* Fetching a programme from the web: what is sent, what is taken, and what each failure says. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "fs.h"
#include "mem.h"
#include "small_server.h"

static struct small_server server;

/* With the user's own settings, which must not count. */
static int start(void **state)
{
    static const char curlrc[] = "header = \"Cookie: a=b\"\nnetrc\n",
                      netrc[] = "machine 127.0.0.1 login ann password secret\n";
    struct err err = {0};
    if (folder_make(state) < 0)
        return -1;
    AUTO_FREE char *home = folder_path("."), *settings = folder_path(".curlrc"),
                   *secrets = folder_path(".netrc");
    assert_done(fs_write(settings, curlrc, strlen(curlrc), &err));
    assert_done(fs_write(secrets, netrc, strlen(netrc), &err));
    setenv("HOME", home, 1);
    small_server_start(&server);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    return 0;
}

static int stop_server(void **state)
{
    small_server_stop(&server);
    return folder_remove(state);
}

static int get(struct fetched *out, const char *etag, const char *modified, struct err *err)
{
    AUTO_FREE char *url = small_server_url(&server, "p/schedule.xml?a=1");
    const struct fetch_request request = {.url = url,
                                          .etag = etag,
                                          .modified = modified,
                                          .connect_s = 5,
                                          .silent_s = 1,
                                          .whole_s = 20,
                                          .most_bytes = 100000};
    return fetch(out, &request, err);
}

static void test_file(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FETCHED got = {0};
    small_server_answer(&server,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n"
                        "ETag: \"abc\"\r\nLast-Modified: Tue, 01 Dec 2026 10:00:00 GMT\r\n"
                        "Set-Cookie: a=b",
                        "hello", SMALL_SERVER_CLOSE);
    assert_done(get(&got, NULL, NULL, &err));
    assert_int_equal(got.nb_bytes, 5);
    assert_string_equal(got.bytes, "hello");
    assert_string_equal(got.type, "text/xml");
    assert_string_equal(got.etag, "\"abc\"");
    assert_string_equal(got.modified, "Tue, 01 Dec 2026 10:00:00 GMT");
    assert_non_null(strstr(got.url, "/p/schedule.xml?a=1"));
    assert_non_null(strstr(server.shared->request, "GET /p/schedule.xml?a=1 HTTP/1.1\r\n"));
    assert_null(strcasestr(server.shared->request, "cookie"));
    assert_null(strcasestr(server.shared->request, "authorization"));
    assert_null(strcasestr(server.shared->request, "if-none-match"));
}

static void test_unchanged(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FETCHED got = {0};
    small_server_answer(&server, "HTTP/1.1 304 Not Modified\r\nETag: \"abc\"", "",
                        SMALL_SERVER_CLOSE);
    assert_done(get(&got, "\"abc\"", "Tue, 01 Dec 2026 10:00:00 GMT", &err));
    assert_true(got.not_modified);
    assert_null(got.bytes);
    assert_non_null(strstr(server.shared->request, "\r\nIf-None-Match: \"abc\"\r\n"));
    assert_non_null(
        strstr(server.shared->request, "\r\nIf-Modified-Since: Tue, 01 Dec 2026 10:00:00 GMT\r\n"));
    /* Nobody asked. */
    assert_fails(get(&got, NULL, NULL, &err), ERR_INVALID, "status 304");
}

/* What would do harm as a header of the next request is not kept. */
static void test_odd_headers(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FETCHED got = {0};
    small_server_answer(&server,
                        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"a\x01\"\r\n"
                        "Last-Modified: caf\xc3\xa9",
                        "x", SMALL_SERVER_CLOSE);
    assert_done(get(&got, NULL, NULL, &err));
    assert_null(got.etag);
    assert_null(got.modified);
}

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *head, *body;
        enum small_server_then then;
        enum err_code code;
        const char *words;
    } rows[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0", "", SMALL_SERVER_CLOSE, ERR_NOT_FOUND,
         "status 404"},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0", "", SMALL_SERVER_CLOSE, ERR_INVALID,
         "login"},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 0", "", SMALL_SERVER_CLOSE, ERR_BUSY,
         "try again later"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 50", "half", SMALL_SERVER_CLOSE, ERR_BUSY,
         "in the middle"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 50", "half", SMALL_SERVER_HANG, ERR_BUSY,
         "takes too long"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100001", "half", SMALL_SERVER_CLOSE, ERR_INVALID,
         "more than 100000 bytes"},
        {"HTTP/1.1 200 OK", "without end, without length\n", SMALL_SERVER_REPEAT, ERR_INVALID,
         "more than 100000 bytes"},
        {"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0", "", SMALL_SERVER_CLOSE,
         ERR_INVALID, "without end"},
        {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0", "",
         SMALL_SERVER_CLOSE, ERR_INVALID, "neither https nor http"},
        {"HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/x\r\nContent-Length: 0", "",
         SMALL_SERVER_CLOSE, ERR_INVALID, "neither https nor http"},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4", "oops",
         SMALL_SERVER_CLOSE, ERR_EXTERNAL, "damaged"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_FETCHED got = {0};
        small_server_answer(&server, rows[i].head, rows[i].body, rows[i].then);
        assert_fails(get(&got, NULL, NULL, &err), rows[i].code, rows[i].words);
        assert_null(got.bytes);
    }
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FETCHED got = {0};
    struct fetch_request request = {.url = "http://127.0.0.1:1/x",
                                    .connect_s = 5,
                                    .silent_s = 1,
                                    .whole_s = 5,
                                    .most_bytes = 1000};
    assert_fails(fetch(&got, &request, &err), ERR_BUSY, "127.0.0.1");
    AUTO_FREE char *tls = mem_printf("https://127.0.0.1:%d/x", server.port);
    request.url = tls;
    small_server_answer(&server, "HTTP/1.1 400 Bad Request", "", SMALL_SERVER_CLOSE);
    assert_fails(fetch(&got, &request, &err), ERR_EXTERNAL, "TLS");
    setenv("PATH", "/nowhere", 1);
    assert_fails(fetch(&got, &request, &err), ERR_NOT_FOUND, "apt install curl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),         cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_odd_headers),  cmocka_unit_test(test_failures),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, start, stop_server);
}
