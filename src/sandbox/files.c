#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "sandbox_parts.h"

/* Rights, and the attribute, of versions that are younger than the headers of Debian 12: 3
 * (truncate), 4 (TCP), 5 (device ioctl) and 6 (scopes). */
static const uint64_t fs_truncate = 1 << 14, fs_ioctl_dev = 1 << 15, net_tcp = 1 << 0 | 1 << 1,
                      scope_all = 1 << 0 | 1 << 1;

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

static const uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE,
                      read_all = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                      write_file = LANDLOCK_ACCESS_FS_WRITE_FILE | 1 << 14;

/* Denies everything that the version can deny, except what a rule allows. Returns the size of the
 * attribute that the version knows. */
static size_t deny_all(struct ruleset_attr *out, int version)
{
    static const size_t sizes[] = {8, 8, 8, 8, 16, 16, 24};
    *out = (struct ruleset_attr){.fs = LANDLOCK_ACCESS_FS_REFER - 1};
    if (version >= 2)
        out->fs |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        out->fs |= fs_truncate;
    if (version >= 4)
        out->net = net_tcp;
    if (version >= 5)
        out->fs |= fs_ioctl_dev;
    if (version >= 6)
        out->scoped = scope_all;
    return sizes[version < 6 ? version : 6];
}

/* Allows path and everything below it. A path that cannot be opened needs no rule, since it cannot
 * be opened later either. */
static int allow(int ruleset, const char *path, uint64_t rights, const struct ruleset_attr *handled)
{
    struct stat st;
    const int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rights &= read_file | write_file; /* the other rights are for folders */
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights & handled->fs,
                                                    .parent_fd = fd};
    const int ret =
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0 ? -errno
                                                                                          : 0;
    close(fd);
    return ret;
}

static int allow_listed(int ruleset, const struct sandbox_spec *spec,
                        const struct ruleset_attr *handled)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < spec->nb_readable; i++)
        ret = allow(ruleset, spec->readable[i], read_all, handled);
    for (size_t i = 0; ret == 0 && i < spec->nb_writable; i++)
        ret = allow(ruleset, spec->writable[i], read_file | write_file, handled);
    if (ret == 0 && SANDBOX_SANITIZED)
        ret = allow(ruleset, "/proc", read_all, handled);
    return ret;
}

int sandbox_close_files(const struct sandbox_spec *spec)
{
    const long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0) /* not built in, or not enabled */
        return 0;
    struct ruleset_attr attr;
    const size_t size = deny_all(&attr, (int)version);
    const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (ruleset < 0)
        return -errno;
    int ret = allow_listed(ruleset, spec, &attr);
    if (ret == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        ret = -errno;
    close(ruleset);
    return ret < 0 ? ret : (int)version;
}
