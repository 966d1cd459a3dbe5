#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "byte_range.h"
#include "door_parts.h"
#include "json.h"
#include "mem.h"

static const char no_store[] = "no-store", as_json[] = "application/json";

/* Nothing from elsewhere runs in the page, and no other page shows, reads or includes anything of
 * ours. blob: is what the player plays. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'self'; media-src blob: 'self'; img-src 'self' data: blob:; object-src 'none'; "
     "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

static bool add_headers(struct MHD_Response *response, const char *type, const char *cache)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES)
            return false;
    return MHD_add_response_header(response, "Cache-Control", cache) == MHD_YES &&
           (!type || MHD_add_response_header(response, "Content-Type", type) == MHD_YES);
}

/* A response without its headers is not sent: the connection is closed. */
enum MHD_Result response_send(struct MHD_Connection *connection, int status,
                              struct MHD_Response *response, const char *type, const char *cache)
{
    if (!response)
        return MHD_NO;
    const enum MHD_Result sent = add_headers(response, type, cache)
                                     ? MHD_queue_response(connection, (unsigned)status, response)
                                     : MHD_NO;
    MHD_destroy_response(response);
    return sent;
}

/* Takes over the text. */
static struct MHD_Response *of_text(char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    return response;
}

static struct MHD_Response *of_nothing(void)
{
    return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return response && MHD_add_response_header(response, name, value) == MHD_YES;
}

/* --- errors ----------------------------------------------------------------------------------- */

static struct MHD_Response *of_error(const char *text, const char *version)
{
    AUTO_JSON *json = json_object();
    json_object_set_new(json, "error", json_text(text));
    if (version)
        json_object_set_new(json, "version", json_text(version));
    return of_text(json_compact(json));
}

enum MHD_Result response_error(struct MHD_Connection *connection, int status, const char *text)
{
    struct MHD_Response *response = of_error(text, NULL);
    if (status == 503)
        (void)add(response, "Retry-After", "1");
    return response_send(connection, status, response, as_json, no_store);
}

enum MHD_Result response_stale(struct MHD_Connection *connection, const char *text,
                               const char *version)
{
    return response_send(connection, 409, of_error(text, version), as_json, no_store);
}

enum MHD_Result response_wrong_method(struct MHD_Connection *connection, const char *allowed)
{
    AUTO_FREE char *text = mem_printf("this address takes %s", allowed);
    struct MHD_Response *response = of_error(text, NULL);
    (void)add(response, "Allow", allowed);
    return response_send(connection, 405, response, as_json, no_store);
}

/* What a person sees who opens the review by another way than its link. */
enum MHD_Result response_stranger(struct MHD_Connection *connection, int status, const char *text)
{
    char *page = mem_printf(
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<link rel=icon href=data:,>\n"
        "<title>talkpress review</title>\n<h1>Not this way</h1>\n<p>%s.\n",
        text);
    return response_send(connection, status, of_text(page), "text/html; charset=utf-8", no_store);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* A browser that another page led here would ask for the place without the cookie, which is
 * SameSite; with it from a page of ours. */
enum MHD_Result response_welcome(struct MHD_Connection *connection, const struct rules *rules,
                                 bool foreign)
{
    AUTO_FREE char *cookie = mem_printf("talkpress-%d=%s; HttpOnly; SameSite=Strict; Path=/",
                                        rules->port, rules->hello->token);
    static const char page[] =
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<link rel=icon href=data:,>\n"
        "<meta http-equiv=refresh content=\"0;url=/\">\n"
        "<title>talkpress review</title>\n<a href=\"/\">Open it</a>\n";
    struct MHD_Response *response = foreign ? of_text(mem_strdup(page)) : of_nothing();
    if (!add(response, "Set-Cookie", cookie) || (!foreign && !add(response, "Location", "/"))) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return response_send(connection, foreign ? 200 : 303, response,
                         foreign ? "text/html; charset=utf-8" : NULL, no_store);
}

static enum MHD_Result unchanged(struct MHD_Connection *connection, const char *etag,
                                 const char *cache)
{
    struct MHD_Response *response = of_nothing();
    (void)add(response, "ETag", etag);
    return response_send(connection, 304, response, NULL, cache);
}

enum MHD_Result response_page(struct MHD_Connection *connection, const struct page *page,
                              const struct head *head)
{
    static const char cache[] = "no-cache";
    if (byte_range_is_known(head->if_none_match, page->etag))
        return unchanged(connection, page->etag, cache);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(page->nb, page->bytes, MHD_RESPMEM_PERSISTENT);
    (void)add(response, "ETag", page->etag);
    return response_send(connection, 200, response, page->type, cache);
}

/* --- files of the service --------------------------------------------------------------------- */

/* Whether the file holds the bytes. The system call itself: fstat() of the C library asks by path
 * on some machines, which the sandbox forbids. */
static bool holds(const struct link_answer *a)
{
    struct stat st;
    return syscall(SYS_fstat, a->fd, &st) == 0 && S_ISREG(st.st_mode) && a->offset <= st.st_size &&
           a->length <= st.st_size - a->offset;
}

static enum MHD_Result no_such_range(struct MHD_Connection *connection, int64_t length)
{
    char text[64];
    struct MHD_Response *response = of_nothing();
    snprintf(text, sizeof text, "bytes */%lld", (long long)length);
    (void)add(response, "Content-Range", text);
    return response_send(connection, 416, response, NULL, no_store);
}

static enum MHD_Result send_range(struct MHD_Connection *connection, struct link_answer *a,
                                  const struct byte_range *r, const char *cache)
{
    const int64_t nb = r->end - r->begin;
    const bool part = r->kind == BYTE_RANGE_PART;
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(
        (uint64_t)nb, a->fd, (uint64_t)(a->offset + r->begin));
    if (!response)
        return MHD_NO;
    a->fd = -1; /* the response closes it */
    if (a->etag)
        (void)add(response, "ETag", a->etag);
    if (a->status == 200)
        (void)add(response, "Accept-Ranges", "bytes");
    if (part) {
        char text[80];
        snprintf(text, sizeof text, "bytes %lld-%lld/%lld", (long long)r->begin,
                 (long long)r->end - 1, (long long)a->length);
        (void)add(response, "Content-Range", text);
    }
    return response_send(connection, part ? 206 : a->status, response, a->type, cache);
}

enum MHD_Result response_file(struct MHD_Connection *connection, struct link_answer *a,
                              const struct head *head)
{
    const char *cache = a->cache ? a->cache : no_store;
    struct byte_range range = {BYTE_RANGE_ALL, 0, a->length};
    if (!holds(a))
        return response_error(connection, 500, "the answer is not complete");
    if (a->status == 200 && byte_range_is_known(head->if_none_match, a->etag))
        return unchanged(connection, a->etag, cache);
    /* Ranges are defined for GET alone (RFC 9110, section 14.2). */
    if (a->status == 200 && strcmp(head->rules.method, "GET") == 0)
        range = byte_range_read(head->range, head->if_range, a->etag, a->length);
    return range.kind == BYTE_RANGE_NONE ? no_such_range(connection, a->length)
                                         : send_range(connection, a, &range, cache);
}
