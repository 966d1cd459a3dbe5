#include "fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

static char folder[4096];

_Noreturn void fuzz_broken(const char *what, const char *why)
{
    fprintf(stderr, "fuzz target: %s: %s\n", what, why);
    abort();
}

bool fuzz_failed(int ret, const struct err *err)
{
    if (ret < 0 && (err->code == ERR_OK || !err->msg[0]))
        fuzz_broken("a call", "it failed and did not say why");
    if (ret >= 0 && err->code != ERR_OK)
        fuzz_broken("a call did not fail, and says that", err->msg);
    if (ret < 0 && (ret != (int)err->code || !str_is_utf8(err->msg)))
        fuzz_broken("a call returned another code than it set, or a message that is no UTF-8",
                    err->msg);
    return ret < 0;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = mem_zalloc(size + 1, 1);
    if (size)
        memcpy(text, data, size);
    return text;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        fuzz_broken("a file in memory", strerror(errno));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

static void remove_folder(void)
{
    struct err err = {0};
    if (fs_remove_all(folder, &err) < 0)
        fprintf(stderr, "%s\n", err.msg);
}

const char *fuzz_folder(void)
{
    if (folder[0])
        return folder;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/talkpress-fuzz-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(folder) || atexit(remove_folder) != 0)
        fuzz_broken(folder, strerror(errno));
    return folder;
}
