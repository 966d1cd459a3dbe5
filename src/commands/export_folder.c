#include "export_folder.h"

#include <string.h>
#include <unistd.h>

#include "export.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

/* A kit may have thousands of files: they are flushed together. */
static int write_all(const struct export_texts *t, const char *dir, const char *out,
                     struct err *err)
{
    for (size_t i = 0; i < t->nb; i++) {
        const struct export_text *text = &t->texts[i];
        AUTO_FREE char *path = fs_join(dir, text->path), *folder = fs_dirname(path);
        AUTO_FREE char *from = text->copy ? fs_join(out, text->copy) : NULL;
        if (!fs_exists(folder) && fs_mkdirs(folder, err) < 0)
            return err->code;
        if ((from ? fs_link_atomic(from, path, err)
                  : fs_write_new(path, text->text,
                                 text->nb_bytes ? text->nb_bytes : strlen(text->text), err)) < 0)
            return err->code;
    }
    return fs_sync_disk(dir, err);
}

int export_folder_write(const struct export_texts *texts, const char *path, const char *out,
                        struct err *err)
{
    AUTO_FREE char *dir = mem_strdup(path);
    while (strlen(dir) > 1 && str_ends(dir, "/"))
        dir[strlen(dir) - 1] = '\0';
    AUTO_FREE char *tmp = fs_tmp_name(dir);
    if (fs_exists(dir) && rmdir(dir) < 0)
        return err_set(err, ERR_INVALID,
                       "'%s' exists and is not an empty folder: move it away, or name another",
                       dir);
    int rc = fs_remove_all(tmp, err) < 0 || fs_mkdirs(tmp, err) < 0 ? err->code : 0;
    if (rc == 0)
        rc = write_all(texts, tmp, out, err);
    if (rc == 0)
        return fs_commit(tmp, dir, err);
    return fs_remove_all(tmp, err) < 0 ? err->code : rc; /* the first message stays */
}
