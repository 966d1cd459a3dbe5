#include "hook_program.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "str.h"

/* Whoever can write it, or its folder, decides what is run. */
static int check_owner(const struct stat *st, const char *path, struct err *err)
{
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return err_set(err, ERR_INVALID, "'%s' belongs to another user: 'chown' it", path);
    if (st->st_mode & (S_IWGRP | S_IWOTH)) {
        AUTO_FREE char *word = str_shell(path);
        return err_set(err, ERR_INVALID, "others can write to '%s': 'chmod go-w %s'", path, word);
    }
    return 0;
}

static int check_folder(const char *path, struct err *err)
{
    struct stat st;
    return stat(path, &st) < 0 ? err_errno(err, errno, "cannot examine '%s'", path)
                               : check_owner(&st, path, err);
}

static int check_program(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(err, errno, "cannot examine '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "'%s' is not a file", path);
    if (check_owner(&st, path, err) < 0)
        return err->code;
    if (!(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) || access(path, X_OK) < 0) {
        AUTO_FREE char *word = str_shell(path);
        return err_set(err, ERR_INVALID, "'%s' is not executable: 'chmod +x %s'", path, word);
    }
    return 0;
}

/* --- its name --------------------------------------------------------------------------------- */

/* Endings by which users put a program aside. */
static const char *const aside[] = {".sample", ".off", ".disabled", ".bak", ".orig", ".old", "~"};
/* Endings of programs, which may still lack the permission. */
static const char *const endings[] = {"", ".sh", ".bash", ".py", ".pl", ".rb"};

static bool ends_as(const char *file, const char *const *list, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (str_ends(file, list[i]))
            return true;
    return false;
}

/* Whether the file begins with the hook's name, in any case and with any dashes; *rest: after it.
 */
static bool begins_as(const char **rest, const char *file, const char *name)
{
    for (; *name; name++, file++)
        if (tolower((unsigned char)(*file == '_' ? '-' : *file)) != *name)
            return false;
    *rest = file;
    return !*file || *file == '.';
}

static bool is_meant(const char *dir, const char *file, const char *name)
{
    struct stat st;
    const char *rest;
    if (!begins_as(&rest, file, name) || ends_as(file, aside, sizeof aside / sizeof *aside))
        return false;
    AUTO_FREE char *path = fs_join(dir, file);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(rest, endings[i]) == 0)
            return true;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IXUSR);
}

/* The first file that seems to be meant as this hook, a new string; NULL: none. */
static char *find_meant(const char *dir, const char *name)
{
    char *out = NULL;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if ((!out || strcmp(e->d_name, out) < 0) && is_meant(dir, e->d_name, name)) {
            free(out);
            out = mem_strdup(e->d_name);
        }
    if (d)
        closedir(d);
    return out;
}

static bool is_there(const char *dir, const char *name)
{
    struct stat st;
    AUTO_FREE char *path = fs_join(dir, name);
    return lstat(path, &st) == 0;
}

bool hook_program_exists(const char *dir, const char *name)
{
    AUTO_FREE char *meant = is_there(dir, name) ? NULL : find_meant(dir, name);
    return meant || is_there(dir, name);
}

static int refuse_name(const char *dir, const char *name, struct err *err)
{
    AUTO_FREE char *meant = find_meant(dir, name);
    if (!meant)
        return 0;
    AUTO_FREE char *path = fs_join(dir, meant), *right = fs_join(dir, name),
                   *from = str_shell(path), *to = str_shell(right);
    return err_set(err, ERR_INVALID, "'%s' should be named '%s': 'mv %s %s'", path, name, from, to);
}

int hook_program_find(char **out, const char *dir, const char *name, struct err *err)
{
    *out = NULL;
    if (!is_there(dir, name))
        return refuse_name(dir, name, err);
    AUTO_FREE char *path = fs_join(dir, name), *real = realpath(path, NULL);
    if (!real)
        return err_errno(err, errno, "cannot examine '%s'", path);
    AUTO_FREE char *folder = fs_dirname(real);
    if (check_folder(dir, err) < 0 || check_folder(folder, err) < 0 || check_program(real, err) < 0)
        return err->code;
    *out = mem_take(&real);
    return 0;
}

/* --- why it cannot be run --------------------------------------------------------------------- */

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* The beginning of the file up to its first line end, a new string. */
static char *read_first_line(const char *path)
{
    enum { MOST = 256 }; /* as the kernel reads */
    char bytes[MOST + 1] = "";
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t nb = fd < 0 ? -1 : read(fd, bytes, MOST);
    bytes[nb > 0 ? nb : 0] = '\0';
    bytes[strcspn(bytes, "\n")] = '\0';
    return mem_strdup(bytes);
}

char *hook_program_interpreter(const char *path)
{
    AUTO_FREE char *line = read_first_line(path);
    return str_starts(line, "#!") ? str_clean_line(line + 2) : mem_strdup("");
}

char *hook_program_fault(const char *path)
{
    AUTO_FREE char *line = read_first_line(path), *word = str_shell(path);
    if (str_starts(line, byte_order_mark) && str_starts(line + sizeof byte_order_mark - 1, "#!"))
        return mem_printf("it begins with a byte order mark: LC_ALL=C sed -i '1s/^...//' %s", word);
    if (str_starts(line, "#!") && str_ends(line, "\r"))
        return mem_printf("its lines end as on Windows: sed -i 's/\\r$//' %s", word);
    return NULL;
}
