#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_trial.h"
#include "commands.h"
#include "diff.h"
#include "event.h"
#include "fs.h"
#include "import_guard.h"
#include "import_sandboxed.h"
#include "json.h"
#include "lost_work.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "programme_numbers.h"
#include "publish.h"
#include "store.h"
#include "str.h"
#include "table.h"

static const char *const kinds[] = {"new", "changed", "gone", "back", "doubtful"};

static void print_changes(const struct diff *d)
{
    static const char *const headings[] = {"", ">talk", "", NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < d->nb; i++) {
        char number[16] = "event";
        if (d->changes[i].talk)
            snprintf(number, sizeof number, "%d", d->changes[i].talk);
        table_add(t, (const char *const[]){kinds[d->changes[i].kind], number, d->changes[i].text});
    }
    table_print(t);
}

/* What an import does, or would do. */
struct outcome {
    const struct import_guard *guard;
    const struct diff *diff;
    json_t *unsure; /* talks whose match is no longer sure */
    json_t *titles; /* published talks whose title changes */
    json_t *cards;  /* title cards that cannot be made, and why */
    char *copy;     /* of the store before an import that replaces most of it; NULL: none */
    bool dry_run, refused;
};

static void print_json(const struct outcome *o)
{
    const struct programme *p = o->guard->after;
    const struct diff *d = o->diff;
    AUTO_JSON *notes = json_array();
    for (size_t i = 0; i < p->nb_notes; i++)
        json_array_append_new(notes, json_text(p->notes[i]));
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < d->nb; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:s}", "change", kinds[d->changes[i].kind],
                                        "talk", d->changes[i].talk, "text", d->changes[i].text));
    AUTO_JSON *all = json_pack("{s:O, s:O, s:O, s:b}", "changes", list, "notes", notes, "unsure",
                               o->unsure, "applied", !o->dry_run && !o->refused && d->nb);
    if (json_array_size(o->titles))
        json_object_set(all, "published_titles", o->titles);
    if (o->cards)
        json_object_update(all, o->cards);
    if (o->refused)
        json_object_set_new(all, "refused", import_guard_json(o->guard));
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

/* A file that is named after the old title of its talk may not match the new title. It is reported
 * at once, to the user who changes the title. */
static void list_unsure(json_t *out, const struct plan *before, const struct plan *after,
                        const struct replacement *replacement)
{
    for (size_t i = 0; i < after->matches.nb_rows; i++) {
        const struct match *now = &after->matches.rows[i];
        const struct talk *talk = programme_find(&before->programme, now->talk);
        const struct match *was = talk ? plan_match(before, talk, now->part) : NULL;
        if (now->state == MATCH_SURE || now->by_hand || !was || was->state != MATCH_SURE ||
            replacement_has_gone(replacement, now->talk))
            continue;
        const struct source *s = &before->sources[was->recording];
        json_array_append_new(out, json_pack("{s:i, s:i, s:o, s:o}", "talk", now->talk, "part",
                                             was->part, "recording", json_text(s->recording->path),
                                             "name", json_text(s->name)));
    }
}

static int has_chapters(bool *out, struct store *store, const struct talk *t, int part,
                        const char *recording, struct err *err)
{
    struct chosen_chapter *list = NULL;
    size_t nb = 0;
    if (store_chosen_chapters(&list, &nb, store, t->number, part, err) < 0)
        return err->code;
    *out = false;
    for (size_t i = 0; i < nb; i++)
        *out = *out || strcmp(list[i].recording, recording) == 0;
    chosen_chapters_free(list, nb);
    return 0;
}

static int has_poster(bool *out, struct store *store, const struct talk *t, int part,
                      const char *recording, struct err *err)
{
    struct chosen_poster chosen;
    bool found;
    if (store_chosen_poster(&chosen, &found, store, t->number, part, err) < 0)
        return err->code;
    *out = found && strcmp(chosen.recording, recording) == 0;
    return 0;
}

/* Whether the user accepted a part of the talk as it is in the recording, cut one from it, typed
 * chapters of it or chose its poster. */
static int is_decided(bool *out, struct store *store, const struct talk *t, const char *recording,
                      struct err *err)
{
    *out = false;
    for (size_t i = 0; i < t->nb_parts && !*out; i++) {
        struct acceptance a = {0};
        struct chosen_cut cut;
        bool accepted, has_cut, chapters = false, poster = false;
        if (store_acceptance(&a, &accepted, store, t->number, t->parts[i].number, err) < 0 ||
            store_chosen_cut(&cut, &has_cut, store, t->number, t->parts[i].number, err) < 0 ||
            has_chapters(&chapters, store, t, t->parts[i].number, recording, err) < 0 ||
            has_poster(&poster, store, t, t->parts[i].number, recording, err) < 0)
            return err->code;
        *out = chapters || poster || (accepted && strcmp(a.recording, recording) == 0) ||
               (has_cut && strcmp(cut.recording, recording) == 0);
        acceptance_finish(&a);
    }
    return 0;
}

/* What the user decided about a recording stays with its talk: a match that the new programme would
 * lose becomes a decision, unless another talk has the number now. */
