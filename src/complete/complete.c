#include "complete.h"

#include <stdlib.h>
#include <string.h>

#include "candidates.h"
#include "cli.h"
#include "event_names.h"
#include "help_text.h"
#include "mem.h"
#include "options.h"
#include "str.h"
#include "typed.h"

/* What was typed before the word, read as the parser reads it. */
struct line {
    const struct verb *verb;
    const char *dir;              /* of the event */
    bool given[VERB_MAX_OPTIONS]; /* by index in verb->options */
    int value_of;                 /* the option whose value the word is, or -1 */
    int nb_operands;
    bool no_options; /* "--" was typed */
};

/* --- what a word can be ----------------------------------------------------------------------- */

/* Words of the table, separated by spaces. */
static void add_words(struct candidates *c, const struct verb *v, const char *words)
{
    for (const char *p = words; p && *p; p += strspn(p, " ")) {
        const size_t nb = strcspn(p, " ");
        AUTO_FREE char *word = mem_printf("%.*s", (int)nb, p);
        AUTO_FREE char *text = help_text_word(v->help, word);
        if (candidates_fit(c, word))
            candidates_add(c, word, "%s", text);
        p += nb;
    }
}

/* names: enum verb_names. words may be NULL. */
static void add_named(struct candidates *c, const struct line *l, unsigned names, const char *words)
{
    AUTO_FREE char *talk = NULL;
    const char *equals = names & NAMES_MATCH ? strchr(c->typed, '=') : NULL;
    if (equals) { /* of TALK=RECORDING, the recording */
        talk = mem_printf("%s%.*s", c->before, (int)(equals + 1 - c->typed), c->typed);
        c->before = talk;
        c->typed = equals + 1;
        names = NAMES_RECORDING;
        if (candidates_fit(c, "none"))
            candidates_add(c, "none", "the talk was not recorded");
    }
    add_words(c, l->verb, words);
    event_names_add(c, l->dir, names);
    c->files = names & (NAMES_FILE | NAMES_RECORDING) ? "files"
               : names & NAMES_FOLDER                 ? "folders"
                                                      : NULL;
    candidates_end(c);
}

/* --- options ---------------------------------------------------------------------------------- */

/* "--help" and those that can still be given. "-o" is proposed if it was typed. */
static void add_options(struct candidates *c, const struct line *l)
{
    const struct verb_option *options = l->verb->options;
    for (int i = 0; i < VERB_MAX_OPTIONS && options[i].name; i++) {
        const struct verb_option *o = &options[i];
        const char letter[] = {'-', o->letter, '\0'};
        if (l->given[i] && !o->repeats)
            continue;
        AUTO_FREE char *word = mem_printf("--%s", o->name);
        AUTO_FREE char *text = help_text_option(l->verb->help, o->name, o->takes_value);
        if (candidates_fit(c, word))
            candidates_add(c, word, "%s", text);
        else if (o->letter && strcmp(c->typed, letter) == 0)
            candidates_add(c, letter, "%s", text);
    }
    if (candidates_fit(c, "--help"))
        candidates_add(c, "--help", "show what '%s' does", l->verb->name);
}

/* The option that takes a value of which the name, or the only one that begins so, is at name. */
static const struct verb_option *find_long(const struct verb *v, const char *name, size_t nb)
{
    const struct verb_option *found = NULL;
    int nb_found = 0;
    for (int i = 0; i < VERB_MAX_OPTIONS && v->options[i].name; i++) {
        const struct verb_option *o = &v->options[i];
        if (strncmp(o->name, name, nb) != 0)
            continue;
        if (!o->name[nb])
            return o->takes_value ? o : NULL;
        found = o;
        nb_found++;
    }
    return nb_found == 1 && found->takes_value ? found : NULL;
}

/* "--option=value" */
static void add_attached(struct candidates *c, const struct line *l, const char *equals)
{
    const size_t nb = (size_t)(equals - c->typed);
    const struct verb_option *o = find_long(l->verb, c->typed + 2, nb - 2);
    AUTO_FREE char *before = mem_printf("%.*s", (int)nb + 1, c->typed);
    if (!o)
        return;
    c->before = before;
    c->typed = equals + 1;
    add_named(c, l, o->names, o->words);
}

/* --- operands --------------------------------------------------------------------------------- */

static bool takes_more(const struct line *l)
{
    return l->nb_operands < l->verb->takes.most;
}

