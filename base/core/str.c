#include "str.h"

#include <ctype.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "mem.h"

void str_add_bytes(struct str *str, const char *bytes, size_t nb)
{
    if (str->len + nb + 1 > str->cap) {
        size_t cap = str->cap ? str->cap * 2 : 64;
        while (cap < str->len + nb + 1)
            cap *= 2;
        str->s = mem_need(realloc(str->s, cap));
        str->cap = cap;
    }
    memcpy(str->s + str->len, bytes, nb);
    str->len += nb;
    str->s[str->len] = '\0';
}

void str_add(struct str *str, const char *text)
{
    str_add_bytes(str, text, strlen(text));
}

void str_addf(struct str *str, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *text = mem_vprintf(fmt, args);
    va_end(args);
    str_add(str, text);
}

void str_add_utf8(struct str *str, uint32_t cp)
{
    char bytes[6] = {(char)cp};
    str_add_bytes(str, bytes, cp < 0x80 ? 1 : (size_t)g_unichar_to_utf8(cp, bytes));
}

void str_clear(struct str *str)
{
    str->len = 0;
    if (str->s)
        str->s[0] = '\0';
}

char *str_take(struct str *str)
{
    char *s = str->s ? str->s : mem_strdup("");
    *str = (struct str){0};
    return s;
}

void str_finish(struct str *str)
{
    free(str->s);
    *str = (struct str){0};
}

void str_fold_space(char *s)
{
    char *out = s;
    for (const char *in = s; *in; in++) {
        if (!isspace((unsigned char)*in))
            *out++ = *in;
        else if (out > s && out[-1] != ' ')
            *out++ = ' ';
    }
    if (out > s && out[-1] == ' ')
        out--;
    *out = '\0';
}

uint32_t str_next_utf8(const char **p)
{
    if ((unsigned char)**p < 0x80)
        return **p ? (uint32_t) * (*p)++ : 0;
    const gunichar cp = g_utf8_get_char_validated(*p, -1);
    const bool valid = cp <= 0x10ffff; /* else -1 or -2: malformed, or cut off */
    *p += valid ? g_utf8_skip[(unsigned char)**p] : 1;
    return valid ? cp : 0xfffd;
}

bool str_is_utf8(const char *s)
{
    return g_utf8_validate(s, -1, NULL);
}

/* Characters that change the writing direction: a terminal or a web page would then show what
 * follows, even after the end of the text, in another order. Letters do not need them. */
