#include "sha256.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

struct sha256 {
    struct sha256_ctx ctx;
};

struct sha256 *sha256_create(void)
{
    struct sha256 *sum = mem_zalloc(1, sizeof *sum);
    sha256_init(&sum->ctx);
    return sum;
}

void sha256_destroy(struct sha256 *sum)
{
    free(sum);
}

void sha256_add(struct sha256 *sum, const void *bytes, size_t nb)
{
    sha256_update(&sum->ctx, nb, bytes);
}

void sha256_add_str(struct sha256 *sum, const char *s)
{
    sha256_add(sum, s, strlen(s) + 1);
}

void sha256_add_int(struct sha256 *sum, int64_t v)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)v >> (8 * i));
    sha256_add(sum, b, sizeof b);
}

void sha256_hex(struct sha256 *sum, char out[SHA256_BYTES])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(&sum->ctx, sizeof digest, digest);
    str_hex(out, digest, sizeof digest);
}

void sha256_hmac_hex(char out[SHA256_BYTES], const char *key, const void *bytes, size_t nb)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx ctx;
    hmac_sha256_set_key(&ctx, strlen(key), (const uint8_t *)key);
    hmac_sha256_update(&ctx, nb, bytes);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    str_hex(out, digest, sizeof digest);
}

bool sha256_equal(const char a[SHA256_BYTES], const char b[SHA256_BYTES])
{
    return memeql_sec(a, b, SHA256_BYTES);
}

int sha256_file(char out[SHA256_BYTES], const char *path, struct err *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(err, ERR_IO, "cannot open '%s'", path);
    struct sha256 *sum = sha256_create();
    const size_t piece = 1 << 18;
    AUTO_FREE uint8_t *buf = mem_zalloc(1, piece);
    size_t n;
    while ((n = fread(buf, 1, piece, f)) > 0)
        sha256_add(sum, buf, n);
    const int failed = ferror(f);
    fclose(f);
    sha256_hex(sum, out);
    sha256_destroy(sum);
    return failed ? err_set(err, ERR_IO, "cannot read '%s'", path) : 0;
}

bool sha256_is_of(const char *wanted, const char *path)
{
    char sum[SHA256_BYTES];
    struct err ignored = {0};
    return sha256_file(sum, path, &ignored) == 0 && strcmp(sum, wanted) == 0;
}
