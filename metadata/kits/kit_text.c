#include "kit_text.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

#define ELLIPSIS "\xe2\x80\xa6"
enum { ELLIPSIS_BYTES = 3 };

size_t kit_nb_chars(const char *text)
{
    size_t nb = 0;
    while (str_next_utf8(&text))
        nb++;
    return nb;
}

/* Bytes of the text without the word that ends in the middle at nb, if any. */
static size_t whole_words(const char *text, size_t nb)
{
    size_t at = nb;
    if (text[at] == ' ' || text[at] == '\n')
        return at;
    while (at && text[at - 1] != ' ' && text[at - 1] != '\n')
        at--;
    while (at && (text[at - 1] == ' ' || text[at - 1] == '\n'))
        at--;
    return at > nb / 2 ? at : nb; /* a script without blanks, or one long word */
}

/* nb: where a character begins. */
static char *cut_at(const char *text, size_t nb, bool *cut)
{
    if (cut)
        *cut = true;
    return mem_printf("%.*s" ELLIPSIS, (int)whole_words(text, nb), text);
}

char *kit_cut_chars(const char *text, size_t max_chars, bool *cut)
{
    const char *at = text;
    if (kit_nb_chars(text) <= max_chars)
        return mem_strdup(text);
    for (size_t i = 0; i + 1 < max_chars; i++)
        str_next_utf8(&at);
    return cut_at(text, (size_t)(at - text), cut);
}

char *kit_cut_bytes(const char *text, size_t max_bytes, bool *cut)
{
    if (strlen(text) <= max_bytes)
        return mem_strdup(text);
    size_t nb = max_bytes > ELLIPSIS_BYTES ? max_bytes - ELLIPSIS_BYTES : 0;
    while (nb && ((unsigned char)text[nb] & 0xc0) == 0x80)
        nb--;
    return cut_at(text, nb, cut);
}

char *kit_html(const char *text)
{
    AUTO_STR out = {0};
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        const size_t nb = end ? (size_t)(end - text) : strlen(text);
        AUTO_FREE char *paragraph = mem_printf("%.*s", (int)nb, text);
        gchar *escaped = g_markup_escape_text(paragraph, -1);
        str_add(&out, "<p>");
        for (const char *c = escaped; *c; c++)
            if (*c == '\n')
                str_add(&out, "<br />");
            else
                str_add_bytes(&out, c, 1);
        str_add(&out, "</p>");
        g_free(escaped);
        text += nb + (end ? 2 : 0);
    }
    return str_take(&out);
}

char *kit_html_within(const char *text, size_t max_bytes)
{
    char *html = kit_html(text);
    for (size_t nb = max_bytes; strlen(html) > max_bytes; nb -= nb / 8 + 1) {
        AUTO_FREE char *part = kit_cut_bytes(text, nb, NULL);
        free(html);
        html = kit_html(part);
    }
    return html;
}

char *kit_no_angles(const char *text)
{
    AUTO_STR out = {0};
    for (; *text; text++)
        if (*text == '<')
            str_add_utf8(&out, 0x2039);
        else if (*text == '>')
            str_add_utf8(&out, 0x203a);
        else
            str_add_bytes(&out, text, 1);
    return str_take(&out);
}
