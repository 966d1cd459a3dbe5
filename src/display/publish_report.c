#include "publish_report.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "event.h"
#include "mem.h"
#include "publish.h"
#include "site.h"
#include "str.h"
#include "table.h"

enum {
    MOST_NAMES = 20, /* for each reason; the others are counted */
    FEW_NAMES = 3,   /* in a sentence */
};

static void print_renamed(const struct publish_result *r)
{
    size_t nb = 0;
    for (size_t i = 0; i < r->nb_stale; i++)
        if (r->stale[i].now && ++nb <= MOST_NAMES)
            table_text("  ", "renamed: '%s' is now '%s'", r->stale[i].name, r->stale[i].now);
    if (nb > MOST_NAMES)
        printf("and %zu more renamed\n", nb - MOST_NAMES);
}

/* The names of files that are gone for one reason, which is static. */
static void print_reason(const struct publish_result *r, const char *why)
{
    size_t nb = 0;
    printf("  %s:\n", why);
    for (size_t i = 0; i < r->nb_stale; i++)
        if (r->stale[i].why == why && ++nb <= MOST_NAMES)
            printf("    %s\n", r->stale[i].name);
    if (nb > MOST_NAMES)
        printf("    and %zu more\n", nb - MOST_NAMES);
}

static void print_names(const struct publish_result *r)
{
    for (size_t i = 0; i < r->nb_stale; i++) {
        size_t first = 0;
        while (r->stale[first].why != r->stale[i].why)
            first++;
        if (r->stale[i].why && first == i)
            print_reason(r, r->stale[i].why);
    }
}

static size_t nb_unneeded(const struct publish_result *r)
{
    return r->nb_stale - r->nb_renamed;
}

static void print_removed(const struct publish_result *r, const struct command *c)
{
    const size_t nb = nb_unneeded(r);
    const char *dir = r->removed_to + strlen(c->event->dir) + 1;
    table_text("", "removed %zu file%s from out/, now in '%s' until 'talkpress gc --prune':", nb,
               cli_s(nb), dir);
    print_names(r);
}

static void print_kept(const struct publish_result *r)
{
    const size_t nb = nb_unneeded(r);
    table_text("", "NOT removed from out/: %zu files that nothing needs any more", nb);
    print_names(r);
}

/* "'out/a.html', 'out/b.html' and 6 more" */
static char *foreign_names(const struct publish_result *r)
{
    AUTO_STR s = {0};
    const size_t nb = r->nb_foreign > FEW_NAMES + 1 ? FEW_NAMES : r->nb_foreign;
    for (size_t i = 0; i < nb; i++) {
        const char *between = i + 1 == r->nb_foreign ? " and " : ", ";
        str_addf(&s, "%s'out/%s'", i ? between : "", r->foreign[i]);
    }
    if (nb < r->nb_foreign)
        str_addf(&s, " and %zu more", r->nb_foreign - nb);
    return str_take(&s);
}

/* Whether 'site: off' helps. */
static bool all_of_site(const struct publish_result *r)
{
    static const char *const endings[] = {".html", ".css", ".js", ".svg"};
    size_t nb = 0;
    for (size_t i = 0; i < r->nb_foreign; i++)
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
            nb += str_ends(r->foreign[i], endings[k]);
    return nb == r->nb_foreign;
}

static void print_foreign(const struct publish_result *r)
{
    const bool one = r->nb_foreign == 1;
    AUTO_FREE char *names = foreign_names(r);
    if (r->nb_foreign)
        table_text("",
                   "%s %s not written by talkpress, so talkpress's own %s left out: move %s away "
                   "and publish again%s",
                   names, one ? "was" : "were",
                   one ? "file of that name is" : "files of these names are", one ? "it" : "them",
                   all_of_site(r) ? ", or set 'site: off'" : "");
}

int publish_report(struct publish_result *r, struct command *c, bool ask, struct err *err)
{
    print_renamed(r);
    if (r->kept) {
        print_kept(r);
        if (ask && cli_confirm("Remove these %zu files from out/?", nb_unneeded(r))) {
            publish_result_finish(r);
            if (publish(r, c->plan, true, err) < 0)
                return err->code;
        }
    }
    if (r->kept)
        table_text("", "If they are to go, type 'talkpress publish --prune'. If the programme or "
                       "the settings are wrong, correct them.");
    else if (nb_unneeded(r))
        print_removed(r, c);
    print_foreign(r);
    if (r->no_contact_sheet)
        table_text("", "there is no contact sheet: %s", r->no_contact_sheet);
    if (r->has_pages && r->nb_parts)
        puts("look at it: out/" SITE_OVERVIEW);
    return 0;
}

json_t *publish_foreign_json(const struct publish_result *r)
{
    json_t *names = json_array();
    for (size_t i = 0; i < r->nb_foreign; i++)
        json_array_append_new(names, json_string(r->foreign[i]));
    return names;
}

static json_t *names_json(const struct publish_result *r)
{
    json_t *names = json_array();
    for (size_t i = 0; i < r->nb_stale; i++)
        if (!r->stale[i].now)
            json_array_append_new(names, json_string(r->stale[i].name));
    return names;
}

json_t *publish_removed_json(const struct publish_result *r)
{
    return r->kept ? json_array() : names_json(r);
}

json_t *publish_kept_json(const struct publish_result *r)
{
    return r->kept ? names_json(r) : json_array();
}
