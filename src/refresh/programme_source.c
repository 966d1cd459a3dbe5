#include "programme_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "keys.h"
#include "mem.h"
#include "store.h"

static char *text_of(const json_t *row, const char *member)
{
    return mem_strdup(json_get_string(row, member, NULL));
}

int programme_source_load(struct programme_source *out, struct store *store, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *row = NULL;
    keys_programme_source(key);
    *out = (struct programme_source){0};
    if (store_result(&row, store, key, err) < 0)
        return err->code;
    out->place = text_of(row, "place");
    out->is_web = json_get_bool(row, "web", false);
    snprintf(out->hash, sizeof out->hash, "%s", json_get_string(row, "hash", ""));
    out->etag = text_of(row, "etag");
    out->modified = text_of(row, "modified");
    out->away = json_get_bool(row, "away", false);
    out->state = (int)json_get_int(row, "state", 0);
    out->text = text_of(row, "text");
    return 0;
}

static json_t *row_of(const struct programme_source *s)
{
    return json_pack("{s:o, s:b, s:s, s:o, s:o, s:b, s:i, s:o}", "place", json_text(s->place),
                     "web", s->is_web, "hash", s->hash, "etag", json_text(s->etag), "modified",
                     json_text(s->modified), "away", s->away, "state", s->state, "text",
                     json_text(s->text));
}

int programme_source_keep(struct store *store, const struct programme_source *s, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *was = NULL, *now = row_of(s);
    keys_programme_source(key);
    if (store_result(&was, store, key, err) < 0)
        return err->code;
    return json_equal(was, now) ? 0 : store_set_result(store, key, "source", now, err);
}

void programme_source_finish(struct programme_source *s)
{
    free(s->place);
    free(s->etag);
    free(s->modified);
    free(s->text);
    *s = (struct programme_source){0};
}
