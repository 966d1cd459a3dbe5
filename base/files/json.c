#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "str.h"

/* Far more than any result or programme has, and still harmless. */
static const size_t max_file_bytes = 256u << 20;

void json_decref_p(json_t **p)
{
    json_decref(*p);
}

static int read(json_t **out, const char *text, size_t nb, const char *what, struct err *err)
{
    json_error_t je;
    json_t *value = json_loadb(text, nb, 0, &je);
    if (!value) { /* Jansson quotes what it read, which may be no UTF-8 */
        AUTO_FREE char *why = str_clean_line(je.text);
        return err_set(err, ERR_INVALID, "%s: line %d, column %d: %s", what, je.line, je.column,
                       why);
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return err_set(err, ERR_INVALID, "%s: expected an object in braces", what);
    }
    *out = value;
    return 0;
}

int json_read_text(json_t **out, const char *text, const char *what, struct err *err)
{
    return read(out, text, strlen(text), what, err);
}

int json_read_limited(json_t **out, const char *text, size_t nb, size_t max_values,
                      const char *what, struct err *err)
{
    size_t nb_values = 1; /* a comma in a text is counted too: limits leave room for that */
    for (size_t i = 0; i < nb; i++)
        nb_values += text[i] == '[' || text[i] == '{' || text[i] == ',';
    return nb_values <= max_values
               ? read(out, text, nb, what, err)
               : err_set(err, ERR_INVALID, "%s: has more than %zu values", what, max_values);
}

/* --- files ------------------------------------------------------------------------------------ */

int json_read_file(json_t **out, const char *path, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb;
    if (fs_read(&text, &nb, path, max_file_bytes, err) < 0)
        return err->code;
    AUTO_FREE char *what = mem_printf("'%s'", path);
    if (strlen(text) != nb)
        return err_set(err, ERR_INVALID, "%s: contains a NUL byte, so it is not JSON", what);
    return json_read_text(out, text, what, err);
}

static int wrong(const char *where, const char *key, const json_t *value, const char *kind,
                 struct err *err)
{
    return err_set(err, ERR_INVALID, value ? "%s: '%s' should be %s" : "%s: '%s' (%s) is missing",
                   where, key, kind);
}

int json_need_string(const char **out, const json_t *obj, const char *key, const char *where,
                     struct err *err)
{
    const json_t *v = json_object_get(obj, key);
    if (!json_is_string(v))
        return wrong(where, key, v, "a text", err);
    *out = json_string_value(v);
    return 0;
}

int json_need_number(int64_t *out, const json_t *obj, const char *key, int64_t least, int64_t most,
                     const char *where, struct err *err)
{
    const json_t *value = json_object_get(obj, key);
    if (!json_is_integer(value))
        return wrong(where, key, value, "a whole number", err);
    const int64_t v = json_integer_value(value);
    if (v < least || v > most)
        return err_set(err, ERR_INVALID, "%s: '%s' is %lld, should be %lld to %lld", where, key,
                       (long long)v, (long long)least, (long long)most);
    *out = v;
    return 0;
}

int json_need_object(json_t **out, const json_t *obj, const char *key, const char *where,
                     struct err *err)
{
    json_t *v = json_object_get(obj, key);
    if (!json_is_object(v))
        return wrong(where, key, v, "an object", err);
    *out = v;
    return 0;
}

int json_need_array(json_t **out, const json_t *obj, const char *key, const char *where,
                    struct err *err)
{
    json_t *v = json_object_get(obj, key);
    if (!json_is_array(v))
        return wrong(where, key, v, "a list", err);
    *out = v;
    return 0;
}

const char *json_get_string(const json_t *obj, const char *key, const char *fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_string(v) ? json_string_value(v) : fallback;
}

int64_t json_get_int(const json_t *obj, const char *key, int64_t fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? json_integer_value(v) : fallback;
}

double json_get_number(const json_t *obj, const char *key, double fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_number(v) ? json_number_value(v) : fallback;
}

bool json_get_bool(const json_t *obj, const char *key, bool fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : fallback;
}

json_t *json_text(const char *s)
{
    if (!s)
        return json_null();
    AUTO_FREE char *clean = str_clean(s);
    return json_string(clean);
}
