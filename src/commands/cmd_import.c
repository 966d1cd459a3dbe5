#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_trial.h"
#include "commands.h"
#include "event.h"
#include "fs.h"
#include "hook_events.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "programme_change.h"
#include "programme_read.h"
#include "programme_source.h"
#include "store.h"
#include "str.h"
#include "table.h"

enum { MOST_LISTED = 12 }; /* talks by name; the others are counted */

static void print_changes(const struct diff *d)
{
    static const char *const headings[] = {"", ">talk", "", NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < d->nb; i++) {
        char number[16] = "event";
        if (d->changes[i].talk)
            snprintf(number, sizeof number, "%d", d->changes[i].talk);
        table_add(t, (const char *const[]){programme_change_kind(d->changes[i].kind), number,
                                           d->changes[i].text});
    }
    table_print(t);
}

/* What an import does, or would do. */
struct outcome {
    const struct programme_change *change;
    json_t *cards; /* title cards that cannot be made, and why */
    char *copy;    /* of the store before an import that replaces most of it; NULL: none */
    bool dry_run, refused;
};

static void print_json(const struct outcome *o)
{
    const struct programme *p = o->change->after;
    AUTO_JSON *notes = json_array();
    for (size_t i = 0; i < p->nb_notes; i++)
        json_array_append_new(notes, json_text(p->notes[i]));
    AUTO_JSON *list = programme_change_json(&o->change->diff);
    AUTO_JSON *all =
        json_pack("{s:O, s:O, s:O, s:b}", "changes", list, "notes", notes, "unsure",
                  o->change->unsure, "applied", !o->dry_run && !o->refused && o->change->diff.nb);
    if (json_array_size(o->change->titles))
        json_object_set(all, "published_titles", o->change->titles);
    if (o->cards)
        json_object_update(all, o->cards);
    if (o->refused)
        json_object_set_new(all, "refused", import_guard_json(&o->change->guard));
    if (o->copy)
        json_object_set_new(all, "copy", json_text(o->copy));
    cli_print_json(all);
}

static void print_counts(const struct diff *d, const struct programme *p, bool dry_run)
{
    size_t nb[5] = {0}, parts = 0;
    bool event = false;
    for (size_t i = 0; i < d->nb; i++)
        if (d->changes[i].talk)
            nb[d->changes[i].kind]++;
        else
            event = true;
    for (size_t i = 0; i < p->nb_talks; i++)
        parts += p->talks[i].nb_parts;
    char doubtful[48] = "";
    if (nb[CHANGE_DOUBTFUL])
        snprintf(doubtful, sizeof doubtful, ", %zu doubtful", nb[CHANGE_DOUBTFUL]);
    printf("%s%zu talk%s, %zu part%s: %zu new, %zu changed, %zu gone%s%s%s\n", d->nb ? "\n" : "",
           p->nb_talks, cli_s(p->nb_talks), parts, cli_s(parts), nb[CHANGE_NEW] + nb[CHANGE_BACK],
           nb[CHANGE_CHANGED], nb[CHANGE_GONE], doubtful, event ? "; the event itself" : "",
           dry_run ? " (dry run: nothing was applied)"
           : d->nb ? ""
                   : ": nothing changes");
}

static void print_notes(const struct programme *p)
{
    for (size_t i = 0; i < p->nb_notes; i++)
        table_text("  ", "Note: %s", p->notes[i]);
}

/* --- matches that are no longer certain ------------------------------------------------------- */

static void print_unsure(const json_t *unsure)
{
    size_t i;
    json_t *row;
    if (json_array_size(unsure))
        printf("\nThese matches are no longer certain. To keep one, run:\n");
    json_array_foreach(unsure, i, row) {
        const long long talk = json_get_int(row, "talk", 0), part = json_get_int(row, "part", 0);
        const char *name = json_get_string(row, "name", "");
        AUTO_FREE char *match =
            part ? mem_printf("%lld/%lld=%s", talk, part, name) : mem_printf("%lld=%s", talk, name);
        AUTO_FREE char *word = str_shell(match);
        printf("  talkpress match %s\n", word);
    }
}

/* --- published talks whose title changes ------------------------------------------------------ */

static void print_titles(const json_t *titles)
{
    const size_t nb = json_array_size(titles);
    size_t i;
    json_t *row;
    if (!nb)
        return;
    printf("\nATTENTION: %zu published talk%s get%s another title:\n", nb, cli_s(nb),
           nb == 1 ? "s" : "");
    json_array_foreach(titles, i, row) {
        AUTO_FREE char *before = str_clean_line(json_get_string(row, "before", ""));
        AUTO_FREE char *after = str_clean_line(json_get_string(row, "after", ""));
        AUTO_FREE char *file = str_clean_line(json_get_string(row, "file", ""));
        printf("  talk %lld: '%s'\n     becomes '%s'\n     published as '%s'\n",
               (long long)json_get_int(row, "talk", 0), before, after, file);
    }
    printf("'talkpress run' will publish the same recordings under the new titles. If one of them "
           "is\nanother talk, correct the programme and import it again before that.\n");
}

/* --- the command ------------------------------------------------------------------------------ */

static void add_event(struct table *t, const char *what, const struct programme *p, size_t nb_talks)
{
    AUTO_STR s = {0};
    str_add(&s, p->name ? p->name : "(no name)");
    if (p->begin)
        str_addf(&s, ", %s", p->begin);
    if (p->begin && p->end && strcmp(p->begin, p->end) != 0)
        str_addf(&s, " to %s", p->end);
    str_addf(&s, ": %zu talk%s", nb_talks, cli_s(nb_talks));
    table_add(t, (const char *const[]){what, s.s});
}

