#include "program.h"

#include <stddef.h>
#include <unistd.h>

#include "mem.h"
#include "process.h"

int program_find(char **out, const char *name, struct err *err)
{
    static const char *const places[] = {".", TALKPRESS_LIBEXEC_DIR};
    AUTO_FREE char *own = process_folder();
    if (!own)
        return err_set(err, ERR_NOT_FOUND, "cannot read /proc/self/exe, to find %s", name);
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
