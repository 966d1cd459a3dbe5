#include "text_decode.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* Converts, with U+FFFD for what is malformed. False where iconv does not know the charset. */
static bool convert(struct str *out, const char *bytes, size_t nb_bytes, const char *charset)
{
    const iconv_t cd = iconv_open("UTF-8", charset);
    if (cd == (iconv_t)-1)
        return false;
    AUTO_FREE char *copy = mem_zalloc(nb_bytes, 1);
    memcpy(copy, bytes, nb_bytes);
    char *in = copy;
    while (nb_bytes > 0) {
        char buf[4096];
        char *to = buf;
        size_t room = sizeof buf;
        const size_t rc = iconv(cd, &in, &nb_bytes, &to, &room);
        const bool malformed = rc == (size_t)-1 && errno != E2BIG;
        str_add_bytes(out, buf, sizeof buf - room);
        if (malformed) {
            str_add_utf8(out, 0xfffd);
            in++;
            nb_bytes--;
        }
    }
    iconv_close(cd);
    return true;
}

/* "\r\n" and "\r" become "\n". */
static void unify_newlines(struct str *text)
{
    size_t to = 0;
    for (size_t i = 0; i < text->len; i++) {
        if (text->s[i] != '\r')
            text->s[to++] = text->s[i];
        else if (text->s[i + 1] != '\n')
            text->s[to++] = '\n';
    }
    text->s[to] = '\0';
    text->len = to;
}

int text_decode(struct str *out, const char *bytes, size_t nb_bytes, const char *name,
                const char *expected, char *(*declared)(const char *text), struct err *err)
{
    const bool utf16 =
        nb_bytes >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
    str_add(out, "");
    if (utf16)
        convert(out, bytes, nb_bytes, "UTF-16");
    else
        str_add_bytes(out, bytes, nb_bytes);

    const char *nul = memchr(out->s, '\0', out->len);
    if (nul)
        return err_set(err, ERR_INVALID, "'%s': byte %zu is NUL, so this is neither %s", name,
                       (size_t)(nul - out->s) + 1, expected);
    if (!str_is_utf8(out->s)) {
        AUTO_FREE char *charset = declared ? declared(out->s) : NULL;
        str_clear(out);
        if (!charset || !convert(out, bytes, nb_bytes, charset))
            convert(out, bytes, nb_bytes, "WINDOWS-1252");
    }
    if (str_starts(out->s, "\xef\xbb\xbf")) {
        out->len -= 3;
        memmove(out->s, out->s + 3, out->len + 1);
    }
    unify_newlines(out);
    return 0;
}
