#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "mem.h"
#include "str.h"
#include "words.h"

enum { MOST_REDIRECTS = 5, MOST_SHOWN = 200 };

#define BY_HAND "download it with a browser, and import the file"

/* --- what curl says --------------------------------------------------------------------------- */

/* Its lines on standard error: the report that it is asked for, and the message of a failure. */
struct report {
    struct fetched *out;
    int http_status;
    char said[300]; /* the message */
};

static const char wanted[] = "%{stderr}\n=status %{http_code}\n=type %{content_type}\n"
                             "=url %{url_effective}\n=etag %header{etag}\n"
                             "=modified %header{last-modified}\n";

/* What was said, if it may go into a header of the next request: one line of plain characters. */
static void keep(char **out, const char *value)
{
    if (!*value || strlen(value) > 300)
        return;
    for (const char *c = value; *c; c++)
        if (*c < ' ' || *c > '~')
            return;
    free(*out);
    *out = mem_strdup(value);
}

static void take_line(void *opaque, const char *line, bool is_error)
{
    struct report *r = opaque;
    const char *value = strchr(line, ' ');
    value = value ? value + 1 : "";
    (void)is_error;
    if (str_starts(line, "curl: ("))
        snprintf(r->said, sizeof r->said, "%s", strchr(line, ')') ? strchr(line, ')') + 1 : line);
    else if (str_starts(line, "=status "))
        r->http_status = atoi(value);
    else if (str_starts(line, "=type "))
        keep(&r->out->type, value);
    else if (str_starts(line, "=url "))
        keep(&r->out->url, value);
    else if (str_starts(line, "=etag "))
        keep(&r->out->etag, value);
    else if (str_starts(line, "=modified "))
        keep(&r->out->modified, value);
}

/* --- what went wrong -------------------------------------------------------------------------- */

/* The exit statuses of curl (curl(1)), and what each means for the user. */
static const struct {
    int status;
    enum err_code code;
    const char *what; /* NULL: what curl said */
    const char *advice;
} failures[] = {
    {1, ERR_INVALID, "it leads to an address that is neither https nor http", BY_HAND},
    {3, ERR_INVALID, NULL, "correct the address"},
    {5, ERR_BUSY, NULL, "the proxy is named by the environment (https_proxy)"},
    {6, ERR_BUSY, "its host is not known, or there is no network",
     "try again later, or correct the address"},
    {7, ERR_BUSY, NULL, "try again later"},
    {18, ERR_BUSY, "the connection ended in the middle of the file", "try again later"},
    {28, ERR_BUSY, "the server takes too long", "try again later"},
    {35, ERR_EXTERNAL, NULL, "the server's TLS is at fault, or is not one: " BY_HAND},
    {47, ERR_INVALID, "it leads from one address to the next without end", BY_HAND},
    {51, ERR_EXTERNAL, NULL, "if you trust the server, " BY_HAND},
    {52, ERR_BUSY, "the server answered nothing", "try again later"},
    {55, ERR_BUSY, NULL, "try again later"},
    {56, ERR_BUSY, NULL, "try again later"},
    {60, ERR_EXTERNAL, "the server's certificate is not valid",
     "look at the clock of this machine; if you trust the server, " BY_HAND},
    {61, ERR_EXTERNAL, "it came damaged", "try again later, or " BY_HAND},
    {92, ERR_BUSY, NULL, "try again later"},
};

static int refuse(struct err *err, enum err_code code, const char *url, const char *what,
                  const char *advice)
{
    AUTO_FREE char *shown = str_quote(url, MOST_SHOWN), *why = str_clean_line(what);
    return err_set(err, code, "'%s' cannot be fetched: %s. What to do: %s", shown, why, advice);
}

static int refuse_exit(const struct report *r, const struct fetch_request *q, int status,
                       struct err *err)
{
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].status == status)
            return refuse(err, failures[i].code, q->url,
                          failures[i].what ? failures[i].what : r->said, failures[i].advice);
    AUTO_FREE char *what =
        *r->said ? mem_strdup(r->said) : mem_printf("curl ended with status %d", status);
    return refuse(err, ERR_EXTERNAL, q->url, what, BY_HAND);
}

