#include "review_link.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "mem.h"
#include "str.h"

/* A packet has at most LINK_PACKET_BYTES, so that its values are few enough. */
enum { MAX_VALUES = 1 << 16, MAX_PART = 100000, MAX_STREAM = 1000 };

static const struct {
    const char *name;
    unsigned members;
} wishes[LINK_NB_WISHES] = {
    [LINK_QUEUE] = {"queue", 0},
    [LINK_PART] = {"part", LINK_HAS_PART},
    [LINK_RECORDING] = {"recording", LINK_HAS_RECORDING},
    [LINK_WAVEFORM] = {"waveform", LINK_HAS_RECORDING},
    [LINK_THUMBS] = {"thumbs", LINK_HAS_RECORDING | LINK_HAS_NUMBER},
    [LINK_PREVIEW] = {"preview", LINK_HAS_RECORDING | LINK_HAS_PREVIEW},
    [LINK_PEAKS] = {"peaks", LINK_HAS_RECORDING | LINK_HAS_NUMBER},
    [LINK_CAPTIONS] = {"captions", LINK_HAS_PART | LINK_HAS_NUMBER},
    [LINK_JOURNAL] = {"journal", LINK_MAY_HAVE_TALK},
    [LINK_DECIDE] = {"decide", LINK_HAS_PART | LINK_HAS_BODY},
    [LINK_EXCHANGE] = {"exchange", LINK_HAS_BODY},
    [LINK_UNDO] = {"undo", LINK_HAS_BODY},
};

static const char *const tracks[LINK_NB_TRACKS] = {"master", "picture", "sound"};

unsigned link_members(enum link_wish wish)
{
    return wishes[wish].members;
}

const char *link_wish_name(enum link_wish wish)
{
    return wishes[wish].name;
}

/* The index of the name, or -1. */
static int find_wish(const char *name)
{
    for (int i = 0; i < LINK_NB_WISHES; i++)
        if (strcmp(wishes[i].name, name) == 0)
            return i;
    return -1;
}

static int find_track(const char *name)
{
    for (int i = 0; i < LINK_NB_TRACKS; i++)
        if (strcmp(tracks[i], name) == 0)
            return i;
    return -1;
}

static int wrong(const char *where, const char *what, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s: %s", where, what);
}

/* Whether the text has least to most bytes, all of them among letters, digits and others. */
static bool is_of(const char *text, size_t least, size_t most, const char *others)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const size_t nb = strlen(text);
    for (size_t i = 0; i < nb; i++)
        if (!strchr(usual, text[i]) && !strchr(others, text[i]))
            return false;
    return nb >= least && nb <= most;
}

/* Whether the text can be the value of a header: printable ASCII. */
static bool is_header(const char *text)
{
    enum { MOST = 200 };
    const char *c = text;
    while (*c >= ' ' && *c <= '~')
        c++;
    return *c == '\0' && c > text && c - text <= MOST;
}

/* The object has no member but the named ones: a reader that overlooks one would do something else
 * than was meant. */
static int only(json_t *obj, const char *const *names, const char *where, struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(obj, key, value) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], key) != 0)
            i++;
        if (!names[i])
            return wrong(where, "unknown member", err);
    }
    return 0;
}

static int read_packet(json_t **out, const char *text, size_t nb, const char *where,
                       struct err *err)
{
    return nb <= LINK_PACKET_BYTES ? json_read_limited(out, text, nb, MAX_VALUES, where, err)
                                   : wrong(where, "too long", err);
}

/* --- the first packet ------------------------------------------------------------------------- */

char *link_hello_text(const struct link_hello *h)
{
    AUTO_JSON *json =
        json_pack("{s:s, s:i, s:s, s:o}", "token", h->token, "port", h->port, "sandbox",
                  h->sandbox ? h->sandbox : "best-effort", "hosts", json_array());
    for (size_t i = 0; i < h->nb_hosts; i++)
        json_array_append_new(json_object_get(json, "hosts"), json_string(h->hosts[i]));
    return json_compact(json);
}

static int read_hosts(struct link_hello *out, const json_t *hosts, const char *where,
                      struct err *err)
{
    if (json_array_size(hosts) > LINK_MAX_HOSTS)
        return wrong(where, "too many hosts", err);
    for (size_t i = 0; i < json_array_size(hosts); i++) {
        const char *host = json_string_value(json_array_get(hosts, i));
        if (!host || !is_of(host, 1, 100, ".-[]:%"))
            return wrong(where, "a host is not a name or an address", err);
        out->hosts[out->nb_hosts++] = host;
    }
    return 0;
}

int link_hello_read(struct link_hello *out, const char *text, size_t nb, struct err *err)
{
    static const char where[] = "the first packet";
    json_t *hosts;
    int64_t port = 0;
    if (read_packet(&out->json, text, nb, where, err) < 0 ||
        json_need_string(&out->token, out->json, "token", where, err) < 0 ||
        json_need_string(&out->sandbox, out->json, "sandbox", where, err) < 0 ||
        json_need_number(&port, out->json, "port", 1, 65535, where, err) < 0 ||
        json_need_array(&hosts, out->json, "hosts", where, err) < 0)
        return err->code;
    out->port = (int)port;
    if (!is_of(out->token, 16, 128, "-_"))
        return wrong(where, "not a token", err);
    return read_hosts(out, hosts, where, err);
}

