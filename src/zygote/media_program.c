#include "media_program.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
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
        return err_set(err, ERR_NOT_FOUND, "cannot read /proc/self/exe, to find talkpress-media");
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

/* Makes the request the standard input: an anonymous file, whose length is not limited as that of
 * arguments and pipes is. */
static int take_as_input(const json_t *request, struct err *err)
{
    const int fd = memfd_create("request", 0);
    if (fd < 0 || json_dumpfd(request, fd, JSON_COMPACT) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        dup2(fd, STDIN_FILENO) < 0)
        err_errno(err, errno, "cannot pass the request to talkpress-media");
    if (fd > STDIN_FILENO)
        close(fd);
    return err->code;
}

void media_program_become(const char *program, char **words, const json_t *request, struct err *err)
{
    size_t nb = 0;
    while (words[nb])
        nb++;
    AUTO_FREE char **all = mem_zalloc(nb + 2, sizeof *all);
    char name[] = "talkpress";
    all[0] = name;
    memcpy(all + 1, words, nb * sizeof *all);
    if (request && take_as_input(request, err) < 0)
        return;
    execv(program, all);
    err_errno(err, errno, "cannot start '%s'", program);
}
