#include "data_file.h"

#include <stdlib.h>

#include "fs.h"
#include "mem.h"

int data_file_find(char **out, const char *dir, const char *name, struct err *err)
{
    const char *env = getenv("TALKPRESS_DATA");
    AUTO_FREE char *in_source = mem_printf("%s/pipeline", TALKPRESS_SOURCE_DIR);
    const char *const places[] = {dir, env, TALKPRESS_DATA_DIR, in_source};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        AUTO_FREE char *path = !places[i]       ? NULL
                               : name[0] == '/' ? mem_strdup(name)
                                                : fs_join(places[i], name);
        if (path && fs_exists(path)) {
            *out = mem_take(&path);
            return 0;
        }
    }
    if (name[0] == '/')
        return err_set(err, ERR_NOT_FOUND, "there is no '%s'", name);
    return err_set(err, ERR_NOT_FOUND, "'%s' was not found in '%s' or in '%s'", name,
                   dir ? dir : ".", TALKPRESS_DATA_DIR);
}
