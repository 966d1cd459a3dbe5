#include "text_notes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

enum { MAX_SHOWN = 5 };

/* U+FFFD, or UTF-8 that was read as Windows-1252 and written as UTF-8 again. */
static bool is_broken(const char *text)
{
    static const char *const signs[] = {"\xef\xbf\xbd", "\xc3\x83\xc2", "\xc3\xa2\xe2\x82\xac"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(text, signs[i]))
            return true;
    return false;
}

static bool has_tag(const char *text)
{
    static const char *const tags[] = {"</b>",    "</i>", "</em>",   "</strong>", "</code>",
                                       "</span>", "</p>", "</sub>",  "</sup>",    "</a>",
                                       "</u>",    "<br>", "</font>", "<br/>",     "<br />"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcasestr(text, tags[i]))
            return true;
    return false;
}

/* "CANCELLED My Talk", "Cancelled: My Talk", "[cancelled] My Talk", but not "Cancelled threads". */
static bool is_cancelled(const char *title)
{
    static const char *const words[] = {"cancelled", "canceled", "abgesagt",
                                        "entfällt",  "annulé",   "cancelado"};
    title += strspn(title, "[(* ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t nb = strlen(words[i]);
        if (strncasecmp(title, words[i], nb) != 0 || isalnum((unsigned char)title[nb]))
            continue;
        const char *after = title + nb;
        const bool capitals = isupper((unsigned char)title[0]) && isupper((unsigned char)title[1]);
        if (capitals || !*after || strchr(":])*", *after) || str_starts(after, " - ") ||
            str_starts(after, " – "))
            return true;
    }
    return false;
}

static const char *find(bool (*test)(const char *text), const struct talk *t, bool names)
{
    if (test(t->title))
        return t->title;
    for (size_t i = 0; names && i < t->nb_speakers; i++)
        if (test(t->speakers[i]))
            return t->speakers[i];
    return NULL;
}

static void note(struct programme *p, const char *name, bool (*test)(const char *text), bool names,
                 const char *what, const char *advice)
{
    AUTO_STR shown = {0};
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const char *text = find(test, &p->talks[i], names);
        if (!text || nb++ >= MAX_SHOWN)
            continue;
        AUTO_FREE char *quote = str_quote(text, STR_QUOTE_BYTES);
        str_addf(&shown, "%s'%s'", shown.len ? ", " : "", quote);
    }
    if (nb)
        programme_note(p, "'%s': %s in %zu talk%s: %s%s. %s.", name, what, nb, nb == 1 ? "" : "s",
                       shown.s, nb > MAX_SHOWN ? ", ..." : "", advice);
}

void text_notes_add(struct programme *p, const char *name)
{
    note(p, name, is_broken, true, "broken characters",
         "They would be on the cards: export the file as UTF-8 again");
    note(p, name, has_tag, true, "HTML tags",
         "They would be on the cards: remove them, unless they are meant");
    note(p, name, is_cancelled, false, "a title that says \"cancelled\"",
         "If so, type 'talkpress match TALK=none'");
}
