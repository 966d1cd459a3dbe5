#include <errno.h>
#include <unistd.h>

#include "hash.h"
#include "media_piece.h"
#include "mem.h"

/* A demuxer that jumps ahead by less than this is followed by the hash (interleaving). */
enum { HASH_CATCH_UP_BYTES = 8 << 20 };

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

/* Hashes [hashed, end) from disk. */
static int hash_from_disk(struct media *m, int64_t end)
{
    static const size_t piece = 1 << 18;
    AUTO_FREE uint8_t *buf = mem_zalloc(1, piece);
    while (m->hashed < end) {
        const size_t want = end - m->hashed < (int64_t)piece ? (size_t)(end - m->hashed) : piece;
        const ssize_t n = media_bytes_read(m, buf, want, m->hashed);
        if (n <= 0)
            return n < 0 ? (int)-n : EIO;
        hash_add(m->hash, buf, (size_t)n);
        m->hashed += n;
    }
    return 0;
}

void media_bytes_hash(struct media *m, const uint8_t *buf, int64_t begin, int64_t end)
{
    if (begin > m->hashed && begin - m->hashed <= HASH_CATCH_UP_BYTES)
        (void)hash_from_disk(m,
                             begin); /* an error occurs again at the end, and is reported there */
    if (begin <= m->hashed && end > m->hashed) {
        hash_add(m->hash, buf + (m->hashed - begin), (size_t)(end - m->hashed));
        m->hashed = end;
    }
}

int media_content_hash(char *out, struct media *m, struct err *err)
{
    const int failed = hash_from_disk(m, m->ends[m->nb_files - 1]);
    if (failed)
        return err_errno(err, failed, "cannot read '%s'", m->paths[0]);
    /* Files that are read apart are another recording than the same bytes in one file. */
    for (size_t i = 0; m->nb_pieces > 1 && i < m->nb_pieces; i++)
        hash_add_int(m->hash, m->pieces[i].end);
    hash_hex(m->hash, out);
    return 0;
}
