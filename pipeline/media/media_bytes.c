#include <errno.h>
#include <unistd.h>

#include "media_piece.h"

ssize_t media_bytes_read(const struct media *m, void *buf, size_t nb, int64_t pos)
{
    size_t i = 0;
    while (i < m->nb_files && pos >= m->ends[i])
        i++;
    if (i == m->nb_files)
        return 0;
    const int64_t begin = i ? m->ends[i - 1] : 0;
    if ((int64_t)nb > m->ends[i] - pos)
        nb = (size_t)(m->ends[i] - pos);
    ssize_t n;
    do
        n = pread(m->fds[i], buf, nb, pos - begin);
    while (n < 0 && errno == EINTR);
    if (n == 0) /* the file was cut while it was read: the recording ends there */
        return 0;
    return n < 0 ? -errno : n;
}
