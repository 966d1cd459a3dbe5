#include "setting_checks.h"

#include <stdint.h>
#include <string.h>

#include "mem.h"

int setting_check_keys(const json_t *map, const char *const *known, size_t nb_known,
                       const char *where, struct err *err)
{
    for (void *it = json_object_iter((json_t *)(uintptr_t)map); it;
         it = json_object_iter_next((json_t *)(uintptr_t)map, it)) {
        const char *key = json_object_iter_key(it);
        size_t i = 0;
        while (i < nb_known && strcmp(key, known[i]) != 0)
            i++;
        if (i == nb_known)
            return err_set(err, ERR_INVALID, "%s: unknown setting '%s'", where, key);
    }
    return 0;
}

int setting_number(double *out, const json_t *map, const char *key, double fallback, double least,
                   double most, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    *out = fallback;
    if (!v || json_is_null(v))
        return 0;
    if (!json_is_number(v) || json_number_value(v) < least || json_number_value(v) > most) {
        AUTO_FREE char *found = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        return err_set(err, ERR_INVALID, "%s: '%s' should be a number from %g to %g, not %s", where,
                       key, least, most, found ? found : "this");
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
