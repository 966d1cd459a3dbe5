#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media_piece.h"
#include "mem.h"

static void media_close(struct media *m)
{
    if (!m)
        return;
    media_drop_pieces(m);
    for (size_t i = 0; i < m->nb_files; i++) {
        if (m->fds[i] >= 0)
            close(m->fds[i]);
        free(m->paths[i]);
    }
    free(m->fds);
    free(m->paths);
    free(m->ends);
    free(m);
}

void media_close_p(struct media **media)
{
    media_close(*media);
}

static int open_file(struct media *m, size_t i, struct err *err)
{
    const char *path = m->paths[i];
    m->fds[i] = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (m->fds[i] < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    struct stat st;
    if (fstat(m->fds[i], &st) < 0)
        return err_errno(err, errno, "cannot look at '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "'%s' is no regular file", path);
    if (st.st_size == 0)
        return err_set(err, ERR_INVALID, "'%s' is empty (0 bytes): copy it from the camera again",
                       path);
    m->ends[i] = st.st_size + (i ? m->ends[i - 1] : 0);
    return 0;
}

static int open_files(struct media *m, const char *path, const struct media_params *params,
                      struct err *err)
{
    const size_t nb = 1 + (params ? params->nb_more : 0);
    m->paths = mem_zalloc(nb, sizeof *m->paths);
    m->fds = mem_zalloc(nb, sizeof *m->fds);
    m->ends = mem_zalloc(nb, sizeof *m->ends);
    for (size_t i = 0; i < nb; i++) {
        m->paths[i] = mem_strdup(i ? params->more[i - 1] : path);
        m->fds[i] = -1;
    }
    m->nb_files = nb;
    for (size_t i = 0; i < nb; i++)
        if (open_file(m, i, err) < 0)
            return err->code;
    return 0;
}

int media_open(struct media **out, const char *path, const struct media_params *params,
               struct err *err)
{
    AUTO_MEDIA *m = mem_zalloc(1, sizeof *m);
    m->join = params ? params->join : NULL;
    m->progress = params ? params->progress : NULL;
    m->opaque = params ? params->opaque : NULL;
    if (open_files(m, path, params, err) < 0)
        return err->code;
    if (m->nb_files == 1 ? media_divide(m, true, err) < 0 : media_join_files(m, err) < 0)
        return err->code;
    *out = mem_take(&m);
    return 0;
}

AVFormatContext *media_format(struct media *m)
{
    return m->pieces[0].fmt;
}

AVFormatContext *media_last_format(struct media *m)
{
    AVFormatContext *last = m->pieces[m->nb_pieces - 1].fmt;
    return last ? last : m->pieces[0].fmt;
}

int64_t media_size(const struct media *m)
{
    return m->ends[m->nb_files - 1];
}

const char *media_path(const struct media *m)
{
    return m->paths[0];
}