static int keep_decided(bool *any, const struct plan *before, const struct plan *after,
                        const struct replacement *replacement, struct err *err)
{
    *any = false;
    for (size_t i = 0; i < after->matches.nb_rows; i++) {
        const struct match *now = &after->matches.rows[i];
        const struct talk *talk = programme_find(&before->programme, now->talk);
        const struct match *was = talk ? plan_match(before, talk, now->part) : NULL;
        bool decided;
        if (now->state == MATCH_SURE || now->by_hand || !was || was->state != MATCH_SURE ||
            replacement_has_gone(replacement, now->talk))
            continue;
        const char *recording = before->recordings[was->recording].fingerprint;
        if (is_decided(&decided, after->event->store, talk, recording, err) < 0 ||
            (decided &&
             store_choose_match(after->event->store, now->talk, was->part, recording, err) < 0))
            return err->code;
        *any = *any || decided;
    }
    return 0;
}

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

struct titles {
    const struct programme *before, *after;
    char **files; /* one for each talk of after whose title changes; NULL: none is published */
};

/* A talk has several files; the first one represents it. */
static int note_title(void *opaque, const struct published *file)
{
    struct titles *t = opaque;
    const struct talk *was = programme_find(t->before, file->talk);
    const struct talk *now = programme_find(t->after, file->talk);
    if (was && now && strcmp(was->title, now->title) != 0 && !t->files[now - t->after->talks])
        t->files[now - t->after->talks] = mem_strdup(file->name);
    return 0;
}

/* Viewers would get under another title what they know. */
static int list_titles(json_t *out, struct store *store, const struct programme *before,
                       const struct programme *after, struct err *err)
{
    struct titles titles = {.before = before, .after = after};
    titles.files = mem_zalloc(after->nb_talks + 1, sizeof *titles.files);
    const int rc = store_each_published(store, note_title, &titles, err);
    for (size_t i = 0; i < after->nb_talks; i++) {
        const struct talk *now = &after->talks[i];
        if (titles.files[i])
            json_array_append_new(out,
                                  json_pack("{s:i, s:s, s:s, s:o}", "talk", now->number, "before",
                                            programme_find(before, now->number)->title, "after",
                                            now->title, "file", json_text(titles.files[i])));
    }
    mem_free_strings(titles.files, after->nb_talks);
    return rc;
}

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

/* --- published files whose talk is replaced by another one ------------------------------------ */

struct disowned {
    const struct import_guard *guard;
    struct published *files; /* strings are owned */
    size_t nb;
};

static int note_disowned(void *opaque, const struct published *f)
{
    struct disowned *d = opaque;
    if (!replacement_has_gone(&d->guard->replacement, f->talk) ||
        !programme_find(d->guard->after, f->talk))
        return 0;
    d->files = mem_grow(d->files, d->nb, sizeof *d->files);
    d->files[d->nb++] = (struct published){.name = mem_strdup(f->name),
                                           .key = mem_strdup(f->key),
                                           .part = f->part,
                                           .recording = mem_strdup(f->recording)};
    return 0;
}

/* The number of such a talk now has another one, whose files these are not: they would be listed
 * under its title. */
static int disown_files(struct store *store, const struct import_guard *guard, struct err *err)
{
    struct disowned d = {.guard = guard};
    int ret = store_each_published(store, note_disowned, &d, err);
    for (size_t i = 0; i < d.nb; i++) {
        ret = ret == 0 ? store_set_published(store, &d.files[i], err) : ret;
        free((char *)(uintptr_t)d.files[i].name);
        free((char *)(uintptr_t)d.files[i].key);
        free((char *)(uintptr_t)d.files[i].recording);
    }
    free(d.files);
    return ret;
}

