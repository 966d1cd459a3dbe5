#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

enum {
    PIECE_BYTES = 1 << 20,
    /* A file of which a twentieth is other is found with a probability of 99.9 %, one of which a
     * hundredth is other, of 72 %. A slow disk needs less than a second for these. */
    NB_PROOF_SAMPLES = 128,
    PROOF_SAMPLE_BYTES = 4096,
};

static int open_file(const char *path, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        err_errno(err, errno, "cannot open '%s'", path);
    return fd;
}

/* Reads nb bytes, fewer only at the end of the file. Returns how many, or -1. */
static ssize_t read_at(int fd, uint8_t *buf, size_t nb, int64_t pos, const char *path,
                       struct err *err)
{
    size_t got = 0;
    while (got < nb) {
        const ssize_t n = pread(fd, buf + got, nb - got, pos + (int64_t)got);
        if (n == 0)
            break;
        if (n > 0)
            got += (size_t)n;
        else if (errno != EINTR)
            return err_errno(err, errno, "cannot read '%s'", path), -1;
    }
    return (ssize_t)got;
}

/* --- whole files ------------------------------------------------------------------------------ */

static int compare(bool *out, int fds[2], const char *const paths[2], struct err *err)
{
    AUTO_FREE uint8_t *a = mem_zalloc(1, PIECE_BYTES), *b = mem_zalloc(1, PIECE_BYTES);
    posix_fadvise(fds[0], 0, 0, POSIX_FADV_SEQUENTIAL);
    posix_fadvise(fds[1], 0, 0, POSIX_FADV_SEQUENTIAL);
    for (int64_t pos = 0;; pos += PIECE_BYTES) {
        const ssize_t n = read_at(fds[0], a, PIECE_BYTES, pos, paths[0], err);
        const ssize_t m = n < 0 ? n : read_at(fds[1], b, PIECE_BYTES, pos, paths[1], err);
        if (m < 0)
            return err->code;
        *out = n == m && memcmp(a, b, (size_t)n) == 0;
        if (!*out || n < PIECE_BYTES)
            return 0;
    }
}

int content_equal(bool *out, const char *a, const char *b, struct err *err)
{
    AUTO_FD x = open_file(a, err);
    AUTO_FD y = x < 0 ? -1 : open_file(b, err);
    struct stat of_x, of_y;
    if (y < 0)
        return err->code;
    if (fstat(x, &of_x) < 0 || fstat(y, &of_y) < 0)
        return err_errno(err, errno, "cannot look at '%s'", a);
    *out = of_x.st_dev == of_y.st_dev && of_x.st_ino == of_y.st_ino;
    if (*out || of_x.st_size != of_y.st_size)
        return 0;
    return compare(out, (int[]){x, y}, (const char *const[]){a, b}, err);
}

bool content_is_fingerprint(const char *fingerprint)
{
    return fingerprint[0] == 'w';
}

void content_fingerprint_of_sum(char *out, const char *sum)
{
    snprintf(out, 33, "w%.31s", sum);
}

int content_fingerprint(char *out, const char *path, struct err *err)
{
    char sum[SHA256_BYTES];
    if (sha256_file(sum, path, err) < 0)
        return err->code;
    content_fingerprint_of_sum(out, sum);
    return 0;
}

/* --- samples at secret places ----------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* In order, so that a disk moves its head in one direction. */
static void choose_places(int64_t places[NB_PROOF_SAMPLES], const char *secret, int64_t size)
{
    struct sha256 *sum = sha256_create();
    for (int i = 0; i < NB_PROOF_SAMPLES; i++) {
        char hex[SHA256_BYTES], head[16] = "";
        sha256_add_str(sum, "talkpress: places");
        sha256_add_str(sum, secret);
        sha256_add_int(sum, size);
        sha256_add_int(sum, i);
        sha256_hex(sum, hex);
        memcpy(head, hex, sizeof head - 1); /* 60 bits */
        const int64_t page = strtoll(head, NULL, 16) % (size / PROOF_SAMPLE_BYTES + 1);
        places[i] = page * PROOF_SAMPLE_BYTES;
    }
    sha256_destroy(sum);
    qsort(places, NB_PROOF_SAMPLES, sizeof *places, by_place);
}

static int add_samples(struct sha256 *sum, int fd, const char *secret, int64_t size,
                       const char *path, struct err *err)
{
    int64_t places[NB_PROOF_SAMPLES];
    uint8_t buf[PROOF_SAMPLE_BYTES];
    choose_places(places, secret, size);
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); /* else more is read than asked for */
    for (int i = 0; i < NB_PROOF_SAMPLES; i++)  /* all at once: the disk chooses the order */
        posix_fadvise(fd, places[i], sizeof buf, POSIX_FADV_WILLNEED);
    for (int i = 0; i < NB_PROOF_SAMPLES; i++) {
        const ssize_t n = read_at(fd, buf, sizeof buf, places[i], path, err);
        if (n < 0)
            return err->code;
        sha256_add_int(sum, n);
        sha256_add(sum, buf, (size_t)n);
    }
    return 0;
}

/* Of a file that is hardly larger than the samples, all. */
static int add_small(struct sha256 *sum, int fd, int64_t size, const char *path, struct err *err)
{
    AUTO_FREE uint8_t *buf = mem_zalloc(1, (size_t)size + 1);
    const ssize_t n = read_at(fd, buf, (size_t)size, 0, path, err);
    if (n > 0)
        sha256_add(sum, buf, (size_t)n);
    return n < 0 ? err->code : 0;
}

int content_proof(char out[SHA256_BYTES], const char *secret, const char *path, int64_t size,
                  struct err *err)
{
    AUTO_FD fd = open_file(path, err);
    if (fd < 0)
        return err->code;
    struct sha256 *sum = sha256_create();
    sha256_add_str(sum, "talkpress: samples");
    sha256_add_str(sum, secret);
    sha256_add_int(sum, size);
    const int ret = size <= NB_PROOF_SAMPLES * PROOF_SAMPLE_BYTES
                        ? add_small(sum, fd, size, path, err)
                        : add_samples(sum, fd, secret, size, path, err);
    sha256_hex(sum, out);
    sha256_destroy(sum);
    return ret;
}
