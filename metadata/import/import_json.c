#include <jansson.h>
#include <string.h>

#include "formats.h"
#include "mem.h"
#include "str.h"

/* Ten times the largest conferences; each value costs memory. */
enum { MAX_VALUES = 4000000 };

const char *import_skip_mark(const char *bytes)
{
    return str_starts(bytes, "\xef\xbb\xbf") ? bytes + 3 : bytes;
}

static int check(const char *bytes, size_t nb_bytes, const char *name, struct err *err)
{
    size_t nb_values = 0;
    if (strlen(bytes) != nb_bytes)
        return err_set(err, ERR_INVALID,
                       "'%s': byte %zu is NUL; expected JSON: download the timetable again", name,
                       strlen(bytes) + 1);
    for (const char *p = bytes; (p = strpbrk(p, ",[{")); p++)
        nb_values++;
    if (nb_values > MAX_VALUES)
        return err_set(err, ERR_INVALID,
                       "'%s': found more than %d values; expected a timetable of one conference",
                       name, MAX_VALUES);
    return 0;
}

int import_json_parse(json_t **out, const char *bytes, size_t nb_bytes, const char *name,
                      struct err *err)
{
    json_error_t je;
    if (check(bytes, nb_bytes, name, err) < 0)
        return err->code;
    *out = json_loads(import_skip_mark(bytes), 0, &je);
    if (*out)
        return 0;
    AUTO_FREE char *what = str_clean_line(je.text);
    return err_set(err, ERR_INVALID,
                   "'%s', line %d, column %d: found broken JSON: %s; expected a timetable in JSON: "
                   "export or download it again",
                   name, je.line, je.column, what);
}