static unsigned operand_names(const struct line *l)
{
    const struct verb *v = l->verb;
    for (int i = 0; i < VERB_MAX_OPTIONS && v->options[i].name; i++)
        if (l->given[i] && v->options[i].operands_named)
            return v->options[i].operands_named;
    if (v->takes.most == VERB_ANY_NUMBER)
        return v->names[0];
    return l->nb_operands < 2 ? v->names[l->nb_operands] : NAMES_NOTHING;
}

static void add_operands(struct candidates *c, const struct line *l)
{
    const unsigned names = takes_more(l) ? operand_names(l) : NAMES_NOTHING;
    const char *words = takes_more(l) ? l->verb->words : NULL;
    if (names || words) {
        c->no_dash = !l->no_options;
        add_named(c, l, names, words);
    } else if (!*c->typed && !l->no_options) {
        add_options(c, l);
    }
}

/* --- the line --------------------------------------------------------------------------------- */

/* words: the verb and what follows it, before the word to be completed. False: there is nothing to
 * complete. */
static bool read_line(struct line *l, char **words, int nb)
{
    AUTO_FREE char **argv = mem_zalloc((size_t)nb + 1, sizeof *argv); /* it is put in order */
    memcpy(argv, words, (size_t)nb * sizeof *argv);
    struct options o;
    options_begin(&o, l->verb, nb, argv);
    int got;
    while ((got = options_next(&o)) >= 0)
        l->given[got] = true;
    l->value_of = got == OPTIONS_LACKS_VALUE ? o.at_fault : -1;
    l->no_options = o.all_given;
    l->nb_operands = nb - o.nb_read;
    return got == OPTIONS_END || l->value_of >= 0;
}

static void complete_verb_line(struct candidates *c, struct line *l, char **words, int nb)
{
    const struct verb_option *options = l->verb->options;
    if (!read_line(l, words, nb))
        return;
    const char *equals = str_starts(c->typed, "--") ? strchr(c->typed, '=') : NULL;
    if (l->value_of >= 0)
        add_named(c, l, options[l->value_of].names, options[l->value_of].words);
    else if (l->no_options || c->typed[0] != '-')
        add_operands(c, l);
    else if (equals)
        add_attached(c, l, equals);
    else
        add_options(c, l);
}

/* A verb, or an option that precedes it. */
static void add_verbs(struct candidates *c, const struct verb *verbs)
{
    for (const struct verb *v = verbs; v->name && c->typed[0] != '-'; v++)
        if (v->summary && candidates_fit(c, v->name))
            candidates_add(c, v->name, "%s", v->summary);
    for (const struct cli_general *g = cli_general; g->name && c->typed[0] == '-'; g++)
        if (g->summary && candidates_fit(c, g->name))
            candidates_add(c, g->name, "%s", g->summary);
}

/* The index of the first word that is no general option; -1: nothing can follow. nb counts the
 * words before the one that is completed, and is returned if there are no others. */
static int skip_general(const char **dir, char **words, int nb)
{
    int at = 0;
    for (; at < nb && words[at][0] == '-'; at++) {
        const struct cli_general *g = cli_general;
        while (g->name && strcmp(g->name, words[at]) != 0)
            g++;
        if (!g->name || !g->takes_dir)
            return -1;
        *dir = ++at < nb ? words[at] : NULL;
    }
    return at;
}

static void complete(struct candidates *c, const struct verb *verbs, char **words, int nb)
{
    struct line l = {.dir = ".", .value_of = -1};
    const int at = skip_general(&l.dir, words, nb);
    if (at < 0)
        return;
    if (!l.dir) {
        c->files = "folders";
        candidates_end(c);
        return;
    }
    l.verb = at < nb ? cli_find_verb(verbs, words[at]) : NULL;
    if (l.verb)
        complete_verb_line(c, &l, words + at, nb - at);
    else if (at == nb)
        add_verbs(c, verbs);
}

void complete_print(FILE *to, const struct verb *verbs, char **words, int nb_words)
{
    AUTO_FREE char **typed = mem_zalloc((size_t)nb_words + 1, sizeof *typed);
    for (int i = 0; i < nb_words; i++)
        typed[i] = typed_word(words[i]);
    const int nb = nb_words > 0 ? nb_words - 1 : 0;
    struct candidates c = {.to = to, .before = "", .typed = nb_words ? typed[nb] : ""};
    complete(&c, verbs, typed, nb);
    for (int i = 0; i < nb_words; i++)
        free(typed[i]);
}
