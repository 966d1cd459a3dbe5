#include "import_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "found.h"
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

/* Appends a file that is not read yet. Takes over its path. */
static struct import_file *add(struct import_file **list, size_t *nb, char *path)
{
    *list = mem_grow(*list, *nb, sizeof **list);
    struct import_file *file = &(*list)[(*nb)++];
    *file = (struct import_file){.path = path};
    return file;
}

/* A path is that of a file; standard input, which the user connected, may be a pipe. */
static int read_named(struct import_file *file, struct err *err)
{
    return strcmp(file->path, "/dev/stdin") == 0
               ? fs_read_opened(&file->bytes, &file->nb_bytes, STDIN_FILENO, file->path,
                                IMPORT_MAX_BYTES, err)
               : fs_read(&file->bytes, &file->nb_bytes, file->path, IMPORT_MAX_BYTES, err);
}

/* A file in a folder that others may have filled. */
static int read_found(struct import_file *file, const char *dir, const char *name, struct err *err)
{
    return found_read(&file->bytes, &file->nb_bytes, dir, name, MAX_TALK_BYTES, err) < 0
               ? err_prefix(err, "in the folder '%s': ", dir)
               : 0;
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

/* The talks' files in dir/sub. */
static int list_files(struct names *out, const char *dir, const char *sub, struct err *err)
{
    int fd = -1;
    if (found_open_folder(&fd, dir, sub, err) < 0)
        return err_prefix(err, "in the folder '%s': ", dir);
    DIR *d = fdopendir(fd);
    if (!d) {
        err_errno(err, errno, "cannot open the folder '%s'", dir);
        close(fd);
        return err->code;
    }
    for (const struct dirent *entry; (entry = readdir(d));) {
        const char *name = entry->d_name;
        if (*name == '.' || !str_ends(name, ".json") || strcmp(name, category_name) == 0)
            continue;
        if (programme_check_count(out->nb + 1, dir, NULL, err) < 0) {
            closedir(d);
            return err->code;
        }
        mem_add_string(&out->names, &out->nb, name);
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
        if (!fs_exists(path))
            continue;
        struct import_file *file = add(&f->categories, &f->nb_categories, mem_take(&path));
        if (read_found(file, dirs[i], category_name, err) < 0)
            return err->code;
    }
    return 0;
}

/* sub: the folder below with the talks; "." if they are in the folder itself. */
static int read_talks(struct import_files *f, const char *sub, struct err *err)
{
    const char *dir = f->path;
    ATTR_CLEANUP(names_finish) struct names names = {0};
    size_t nb_bytes = 0;
    if (list_files(&names, dir, sub, err) < 0)
        return err->code;
    if (!names.nb)
        return err_set(
            err, ERR_INVALID,
            "'%s': found no JSON file of a talk in this folder; expected a folder with a "
            "pyvideo JSON file for each talk, in it or in videos/: if the programme "
            "has another format, name its file",
            f->path);
    for (size_t i = 0; i < names.nb; i++) {
        AUTO_FREE char *name =
            *sub == '.' ? mem_strdup(names.names[i]) : fs_join(sub, names.names[i]);
        if (read_found(add(&f->files, &f->nb, fs_join(dir, name)), dir, name, err) < 0)
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
    return read_categories(f, err) < 0 || read_talks(f, fs_is_dir(videos) ? "videos" : ".", err) < 0
               ? err->code
               : 0;
}

int import_files_read(struct import_files *out, const char *path, struct err *err)
{
    AUTO_IMPORT_FILES files = {.path = mem_strdup(path)};
    const int ret = fs_is_dir(path)
                        ? read_folder(&files, err)
                        : read_named(add(&files.files, &files.nb, mem_strdup(path)), err);
    if (ret < 0)
        return ret;
    *out = files;
    files = (struct import_files){0};
    return 0;
}

void import_files_set(struct import_files *out, const char *path, char *bytes, size_t nb_bytes)
{
    *out = (struct import_files){.path = mem_strdup(path)};
    struct import_file *file = add(&out->files, &out->nb, mem_strdup(path));
    file->bytes = bytes;
    file->nb_bytes = nb_bytes;
}
