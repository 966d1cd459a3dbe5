#include "programme_change.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "lost_work.h"
#include "mem.h"
#include "plan.h"
#include "programme_numbers.h"
#include "programme_source.h"
#include "publish.h"
#include "store.h"

/* --- what the import does to matches ---------------------------------------------------------- */

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

/* Breaks that are left out, or an offset of the sound. */
static int has_ranges(bool *out, struct store *store, const struct talk *t, int part,
                      const char *recording, struct err *err)
{
    AUTO_FREE struct chosen_drop *list = NULL;
    struct chosen_offset offset;
    size_t nb = 0;
    bool found;
    if (store_chosen_drops(&list, &nb, store, t->number, part, err) < 0 ||
        store_chosen_offset(&offset, &found, store, t->number, part, err) < 0)
        return err->code;
    *out = found && strcmp(offset.recording, recording) == 0;
    for (size_t i = 0; i < nb; i++)
        *out = *out || strcmp(list[i].recording, recording) == 0;
    return 0;
}

/* Whether the user accepted a part of the talk as it is in the recording, cut one from it, left out
 * a break, typed chapters of it or chose its poster. */
static int is_decided(bool *out, struct store *store, const struct talk *t, const char *recording,
                      struct err *err)
{
    *out = false;
    for (size_t i = 0; i < t->nb_parts && !*out; i++) {
        struct acceptance a = {0};
        struct chosen_cut cut;
        bool accepted, has_cut, chapters = false, poster = false, ranges = false;
        if (store_acceptance(&a, &accepted, store, t->number, t->parts[i].number, err) < 0 ||
            store_chosen_cut(&cut, &has_cut, store, t->number, t->parts[i].number, err) < 0 ||
            has_chapters(&chapters, store, t, t->parts[i].number, recording, err) < 0 ||
            has_poster(&poster, store, t, t->parts[i].number, recording, err) < 0 ||
            has_ranges(&ranges, store, t, t->parts[i].number, recording, err) < 0)
            return err->code;
        *out = chapters || poster || ranges || (accepted && strcmp(a.recording, recording) == 0) ||
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

/* The same for what the user decided: it was about the former talk, and would publish its recording
 * under the other one's title. */
static int drop_decisions(struct store *store, const struct import_guard *guard, struct err *err)
{
    const struct replacement *r = &guard->replacement;
    for (size_t i = 0; i < r->nb_gone; i++) {
        const struct talk *was = programme_find(guard->before, r->gone[i]);
        if (!was || !programme_find(guard->after, r->gone[i]))
            continue;
        if (store_clear_part(store, was->number, 0, err) < 0 ||
            store_clear_match(store, was->number, err) < 0)
            return err->code;
        for (size_t k = 0; k < was->nb_parts; k++)
            if (store_clear_part(store, was->number, was->parts[k].number, err) < 0)
                return err->code;
    }
    return 0;
}

/* --- the change ------------------------------------------------------------------------------- */

int programme_change_find(struct programme_change *out, struct event *event,
                          struct programme *after, struct err *err)
{
    *out =
        (struct programme_change){.after = after, .unsure = json_array(), .titles = json_array()};
    if (store_check_decisions(event->store, err) < 0 ||
        store_programme(&out->before, event->store, err) < 0)
        return err->code;
    programme_number_talks(after, &out->before);
    if (import_guard_find(&out->guard, event->store, &out->before, after, err) < 0)
        return err->code;
    diff_programmes(&out->diff, &out->before, after);
    return list_titles(out->titles, event->store, &out->before, after, err);
}

void programme_change_finish(struct programme_change *c)
{
    diff_finish(&c->diff);
    import_guard_finish(&c->guard);
    programme_finish(&c->before);
    json_decref(c->unsure);
    json_decref(c->titles);
    *c = (struct programme_change){0};
}

static bool holds_back(const struct programme_change *c, enum programme_change_how how)
{
    return how == PROGRAMME_CHANGE_KEEP_SAFE && (c->moves_matches || json_array_size(c->unsure));
}

/* Within a transaction: makes the new programme the event's, with what follows from it. */
static int replace(struct programme_change *c, struct event *event, enum programme_change_how how,
                   struct err *err)
{
    AUTO_PLAN old = {0}, new = {0};
    struct err ignored = {0};
    bool kept = false;
    const struct import_guard *guard = &c->guard;
    const bool dry_run = how == PROGRAMME_CHANGE_TRY;
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
    list_unsure(c->unsure, &old, &new, &guard->replacement);
    c->moves_matches = planned && lost_work_any(&old, &new);
    return planned && !dry_run && !holds_back(c, how) ? lost_work_note(&old, &new, err) : 0;
}

int programme_change_apply(struct programme_change *c, struct event *event,
                           const struct programme_source *source, enum programme_change_how how,
                           struct err *err)
{
    if (!store_is_writing(event->store) && store_begin(event->store, err) < 0)
        return err->code;
    int ret = replace(c, event, how, err);
    const bool keep = how != PROGRAMME_CHANGE_TRY && !holds_back(c, how);
    if (ret == 0 && keep)
        ret = programme_source_keep(event->store, source, err);
    if (ret == 0 && keep)
        ret = store_commit(event->store, err);
    c->applied = ret == 0 && keep;
    if (!c->applied)
        store_rollback(event->store);
    return ret;
}

static const char *const kinds[] = {
    [CHANGE_NEW] = "new",   [CHANGE_CHANGED] = "changed",   [CHANGE_GONE] = "gone",
    [CHANGE_BACK] = "back", [CHANGE_DOUBTFUL] = "doubtful",
};

const char *programme_change_kind(enum change_kind kind)
{
    return kinds[kind];
}

json_t *programme_change_json(const struct diff *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->nb; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:s}", "change", kinds[d->changes[i].kind],
                                        "talk", d->changes[i].talk, "text", d->changes[i].text));
    return list;
}
