#include "programme_refs.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

enum { SLUG_BYTES = 120 };

void programme_settle_refs(struct programme *p)
{
    AUTO_JSON *taken = json_object(); /* a set */
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct talk *talk = &p->talks[i];
        if (!talk->ref && !talk->number)
            talk->ref = str_slug(talk->title, SLUG_BYTES);
        if (talk->ref)
            json_object_set_new(taken, talk->ref, json_true());
    }
    AUTO_JSON *counts = json_object(); /* the last suffix of each ref */
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct talk *talk = &p->talks[i];
        if (!talk->ref)
            continue;
        int64_t nb = json_get_int(counts, talk->ref, 0) + 1;
        AUTO_FREE char *ref = mem_strdup(talk->ref);
        for (; nb > 1; nb++) {
            free(ref);
            ref = mem_printf("%s-%d", talk->ref, (int)nb);
            if (!json_object_get(taken, ref))
                break;
        }
        json_object_set_new(counts, talk->ref, json_integer(nb));
        json_object_set_new(taken, ref, json_true());
        if (strcmp(ref, talk->ref) != 0)
            talk->shared_ref = mem_take(&talk->ref);
        free(talk->ref);
        talk->ref = mem_take(&ref);
    }
}

/* RFC 4122, 4.3: version 5, the first 16 bytes of SHA-1 over a name space and a name. */
char *programme_ref_uuid(const char *event, const char *ref)
{
    static const unsigned char space[16] = {0x5b, 0x0e, 0x6d, 0x0c, 0x93, 0x1f, 0x4a, 0x55,
                                            0x8e, 0x2b, 0x71, 0xc4, 0xd9, 0x06, 0xa8, 0x3d};
    if (g_uuid_string_is_valid(ref))
        return mem_strdup(ref);
    AUTO_FREE char *name = mem_printf("%s\n%s", event ? event : "", ref);
    unsigned char d[20];
    gsize nb = sizeof d;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sum, space, sizeof space);
    g_checksum_update(sum, (const unsigned char *)name, (gssize)strlen(name));
    g_checksum_get_digest(sum, d, &nb);
    g_checksum_free(sum);
    d[6] = (unsigned char)((d[6] & 0x0f) | 0x50);
    d[8] = (unsigned char)((d[8] & 0x3f) | 0x80);
    AUTO_STR uuid = {0};
    for (size_t i = 0; i < 16; i++)
        str_addf(&uuid, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", d[i]);
    return str_take(&uuid);
}
