/* What tells files apart whose sampled fingerprints are equal: the event's secret, and proofs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "store_sql.h"
#include "str.h"

enum { SECRET_BYTES = 32 };

static int read_text(char out[65], struct store *s, const char *sql, const char *key,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, sql, "s", key) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "t", err);
    const char *text = got > 0 ? sql_text(stmt, 0) : NULL;
    snprintf(out, 65, "%s", text ? text : "");
    return got < 0 ? got : 0;
}

static int make_secret(struct store *s, struct err *err)
{
    unsigned char bytes[SECRET_BYTES];
    char hex[2 * SECRET_BYTES + 1];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return err_errno(err, errno, "cannot get random numbers");
    str_hex(hex, bytes, sizeof bytes);
    return sql_run(s, err, "INSERT OR IGNORE INTO secret VALUES ('places', ?)", "s", hex);
}

int store_secret(char out[65], struct store *s, struct err *err)
{
    static const char sql[] = "SELECT value FROM secret WHERE name = ?";
    if (read_text(out, s, sql, "places", err) < 0)
        return err->code;
    if (out[0])
        return 0;
    return make_secret(s, err) < 0 ? err->code : read_text(out, s, sql, "places", err);
}

int store_proof(char out[65], struct store *s, const char *fingerprint, struct err *err)
{
    return read_text(out, s, "SELECT proof FROM file_proof WHERE fingerprint = ?", fingerprint,
                     err);
}

int store_keep_proof(struct store *s, const char *fingerprint, const char *proof, struct err *err)
{
    return sql_run(s, err, "INSERT OR IGNORE INTO file_proof VALUES (?, ?)", "ss", fingerprint,
                   proof);
}
