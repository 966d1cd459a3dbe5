#include <string.h>
#include <strings.h>

#include "door_parts.h"

/* Where the header belongs; NULL: it does not matter. */
static const char **place_of(struct head *head, const char *name)
{
    const struct {
        const char *name;
        const char **place;
    } places[] = {
        {"Host", &head->rules.host},
        {"Origin", &head->rules.origin},
        {"Sec-Fetch-Site", &head->rules.fetch_site},
        {"Content-Type", &head->rules.content_type},
        {"Content-Length", &head->rules.content_length},
        {"Transfer-Encoding", &head->rules.transfer_encoding},
        {"Cookie", &head->rules.cookie},
        {"Range", &head->range},
        {"If-Range", &head->if_range},
        {"If-None-Match", &head->if_none_match},
        {"Last-Event-ID", &head->last_event_id},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcasecmp(name, places[i].name) == 0)
            return places[i].place;
    return NULL;
}

static enum MHD_Result read_header(void *opaque, enum MHD_ValueKind kind, const char *name,
                                   size_t nb_name, const char *value, size_t nb)
{
    struct head *head = opaque;
    (void)kind;
    head->rules.nb_bytes += nb_name + nb;
    const char **place = place_of(head, name);
    if (!place)
        return MHD_YES;
    head->rules.unclean = head->rules.unclean || *place || !value || strlen(value) != nb;
    *place = value;
    return MHD_YES;
}

void head_read(struct head *out, struct MHD_Connection *connection, const char *method)
{
    *out = (struct head){.rules.method = method};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, read_header, out);
}

struct parameters {
    struct route_parameter *out;
    size_t nb;
};

static enum MHD_Result read_parameter(void *opaque, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct parameters *p = opaque;
    (void)kind;
    if (p->nb < ROUTE_MAX_PARAMETERS)
        p->out[p->nb] = (struct route_parameter){name, value ? value : ""};
    p->nb++;
    return MHD_YES;
}

void head_parameters(struct route_parameter *out, size_t *nb, struct MHD_Connection *connection)
{
    struct parameters p = {out, 0};
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, read_parameter, &p);
    *nb = p.nb;
}