static int refuse_large(const struct fetch_request *q, struct err *err)
{
    AUTO_FREE char *what =
        mem_printf("it has more than %zu bytes, the limit for a programme", q->most_bytes);
    return refuse(err, ERR_INVALID, q->url, what, "look whether this is the programme");
}

/* The statuses of HTTP (RFC 9110) that are no file. */
static int refuse_http(int status, const struct fetch_request *q, struct err *err)
{
    AUTO_FREE char *what = mem_printf("the server answers with status %d", status);
    if (status == 401 || status == 403 || status == 407)
        return refuse(err, ERR_INVALID, q->url, what, "it asks for a login: " BY_HAND);
    if (status == 404 || status == 410)
        return refuse(err, ERR_NOT_FOUND, q->url, what,
                      "nothing is there: correct the address. pretalx has the programme at "
                      "EVENT/schedule/export/schedule.xml once it is published");
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return refuse(err, ERR_BUSY, q->url, what, "try again later");
    return refuse(err, ERR_INVALID, q->url, what, BY_HAND);
}

/* --- the request ------------------------------------------------------------------------------ */

/* -q comes first: then curl does not read the user's settings. */
static void fill(struct words *w, const struct fetch_request *q)
{
    static const char *const fixed[] = {
        "curl",          "-q",          "--silent",     "--show-error",
        "--globoff",     "--location",  "--proto",      "=http,https",
        "--proto-redir", "=http,https", "--compressed", "--disallow-username-in-url",
        "--user-agent",  "talkpress",   "--write-out",  wanted};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        words_add(w, "%s", fixed[i]);
    words_add(w, "--max-redirs");
    words_add(w, "%d", MOST_REDIRECTS);
    words_add(w, "--connect-timeout");
    words_add(w, "%d", q->connect_s);
    words_add(w, "--speed-limit");
    words_add(w, "1");
    words_add(w, "--speed-time");
    words_add(w, "%d", q->silent_s);
    words_add(w, "--max-time");
    words_add(w, "%d", q->whole_s);
    words_add(w, "--max-filesize");
    words_add(w, "%zu", q->most_bytes);
    if (q->etag) {
        words_add(w, "--header");
        words_add(w, "If-None-Match: %s", q->etag);
    }
    if (q->modified) {
        words_add(w, "--header");
        words_add(w, "If-Modified-Since: %s", q->modified);
    }
    words_add(w, "--url");
    words_add(w, "%s", q->url);
}

static int run_curl(int *status, struct str *body, struct report *report,
                    const struct fetch_request *q, struct err *err)
{
    AUTO_WORDS words = {0};
    ATTR_CLEANUP(child_guard_close) struct child_guard guard = {.signals = -1};
    char utf8[] = "LC_ALL=C.UTF-8"; /* for names of hosts */
    char *setting[] = {utf8, NULL};
    fill(&words, q);
    const struct child c = {.words = words.list,
                            .package = "curl",
                            .setting = setting,
                            .out = body,
                            .most_bytes = q->most_bytes + 1,
                            .line = take_line,
                            .opaque = report};
    return child_guard_open(&guard, -1, err) < 0 ? err->code : child_run(status, &c, &guard, err);
}

int fetch(struct fetched *out, const struct fetch_request *q, struct err *err)
{
    AUTO_FETCHED got = {0};
    AUTO_STR body = {0};
    struct report report = {.out = &got};
    int status = 0;
    if (run_curl(&status, &body, &report, q, err) < 0)
        return err->code;
    if (body.len > q->most_bytes || status == 63)
        return refuse_large(q, err);
    if (status)
        return refuse_exit(&report, q, status, err);
    got.not_modified = report.http_status == 304 && (q->etag || q->modified);
    if (!got.not_modified && (report.http_status < 200 || report.http_status > 299))
        return refuse_http(report.http_status, q, err);
    if (!got.url)
        got.url = mem_strdup(q->url);
    got.nb_bytes = body.len;
    got.bytes = got.not_modified ? NULL : str_take(&body);
    *out = got;
    got = (struct fetched){0};
    return 0;
}

void fetched_finish(struct fetched *f)
{
    free(f->bytes);
    free(f->type);
    free(f->url);
    free(f->etag);
    free(f->modified);
    *f = (struct fetched){0};
}
