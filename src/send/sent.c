#include "sent.h"

#include <jansson.h>

#include "json.h"
#include "keys.h"
#include "store.h"

static const char stage[] = "send";

int sent_read(struct manifest *out, struct store *store, const char *place, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *result = NULL;
    const char *name;
    json_t *value;
    *out = (struct manifest){0};
    keys_sent(key, place);
    if (store_result(&result, store, key, err) < 0)
        return err->code;
    json_object_foreach(json_object_get(result, "names"), name, value)
        manifest_add(out, name, NULL, -1, "");
    manifest_sort(out);
    return 0;
}

int sent_write(struct store *store, const char *place, const struct manifest *m, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *names = json_object(), *result = json_pack("{s:O}", "names", names);
    keys_sent(key, place);
    for (size_t i = 0; i < m->nb; i++)
        json_object_set_new(names, m->files[i].name, json_true());
    return store_set_result(store, key, stage, result, err);
}

int sent_untold(int64_t *out, struct store *store, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *result = NULL;
    keys_sent(key, "");
    if (store_result(&result, store, key, err) < 0)
        return err->code;
    *out = json_get_int(result, "untold", -1);
    return 0;
}

int sent_set_untold(struct store *store, int64_t nb, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *result = json_pack("{s:I}", "untold", (json_int_t)nb);
    keys_sent(key, "");
    return store_set_result(store, key, stage, result, err);
}
