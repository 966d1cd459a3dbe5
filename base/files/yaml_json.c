#include "yaml_json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

enum { MAX_DEPTH = 20 };
static const size_t max_bytes = 1u << 20;

struct reader {
    yaml_parser_t parser;
    const char *path;
    struct err *err;
};

static int fail_at(struct reader *r, const yaml_mark_t *mark, const char *what)
{
    return err_set(r->err, ERR_INVALID, "'%s', line %zu: %s", r->path, mark->line + 1, what);
}

static int next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return 0;
    return fail_at(r, &r->parser.problem_mark,
                   r->parser.problem ? r->parser.problem : "cannot be read");
}

/* A plain scalar by the YAML core schema, without octal and hexadecimal numbers. */
static json_t *plain_value(const char *s)
{
    if (!*s || strcmp(s, "~") == 0 || strcmp(s, "null") == 0)
        return json_null();
    if (strcmp(s, "true") == 0 || strcmp(s, "yes") == 0)
        return json_true();
    if (strcmp(s, "false") == 0 || strcmp(s, "no") == 0)
        return json_false();
    if (s[strspn(s, "+-.0123456789eE")] == '\0') {
        char *end;
        errno = 0;
        const long long i = strtoll(s, &end, 10);
        if (!*end && errno == 0)
            return json_integer(i);
        errno = 0;
        const double d = strtod(s, &end);
        if (!*end && errno == 0)
            return json_real(d);
    }
    return json_string(s);
}

static int read_value(json_t **out, struct reader *r, const yaml_event_t *event, int depth);

static int read_list(json_t **out, struct reader *r, int depth)
{
    AUTO_JSON *list = json_array();
    for (;;) {
        yaml_event_t event;
        if (next(r, &event) < 0)
            return r->err->code;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            *out = mem_take(&list);
            return 0;
        }
        json_t *item = NULL;
        const int ret = read_value(&item, r, &event, depth + 1);
        yaml_event_delete(&event);
        if (ret < 0)
            return ret;
        json_array_append_new(list, item);
    }
}

static int read_member(json_t *map, struct reader *r, const yaml_event_t *key, int depth)
{
    if (key->type != YAML_SCALAR_EVENT)
        return fail_at(r, &key->start_mark, "expected a plain word as the key");
    const char *name = (const char *)key->data.scalar.value;
    if (json_object_get(map, name))
        return fail_at(r, &key->start_mark, "this key is given twice");
    yaml_event_t event;
    if (next(r, &event) < 0)
        return r->err->code;
    json_t *value = NULL;
    const int ret = read_value(&value, r, &event, depth + 1);
    yaml_event_delete(&event);
    if (ret == 0 && json_object_set_new(map, name, value) < 0)
        return fail_at(r, &key->start_mark, "this key is not valid UTF-8");
    return ret;
}

static int read_map(json_t **out, struct reader *r, int depth)
{
    AUTO_JSON *map = json_object();
    for (;;) {
        yaml_event_t key;
        if (next(r, &key) < 0)
            return r->err->code;
        if (key.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&key);
            *out = mem_take(&map);
            return 0;
        }
        const int ret = read_member(map, r, &key, depth);
        yaml_event_delete(&key);
        if (ret < 0)
            return ret;
    }
}

static bool has_tag(const yaml_event_t *event)
{
    return (event->type == YAML_SCALAR_EVENT && event->data.scalar.tag) ||
           (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.tag) ||
           (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.tag);
}

static int read_value(json_t **out, struct reader *r, const yaml_event_t *event, int depth)
{
    if (has_tag(event))
        return fail_at(r, &event->start_mark, "tags ('!') are not supported");
    if (depth > MAX_DEPTH)
        return fail_at(r, &event->start_mark, "nested too deeply");
    if (event->type == YAML_MAPPING_START_EVENT)
        return read_map(out, r, depth);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return read_list(out, r, depth);
    if (event->type != YAML_SCALAR_EVENT)
        return fail_at(r, &event->start_mark, "aliases ('*') are not supported: repeat the value");
    const char *s = (const char *)event->data.scalar.value;
    *out = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_value(s) : json_string(s);
    return *out ? 0 : fail_at(r, &event->start_mark, "this text is not valid UTF-8");
}

/* Skips the start of the stream and of the document. */
static int next_content(struct reader *r, yaml_event_t *event)
{
    for (;;) {
        if (next(r, event) < 0)
            return r->err->code;
        if (event->type != YAML_STREAM_START_EVENT && event->type != YAML_DOCUMENT_START_EVENT)
            return 0;
        yaml_event_delete(event);
    }
}

/* Nothing but the end may follow the document. */
static int expect_end(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        if (next(r, &event) < 0)
            return r->err->code;
        const yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT)
            (void)fail_at(r, &event.start_mark, "a second document begins here; expected only one");
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT || type == YAML_DOCUMENT_START_EVENT)
            return r->err->code;
    }
}

static int read_document(json_t **out, struct reader *r)
{
    yaml_event_t event;
    if (next_content(r, &event) < 0)
        return r->err->code;
    AUTO_JSON *value = NULL;
    const bool empty = event.type == YAML_STREAM_END_EVENT;
    if (empty)
        value = json_object();
    const int ret = empty ? 0 : read_value(&value, r, &event, 0);
    yaml_event_delete(&event);
    if (ret < 0 || (!empty && expect_end(r) < 0))
        return r->err->code;
    *out = mem_take(&value);
    return 0;
}

int yaml_json_read(json_t **out, const char *path, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb;
    if (fs_read(&text, &nb, path, max_bytes, err) < 0)
        return err->code;
    struct reader r = {.path = path, .err = err};
    if (!yaml_parser_initialize(&r.parser))
        return err_set(err, ERR_NOMEM, "out of memory while reading '%s'", path);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, nb);
    const int ret = read_document(out, &r);
    yaml_parser_delete(&r.parser);
    return ret;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_word(const yaml_node_t *node, const char *word, size_t nb)
{
    return node && node->type == YAML_SCALAR_NODE && node->data.scalar.length == nb &&
           memcmp(node->data.scalar.value, word, nb) == 0;
}

/* NULL: the node is no mapping, or does not have the key. */
static const yaml_node_pair_t *find_pair(yaml_document_t *document, const yaml_node_t *map,
                                         const char *key, size_t nb)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++)
        if (is_word(yaml_document_get_node(document, p->key), key, nb))
            return p;
    return NULL;
}

static size_t find_line(yaml_document_t *document, const char *block, const char *key)
{
    const yaml_node_t *map = yaml_document_get_root_node(document);
    while (*block) {
        const size_t nb = strcspn(block, ".");
        const yaml_node_pair_t *pair = find_pair(document, map, block, nb);
        map = pair ? yaml_document_get_node(document, pair->value) : NULL;
        block += nb + (block[nb] == '.');
    }
    const yaml_node_pair_t *pair = find_pair(document, map, key, strlen(key));
    return pair ? yaml_document_get_node(document, pair->key)->start_mark.line + 1 : 0;
}

size_t yaml_json_line(const char *path, const char *block, const char *key)
{
    struct err ignored = {0};
    AUTO_FREE char *text = NULL;
    size_t nb, line = 0;
    yaml_parser_t parser;
    yaml_document_t document;
    if (fs_read(&text, &nb, path, max_bytes, &ignored) < 0 || !yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, nb);
    if (yaml_parser_load(&parser, &document)) {
        line = find_line(&document, block, key);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return line;
}
