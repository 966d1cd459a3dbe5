#include "file_end.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "str.h"

/* --- who writes it ---------------------------------------------------------------------------- */

/* Takes and returns a lease. */
static enum writer ask(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return errno == EAGAIN ? WRITER_OPEN : WRITER_UNKNOWN;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return WRITER_NONE;
}

/* Whoever opens the file for writing during the lease makes the kernel send SIGIO to its holder,
 * which would end the process. */
enum writer file_end_writer(const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    sigset_t io, before;
    if (fd < 0)
        return WRITER_UNKNOWN;
    sigemptyset(&io);
    sigaddset(&io, SIGIO);
    pthread_sigmask(SIG_BLOCK, &io, &before);
    const enum writer writer = ask(fd);
    const struct timespec now = {0};
    (void)sigtimedwait(&io, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return writer;
}

bool file_end_is_remote(const char *path)
{
    /* NFS, SMB (three of them), FUSE, 9P, Ceph, AFS (two), Coda, GFS2, OCFS2, Lustre, BeeGFS,
     * VirtualBox: linux/magic.h, and statfs(2). */
    static const unsigned long remote[] = {
        0x6969,     0x517B,     0xFF534D42, 0xFE534D42, 0x65735546,
        0x01021997, 0x00C36400, 0x5346414F, 0x6B414653, 0x73757245,
        0x01161970, 0x7461636F, 0x0BD00BD0, 0x19830326, 0x786F4256,
    };
    struct statfs st;
    if (statfs(path, &st) < 0)
        return true;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if ((unsigned long)st.f_type == remote[i])
            return true;
    return false;
}

/* --- what its format says --------------------------------------------------------------------- */

static bool is_mp4(const char *path)
{
    static const char *const suffixes[] = {"mp4", "mov", "m4v", "m4a", "3gp", "3g2", "f4v", NULL};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && suffixes[i]; i++)
        if (strcasecmp(dot + 1, suffixes[i]) == 0)
            return true;
    return false;
}

static uint64_t read_be(const uint8_t *bytes, int nb)
{
    uint64_t n = 0;
    for (int i = 0; i < nb; i++)
        n = n << 8 | bytes[i];
    return n;
}

/* ISO/IEC 14496-12, 4.2: size (32 bits) and type; size 1: a size of 64 bits follows; 0: the box
 * reaches to the end of the file. */
struct box {
    char type[5];
    uint64_t size;
};

static bool read_box(struct box *out, int fd, uint64_t at, uint64_t file_size)
{
    uint8_t head[16];
    const ssize_t nb = pread(fd, head, sizeof head, (off_t)at);
    if (nb < 8)
        return false;
    *out = (struct box){.size = read_be(head, 4)};
    memcpy(out->type, head + 4, 4);
    if (out->size == 1)
        out->size = nb == 16 ? read_be(head + 8, 8) : 0;
    else if (out->size == 0)
        out->size = file_size - at;
    return out->size >= 8;
}

/* A file begins with one of these. What begins with another box is no MP4: it is left to the probe.
 */
static bool begins_mp4(const struct box *first)
{
    static const char *const types[] = {"ftyp", "mdat", "moov", "wide",
                                        "free", "skip", "pnot", NULL};
    return str_is_one_of(first->type, types);
}

bool file_end_is_missing(const char *path)
{
    enum { MOST_BOXES = 10000 }; /* fragmented files have many */
    AUTO_FD fd = is_mp4(path) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
    struct stat st;
    struct box box;
    bool has_index = false;
    if (fd < 0 || fstat(fd, &st) < 0)
        return false;
    const uint64_t size = (uint64_t)st.st_size;
    uint64_t at = 0;
    for (int i = 0; at < size && i < MOST_BOXES; i++) {
        if (!read_box(&box, fd, at, size) || (i == 0 && !begins_mp4(&box)))
            return i > 0 && !has_index; /* what follows the index does not matter */
        has_index = has_index || strcmp(box.type, "moov") == 0;
        if (box.size > size - at)
            return true;
        at += box.size;
    }
    return !has_index;
}

/* --- what its name says ----------------------------------------------------------------------- */

bool file_end_temporary_name(const char *name)
{
    static const char *const marks[] = {"tmp",        "temp",       "part", "partial",
                                        "incomplete", "unfinished", NULL};
    const char *dot = strrchr(name, '.'), *mark = dot;
    if (name[0] == '.' || name[0] == '~')
        return true;
    while (mark && mark > name && mark[-1] != '.' && mark[-1] != '-' && mark[-1] != '_')
        mark--;
    if (!mark || mark == name)
        return false;
    for (size_t i = 0; marks[i]; i++)
        if (strlen(marks[i]) == (size_t)(dot - mark) &&
            strncasecmp(mark, marks[i], (size_t)(dot - mark)) == 0)
            return true;
    return false;
}
