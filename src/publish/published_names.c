#include "published_names.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "publish.h"
#include "store.h"

struct names {
    char **list;
    size_t nb;
};

static int add_file(void *opaque, const struct published *file)
{
    struct names *n = opaque;
    mem_add_string(&n->list, &n->nb, file->name);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int published_names(char ***out, size_t *out_nb, struct event *event, struct err *err)
{
    char texts_key[KEY_BYTES];
    AUTO_JSON *texts = NULL;
    struct names n = {0};
    const char *name;
    json_t *value;
    keys_texts(texts_key);
    if (store_result(&texts, event->store, texts_key, err) < 0 ||
        store_each_published(event->store, add_file, &n, err) < 0) {
        mem_free_strings(n.list, n.nb);
        return err->code;
    }
    json_object_foreach(json_object_get(texts, "names"), name, value)
        mem_add_string(&n.list, &n.nb, name);
    mem_add_string(&n.list, &n.nb, PUBLISH_LIST);
    mem_add_string(&n.list, &n.nb, PUBLISH_SUMS);
    qsort(n.list, n.nb, sizeof *n.list, by_name);
    *out = n.list;
    *out_nb = n.nb;
    return 0;
}
