#include "media_program.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

#define NAME "talkpress-media"

int media_program_find(char **out, struct err *err)
{
    static const char *const places[] = {".", TALKPRESS_LIBEXEC_DIR};
    char own[4096];
    const ssize_t nb = readlink("/proc/self/exe", own, sizeof own - 1);
    own[nb > 0 ? nb : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (!slash)
        return err_set(err, ERR_NOT_FOUND, "/proc does not tell where talkpress lies");
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s/" NAME, own, places[i]);
        if (access(path, X_OK) == 0) {
            *out = mem_take(&path);
            return 0;
        }
    }
    return err_set(err, ERR_NOT_FOUND,
                   "'" NAME "' is neither in '%s' nor in '%s/" TALKPRESS_LIBEXEC_DIR
                   "': install talkpress again",
                   own, own);
}

void media_program_become(const char *dir, char **argv, struct err *err)
{
    AUTO_FREE char *program = NULL, *own_dir = mem_strdup(dir);
    size_t nb = 0;
    if (media_program_find(&program, err) < 0)
        return;
    assert(program);
    while (argv[nb])
        nb++;
    AUTO_FREE char **all = mem_zalloc(nb + 4, sizeof *all);
    char name[] = "talkpress", option[] = "-C";
    all[0] = name;
    all[1] = option;
    all[2] = own_dir;
    memcpy(all + 3, argv, nb * sizeof *all);
    execv(program, all);
    err_errno(err, errno, "cannot start '%s'", program);
}
