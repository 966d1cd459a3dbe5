#include "content_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "sha256.h"
#include "worker_stage.h"

enum {
    PIECE_BYTES = 1 << 18,  /* fits into the processor's cache */
    AHEAD_BYTES = 16 << 20, /* is asked of the disk before it is needed */
    NB_REPORTS = 1000,      /* of progress, in all files */
};

struct content_hash {
    const struct job_spec *spec;
    struct sha256 *sum; /* of the file that is being read */
    char (*sums)[SHA256_BYTES];
    size_t at; /* that file; the number of files: all are read */
    int fd;    /* -1: it is not open */
    int64_t pos, asked;
    int64_t nb_done, nb_bytes; /* of all files */
    uint8_t *buf;
    struct err failed;
};

struct content_hash *content_hash_open(const struct job_spec *spec)
{
    struct content_hash *h = mem_zalloc(1, sizeof *h);
    h->spec = spec;
    h->fd = -1;
    h->sum = sha256_create();
    if (spec->stage != STAGE_PROBE) {
        h->at = spec->nb_files;
        return h;
    }
    h->sums = mem_zalloc(spec->nb_files, sizeof *h->sums);
    h->buf = mem_zalloc(1, PIECE_BYTES);
    for (size_t i = 0; i < spec->nb_files; i++)
        h->nb_bytes += spec->files[i].size;
    return h;
}

void content_hash_close_p(struct content_hash **hash)
{
    struct content_hash *h = *hash;
    if (h->fd >= 0)
        close(h->fd);
    sha256_destroy(h->sum);
    free(h->sums);
    free(h->buf);
    free(h);
}

/* --- reading --------------------------------------------------------------------------------- */

static int open_file(struct content_hash *h)
{
    const struct job_file *file = &h->spec->files[h->at];
    h->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (h->fd < 0)
        return err_errno(&h->failed, errno, "cannot open '%s'", file->path);
    h->pos = h->asked = 0;
    posix_fadvise(h->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return worker_check_file(file, h->fd, &h->failed);
}

/* The file's sum is known. Its size, and time of change, must be those of the spec: what was read
 * is then what the spec speaks of. */
static int end_file(struct content_hash *h)
{
    const struct job_file *file = &h->spec->files[h->at];
    const int ret = worker_check_file(file, h->fd, &h->failed);
    close(h->fd);
    h->fd = -1;
    sha256_hex(h->sum, h->sums[h->at++]);
    return ret;
}

/* Asks the disk for what is read next, so that reading does not wait for it. */
static void ask_ahead(struct content_hash *h)
{
    if (h->pos + AHEAD_BYTES / 2 < h->asked)
        return;
    posix_fadvise(h->fd, h->asked, AHEAD_BYTES, POSIX_FADV_WILLNEED);
    h->asked += AHEAD_BYTES;
}

/* Reads the next piece. Returns 1, 0 if there is none, or an error, which is in h->failed. */
static int read_piece(struct content_hash *h)
{
    if (h->failed.code || h->at == h->spec->nb_files)
        return h->failed.code;
    if (h->fd < 0 && open_file(h) < 0)
        return h->failed.code;
    ask_ahead(h);
    const struct job_file *file = &h->spec->files[h->at];
    const int64_t rest = file->size - h->pos;
    ssize_t n;
    do
        n = pread(h->fd, h->buf, rest < PIECE_BYTES ? (size_t)rest : PIECE_BYTES, h->pos);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(&h->failed, errno, "cannot read '%s'", file->path);
    if (n == 0) /* its end, or it was cut while it was read */
        return end_file(h) < 0 ? h->failed.code : 1;
    sha256_add(h->sum, h->buf, (size_t)n);
    h->pos += n;
    h->nb_done += n;
    return 1;
}

void content_hash_wait(struct content_hash *h, pid_t child, int *status)
{
    pid_t ended = 0;
    bool more = true;
    while (ended == 0 || (ended < 0 && errno == EINTR)) {
        more = more && read_piece(h) > 0;
        ended = waitpid(child, status, more ? WNOHANG : 0);
    }
}

/* --- the result ------------------------------------------------------------------------------- */

/* Continues the progress of the stage, which has ended: a coordinator that sees none stops the
 * worker. Returns nonzero if the coordinator has ended. */
static int report(const struct content_hash *h)
{
    const double done = (double)h->nb_done / (double)h->nb_bytes;
    printf("{\"done\": %.4f}\n", WORKER_PROBED + (1 - WORKER_PROBED) * done);
    return fflush(stdout);
}

static int read_rest(struct content_hash *h)
{
    int64_t reported = h->nb_done;
    int got;
    while ((got = read_piece(h)) > 0) {
        if (h->nb_done - reported <= h->nb_bytes / NB_REPORTS)
            continue;
        reported = h->nb_done;
        if (report(h) != 0)
            return err_set(&h->failed, ERR_CANCELLED, "talkpress has ended");
    }
    return got;
}

static void add_sums(json_t *result, const struct content_hash *h)
{
    json_t *sums = json_array();
    for (size_t i = 0; i < h->spec->nb_files; i++)
        json_array_append_new(sums, json_string(h->sums[i]));
    json_object_set_new(result, "sums", sums);
}

/* What identifies the files together. No recording has these bytes: they are no container's. */
static void sum_of_sums(struct content_hash *h, char out[SHA256_BYTES])
{
    sha256_add_str(h->sum, "talkpress: a recording of several files");
    sha256_add_int(h->sum, (int64_t)h->spec->nb_files);
    for (size_t i = 0; i < h->spec->nb_files; i++) {
        sha256_add_int(h->sum, h->spec->files[i].size);
        sha256_add_str(h->sum, h->sums[i]);
    }
    sha256_hex(h->sum, out);
}

int content_hash_add(struct content_hash *h, json_t *result, struct err *err)
{
    char id[SHA256_BYTES] = "";
    const size_t nb = h->spec->nb_files;
    json_object_del(result, "sums");
    if (!json_object_get(result, "error")) {
        if (read_rest(h) < 0) {
            *err = h->failed;
            return err->code;
        }
        if (nb > 1) {
            add_sums(result, h);
            sum_of_sums(h, id);
        } else {
            snprintf(id, sizeof id, "%s", h->sums[0]);
        }
    }
    json_object_set_new(result, "hash", json_string(id));
    return 0;
}