static int drop_chapters(struct store *store, int talk, int part, struct err *err)
{
    struct chosen_chapter *list = NULL;
    size_t nb = 0;
    int ret = store_chosen_chapters(&list, &nb, store, talk, part, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = store_drop_chapter(store, talk, part, &list[i], err);
    chosen_chapters_free(list, nb);
    return ret;
}

/* The same for what the user decided: it was about the former talk, and would publish its recording
 * under the other one's title. */
static int drop_decisions(struct store *store, const struct import_guard *guard, struct err *err)
{
    const struct replacement *r = &guard->replacement;
    for (size_t i = 0; i < r->nb_gone; i++) {
        const struct talk *was = programme_find(guard->before, r->gone[i]);
        if (!was || !programme_find(guard->after, r->gone[i]))
            continue;
        if (store_clear_match(store, was->number, err) < 0)
            return err->code;
        for (size_t k = 0; k < was->nb_parts; k++)
            if (store_clear_acceptance(store, was->number, was->parts[k].number, err) < 0 ||
                store_choose_cut(store, was->number, was->parts[k].number, NULL, err) < 0 ||
                drop_chapters(store, was->number, was->parts[k].number, err) < 0 ||
                store_choose_poster(store, was->number, was->parts[k].number, NULL, err) < 0)
                return err->code;
    }
    return 0;
}

/* Within a transaction: makes the new programme the event's, with what follows from it. */
static int replace(struct event *event, const struct import_guard *guard, bool dry_run,
                   json_t *unsure, struct err *err)
{
    AUTO_PLAN old = {0}, new = {0};
    struct err ignored = {0};
    bool kept = false;
    const bool planned = plan_load(&old, event, &ignored) == 0 && old.nb_recordings;
    if (dry_run && !planned)
        return 0;
    if ((planned && publish_note_recordings(&old, err) < 0) ||
        store_set_programme(event->store, guard->after, err) < 0 ||
        disown_files(event->store, guard, err) < 0 || drop_decisions(event->store, guard, err) < 0)
        return err->code;
    if (planned && plan_load(&new, event, &ignored) == 0 &&
        keep_decided(&kept, &old, &new, &guard->replacement, err) < 0)
        return err->code;
    if (kept) {
        plan_finish(&new);
        if (plan_load(&new, event, &ignored) < 0)
            new = (struct plan){0};
    }
    list_unsure(unsure, &old, &new, &guard->replacement);
    return planned && !dry_run ? lost_work_note(&old, &new, err) : 0;
}

/* Stores the new programme, or only looks at the effect (dry run). A programme is imported even if
 * the plan before or after it cannot be loaded. */
static int apply(struct event *event, const struct import_guard *guard, bool dry_run,
                 json_t *unsure, struct err *err)
{
    if (!store_is_writing(event->store) && store_begin(event->store, err) < 0)
        return err->code;
    int ret = replace(event, guard, dry_run, unsure, err);
    if (ret == 0 && !dry_run)
        ret = store_commit(event->store, err);
    if (ret < 0 || dry_run)
        store_rollback(event->store);
    return ret;
}

static void print_outcome(const struct outcome *o)
{
    if (o->dry_run || !o->refused) {
        if (o->diff->nb)
            print_changes(o->diff);
        print_counts(o->diff, o->guard->after, o->dry_run);
        print_notes(o->guard->after);
        print_unsure(o->unsure);
        card_trial_print(o->cards);
        print_titles(o->titles);
    }
    if (o->copy)
        table_text("",
                   "\nThe store as it was is kept in '%s'. If this was the wrong programme, rename "
                   "that to 'talkpress.db' again: all decisions are in it.",
                   fs_basename(o->copy));
    if (o->dry_run && o->refused)
        putchar('\n');
    if (o->refused)
        import_guard_print(o->guard);
    fflush(stdout); /* before the error that refers to it */
}

static int import(struct command *c, const struct import_guard *guard, struct programme *after,
                  const struct diff *d, struct err *err)
{
    const bool large = replacement_is_large(&guard->replacement) && d->nb;
    AUTO_FREE char *copy = NULL;
    AUTO_JSON *unsure = json_array(), *titles = json_array(), *cards = NULL;
    struct outcome o = {
        .guard = guard,
        .diff = d,
        .unsure = unsure,
        .titles = titles,
        .dry_run = command_has(c, "dry-run"),
        .refused = large && !command_has(c, "replace"),
    };
    if (list_titles(titles, c->event->store, guard->before, guard->after, err) < 0)
        return err->code;
    if (large && !o.dry_run && !o.refused && event_copy_store(&copy, c->event, err) < 0)
        return err->code;
    o.copy = copy;
    struct err unseen = {0}; /* a dry run works with a read-only store too */
    if (d->nb && (o.dry_run || !o.refused) &&
        apply(c->event, guard, o.dry_run, unsure, o.dry_run ? &unseen : err) < 0 && !o.dry_run)
        return err->code;
    store_rollback(c->event->store); /* if nothing was applied */
    if (o.dry_run || !o.refused)
        o.cards = cards = card_trial(c->event, after);
    if (command_has(c, "json"))
        print_json(&o);
    else
        print_outcome(&o);
    return o.refused ? import_guard_refuse(guard, c->operands[0], o.dry_run, err) : EXIT_OK;
}

/* Shows and applies the change from the store's programme to the new one. */
static int change(struct command *c, struct programme *after, struct err *err)
{
    AUTO_PROGRAMME before = {0};
    AUTO_IMPORT_GUARD guard = {0};
    struct diff d;
    if (store_check_decisions(c->event->store, err) < 0 ||
        store_programme(&before, c->event->store, err) < 0)
        return err->code;
    programme_number_talks(after, &before);
    if (import_guard_find(&guard, c->event->store, &before, after, err) < 0)
        return err->code;
    diff_programmes(&d, &before, after);
    const int status = import(c, &guard, after, &d, err);
    diff_finish(&d);
    return status;
}

int cmd_import(struct command *c, struct err *err)
{
    AUTO_PROGRAMME after = {0};
    struct store *store = c->event->store;
    struct err read_only = {0}; /* if something changes, apply() says so */
    if (import_sandboxed(&after, c->operands[0], c->event->settings.sandbox, err) < 0)
        return err->code;
    /* What is compared is what is replaced: no other process writes in between. */
    if (!command_has(c, "dry-run") && store_begin(store, &read_only) < 0 &&
        read_only.code == ERR_BUSY) {
        *err = read_only;
        return err->code;
    }
    const int status = change(c, &after, err);
    store_rollback(store);
    return status;
}
