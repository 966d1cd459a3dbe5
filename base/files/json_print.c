#include "json_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "str.h"

struct printer {
    struct str out;
    struct json_style style;
    int level;
};

/* --- numbers ---------------------------------------------------------------------------------- */

static bool is_of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';
}

/* Writes a point in the place of the locale's, which may be a comma or several bytes. */
static void put_point(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        if (is_of_number(*from)) {
            *to++ = *from++;
            continue;
        }
        *to++ = '.';
        while (*from && !is_of_number(*from))
            from++;
    }
    *to = '\0';
}

/* "e-05" to "e-5", "e+21" to "e21". */
static void shorten_exponent(char *text)
{
    char *to = strchr(text, 'e');
    if (!to)
        return;
    const char *from = ++to;
    if (*from == '-')
        to++;
    from += *from == '-' || *from == '+';
    from += strspn(from, "0");
    memmove(to, from, strlen(from) + 1);
}

static void add_real(struct printer *p, double value)
{
    char text[64]; /* 17 digits, sign, point, exponent: 24 bytes in the C locale */
    snprintf(text, sizeof text, "%.*g", p->style.digits ? p->style.digits : 17, value);
    put_point(text);
    shorten_exponent(text);
    str_add(&p->out, text);
    if (!strpbrk(text, ".e"))
        str_add(&p->out, ".0");
}

static void add_integer(struct printer *p, json_int_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, value);
    str_add(&p->out, text);
}

/* --- texts ------------------------------------------------------------------------------------ */

static void add_utf16(struct str *out, uint32_t code_point)
{
    if (code_point < 0x10000) {
        str_addf(out, "\\u%04X", code_point);
        return;
    }
    const uint32_t rest = code_point - 0x10000;
    str_addf(out, "\\u%04X\\u%04X", 0xD800 | rest >> 10, 0xDC00 | (rest & 0x3FF));
}

static void add_escape(struct str *out, char c)
{
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = memchr(special, c, sizeof special - 1);
    if (at)
        str_add_bytes(out, (const char[]){'\\', letters[at - special]}, 2);
    else
        add_utf16(out, (uint32_t)c);
}

static bool is_plain(char c, bool ascii)
{
    const unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && c != '"' && c != '\\' && (byte < 0x80 || !ascii);
}

static void add_string(struct printer *p, const char *s, size_t nb)
{
    const char *end = s + nb;
    str_add(&p->out, "\"");
    while (s < end) {
        const char *from = s;
        while (s < end && is_plain(*s, p->style.ascii))
            s++;
        str_add_bytes(&p->out, from, (size_t)(s - from));
        if (s == end)
            break;
        if ((unsigned char)*s < 0x80)
            add_escape(&p->out, *s++);
        else
            add_utf16(&p->out, str_next_utf8(&s));
    }
    str_add(&p->out, "\"");
}

/* --- lists and objects ------------------------------------------------------------------------ */

static void add_value(struct printer *p, const json_t *value);

static void add_line(struct printer *p)
{
    if (!p->style.indent)
        return;
    str_add(&p->out, "\n");
    for (int i = 0; i < p->style.indent * p->level; i++)
        str_add(&p->out, " ");
}

static void open_list(struct printer *p, const char *bracket)
{
    str_add(&p->out, bracket);
    p->level++;
}

static void begin_element(struct printer *p, size_t at)
{
    if (at)
        str_add(&p->out, p->style.compact || p->style.indent ? "," : ", ");
    add_line(p);
}

static void close_list(struct printer *p, const char *bracket)
{
    p->level--;
    add_line(p);
    str_add(&p->out, bracket);
}

static void add_array(struct printer *p, const json_t *array)
{
    if (!json_array_size(array)) {
        str_add(&p->out, "[]");
        return;
    }
    open_list(p, "[");
    for (size_t i = 0; i < json_array_size(array); i++) {
        begin_element(p, i);
        add_value(p, json_array_get(array, i));
    }
    close_list(p, "]");
}

static void add_member(struct printer *p, size_t at, const char *key, const json_t *value)
{
    begin_element(p, at);
    add_string(p, key, strlen(key));
    str_add(&p->out, p->style.compact ? ":" : ": ");
    add_value(p, value);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_sorted_members(struct printer *p, const json_t *object)
{
    AUTO_FREE const char **keys = mem_zalloc(json_object_size(object), sizeof *keys);
    size_t nb = 0;
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        keys[nb++] = key;
    qsort(keys, nb, sizeof *keys, by_bytes);
    for (size_t i = 0; i < nb; i++)
        add_member(p, i, keys[i], json_object_get(object, keys[i]));
}

static void add_object(struct printer *p, const json_t *object)
{
    size_t nb = 0;
    const char *key;
    const json_t *value;
    if (!json_object_size(object)) {
        str_add(&p->out, "{}");
        return;
    }
    open_list(p, "{");
    if (p->style.sorted)
        add_sorted_members(p, object);
    else
        json_object_foreach((json_t *)(uintptr_t)object, key, value)
            add_member(p, nb++, key, value);
    close_list(p, "}");
}

static void add_value(struct printer *p, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(p, value);
        break;
    case JSON_ARRAY:
        add_array(p, value);
        break;
    case JSON_STRING:
        add_string(p, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        add_integer(p, json_integer_value(value));
        break;
    case JSON_REAL:
        add_real(p, json_real_value(value));
        break;
    case JSON_TRUE:
        str_add(&p->out, "true");
        break;
    case JSON_FALSE:
        str_add(&p->out, "false");
        break;
    case JSON_NULL:
        str_add(&p->out, "null");
        break;
    }
}

/* --- printing --------------------------------------------------------------------------------- */

char *json_print(const json_t *value, struct json_style style)
{
    struct printer p = {.style = style};
    if (!value)
        return NULL;
    add_value(&p, value);
    return str_take(&p.out);
}

char *json_compact(const json_t *value)
{
    return mem_need(json_print(value, JSON_COMPACT_STYLE));
}

char *json_canonical(const json_t *value)
{
    return mem_need(json_print(value, (struct json_style){.compact = true, .sorted = true}));
}

char *json_file_text(const json_t *value)
{
    AUTO_FREE char *text = mem_need(json_print(value, (struct json_style){.indent = 2}));
    return mem_printf("%s\n", text);
}

int json_print_file(const char *path, const json_t *value, struct json_style style, struct err *err)
{
    AUTO_FREE char *text = mem_need(json_print(value, style));
    return fs_write(path, text, strlen(text), err);
}
