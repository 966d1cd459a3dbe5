#include "web_page.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "html.h"
#include "mem.h"
#include "str.h"
#include "url.h"

enum { MOST_LINKS = 20000, MOST_LINK_BYTES = 500, BEGINNING = 1024 };

/* Where systems for programmes have their exports; the first is the best. */
static const char *const exports[] = {"/schedule/export/schedule.xml", "schedule.xml",
                                      "pentabarf.xml", "schedule.json", ".ics"};
enum { NB_EXPORTS = sizeof exports / sizeof *exports };

bool web_page_is(const char *bytes)
{
    const char *p = bytes + (str_starts(bytes, "\xef\xbb\xbf") ? 3 : 0);
    p += strspn(p, " \t\r\n");
    AUTO_FREE char *beginning = g_strndup(p, BEGINNING);
    return strncasecmp(p, "<!doctype html", 14) == 0 || strcasestr(beginning, "<html") != NULL;
}

/* --- links ------------------------------------------------------------------------------------ */

/* The path of an address without query and fragment ends with the words. */
static bool path_ends(const char *link, const char *words)
{
    const size_t nb = strcspn(link, "?#"), nb_words = strlen(words);
    return nb >= nb_words && strncasecmp(link + nb - nb_words, words, nb_words) == 0;
}

static int rank_of(const char *link)
{
    int i = 0;
    while (i < NB_EXPORTS && !path_ends(link, exports[i]))
        i++;
    return i;
}

/* The value of an attribute that begins at text, with or without quotes: a new string. */
static char *value_at(const char *text)
{
    text += strspn(text, " \t\r\n");
    const char *ends = *text == '"' ? "\"" : *text == '\'' ? "'" : " \t\r\n>";
    text += *text == '"' || *text == '\'';
    size_t nb = 0;
    while (text[nb] && !strchr(ends, text[nb]) && nb <= MOST_LINK_BYTES)
        nb++;
    if (nb > MOST_LINK_BYTES)
        return mem_strdup("");
    AUTO_FREE char *raw = g_strndup(text, nb);
    AUTO_STR value = {0};
    for (const char *p = raw; *p;) {
        uint32_t cp;
        const char *after = html_read_entity(&cp, p);
        if (after)
            str_add_utf8(&value, cp);
        else
            str_add_bytes(&value, p, 1);
        p = after ? after : p + 1;
    }
    return str_take(&value);
}

/* The best link to an export, as a whole address; NULL: none. */
static char *find_export(const char *page, const char *url)
{
    char *best = NULL;
    int rank = NB_EXPORTS, nb = 0;
    for (const char *p = page; (p = strcasestr(p, "href=")) && nb < MOST_LINKS; nb++) {
        p += sizeof "href=" - 1;
        AUTO_FREE char *link = value_at(p);
        const int this_rank = rank_of(link);
        if (this_rank >= rank)
            continue;
        AUTO_FREE char *whole = g_uri_resolve_relative(url, link, G_URI_FLAGS_ENCODED, NULL);
        if (!whole || !url_is_web(whole) || strcmp(whole, url) == 0)
            continue;
        free(best);
        best = mem_take(&whole);
        rank = this_rank;
    }
    return best;
}

/* The conference's export, if the page is one of pretalx's: it is in the first folder of the path.
 */
static char *guess_pretalx(const char *page, const char *url)
{
    const char *host = strstr(url, "//");
    const char *path = host ? strchr(host + 2, '/') : NULL;
    const size_t nb = path ? strcspn(path + 1, "/?#") : 0;
    return nb && strcasestr(page, "pretalx")
               ? mem_printf("%.*s/schedule/export/schedule.xml", (int)(path + 1 + nb - url), url)
               : NULL;
}

char *web_page_advice(const char *bytes, const char *url)
{
    AUTO_FREE char *link = find_export(bytes, url);
    AUTO_FREE char *guess = link ? NULL : guess_pretalx(bytes, url);
    const char *found = link ? link : guess;
    AUTO_FREE char *word = found ? str_shell(found) : NULL;
    if (found)
        return mem_printf("%s. Run: talkpress import %s",
                          link ? "It links the programme" : "pretalx has the programme elsewhere",
                          word);
    if (html_asks_for_login(bytes))
        return mem_strdup(
            "It asks for a login: download the programme with a browser, and import the "
            "file");
    return mem_strdup(
        "Look there for an export of the programme, as schedule.xml, iCalendar or CSV, "
        "and import its address");
}
