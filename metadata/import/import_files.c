#include "import_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "programme_limits.h"
#include "str.h"

enum { MAX_TALK_BYTES = 4 << 20 }; /* of one file in a folder */

static const char category_name[] = "category.json";

static void free_files(struct import_file *files, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        free(files[i].path);
        free(files[i].bytes);
    }
    free(files);
}

void import_files_finish(struct import_files *f)
{
    free(f->path);
    free_files(f->files, f->nb);
    free_files(f->categories, f->nb_categories);
    *f = (struct import_files){0};
}

/* Appends a file. Takes over its path. */
static int add(struct import_file **list, size_t *nb, char *path, size_t max_bytes, struct err *err)
{
    *list = mem_grow(*list, *nb, sizeof **list);
    struct import_file *file = &(*list)[(*nb)++];
    *file = (struct import_file){.path = path};
    return fs_read(&file->bytes, &file->nb_bytes, path, max_bytes, err);
}

/* --- a folder --------------------------------------------------------------------------------- */

struct names {
    char **names;
    size_t nb;
};

static void names_finish(struct names *n)
{
    mem_free_strings(n->names, n->nb);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_files(struct names *out, const char *dir, struct err *err)
{
    DIR *d = opendir(dir);
    if (!d)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    for (const struct dirent *entry; (entry = readdir(d));) {
        const char *name = entry->d_name;
        if (*name == '.' || !str_ends(name, ".json") || strcmp(name, category_name) == 0)
            continue;
        if (programme_check_count(out->nb + 1, dir, NULL, err) < 0) {
            closedir(d);
            return err->code;
        }
        out->names = mem_grow(out->names, out->nb, sizeof *out->names);
        out->names[out->nb++] = mem_strdup(name);
    }
    closedir(d);
    if (out->nb)
        qsort(out->names, out->nb, sizeof *out->names, compare_names);
    return 0;
}

/* category.json, if there is one: in the folder, or beside it if the folder is videos/. */
static int read_categories(struct import_files *f, struct err *err)
{
    AUTO_FREE char *parent = mem_printf("%s/..", f->path);
    const char *const dirs[] = {f->path, parent};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        AUTO_FREE char *path = fs_join(dirs[i], category_name);
        if (fs_exists(path) &&
            add(&f->categories, &f->nb_categories, mem_take(&path), MAX_TALK_BYTES, err) < 0)
            return err->code;
    }
    return 0;
}

static int read_talks(struct import_files *f, const char *dir, struct err *err)
{
    ATTR_CLEANUP(names_finish) struct names names = {0};
    size_t nb_bytes = 0;
    if (list_files(&names, dir, err) < 0)
        return err->code;
    if (!names.nb)
        return err_set(
            err, ERR_INVALID,
            "'%s': found no JSON file of a talk in this folder; expected a folder with a "
            "pyvideo JSON file for each talk, in it or in videos/: if the programme "
            "has another format, name its file",
            f->path);
    for (size_t i = 0; i < names.nb; i++) {
        if (add(&f->files, &f->nb, fs_join(dir, names.names[i]), MAX_TALK_BYTES, err) < 0)
            return err->code;
        nb_bytes += f->files[i].nb_bytes;
        if (nb_bytes > IMPORT_MAX_BYTES)
            return err_set(err, ERR_INVALID,
                           "'%s': the files in this folder have more than %d bytes, the limit for "
                           "a programme: split it",
                           dir, IMPORT_MAX_BYTES);
    }
    return 0;
}

static int read_folder(struct import_files *f, struct err *err)
{
    AUTO_FREE char *videos = fs_join(f->path, "videos");
    f->is_folder = true;
    return read_categories(f, err) < 0 ||
                   read_talks(f, fs_is_dir(videos) ? videos : f->path, err) < 0
               ? err->code
               : 0;
}

int import_files_read(struct import_files *out, const char *path, struct err *err)
{
    AUTO_IMPORT_FILES files = {.path = mem_strdup(path)};
    const int ret = fs_is_dir(path)
                        ? read_folder(&files, err)
                        : add(&files.files, &files.nb, mem_strdup(path), IMPORT_MAX_BYTES, err);
    if (ret < 0)
        return ret;
    *out = files;
    files = (struct import_files){0};
    return 0;
}
