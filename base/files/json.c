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

int json_read_text(json_t **out, const char *text, const char *what, struct err *err)
{
    json_error_t je;
    json_t *value = json_loads(text, 0, &je);
    if (!value)
        return err_set(err, ERR_INVALID, "%s: line %d, column %d: %s", what, je.line, je.column,
                       je.text);
    if (!json_is_object(value)) {
        json_decref(value);
        return err_set(err, ERR_INVALID, "%s: expected an object in braces", what);
    }
    *out = value;
    return 0;
}

/* --- some members ---------------------------------------------------------------------------- */

static const char *skip_spaces(const char *s)
{
    return s + strspn(s, " \t\r\n");
}

/* Returns the place after the string that begins at s; the end of the text if the string has none.
 */
static const char *skip_string(const char *s)
{
    for (s++; *s && *s != '"'; s++)
        if (*s == '\\' && s[1])
            s++;
    return *s ? s + 1 : s;
}

/* Returns the end of the member of an object that begins at s: its comma or brace. Most members are
 * long lists of numbers, which the inner loop skips. */
static const char *skip_member(const char *s)
{
    static const bool matters[256] = {['\0'] = true, ['"'] = true, ['{'] = true, ['}'] = true,
                                      ['['] = true,  [']'] = true, [','] = true};
    for (int depth = 0;;) {
        while (!matters[(unsigned char)*s])
            s++;
        if (!*s || (depth == 0 && (*s == ',' || *s == '}')))
            return s;
        if (*s == '"') {
            s = skip_string(s);
            continue;
        }
        depth += (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        s++;
    }
}

static bool begins_with_name(const char *s, const char *name)
{
    const size_t nb = strlen(name);
    return *s == '"' && strncmp(s + 1, name, nb) == 0 && s[1 + nb] == '"';
}

static bool names_one(const char *s, const char *const *names)
{
    while (*names && !begins_with_name(s, *names))
        names++;
    return *names != NULL;
}

/* Copies the members of an object as they are written: those among the names, or those not among
 * them. False if the text is not one object. */
static bool copy_members(struct str *out, const char *text, const char *const *names, bool among)
{
    const char *s = skip_spaces(text), *separator = "{";
    if (*s != '{')
        return false;
    do {
        s = skip_spaces(s + 1);
        const char *end = skip_member(s);
        if (names_one(s, names) == among && end > s) {
            str_add(out, separator);
            str_add_bytes(out, s, (size_t)(end - s));
            separator = ",";
        }
        s = end;
    } while (*s == ',');
    str_add(out, *separator == '{' ? "{}" : "}");
    return *s == '}' && !*skip_spaces(s + 1);
}

static int read_some(json_t **out, const char *text, const char *const *names, bool among,
                     const char *what, struct err *err)
{
    AUTO_STR some = {0};
    if (!copy_members(&some, text, names, among))
        return json_read_text(out, text, what, err); /* for its error message */
    return json_read_text(out, some.s, what, err);
}

int json_read_members(json_t **out, const char *text, const char *const *members, const char *what,
                      struct err *err)
{
    return read_some(out, text, members, true, what, err);
}

int json_read_without(json_t **out, const char *text, const char *const *members, const char *what,
                      struct err *err)
{
    return read_some(out, text, members, false, what, err);
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

char *json_canonical(const json_t *value)
{
    return mem_need(json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY));
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

void json_clean(json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_string(value)) {
        AUTO_FREE char *clean = str_clean(json_string_value(value));
        json_string_set(value, clean);
    }
    json_object_foreach(value, key, item)
        json_clean(item);
    json_array_foreach(value, i, item)
        json_clean(item);
}
