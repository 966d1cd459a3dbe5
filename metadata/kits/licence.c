#include "licence.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "str.h"

/* In the order in which terms stand in a licence's name. */
static const struct {
    const char *word, *terms;
} words[] = {
    {"by", "by"},       {"attribution", "by"},   {"nc", "nc"}, {"noncommercial", "nc"},
    {"nd", "nd"},       {"noderivatives", "nd"}, {"sa", "sa"}, {"sharealike", "sa"},
    {"noderivs", "nd"},
};

static const char *terms_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].terms;
    return NULL;
}

static bool is_version(const char *word)
{
    return strcmp(word, "1.0") == 0 || strcmp(word, "2.0") == 0 || strcmp(word, "2.5") == 0 ||
           strcmp(word, "3.0") == 0 || strcmp(word, "4.0") == 0;
}

static bool is_known(const char *terms)
{
    static const char *const known[] = {"by",       "by-sa",    "by-nd", "by-nc",
                                        "by-nc-sa", "by-nc-nd", NULL};
    for (size_t i = 0; known[i]; i++)
        if (strcmp(terms, known[i]) == 0)
            return true;
    return false;
}

bool licence_parse(struct licence *out, const char *text)
{
    if (!text)
        return false;
    struct licence l = {.version = "4.0"};
    AUTO_FREE char *lower = g_ascii_strdown(text, -1);
    if (strstr(lower, "cc0") || strstr(lower, "publicdomain/zero")) {
        *out = (struct licence){"zero", "1.0"};
        return true;
    }
    if (!str_starts(lower, "cc") && !strstr(lower, "creative commons") &&
        !strstr(lower, "creativecommons.org/licenses/"))
        return false;
    const char *url = strstr(lower, "/licenses/");
    char *rest = NULL;
    AUTO_FREE char *pieces = mem_strdup(url ? url : lower);
    for (char *w = strtok_r(pieces, " -/(),", &rest); w; w = strtok_r(NULL, " -/(),", &rest)) {
        const char *terms = terms_of(w);
        const size_t nb = strlen(l.terms);
        if (terms && nb + strlen(terms) + 1 < sizeof l.terms)
            snprintf(l.terms + nb, sizeof l.terms - nb, "%s%s", nb ? "-" : "", terms);
        else if (is_version(w))
            snprintf(l.version, sizeof l.version, "%s", w);
    }
    if (!is_known(l.terms))
        return false;
    *out = l;
    return true;
}

char *licence_url(const struct licence *l)
{
    return mem_printf("https://creativecommons.org/%s/%s/%s/",
                      strcmp(l->terms, "zero") == 0 ? "publicdomain" : "licenses", l->terms,
                      l->version);
}

char *licence_spdx(const struct licence *l)
{
    return strcmp(l->terms, "zero") == 0 ? mem_strdup("cc0-1.0")
                                         : mem_printf("cc-%s-%s", l->terms, l->version);
}