static bool turns_direction(uint32_t cp)
{
    return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

char *str_clean(const char *s)
{
    AUTO_STR out = {0};
    size_t nb_plain = 0;
    while (s[nb_plain] >= ' ' && s[nb_plain] < 0x7f)
        nb_plain++;
    str_add_bytes(&out, s, nb_plain);
    s += nb_plain;
    for (uint32_t cp; (cp = str_next_utf8(&s));) {
        const bool control = (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0);
        if (!control && !turns_direction(cp))
            str_add_utf8(&out, cp);
    }
    return str_take(&out);
}

/* Not g_unichar_isspace: that leaves out U+000B and U+0085, and takes the Ogham space mark, which
 * most fonts show as a line. */
bool str_is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xa0 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

bool str_is_invisible(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x200b || cp == 0xfeff ||
           (cp & 0xfffe) == 0xfffe || /* noncharacters, which XML does not allow */
           turns_direction(cp);
}

/* How many bytes at s are characters of ASCII that show, at most that many. */
static size_t nb_plain(const char *s, size_t most)
{
    size_t nb = 0;
    while (nb < most && s[nb] > ' ' && s[nb] < 0x7f)
        nb++;
    return nb;
}

/* Appends s as one clean line. False: it was longer than max_bytes and was cut. */
static bool add_line(struct str *out, const char *s, size_t max_bytes)
{
    bool gap = false;
    for (uint32_t cp; (cp = str_next_utf8(&s));) {
        if (str_is_space(cp)) {
            gap = true;
        } else if (!str_is_invisible(cp)) {
            const size_t len = out->len;
            if (gap && len)
                str_add(out, " ");
            gap = false;
            str_add_utf8(out, cp);
            if (out->len > max_bytes) {
                out->s[out->len = len] = '\0';
                return false;
            }
            const size_t nb = nb_plain(s, max_bytes - out->len);
            str_add_bytes(out, s, nb);
            s += nb;
        }
    }
    return true;
}

char *str_clean_line(const char *s)
{
    AUTO_STR out = {0};
    add_line(&out, s, SIZE_MAX);
    return str_take(&out);
}

char *str_quote(const char *s, size_t max_bytes)
{
    AUTO_STR out = {0};
    if (!add_line(&out, s, max_bytes))
        str_add(&out, "...");
    return str_take(&out);
}

void str_hex(char *out, const uint8_t *bytes, size_t nb)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < nb; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* $'…' has no quotes within: a shell that does not know it takes all for one word too. */
static char *shell_escaped(const char *s)
{
    AUTO_STR out = {0};
    for (; *s; s++) {
        const bool plain = *s > ' ' && *s < 0x7f && *s != '\'' && *s != '\\';
        str_addf(&out, plain ? "%c" : "\\x%02x", (unsigned char)*s);
    }
    return mem_printf("$'%s'", out.s ? out.s : "");
}

char *str_shell(const char *s)
{
    AUTO_FREE char *clean = str_clean(s);
    AUTO_STR out = {0};
    if (strcmp(clean, s) != 0 || strpbrk(s, "\n\t"))
        return shell_escaped(s);
    for (size_t nb; *s; s += nb) {
        nb = *s == '\'' ? 1 : strcspn(s, "'");
        if (*s == '\'')
            str_add(&out, "'\\''");
        else
            str_add_bytes(&out, s, nb);
    }
    return mem_printf("'%s'", out.s ? out.s : "");
}

/* The letters of Latin-1 Supplement and Latin Extended-A from U+00C0, without their marks. Not
 * g_str_to_ascii or a normal form: those make "a" of U+00E4, and names of published files must not
 * change with a version of GLib. */
static const char *const latin_folded[] = {
    "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i",  "i", "i",  "i",
    "d", "n", "o", "o", "o",  "o", "oe", "",  "o", "u", "u", "u", "ue", "y", "th", "ss",
    "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i",  "i", "i",  "i",
    "d", "n", "o", "o", "o",  "o", "oe", "",  "o", "u", "u", "u", "ue", "y", "th", "y",
};
static const char latin_extended_a[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkll"
                                       "llllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuu"
                                       "wwyyyzzzzzzs";

char *str_slug(const char *text, size_t max_bytes)
{
    AUTO_STR out = {0}, piece = {0};
    bool gap = false;
    for (uint32_t cp; (cp = str_next_utf8(&text));) {
        str_clear(&piece);
        if (cp < 0x80) {
            if (isalnum((int)cp))
                str_add_utf8(&piece, (uint32_t)tolower((int)cp));
            else if (cp == '&')
                str_add(&piece, out.len ? "-and-" : "and-");
        } else if (cp >= 0xc0 && cp < 0x100) {
            str_add(&piece, latin_folded[cp - 0xc0]);
        } else if (cp >= 0x100 && cp < 0x180 && cp != 0x132 && cp != 0x133) {
            str_add_bytes(&piece, &latin_extended_a[cp - 0x100], 1);
        } else if (cp == 0x2019 || cp == 0x2bc || (cp >= 0x300 && cp < 0x370)) {
            continue; /* apostrophes and combining accents do not end a word */
        } else if (cp >= 0x370 && !(cp >= 0x2000 && cp < 0x2c00) &&
                   !(cp >= 0x3000 && cp < 0x3005) && !(cp >= 0x3008 && cp < 0x3021) &&
                   !(cp >= 0xe000 && cp < 0xf900) && !(cp >= 0xfe00 && cp < 0xfe70) &&
                   !(cp >= 0xff00 && cp < 0xff10) && !(cp >= 0xfff0 && cp < 0x10000) &&
                   cp < 0x1f000) {
            str_add_utf8(&piece, cp);
        }
        if (!piece.len) {
            gap = cp != '\'' ? true : gap;
            continue;
        }
        const bool hyphen = gap && out.len && out.s[out.len - 1] != '-' && piece.s[0] != '-';
        if (out.len + hyphen + piece.len > max_bytes)
            break;
        if (hyphen)
            str_add(&out, "-");
        gap = false;
        str_add(&out,
                out.len && out.s[out.len - 1] == '-' && piece.s[0] == '-' ? piece.s + 1 : piece.s);
        if (str_ends(out.s, "-")) { /* an '&' brings its own hyphens */
            out.s[--out.len] = '\0';
            gap = true;
        }
    }
    while (out.len && out.s[out.len - 1] == '-')
        out.s[--out.len] = '\0';
    if (!out.len)
        str_add(&out, "untitled");
    return str_take(&out);
}

bool str_in_ranges(uint32_t cp, const uint32_t (*ranges)[2], size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (cp >= ranges[i][0] && cp <= ranges[i][1])
            return true;
    return false;
}

int str_columns_of(uint32_t cp)
{
    const int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : w;
}

int str_columns(const char *s)
{
    int columns = 0;
    for (uint32_t cp; (cp = str_next_utf8(&s));)
        columns += str_columns_of(cp);
    return columns;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    const size_t len = strlen(s), n = strlen(suffix);
    return len >= n && strcmp(s + len - n, suffix) == 0;
}

bool str_is_one_of(const char *s, const char *const *words)
{
    while (*words && strcasecmp(s, *words) != 0)
        words++;
    return *words != NULL;
}
