#include "sha256.h"

#include <nettle/sha2.h>
#include <stdio.h>

#include "mem.h"

int sha256_file(char out[SHA256_BYTES], const char *path, struct err *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(err, ERR_IO, "cannot open '%s'", path);
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    const size_t piece = 1 << 18;
    AUTO_FREE uint8_t *buf = mem_zalloc(1, piece);
    size_t n;
    sha256_init(&sha);
    while ((n = fread(buf, 1, piece, f)) > 0)
        sha256_update(&sha, n, buf);
    const int failed = ferror(f);
    fclose(f);
    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return failed ? err_set(err, ERR_IO, "cannot read '%s'", path) : 0;
}
