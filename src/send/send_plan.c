#include "send_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "manifest.h"
#include "mem.h"
#include "publish.h"
#include "site.h"
#include "str.h"
#include "tool.h"

enum send_phase send_phase_of(const char *name)
{
    if (strcmp(name, SITE_OVERVIEW) == 0 || strcmp(name, PUBLISH_SUMS) == 0 ||
        strcmp(name, PUBLISH_LIST) == 0 || str_ends(name, ".xml"))
        return SEND_LISTS;
    return str_ends(name, ".html") ? SEND_PAGES : SEND_FILES;
}

void send_plan_add(struct send_plan *p, const char *name, int64_t bytes, const char *sha256)
{
    p->items = mem_grow(p->items, p->nb, sizeof *p->items);
    struct send_item *item = &p->items[p->nb++];
    *item =
        (struct send_item){.name = mem_strdup(name), .bytes = bytes, .phase = send_phase_of(name)};
    snprintf(item->sha256, sizeof item->sha256, "%s", sha256);
}

static int by_name(const void *a, const void *b)
{
    const struct send_item *x = a, *y = b;
    return strcmp(x->name, y->name);
}

struct send_item *send_plan_find(const struct send_plan *p, const char *name)
{
    const struct send_item wanted = {.name = (char *)(uintptr_t)name};
    return p->nb ? bsearch(&wanted, p->items, p->nb, sizeof *p->items, by_name) : NULL;
}

/* --- what should be there --------------------------------------------------------------------- */

/* Somebody changed or removed it since. The store has names alone: what is there under one of them
 * need not be what was sent. */
static bool is_altered(const struct there *there, const struct sent_file *sent)
{
    if (!sent)
        return there != NULL;
    return sent->time &&
           (!there || there->bytes != sent->bytes || strcmp(sent->time, there->time) != 0);
}

static void judge(struct send_item *item, const struct there *there, const struct sent_file *sent,
                  bool all)
{
    item->altered = item->ours && is_altered(there, sent);
    if (!there || there->bytes != item->bytes) {
        item->state = ITEM_SEND;
        return;
    }
    const bool verified = sent && sent->time && strcmp(sent->sha256, item->sha256) == 0;
    if (sent && sent->time && strcmp(sent->sha256, item->sha256) != 0)
        item->state = ITEM_SEND;
    else
        item->state = verified && !item->altered && !all ? ITEM_SAME : ITEM_COMPARE;
}

static int refuse_stranger(const char *name, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "'%s' is there, but talkpress did not send it, and its content is another one: "
                   "move it away, or send to another folder",
                   name);
}

int send_plan_settle(struct send_item *item, bool differs, struct err *err)
{
    item->state = differs ? ITEM_SEND : ITEM_SAME;
    item->altered = item->altered && differs;
    return differs && !item->ours ? refuse_stranger(item->name, err) : 0;
}

static int refuse_strangers(const struct send_plan *p, const struct listing *listing,
                            struct err *err)
{
    for (size_t i = 0; i < p->nb; i++) {
        const struct send_item *item = &p->items[i];
        const struct there *there = listing_find(listing, item->name);
        if (there && !there->is_file)
            return err_set(err, ERR_INVALID,
                           "'%s' is there, and is no file: move it away, or send to another folder",
                           item->name);
        if (there && item->state == ITEM_SEND && !item->ours)
            return refuse_stranger(item->name, err);
    }
    return 0;
}

/* --- what should not -------------------------------------------------------------------------- */

/* Two events must not share a folder: each would remove the files of the other. */
static int refuse_other_event(const struct send_plan *p, const struct manifest *m,
                              const char *event, struct err *err)
{
    if (!m->nb || !m->event || !event || strcmp(m->event, event) == 0)
        return 0;
    for (size_t i = 0; i < m->nb; i++)
        if (isdigit((unsigned char)*m->files[i].name) && send_plan_find(p, m->files[i].name))
            return 0;
    AUTO_FREE char *other = str_quote(m->event, STR_QUOTE_BYTES);
    return err_set(err, ERR_INVALID,
                   "there are the files of another event, '%s': send this one to a folder of its "
                   "own, or remove '" SEND_MANIFEST "' there if it is the same",
                   other);
}

