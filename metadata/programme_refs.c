#include "programme_refs.h"

#include <stdlib.h>

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
    AUTO_JSON *counts = json_object(); /* the last suffix that a ref had */
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
        free(talk->ref);
        talk->ref = mem_take(&ref);
    }
}
