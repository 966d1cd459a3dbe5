#include "markup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "str.h"

static const char spaces[] = " \t\r\n";

/* The place after the next mark; the end of the text where there is none. */
static const char *after(const char *p, const char *mark)
{
    const char *found = strcasestr(p, mark);
    return found ? found + strlen(mark) : p + strlen(p);
}

/* p is after "=" and white space. */
static const char *skip_value(const char *p)
{
    if (*p != '"' && *p != '\'')
        return p + strcspn(p, " \t\r\n>");
    const char *end = strchr(p + 1, *p);
    return end ? end + 1 : p + strlen(p);
}

/* p is after the element's name. Returns the place of the ">" that ends the tag. */
static const char *skip_attributes(const char *p, int *nb)
{
    *nb = 0;
    for (;;) {
        p += strspn(p, " \t\r\n/\"'");
        if (!*p || *p == '>')
            return p;
        if (*p == '=') {
            p++;
            p = skip_value(p + strspn(p, spaces));
            continue;
        }
        p += strcspn(p, " \t\r\n/\"'=>");
        ++*nb;
    }
}

/* Where there are no elements: p is at a "<". Returns p if there may be one. */
static const char *skip_other(const char *p)
{
    static const char *const others[][2] = {
        {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_starts(p, others[i][0]))
            return after(p + strlen(others[i][0]), others[i][1]);
    return isalpha((unsigned char)p[1]) || (unsigned char)p[1] >= 0x80 || p[1] == '_' ? p : p + 1;
}

/* The content of these elements of HTML is not markup. */
static const char *skip_content(const char *tag, const char *p)
{
    static const char *const raw[][2] = {{"<script", "</script"}, {"<style", "</style"}};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (strncasecmp(tag, raw[i][0], strlen(raw[i][0])) == 0 && p > tag && p[-1] != '/')
            return after(p, raw[i][1]);
    return p;
}

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (const char *p = text; p < at; p++)
        line += *p == '\n';
    return line;
}

int markup_crowded_line(const char *text)
{
    for (const char *p = text; (p = strchr(p, '<'));) {
        const char *tag = p;
        int nb;
        p = skip_other(p);
        if (p != tag)
            continue;
        p = skip_attributes(p + strcspn(p, " \t\r\n/>"), &nb);
        if (nb > MARKUP_MAX_ATTRIBUTES)
            return line_of(text, tag);
        p = skip_content(tag, p);
    }
    return 0;
}