/* A file of the same talk and of the same kind has another name now. */
static bool was_renamed(const struct send_plan *p, const char *name)
{
    const size_t number = strspn(name, "0123456789");
    const char *suffix = name + strcspn(name, ".");
    for (size_t i = 0; number && i < p->nb; i++)
        if (strncmp(p->items[i].name, name, number + 1) == 0 &&
            strcmp(p->items[i].name + strcspn(p->items[i].name, "."), suffix) == 0)
            return true;
    return false;
}

/* By the rule of publish(): many files, of more than one talk. */
static bool are_many(const struct send_plan *p)
{
    const char *first = NULL;
    size_t nb = 0;
    bool several = false;
    for (size_t i = 0; i < p->nb_removed; i++) {
        const char *name = p->removed[i];
        if (was_renamed(p, name))
            continue;
        nb++;
        first = first ? first : name;
        several = several || strncmp(first, name, strspn(name, "0123456789") + 1) != 0;
    }
    return nb > PUBLISH_FEW && several;
}

/* The end of a temporary name: six random letters and digits. "backup" is none. */
static bool is_random(const char *end)
{
    bool mixed = false;
    for (const char *c = end; *c; c++) {
        if (!isalnum((unsigned char)*c))
            return false;
        mixed = mixed || !islower((unsigned char)*c);
    }
    return mixed;
}

/* A temporary file of rsync is ".NAME.XXXXXX"; of a file that was to be sent, and has no time yet.
 */
static bool is_leftover(const struct there *t, const struct manifest *manifest)
{
    const size_t nb = strlen(t->name);
    if (strcmp(t->name, TOOL_PARTIAL) == 0)
        return !t->is_file;
    if (*t->name != '.' || nb < 9 || t->name[nb - 7] != '.' || !t->is_file ||
        !is_random(t->name + nb - 6))
        return false;
    AUTO_FREE char *name = mem_printf("%.*s", (int)nb - 8, t->name + 1);
    const struct sent_file *known = manifest_find(manifest, name);
    return (known && !known->time) || strcmp(name, SEND_MANIFEST) == 0;
}

/* A file is removed only if it is what was sent: under its name there may be another one by now,
 * and others can write what the target says. The store knows names alone. */
static bool is_as_sent(const struct there *t, const struct sent_file *known, bool in_store)
{
    if (!known || !known->time)
        return in_store || (known && known->bytes == t->bytes);
    return known->bytes == t->bytes && strcmp(known->time, t->time) == 0;
}

static void find_removed(struct send_plan *p, const struct listing *listing,
                         const struct manifest *manifest, const struct manifest *sent)
{
    for (size_t i = 0; i < listing->nb; i++) {
        const struct there *t = &listing->files[i];
        const struct sent_file *known = manifest_find(manifest, t->name);
        const bool in_store = manifest_find(sent, t->name);
        if (is_leftover(t, manifest))
            mem_add_string(&p->leftover, &p->nb_leftover, t->name);
        else if (!t->is_file || send_plan_find(p, t->name) || (!known && !in_store))
            continue;
        else if (is_as_sent(t, known, in_store))
            mem_add_string(&p->removed, &p->nb_removed, t->name);
        else
            mem_add_string(&p->changed, &p->nb_changed, t->name);
    }
}

int send_plan_make(struct send_plan *p, const struct listing *listing,
                   const struct manifest *manifest, const struct manifest *sent, const char *event,
                   bool all, bool prune, struct err *err)
{
    if (p->nb)
        qsort(p->items, p->nb, sizeof *p->items, by_name);
    if (refuse_other_event(p, manifest, event, err) < 0)
        return err->code;
    for (size_t i = 0; i < p->nb; i++) {
        struct send_item *item = &p->items[i];
        const struct sent_file *known = manifest_find(manifest, item->name);
        item->ours = known || manifest_find(sent, item->name);
        judge(item, listing_find(listing, item->name), known, all);
    }
    find_removed(p, listing, manifest, sent);
    p->kept = !prune && are_many(p);
    return refuse_strangers(p, listing, err);
}

void send_plan_finish(struct send_plan *p)
{
    for (size_t i = 0; i < p->nb; i++)
        free(p->items[i].name);
    free(p->items);
    mem_free_strings(p->removed, p->nb_removed);
    mem_free_strings(p->changed, p->nb_changed);
    mem_free_strings(p->leftover, p->nb_leftover);
    *p = (struct send_plan){0};
}