static void print_guard(const struct import_guard *g)
{
    const struct replacement *r = &g->replacement;
    struct table *t = table_create((const char *const[]){"", "programme", NULL});
    add_event(t, "now", g->before, r->nb_before);
    add_event(t, "new", g->after, g->after->nb_talks);
    for (size_t i = 0; i < r->nb_gone && i < MOST_LISTED; i++) {
        const struct talk *talk = programme_find(g->before, r->gone[i]);
        AUTO_FREE char *line =
            mem_printf("%d %s%s", talk->number, talk->title, g->nb_files[i] ? " (published)" : "");
        table_add(t, (const char *const[]){"gone", line});
    }
    if (r->nb_gone > MOST_LISTED) {
        AUTO_FREE char *more = mem_printf("and %zu more", r->nb_gone - MOST_LISTED);
        table_add(t, (const char *const[]){"", more});
    }
    table_print(t);
}

static void print_outcome(const struct outcome *o)
{
    if (o->dry_run || !o->refused) {
        if (o->change->diff.nb)
            print_changes(&o->change->diff);
        print_counts(&o->change->diff, o->change->after, o->dry_run);
        print_notes(o->change->after);
        print_unsure(o->change->unsure);
        card_trial_print(o->cards);
        print_titles(o->change->titles);
    }
    if (o->copy)
        table_text("",
                   "\nThe store as it was is kept in '%s'. If this was the wrong programme, rename "
                   "that to 'talkpress.db' again: all decisions are in it.",
                   fs_basename(o->copy));
    if (o->dry_run && o->refused)
        putchar('\n');
    if (o->refused)
        print_guard(&o->change->guard);
    fflush(stdout); /* before the error that refers to it */
}

static int import(struct command *c, struct programme_change *change, const char *where,
                  const struct programme_source *source, struct err *err)
{
    const bool differs = change->diff.nb > 0;
    const bool large = replacement_is_large(&change->guard.replacement) && differs;
    AUTO_FREE char *copy = NULL;
    AUTO_JSON *cards = NULL;
    struct outcome o = {
        .change = change,
        .dry_run = command_has(c, "dry-run"),
        .refused = large && !command_has(c, "replace"),
    };
    if (large && !o.dry_run && !o.refused && event_copy_store(&copy, c->event, err) < 0)
        return err->code;
    o.copy = copy;
    struct err unseen = {0}; /* a dry run works with a read-only store too */
    if (differs && (o.dry_run || !o.refused) &&
        programme_change_apply(change, c->event, source,
                               o.dry_run ? PROGRAMME_CHANGE_TRY : PROGRAMME_CHANGE_KEEP,
                               o.dry_run ? &unseen : err) < 0 &&
        !o.dry_run)
        return err->code;
    store_rollback(c->event->store); /* if nothing was applied */
    if (!differs && !o.dry_run)      /* and so does a read-only store: */
        (void)!programme_source_keep(c->event->store, source, &unseen);
    if (o.dry_run || !o.refused)
        o.cards = cards = card_trial(c->event, change->after);
    if (command_has(c, "json"))
        print_json(&o);
    else
        print_outcome(&o);
    return o.refused ? import_guard_refuse(&change->guard, where, o.dry_run, err) : EXIT_OK;
}

/* After the store's transaction has ended. */
static void tell_hooks(struct command *c, const struct programme_change *change)
{
    AUTO_PLAN plan = {0};
    struct err ignored = {0};
    hooks_tell_import(c->hooks, change->after, &change->diff);
    if (hooks_wants(c->hooks, HOOK_NEEDS_PERSON) && plan_load(&plan, c->event, &ignored) == 0)
        hooks_tell_needs(c->hooks, &plan);
}

/* *out: the PROGRAMME, or where the last one came from; a new string. */
static int find_source(char **out, const struct command *c, struct err *err)
{
    AUTO_PROGRAMME_SOURCE known = {0};
    if (c->nb_operands) {
        *out = mem_strdup(c->operands[0]);
        return 0;
    }
    if (programme_source_load(&known, c->event->store, err) < 0)
        return err->code;
    *out = mem_take(&known.place);
    return *out ? 0
                : err_set(err, ERR_NOT_FOUND,
                          "it is not known where the programme came from. Say it once: talkpress "
                          "import PROGRAMME");
}

int cmd_import(struct command *c, struct err *err)
{
    AUTO_FREE char *where = NULL;
    AUTO_PROGRAMME after = {0};
    AUTO_PROGRAMME_SOURCE source = {0};
    AUTO_PROGRAMME_CHANGE change = {0};
    struct store *store = c->event->store;
    struct err read_only = {0}; /* if something changes, programme_change_apply() says so */
    if (find_source(&where, c, err) < 0 ||
        programme_read(&after, &source, where, c->event->settings.sandbox, err) < 0)
        return err->code;
    /* What is compared is what is replaced: no other process writes in between. */
    if (!command_has(c, "dry-run") && store_begin(store, &read_only) < 0 &&
        read_only.code == ERR_BUSY) {
        *err = read_only;
        return err->code;
    }
    const int status = programme_change_find(&change, c->event, &after, err) < 0
                           ? err->code
                           : import(c, &change, where, &source, err);
    store_rollback(store);
    if (status == EXIT_OK && change.applied)
        tell_hooks(c, &change);
    return status;
}
