/*
 * What a client may send to the review's door, after libmicrohttpd has taken it apart: lines of
 * method, path, a parameter "NAME=VALUE", Range, If-Range, If-None-Match, Host, Origin,
 * Sec-Fetch-Site, Cookie, Content-Type, Content-Length, Last-Event-ID. An empty line is a header
 * that is missing.
 */
#include <string.h>

#include "byte_range.h"
#include "fuzz.h"
#include "json.h"
#include "mem.h"
#include "ring.h"
#include "routes.h"
#include "rules.h"

enum { PORT = 8137 };

enum line {
    METHOD,
    PATH,
    PARAMETER,
    RANGE,
    IF_RANGE,
    IF_NONE_MATCH,
    HOST,
    ORIGIN,
    SITE,
    COOKIE,
    TYPE,
    LENGTH,
    LAST_ID,
    NB_LINES
};

static void split(char **out, char *text)
{
    for (int i = 0; i < NB_LINES; i++) {
        out[i] = text;
        text += strcspn(text, "\n");
        if (*text)
            *text++ = '\0';
    }
}

static const char *header(char *line)
{
    return *line ? line : NULL;
}

/* What the table makes of a path is a request that the service takes, or the name of a file in one
 * folder. */
static void find(char **lines)
{
    struct err err = {0};
    struct route route;
    char *value = strchr(lines[PARAMETER], '=');
    if (value)
        *value++ = '\0';
    const struct route_parameter p = {lines[PARAMETER], value ? value : ""};
    if (route_find(&route, lines[METHOD], lines[PATH], &p, *lines[PARAMETER] ? 1 : 0) != 0)
        return;
    if (route.kind == ROUTE_PAGE && strchr(route.page, '/'))
        fuzz_broken("a page", "it is in another folder");
    if (route.kind != ROUTE_ASK)
        return;
    AUTO_JSON *body = json_object();
    AUTO_LINK_REQUEST again = {0};
    route.request.id = 1;
    route.request.body = body;
    AUTO_FREE char *text = link_request_text(&route.request);
    if (link_request_read(&again, text, strlen(text), &err) < 0)
        fuzz_broken("the service refuses what the table allows", err.msg);
}

static void read_range(char **lines)
{
    static const int64_t lengths[] = {0, 1, 100, INT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const struct byte_range r =
            byte_range_read(header(lines[RANGE]), header(lines[IF_RANGE]), "\"m1\"", lengths[i]);
        if (r.kind == BYTE_RANGE_PART && (r.begin < 0 || r.end <= r.begin || r.end > lengths[i]))
            fuzz_broken("a range", "it is not in the file");
    }
    (void)byte_range_is_known(header(lines[IF_NONE_MATCH]), "\"m1\"");
}

static void check(char **lines)
{
    static const char *const own[] = {"127.0.0.1:8137", "localhost:8137", "[::1]:8137",
                                      "192.0.2.1:8137"};
    const struct link_hello hello = {
        .token = "0123456789abcdef", .port = PORT, .hosts = {"192.0.2.1"}, .nb_hosts = 1};
    const struct rules rules = {.port = PORT, .hello = &hello};
    const struct rules_head head = {.method = lines[METHOD],
                                    .host = header(lines[HOST]),
                                    .origin = header(lines[ORIGIN]),
                                    .fetch_site = header(lines[SITE]),
                                    .cookie = header(lines[COOKIE]),
                                    .content_type = header(lines[TYPE]),
                                    .content_length = header(lines[LENGTH])};
    (void)rules_body_bytes(&head);
    (void)rules_is_token(&rules, lines[COOKIE]);
    if (rules_check(&rules, &head) != RULES_KNOWN)
        return;
    if (!strstr(lines[COOKIE], hello.token))
        fuzz_broken("a stranger", "it is let in");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(lines[HOST], own[i]) == 0)
            return;
    fuzz_broken("a host", "it is not ours");
}

static void read_ring(char **lines)
{
    struct ring *ring = ring_create("abc");
    struct ring_reader reader;
    char out[7];
    for (int i = 0; i < 4; i++)
        ring_add(ring, "parts", "{}");
    ring_reader_begin(&reader, ring, header(lines[LAST_ID]));
    while (ring_reader_read(&reader, ring, out, sizeof out) > 0)
        ;
    if (reader.lost)
        fuzz_broken("a reader", "it has lost its place with nothing added");
    ring_reader_finish(&reader);
    ring_destroy(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[NB_LINES];
    AUTO_FREE char *text = fuzz_text(data, size);
    split(lines, text);
    check(lines);
    read_range(lines);
    read_ring(lines);
    find(lines);
    return 0;
}
