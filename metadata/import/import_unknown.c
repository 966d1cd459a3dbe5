/* What no importer reads. A user who has exported the wrong file learns which one to export. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "formats.h"
#include "html.h"
#include "json.h"
#include "mem.h"
#include "str.h"

enum { MAX_NAMES = 8 };

static const char export_advice[] = "export the programme in one of these formats";

/* --- JSON --- */

static const char *skip_blank(const char *bytes)
{
    const char *p = import_skip_mark(bytes);
    return p + strspn(p, " \t\r\n");
}

/* Lists in Markdown may begin with "[" too. */
bool import_unknown_json_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)nb_bytes;
    const char *p = skip_blank(bytes);
    if (*p != '{' && *p != '[')
        return false;
    const char *next = p + 1 + strspn(p + 1, " \t\r\n");
    return str_ends(name, ".json") || strchr(*p == '{' ? "\"}" : "{]", *next);
}

/* "an object with title, talks", "a list of 3 objects with title". A new string. */
static char *describe(const json_t *root)
{
    AUTO_STR s = {0};
    const json_t *object = json_is_array(root) ? json_array_get(root, 0) : root;
    const size_t nb_items = json_array_size(root);
    size_t nb = 0;
    const char *key;
    json_t *value;
    if (json_is_array(root))
        str_addf(&s, "a list of %zu value%s%s", nb_items, nb_items == 1 ? "" : "s",
                 json_is_object(object) ? ", the first " : "");
    if (json_is_object(object))
        str_add(&s, json_object_size(object) ? "an object with " : "an empty object");
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        if (nb++ < MAX_NAMES)
            str_addf(&s, "%s\"%.40s\"", nb > 1 ? ", " : "", key);
    if (nb > MAX_NAMES)
        str_addf(&s, " and %zu more", nb - MAX_NAMES);
    return str_take(&s);
}

/* What an object lacks to be a talk of pyvideo. */
static const char *pyvideo_lacks(const json_t *root)
{
    if (!json_is_object(root))
        return "not an object";
    return json_object_get(root, "title") ? "no \"videos\" and no \"recorded\"" : "no \"title\"";
}

int import_unknown_json_read(struct programme *out, const char *bytes, size_t nb_bytes,
                             const char *name, struct err *err)
{
    (void)out;
    AUTO_JSON *root = NULL;
    if (import_json_parse(&root, bytes, nb_bytes, name, err) < 0)
        return err->code;
    AUTO_FREE char *found = describe(root);
    AUTO_FREE char *clean = str_clean_line(found);
    return err_set(
        err, ERR_INVALID,
        "'%s': found JSON of no known kind: %s; expected one of: c3voc's schedule (here: "
        "no \"schedule\"), talks of pretalx's API (no \"results\"), a talk of pyvideo "
        "(%s): %s, or as schedule.xml, iCalendar or CSV",
        name, clean, pyvideo_lacks(root), export_advice);
}

/* --- XML --- */

static size_t name_length(const char *root)
{
    return strcspn(root, " \t\r\n/><");
}

bool import_unknown_xml_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)nb_bytes;
    const char *root = import_schedule_xml_root(bytes);
    return root && name_length(root) &&
           (str_starts(skip_blank(bytes), "<?xml") || str_ends(name, ".xml")) &&
           (name_length(root) != 4 || strncasecmp(root, "html", 4) != 0);
}

int import_unknown_xml_read(struct programme *out, const char *bytes, size_t nb_bytes,
                            const char *name, struct err *err)
{
    (void)out;
    (void)nb_bytes;
    const char *root = import_schedule_xml_root(bytes);
    AUTO_FREE char *element = mem_printf("%.*s", (int)name_length(root), root);
    AUTO_FREE char *quote = str_quote(element, STR_QUOTE_BYTES);
    return err_set(
        err, ERR_INVALID,
        "'%s': found XML of no known kind: its root element is <%s>; expected "
        "schedule.xml of pretalx, frab or wafer (root element <schedule>), or a web page "
        "(<html>): %s, or as iCalendar, JSON or CSV",
        name, quote, export_advice);
}

/* --- all else --- */

bool import_unknown_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)bytes;
    (void)nb_bytes;
    (void)name;
    return true;
}

int import_unknown_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                        struct err *err)
{
    static const char listing_lacks[] =
        "a page that lists videos (here: no entry such as \"Episode 15: Title (Speaker) (12:06)\")";
    (void)out;
    (void)nb_bytes;
    const char *p = skip_blank(bytes);
    AUTO_FREE char *line = mem_printf("%.*s", (int)strcspn(p, "\r\n"), p);
    AUTO_FREE char *quote = str_quote(line, STR_QUOTE_BYTES);
    if (*p == '<' && html_asks_for_login(p))
        return err_set(err, ERR_INVALID,
                       "'%s': found no talk, but a page with a field for a password; expected "
                       "the page that lists the talks: log in with a browser, open it and save it",
                       name);
    if (*p == '<')
        return err_set(
            err, ERR_INVALID,
            "'%s': found no talk, but a page that begins with \"%s\"; expected one of: %s, "
            "a timetable (no two rows with <time datetime=\"...\"> and a title): save the "
            "page that lists the talks",
            name, quote, listing_lacks);
    return err_set(
        err, ERR_INVALID,
        "'%s': found no talk, but text that begins with \"%s\"; expected one of: %s, CSV "
        "(no heading row with a title and another known column), a list in Markdown (no "
        "item with a link and a time), iCalendar (no BEGIN:VCALENDAR at the beginning): "
        "%s, or as schedule.xml or JSON",
        name, quote, listing_lacks, export_advice);
}
