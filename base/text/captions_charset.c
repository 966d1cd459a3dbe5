#include "captions_charset.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mem.h"
#include "str.h"

/* 0x80 to 0x9f; 0 where Windows-1252 has no character. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static int wrong(const char *path, const char *bytes, const char *at, const char *what,
                 struct err *err)
{
    size_t line = 1;
    for (const char *p = bytes; p < at; p++)
        line += *p == '\n';
    return err_set(err, ERR_INVALID,
                   "'%s', line %zu: %s: save it as UTF-8, or remove it to publish without", path,
                   line, what);
}

static char *from_utf16(const unsigned char *s, size_t nb, bool big)
{
    struct str out = {0};
    for (size_t i = 0; i + 1 < nb; i += 2) {
        uint32_t c = big ? (uint32_t)s[i] << 8 | s[i + 1] : (uint32_t)s[i + 1] << 8 | s[i];
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < nb) {
            const uint32_t low =
                big ? (uint32_t)s[i + 2] << 8 | s[i + 3] : (uint32_t)s[i + 3] << 8 | s[i + 2];
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (c)
            str_add_utf8(&out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
    return str_take(&out);
}

static int from_1252(char **out, const char *path, const char *bytes, struct err *err)
{
    AUTO_STR s = {0};
    for (const char *p = bytes; *p; p++) {
        const unsigned char b = (unsigned char)*p;
        const uint32_t c = b >= 0x80 && b < 0xa0 ? windows_1252[b - 0x80] : b;
        if (!c)
            return wrong(path, bytes, p, "neither UTF-8 nor Windows-1252", err);
        str_add_utf8(&s, c);
    }
    *out = str_take(&s);
    return 0;
}

/* Counts characters beyond ASCII and malformed bytes; *first is the first of these. */
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

int captions_to_utf8(char **out, const char *path, const char *bytes, size_t nb, struct err *err)
{
    const unsigned char *u = (const unsigned char *)bytes;
    const char *text = bytes, *bad = bytes;
    size_t nb_good, nb_bad;
    if (nb >= 2 && ((u[0] == 0xff && u[1] == 0xfe) || (u[0] == 0xfe && u[1] == 0xff))) {
        *out = from_utf16(u + 2, nb - 2, u[0] == 0xfe);
        return 0;
    }
    const bool marked = str_starts(bytes, "\xef\xbb\xbf");
    if (marked)
        text += 3;
    if (strlen(bytes) != nb)
        return wrong(path, bytes, bytes + strlen(bytes), "it is no text", err);
    survey(text, &nb_good, &nb_bad, &bad);
    if (nb_bad == 0) {
        *out = mem_strdup(text);
        return 0;
    }
    /* In Windows-1252, hardly any two characters beyond ASCII look like one of UTF-8. */
    if (marked || nb_good > nb_bad)
        return wrong(path, bytes, bad, "its UTF-8 is damaged", err);
    return from_1252(out, path, text, err);
}
