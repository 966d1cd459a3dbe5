#include "routes.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

enum {
    BODY_BYTES = 64 << 10,
    DECISION_BYTES = 176 << 10, /* the captions of two hours; a packet has room for them */
};

/* In patterns, ":talk", ":part" and ":n" are numbers, ":id" is a fingerprint. */
static const struct {
    const char *pattern;
    enum route_kind kind;
    enum link_wish wish;
    bool posts;
    enum link_track track;
    int number;
    size_t max_body_bytes;
} routes[] = {
    {.pattern = "/", .kind = ROUTE_PAGE},
    {.pattern = "/assets/*", .kind = ROUTE_PAGE},
    {.pattern = "/api/events", .kind = ROUTE_EVENTS},
    {.pattern = "/api/queue", .kind = ROUTE_ASK, .wish = LINK_QUEUE},
    {.pattern = "/api/part/:talk/:part", .kind = ROUTE_ASK, .wish = LINK_PART},
    {.pattern = "/api/part/:talk/:part/captions/:n", .kind = ROUTE_ASK, .wish = LINK_CAPTIONS},
    {.pattern = "/api/part/:talk/:part/decide",
     .kind = ROUTE_ASK,
     .wish = LINK_DECIDE,
     .posts = true,
     .max_body_bytes = DECISION_BYTES},
    {.pattern = "/api/recording/:id", .kind = ROUTE_ASK, .wish = LINK_RECORDING},
    {.pattern = "/api/recording/:id/waveform.dat", .kind = ROUTE_ASK, .wish = LINK_WAVEFORM},
    {.pattern = "/api/recording/:id/thumbs/:n.jpg", .kind = ROUTE_ASK, .wish = LINK_THUMBS},
    {.pattern = "/api/recording/:id/peaks/:n", .kind = ROUTE_ASK, .wish = LINK_PEAKS},
    {.pattern = "/api/recording/:id/master.m3u8",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_MASTER,
     .number = LINK_PLAYLIST},
    {.pattern = "/api/recording/:id/v/index.m3u8",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_PICTURE,
     .number = LINK_PLAYLIST},
    {.pattern = "/api/recording/:id/v/init.mp4",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_PICTURE,
     .number = LINK_INIT},
    {.pattern = "/api/recording/:id/v/:n.m4s",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_PICTURE},
    {.pattern = "/api/recording/:id/a/index.m3u8",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_SOUND,
     .number = LINK_PLAYLIST},
    {.pattern = "/api/recording/:id/a/init.mp4",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_SOUND,
     .number = LINK_INIT},
    {.pattern = "/api/recording/:id/a/:n.m4s",
     .kind = ROUTE_ASK,
     .wish = LINK_PREVIEW,
     .track = LINK_SOUND},
    {.pattern = "/api/journal", .kind = ROUTE_ASK, .wish = LINK_JOURNAL},
    {.pattern = "/api/exchange",
     .kind = ROUTE_ASK,
     .wish = LINK_EXCHANGE,
     .posts = true,
     .max_body_bytes = BODY_BYTES},
    {.pattern = "/api/undo",
     .kind = ROUTE_ASK,
     .wish = LINK_UNDO,
     .posts = true,
     .max_body_bytes = BODY_BYTES},
};

/* --- paths ------------------------------------------------------------------------------------ */

/* Reads a number as it is usually written: no sign, no zeros in front. Moves *text after it. */
static bool read_number(int *out, const char **text, int least, int most)
{
    const char *p = *text;
    int64_t value = 0;
    if (*p == '0' && p[1] >= '0' && p[1] <= '9')
        return false;
    while (*p >= '0' && *p <= '9' && value <= most)
        value = 10 * value + (*p++ - '0');
    if (p == *text || value < least || value > most)
        return false;
    *out = (int)value;
    *text = p;
    return true;
}

static bool read_id(char *out, const char **text)
{
    const size_t nb = strspn(*text, "0123456789abcdef");
    if (nb != HASH_BYTES - 1)
        return false;
    memcpy(out, *text, nb);
    out[nb] = '\0';
    *text += nb;
    return true;
}

/* Reads the value of the pattern's name. name: after the ':', nb letters. */
static bool read_part_of_path(struct link_request *out, const char *name, size_t nb,
                              const char **path)
{
    if (strncmp(name, "talk", nb) == 0)
        return read_number(&out->talk, path, 1, INT_MAX);
    if (strncmp(name, "part", nb) == 0)
        return read_number(&out->part, path, 1, 99999);
    if (strncmp(name, "id", nb) == 0)
        return read_id(out->recording, path);
    return read_number(&out->number, path, 0, LINK_MAX_NUMBER);
}

static bool matches(struct route *out, const char *pattern, const char *path)
{
    while (*pattern && *pattern != '*') {
        if (*pattern == ':') {
            const size_t nb = strspn(pattern + 1, "abcdefghijklmnopqrstuvwxyz");
            if (!read_part_of_path(&out->request, pattern + 1, nb, &path))
                return false;
            pattern += 1 + nb;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    out->page = *pattern == '*' ? path : "index.html";
    return *pattern == '*' ? *path && !strchr(path, '/') : *path == '\0';
}

/* --- parameters ------------------------------------------------------------------------------- */

static bool read_use(struct link_request *out, const char *value)
{
    const size_t nb = strlen(value);
    if (nb == 0 || nb >= sizeof out->use || strspn(value, "abcdefghijklmnopqrstuvwxyz-") != nb)
        return false;
    memcpy(out->use, value, nb + 1);
    return true;
}

static bool read_whole(int *out, const char *value, int least, int most)
{
    return read_number(out, &value, least, most) && !*value;
}

static bool read_parameter(struct route *out, const struct route_parameter *p)
{
    const bool of_sound = out->kind == ROUTE_ASK && out->request.wish == LINK_PREVIEW &&
                          out->request.track == LINK_SOUND;
    if (out->kind == ROUTE_PAGE && strcmp(p->name, "token") == 0) {
        out->token = p->value;
        return strcmp(out->page, "index.html") == 0;
    }
    if (of_sound && strcmp(p->name, "stream") == 0)
        return read_whole(&out->request.stream, p->value, 0, 999);
    if (of_sound && strcmp(p->name, "use") == 0)
        return read_use(&out->request, p->value);
    return out->kind == ROUTE_ASK && out->request.wish == LINK_JOURNAL &&
           strcmp(p->name, "talk") == 0 && read_whole(&out->request.talk, p->value, 1, INT_MAX);
}

/* --- finding ---------------------------------------------------------------------------------- */

int route_find(struct route *out, const char *method, const char *path,
               const struct route_parameter *parameters, size_t nb)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        *out = (struct route){.kind = routes[i].kind,
                              .request = {.wish = routes[i].wish,
                                          .track = routes[i].track,
                                          .number = routes[i].number,
                                          .stream = -1},
                              .max_body_bytes = routes[i].max_body_bytes,
                              .allowed = routes[i].posts ? "POST" : "GET, HEAD"};
        if (!matches(out, routes[i].pattern, path))
            continue;
        const bool gets = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
        if (routes[i].posts ? strcmp(method, "POST") != 0 : !gets)
            return 405;
        for (size_t k = 0; k < nb; k++)
            if (!read_parameter(out, &parameters[k]))
                return 400;
        return 0;
    }
    return 404;
}
