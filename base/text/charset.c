#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

static const char utf8_mark[] = "\xef\xbb\xbf";

/* --- encodings -------------------------------------------------------------------------------- */

/* Own decoders for the common encodings: iconv loads a module from a file for each, and the sandbox
 * of the worker, which reads captions, does not allow that. */

static bool has_utf16_mark(const char *bytes, size_t nb)
{
    return nb >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
}

static uint32_t utf16_unit(const unsigned char *s, bool big)
{
    return big ? (uint32_t)s[0] << 8 | s[1] : (uint32_t)s[1] << 8 | s[0];
}

/* Bytes with their mark; an odd last byte is dropped. A surrogate without its pair is U+FFFD. */
static void add_utf16(struct str *out, const char *bytes, size_t nb)
{
    const unsigned char *s = (const unsigned char *)bytes;
    const bool big = s[0] == 0xfe;
    for (size_t i = 2; i + 1 < nb; i += 2) {
        uint32_t c = utf16_unit(s + i, big);
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < nb) {
            const uint32_t low = utf16_unit(s + i + 2, big);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        str_add_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
}

/* 0: Windows-1252 has no such character. */
static uint32_t windows_1252(unsigned char byte)
{
    static const uint16_t from_0x80[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
    return byte >= 0x80 && byte < 0xa0 ? from_0x80[byte - 0x80] : byte;
}

/* Malformed bytes give U+FFFD. False: iconv does not know the charset. */
static bool add_by_iconv(struct str *out, const char *bytes, size_t nb_bytes, const char *charset)
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

/* Opens the converter of the charset that follows a word in the text. It stays open: iconv_close
 * may unload it. */
static void load_after(const char *head, const char *word)
{
    static const char of_names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "-_.:";
    enum { MAX_NAME_BYTES = 40 };
    const char *p = strcasestr(head, word);
    if (!p)
        return;
    p += strlen(word);
    p += strspn(p, " \t\r\n=\"'");
    const size_t nb = strspn(p, of_names);
    if (nb == 0 || nb > MAX_NAME_BYTES)
        return;
    AUTO_FREE char *name = mem_printf("%.*s", (int)nb, p);
    (void)iconv_open("UTF-8", name);
    (void)iconv_open(name, "UTF-8"); /* libxml2 wants both */
}

void charset_load_declared(const char *bytes)
{
    enum { HEAD_BYTES = 4096 };
    AUTO_FREE char *head = mem_printf("%.*s", HEAD_BYTES, bytes);
    load_after(head, "charset");  /* in HTML */
    load_after(head, "encoding"); /* in XML */
}

/* --- programmes ------------------------------------------------------------------------------- */

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

int charset_decode(struct str *out, const char *bytes, size_t nb_bytes, const char *name,
                   const char *expected, char *(*declared)(const char *text), struct err *err)
{
    str_add(out, "");
    if (has_utf16_mark(bytes, nb_bytes)) {
        add_utf16(out, bytes, nb_bytes);
        if (nb_bytes % 2)
            str_add_utf8(out, 0xfffd);
    } else {
        str_add_bytes(out, bytes, nb_bytes);
    }
    const char *nul = memchr(out->s, '\0', out->len);
    if (nul)
        return err_set(err, ERR_INVALID, "'%s': byte %zu is NUL, so this is neither %s", name,
                       (size_t)(nul - out->s) + 1, expected);
    if (!str_is_utf8(out->s)) {
        AUTO_FREE char *charset = declared ? declared(out->s) : NULL;
        str_clear(out);
        if (!charset || !add_by_iconv(out, bytes, nb_bytes, charset))
            for (size_t i = 0; i < nb_bytes; i++) {
                const uint32_t c = windows_1252((unsigned char)bytes[i]);
                str_add_utf8(out, c ? c : 0xfffd);
            }
    }
    if (str_starts(out->s, utf8_mark)) {
        out->len -= strlen(utf8_mark);
        memmove(out->s, out->s + strlen(utf8_mark), out->len + 1);
    }
    unify_newlines(out);
    return 0;
}

/* --- captions --------------------------------------------------------------------------------- */

/* A text, for messages about it. */
struct strict {
    const char *bytes, *name, *advice;
    struct err *err;
};

static int fail(const struct strict *s, const char *at, const char *what)
{
    size_t line = 1;
    for (const char *p = s->bytes; p < at; p++)
        line += *p == '\n';
    return err_set(s->err, ERR_INVALID, "'%s', line %zu: %s: %s", s->name, line, what, s->advice);
}

static int decode_1252(char **out, const struct strict *s, const char *text)
{
    AUTO_STR utf8 = {0};
    for (const char *p = text; *p; p++) {
        const uint32_t c = windows_1252((unsigned char)*p);
        if (!c)
            return fail(s, p, "neither UTF-8 nor Windows-1252");
        str_add_utf8(&utf8, c);
    }
    *out = str_take(&utf8);
    return 0;
}

/* Counts the characters beyond ASCII and the malformed bytes; *first is the first malformed byte.
 */
static void survey(const char *s, size_t *nb_good, size_t *nb_bad, const char **first)
{
    *nb_good = *nb_bad = 0;
    for (const char *p = s; *p;) {
        const char *at = p;
        const uint32_t c = str_next_utf8(&p);
        if (c == 0xfffd && p == at + 1) {
            if (!(*nb_bad)++)
                *first = at;
        } else {
            *nb_good += c >= 0x80;
        }
    }
}

/* UTF-16 without its NULs, so that the text ends where the file does. */
static char *decode_utf16(const char *bytes, size_t nb_bytes)
{
    struct str out = {0};
    add_utf16(&out, bytes, nb_bytes);
    size_t to = 0;
    for (size_t i = 0; i < out.len; i++)
        if (out.s[i])
            out.s[to++] = out.s[i];
    if (out.s)
        out.s[to] = '\0';
    return str_take(&out);
}

int charset_decode_strictly(char **out, const char *bytes, size_t nb_bytes, const char *name,
                            const char *advice, struct err *err)
{
    const struct strict s = {.bytes = bytes, .name = name, .advice = advice, .err = err};
    const char *bad = bytes;
    size_t nb_good, nb_bad;
    if (has_utf16_mark(bytes, nb_bytes)) {
        *out = decode_utf16(bytes, nb_bytes);
        return 0;
    }
    const bool marked = str_starts(bytes, utf8_mark);
    const char *text = bytes + (marked ? strlen(utf8_mark) : 0);
    if (strlen(bytes) != nb_bytes)
        return fail(&s, bytes + strlen(bytes), "not a text, it contains a NUL byte");
    survey(text, &nb_good, &nb_bad, &bad);
    if (nb_bad == 0) {
        *out = mem_strdup(text);
        return 0;
    }
    /* In Windows-1252, hardly any two characters beyond ASCII look like one of UTF-8. */
    if (marked || nb_good > nb_bad)
        return fail(&s, bad, "damaged UTF-8");
    return decode_1252(out, &s, text);
}
