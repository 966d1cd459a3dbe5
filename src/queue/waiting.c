#include "waiting.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "workdir.h"

enum { MAX_MEMORY_MB = 99999999, MAX_NAME_BYTES = 80 };

char *waiting_name(const struct waiting *w)
{
    const long mb = w->memory_mb < 1               ? 1
                    : w->memory_mb > MAX_MEMORY_MB ? MAX_MEMORY_MB
                                                   : w->memory_mb;
    return mem_printf("%010lu-%05ld-%s.json", w->number, mb, w->key);
}

static bool read_number(unsigned long *out, const char **text)
{
    const size_t nb = strspn(*text, "0123456789");
    if (!nb || nb > 18 || (*text)[nb] != '-')
        return false;
    *out = strtoul(*text, NULL, 10);
    *text += nb + 1;
    return true;
}

bool waiting_parse(struct waiting *out, const char *name)
{
    unsigned long number, mb;
    const char *key = name;
    if (strlen(name) >= MAX_NAME_BYTES || !read_number(&number, &key) || !read_number(&mb, &key) ||
        mb > MAX_MEMORY_MB || strlen(key) != KEY_BYTES - 1 + strlen(".json") ||
        strcmp(key + KEY_BYTES - 1, ".json") != 0)
        return false;
    *out = (struct waiting){.number = number, .memory_mb = (long)mb};
    memcpy(out->key, key, KEY_BYTES - 1);
    return workdir_key_valid(out->key);
}