void link_hello_finish(struct link_hello *hello)
{
    json_decref(hello->json);
    *hello = (struct link_hello){0};
}

/* --- requests --------------------------------------------------------------------------------- */

char *link_request_text(const struct link_request *r)
{
    if (r->cancel)
        return mem_printf("{\"id\":%lld,\"cancel\":true}", (long long)r->id);
    const unsigned has = link_members(r->wish);
    json_t *args = json_object();
    AUTO_JSON *json = json_pack("{s:I, s:s, s:o}", "id", (json_int_t)r->id, "do",
                                link_wish_name(r->wish), "args", args);
    if (has & LINK_HAS_PART || (has & LINK_MAY_HAVE_TALK && r->talk))
        json_object_set_new(args, "talk", json_integer(r->talk));
    if (has & LINK_HAS_PART)
        json_object_set_new(args, "part", json_integer(r->part));
    if (has & LINK_HAS_RECORDING)
        json_object_set_new(args, "recording", json_string(r->recording));
    if (has & (LINK_HAS_NUMBER | LINK_HAS_PREVIEW))
        json_object_set_new(args, "number", json_integer(r->number));
    if (has & LINK_HAS_PREVIEW) {
        json_object_set_new(args, "track", json_string(tracks[r->track]));
        json_object_set_new(args, "stream", json_integer(r->stream));
        json_object_set_new(args, "use", json_string(r->use));
    }
    if (has & LINK_HAS_BODY)
        json_object_set(json, "body", r->body);
    return json_compact(json);
}

static int read_int(int *out, const json_t *args, const char *key, int64_t least, int64_t most,
                    const char *where, struct err *err)
{
    int64_t value = 0;
    if (json_need_number(&value, args, key, least, most, where, err) < 0)
        return err->code;
    *out = (int)value;
    return 0;
}

static int read_recording(struct link_request *out, const json_t *args, const char *where,
                          struct err *err)
{
    const char *id;
    if (json_need_string(&id, args, "recording", where, err) < 0)
        return err->code;
    if (strlen(id) != HASH_BYTES - 1 || strspn(id, "0123456789abcdef") != HASH_BYTES - 1)
        return wrong(where, "'recording' is not a fingerprint", err);
    memcpy(out->recording, id, HASH_BYTES);
    return 0;
}

static int read_preview(struct link_request *out, const json_t *args, const char *where,
                        struct err *err)
{
    const char *track, *use;
    if (json_need_string(&track, args, "track", where, err) < 0 ||
        json_need_string(&use, args, "use", where, err) < 0 ||
        read_int(&out->stream, args, "stream", -1, MAX_STREAM, where, err) < 0 ||
        read_int(&out->number, args, "number", LINK_PLAYLIST, LINK_MAX_NUMBER, where, err) < 0)
        return err->code;
    const int found = find_track(track);
    if (found < 0 || (found == LINK_MASTER && out->number != LINK_PLAYLIST))
        return wrong(where, "there is no such track", err);
    out->track = (enum link_track)found;
    if (strspn(use, "abcdefghijklmnopqrstuvwxyz-") != strlen(use) || strlen(use) >= sizeof out->use)
        return wrong(where, "'use' is not a word", err);
    memcpy(out->use, use, strlen(use) + 1);
    return found == LINK_SOUND || (out->stream == -1 && !*use)
               ? 0
               : wrong(where, "only the sound has a stream", err);
}

static int read_args(struct link_request *out, json_t *args, const char *where, struct err *err)
{
    static const char *const names[] = {"talk",  "part",   "recording", "number",
                                        "track", "stream", "use",       NULL};
    const unsigned has = link_members(out->wish);
    int ret = only(args, names, where, err);
    if (ret == 0 && (has & LINK_HAS_PART || json_object_get(args, "talk")))
        ret = has & (LINK_HAS_PART | LINK_MAY_HAVE_TALK)
                  ? read_int(&out->talk, args, "talk", 1, INT_MAX, where, err)
                  : wrong(where, "it takes no talk", err);
    if (ret == 0 && has & LINK_HAS_PART)
        ret = read_int(&out->part, args, "part", 1, MAX_PART, where, err);
    if (ret == 0 && has & LINK_HAS_RECORDING)
        ret = read_recording(out, args, where, err);
    if (ret == 0 && has & LINK_HAS_NUMBER)
        ret = read_int(&out->number, args, "number", 0, LINK_MAX_NUMBER, where, err);
    return ret == 0 && has & LINK_HAS_PREVIEW ? read_preview(out, args, where, err) : ret;
}

