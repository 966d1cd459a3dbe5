#include "data_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "process.h"

static bool find(char **out, const char *dir, const char *name)
{
    AUTO_FREE char *path = dir ? fs_join(dir, name) : NULL;
    if (!path || !fs_exists(path))
        return false;
    *out = mem_take(&path);
    return true;
}

/* Without ".." and without the links of a build, which lead to the source. */
static char *in_full(char *path)
{
    char full[PATH_MAX];
    if (!realpath(path, full))
        return path;
    free(path);
    return mem_strdup(full);
}

int data_file_find(char **out, const char *dir, const char *name, struct err *err)
{
    static const char *const beside[] = {TALKPRESS_DATA_DIR, "../share/talkpress"};
    if (name[0] == '/') {
        if (!fs_exists(name))
            return err_set(err, ERR_NOT_FOUND, "there is no '%s'", name);
        *out = mem_strdup(name);
        return 0;
    }
    if (find(out, dir, name) || find(out, getenv("TALKPRESS_DATA"), name))
        return 0;
    AUTO_FREE char *own = process_folder();
    for (size_t i = 0; own && i < sizeof beside / sizeof *beside; i++) {
        AUTO_FREE char *data = fs_join(own, beside[i]);
        if (find(out, data, name)) {
            *out = in_full(*out);
            return 0;
        }
    }
    const char *other = getenv("TALKPRESS_DATA");
    AUTO_FREE char *also = other ? mem_printf(", in '%s' (TALKPRESS_DATA)", other) : mem_strdup("");
    return err_set(err, ERR_NOT_FOUND, "'%s' was not found in '%s'%s or in '%s/%s'", name,
                   dir ? dir : ".", also, own ? own : "", *beside);
}
