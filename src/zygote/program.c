#include "program.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

int program_find(char **out, const char *name, struct err *err)
{
    static const char *const places[] = {".", TALKPRESS_LIBEXEC_DIR};
    char own[4096];
    const ssize_t nb = readlink("/proc/self/exe", own, sizeof own - 1);
    own[nb > 0 ? nb : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (!slash)
        return err_set(err, ERR_NOT_FOUND, "cannot read /proc/self/exe, to find %s", name);
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s/%s", own, places[i], name);
        if (access(path, X_OK) == 0) {
            *out = mem_take(&path);
            return 0;
        }
    }
    return err_set(err, ERR_NOT_FOUND,
                   "'%s' is neither in '%s' nor in '%s/" TALKPRESS_LIBEXEC_DIR
                   "': install talkpress again",
                   name, own, own);
}
