#include "setting_checks.h"

#include <stdint.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "str.h"
#include "yaml_json.h"

/* --- names ------------------------------------------------------------------------------------ */

enum { NAME_MOST = 40 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters must be added, left out, replaced, or swapped with their neighbour. Both have
 * NAME_MOST bytes at most. */
static int distance(const char *a, const char *b)
{
    int d[NAME_MOST + 1][NAME_MOST + 1];
    const size_t nb_a = strlen(a), nb_b = strlen(b);
    for (size_t i = 0; i <= nb_a; i++)
        for (size_t k = 0; k <= nb_b; k++) {
            if (!i || !k) {
                d[i][k] = (int)(i + k);
                continue;
            }
            d[i][k] = least(d[i - 1][k - 1] + (a[i - 1] != b[k - 1]),
                            least(d[i - 1][k], d[i][k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
        }
    return d[nb_a][nb_b];
}

/* The known name that was probably meant; NULL: none is near. */
static const char *nearest(const char *word, const char *const *known, size_t nb_known)
{
    const char *out = NULL;
    int best = strlen(word) < 4 ? 2 : 3; /* one more than may differ */
    for (size_t i = 0; i < nb_known && strlen(word) <= NAME_MOST; i++) {
        const int d = distance(word, known[i]);
        if (d >= best)
            continue;
        best = d;
        out = known[i];
    }
    return out;
}

/* "; did you mean 'tasks'?", or what is known here if that is little; a new string. */
static char *advice(const char *key, const char *const *known, size_t nb_known)
{
    enum { MOST_LISTED = 8 };
    const char *meant = nearest(key, known, nb_known);
    if (meant)
        return mem_printf("; did you mean '%s'?", meant);
    AUTO_STR list = {0};
    str_add(&list, "");
    for (size_t i = 0; i < nb_known && nb_known <= MOST_LISTED; i++)
        str_addf(&list, "%s'%s'",
                 i              ? ", "
                 : nb_known > 1 ? "; expected one of "
                                : "; expected ",
                 known[i]);
    return mem_take(&list.s);
}

/* "executor.slurm" is " in 'executor: slurm'"; a new string. */
static char *block_text(const char *block)
{
    const size_t nb = strcspn(block, ".");
    return !*block     ? mem_strdup("")
           : block[nb] ? mem_printf(" in '%.*s: %s'", (int)nb, block, block + nb + 1)
                       : mem_printf(" in '%s'", block);
}

/* ", line 12", where it can be found; a new string. where is 'PATH'. */
static char *line_text(const char *block, const char *key, const char *where)
{
    const size_t nb = strlen(where);
    AUTO_FREE char *path = mem_printf("%.*s", nb > 2 ? (int)nb - 2 : 0, nb > 2 ? where + 1 : "");
    const size_t line = yaml_json_line(path, block, key);
    return line ? mem_printf(", line %zu", line) : mem_strdup("");
}

static int refuse_key(const char *key, const char *const *known, size_t nb_known, const char *block,
                      const char *where, struct err *err)
{
    AUTO_FREE char *line = line_text(block, key, where), *in = block_text(block);
    AUTO_FREE char *meant = advice(key, known, nb_known);
    return err_set(err, ERR_INVALID, "%s%s: unknown setting '%s'%s%s", where, line, key, in, meant);
}

int setting_check_keys(const json_t *map, const char *const *known, size_t nb_known,
                       const char *block, const char *where, struct err *err)
{
    for (void *it = json_object_iter((json_t *)(uintptr_t)map); it;
         it = json_object_iter_next((json_t *)(uintptr_t)map, it)) {
        const char *key = json_object_iter_key(it);
        size_t i = 0;
        while (i < nb_known && strcmp(key, known[i]) != 0)
            i++;
        if (i == nb_known)
            return refuse_key(key, known, nb_known, block, where, err);
    }
    return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

int setting_number(double *out, const json_t *map, const char *key, double fallback, double least,
                   double most, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    *out = fallback;
    if (!v || json_is_null(v))
        return 0;
    if (!json_is_number(v) || json_number_value(v) < least || json_number_value(v) > most) {
        AUTO_FREE char *found = json_print(v, (struct json_style){.digits = 6});
        return err_set(err, ERR_INVALID, "%s: '%s' should be a number from %g to %g, not %s", where,
                       key, least, most, found);
    }
    *out = json_number_value(v);
    return 0;
}

int setting_check_text(const json_t *map, const char *key, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    return !v || json_is_null(v) || json_is_string(v)
               ? 0
               : err_set(err, ERR_INVALID, "%s: '%s' should be text: put it in quotes", where, key);
}
