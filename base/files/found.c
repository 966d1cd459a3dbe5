#include "found.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

/* --- opening beneath a folder ----------------------------------------------------------------- */

/* Opens each component of the name without following links, for kernels and containers without
 * openat2. */
static int open_by_steps(int folder, const char *name, int flags)
{
    AUTO_FREE char *steps = mem_strdup(name);
    AUTO_FD at = -1;
    char *rest = steps, *step;
    while ((step = strsep(&rest, "/"))) {
        if (strcmp(step, "..") == 0) {
            errno = EXDEV;
            return -1;
        }
        if (*step == '\0' && rest)
            continue;
        const int from = at >= 0 ? at : folder;
        const int next =
            openat(from, *step ? step : ".",
                   rest ? O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC : flags | O_NOFOLLOW);
        if (!rest || next < 0) {
            errno = next < 0 && errno == ENOTDIR ? ELOOP : errno; /* a link, or a file */
            return next;
        }
        fs_close_p(&at);
        at = next;
    }
    errno = ENOENT;
    return -1;
}

static int open_beneath(int folder, const char *name, int flags)
{
    enum { TRIES = 16 };
    struct open_how how = {.flags = (unsigned)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;
    /* EAGAIN: something was renamed at the same time. */
    for (int i = 0; i < TRIES && (fd = syscall(SYS_openat2, folder, name, &how, sizeof how)) < 0 &&
                    errno == EAGAIN;
         i++)
        ;
    /* The second is what a container's filter says of calls that it does not know. */
    return fd < 0 && (errno == ENOSYS || errno == EPERM) ? open_by_steps(folder, name, flags)
                                                         : (int)fd;
}

static int refuse(int errnum, const char *name, struct err *err)
{
    if (errnum == EXDEV)
        return err_set(err, ERR_INVALID, "'%s' is a link that leads out of its folder", name);
    if (errnum == ELOOP)
        return err_set(err, ERR_INVALID, "'%s' is a link that leads to no file in its folder",
                       name);
    if (errnum == ENXIO || errnum == ENODEV)
        return err_set(err, ERR_INVALID, "'%s' is a socket or a device; expected a file", name);
    return err_errno(err, errnum, "cannot open '%s'", name);
}

static int open_found(int *out, const char *folder, const char *name, int flags, struct err *err)
{
    AUTO_FD at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return err_errno(err, errno, "cannot open the folder '%s'", folder);
    *out = open_beneath(at, name, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return *out < 0 ? refuse(errno, name, err) : 0;
}

/* --- the ways in ------------------------------------------------------------------------------ */

int found_read(char **out, size_t *out_nb, const char *folder, const char *name, size_t max_bytes,
               struct err *err)
{
    AUTO_FD fd = -1;
    return open_found(&fd, folder, name, 0, err) < 0 ||
                   fs_check_opened(fd, name, (int64_t)max_bytes, err) < 0
               ? err->code
               : fs_read_opened(out, out_nb, fd, name, max_bytes, err);
}

int found_open_folder(int *out, const char *folder, const char *name, struct err *err)
{
    return open_found(out, folder, name, O_DIRECTORY, err);
}
