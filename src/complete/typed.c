#include "typed.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

/* Up to three octal, or two hexadecimal digits; *p is at the first. */
static void add_number(struct str *out, const char **p, int base, int most)
{
    char digits[4] = "";
    int nb = 0;
    while (nb < most && (base == 16 ? isxdigit((unsigned char)**p) : **p >= '0' && **p <= '7'))
        digits[nb++] = *(*p)++;
    const char byte = (char)strtol(digits, NULL, base);
    if (byte)
        str_add_bytes(out, &byte, 1);
}

/* After the backslash in $'...'. */
static const char *add_escape(struct str *out, const char *p)
{
    static const char names[] = "abefnrtv", means[] = "\a\b\033\f\n\r\t\v";
    const char *name = *p ? strchr(names, *p) : NULL;
    if (*p >= '0' && *p <= '7') {
        add_number(out, &p, 8, 3);
    } else if (*p == 'x' && isxdigit((unsigned char)p[1])) {
        p++;
        add_number(out, &p, 16, 2);
    } else if (name) {
        str_add_bytes(out, &means[name - names], 1);
        p++;
    } else if (*p) {
        str_add_bytes(out, p++, 1);
    }
    return p;
}

/* p is after the quote; returns what follows the closing one, or the end. */
static const char *add_single(struct str *out, const char *p)
{
    const size_t nb = strcspn(p, "'");
    str_add_bytes(out, p, nb);
    return p + nb + (p[nb] != '\0');
}

static const char *add_ansi(struct str *out, const char *p)
{
    while (*p && *p != '\'')
        if (*p == '\\')
            p = add_escape(out, p + 1);
        else
            str_add_bytes(out, p++, 1);
    return p + (*p != '\0');
}

static const char *add_double(struct str *out, const char *p)
{
    while (*p && *p != '"') {
        if (*p == '\\' && p[1] && strchr("$`\"\\", p[1]))
            p++;
        else if (*p == '\\' && !p[1])
            return p + 1;
        str_add_bytes(out, p++, 1);
    }
    return p + (*p != '\0');
}

static const char *add_home(struct str *out, const char *typed)
{
    const char *home = getenv("HOME");
    if (!home || typed[0] != '~' || (typed[1] && typed[1] != '/'))
        return typed;
    str_add(out, home);
    return typed + 1;
}

char *typed_word(const char *typed)
{
    AUTO_STR out = {0};
    const char *p = add_home(&out, typed);
    while (*p) {
        if (*p == '\'')
            p = add_single(&out, p + 1);
        else if (*p == '"' || (*p == '$' && p[1] == '"'))
            p = add_double(&out, p + (*p == '$' ? 2 : 1));
        else if (*p == '$' && p[1] == '\'')
            p = add_ansi(&out, p + 2);
        else if (*p == '\\' && !p[1])
            break;
        else {
            p += *p == '\\';
            str_add_bytes(&out, p++, 1);
        }
    }
    return str_take(&out);
}