static int read_wish(struct link_request *out, const char *where, struct err *err)
{
    const char *name;
    json_t *args;
    if (json_need_string(&name, out->json, "do", where, err) < 0 ||
        json_need_object(&args, out->json, "args", where, err) < 0)
        return err->code;
    const int found = find_wish(name);
    if (found < 0)
        return wrong(where, "there is no such request", err);
    out->wish = (enum link_wish)found;
    if (read_args(out, args, where, err) < 0)
        return err->code;
    if (link_members(out->wish) & LINK_HAS_BODY)
        return json_need_object(&out->body, out->json, "body", where, err);
    return json_object_get(out->json, "body") ? wrong(where, "it takes no body", err) : 0;
}

int link_request_read(struct link_request *out, const char *text, size_t nb, struct err *err)
{
    static const char where[] = "a packet of the door";
    static const char *const names[] = {"id", "do", "args", "body", NULL}, *const of_cancel[] = {
                                                                               "id", "cancel",
                                                                               NULL};
    out->stream = -1;
    if (read_packet(&out->json, text, nb, where, err) < 0 ||
        json_need_number(&out->id, out->json, "id", 1, INT64_MAX, where, err) < 0)
        return err->code;
    out->cancel = json_is_true(json_object_get(out->json, "cancel"));
    if (only(out->json, out->cancel ? of_cancel : names, where, err) < 0)
        return err->code;
    return out->cancel ? 0 : read_wish(out, where, err);
}

void link_request_finish(struct link_request *request)
{
    json_decref(request->json);
    *request = (struct link_request){0};
}

/* --- replies ---------------------------------------------------------------------------------- */

char *link_answer_text(const struct link_answer *a)
{
    AUTO_JSON *json = json_pack("{s:I, s:i}", "id", (json_int_t)a->id, "status", a->status);
    if (a->fd >= 0) {
        json_object_set_new(json, "offset", json_integer(a->offset));
        json_object_set_new(json, "length", json_integer(a->length));
        json_object_set_new(json, "type", json_string(a->type));
    } else {
        json_object_set_new(json, "error", json_text(a->error ? a->error : "the request failed"));
    }
    if (a->etag)
        json_object_set_new(json, "etag", json_string(a->etag));
    if (a->cache)
        json_object_set_new(json, "cache", json_string(a->cache));
    if (a->version)
        json_object_set_new(json, "version", json_string(a->version));
    return json_compact(json);
}

char *link_event_text(const struct link_event *e)
{
    AUTO_JSON *json = json_pack("{s:s, s:O}", "event", e->name, "data", e->data);
    return json_compact(json);
}

static int read_event(struct link_event *out, const json_t *json, const char *where,
                      struct err *err)
{
    if (json_need_string(&out->name, json, "event", where, err) < 0 ||
        json_need_object(&out->data, json, "data", where, err) < 0)
        return err->code;
    return is_of(out->name, 1, 20, "") ? 0 : wrong(where, "not the name of an event", err);
}

static int read_header(const char **out, const json_t *json, const char *key, const char *where,
                       struct err *err)
{
    *out = json_get_string(json, key, NULL);
    if (!*out || is_header(*out))
        return 0;
    return err_set(err, ERR_INVALID, "%s: '%s' is not the value of a header", where, key);
}

/* What goes with the bytes of a file. */
static int read_file(struct link_answer *out, const json_t *json, const char *where,
                     struct err *err)
{
    if (json_need_number(&out->offset, json, "offset", 0, INT64_MAX, where, err) < 0 ||
        json_need_number(&out->length, json, "length", 0, INT64_MAX - out->offset, where, err) <
            0 ||
        read_header(&out->type, json, "type", where, err) < 0 ||
        read_header(&out->cache, json, "cache", where, err) < 0 ||
        read_header(&out->etag, json, "etag", where, err) < 0)
        return err->code;
    if (!out->type)
        return wrong(where, "'type' is missing", err);
    const char *end = out->etag ? strchr(out->etag + 1, '"') : NULL;
    return !out->etag || (out->etag[0] == '"' && end && !end[1])
               ? 0
               : wrong(where, "'etag' is not a text in quotation marks", err);
}

static int read_answer(struct link_answer *out, const json_t *json, const char *where,
                       struct err *err)
{
    int64_t status = 0;
    if (json_need_number(&out->id, json, "id", 1, INT64_MAX, where, err) < 0 ||
        json_need_number(&status, json, "status", 200, 599, where, err) < 0)
        return err->code;
    out->status = (int)status;
    out->version = json_get_string(json, "version", NULL);
    return out->fd >= 0 ? read_file(out, json, where, err)
                        : json_need_string(&out->error, json, "error", where, err);
}

int link_reply_read(struct link_reply *out, const char *text, size_t nb, int fd, struct err *err)
{
    static const char where[] = "a packet of the service";
    out->answer.fd = fd;
    if (read_packet(&out->json, text, nb, where, err) < 0) {
        if (fd >= 0)
            close(fd);
        return err->code;
    }
    out->is_event = json_object_get(out->json, "event");
    return out->is_event ? read_event(&out->event, out->json, where, err)
                         : read_answer(&out->answer, out->json, where, err);
}

void link_reply_finish(struct link_reply *reply)
{
    if (reply->json && reply->answer.fd >= 0)
        close(reply->answer.fd);
    json_decref(reply->json);
    *reply = (struct link_reply){.answer.fd = -1};
}
