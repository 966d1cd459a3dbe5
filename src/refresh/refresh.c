#include "refresh.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "correction.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "programme_change.h"
#include "programme_read.h"
#include "programme_source.h"
#include "store.h"
#include "str.h"

enum { MOST_NAMED = 3, MOST_SHOWN = 200, SETTLED_S = 2 };

void refresh_result_finish(struct refresh_result *r)
{
    free(r->source);
    free(r->text);
    programme_finish(&r->programme);
    diff_finish(&r->diff);
    *r = (struct refresh_result){0};
}

/* --- what is said ----------------------------------------------------------------------------- */

/* Notes what was found for the next call. If that fails, it is only said again. What could not be
 * had says nothing of what was there before. */
static void note(const struct refresh_result *r, struct programme_source *s, struct store *store)
{
    struct err ignored = {0};
    if (!s->away) {
        const bool remains = r->state == REFRESH_WAITS || r->state == REFRESH_REFUSED;
        s->state = remains ? (int)r->state : REFRESH_UNKNOWN;
        free(s->text);
        s->text = remains ? mem_strdup(r->text) : NULL;
    }
    (void)!programme_source_keep(store, s, &ignored);
}

static void say_applied(struct refresh_result *r, const struct programme_change *c)
{
    AUTO_STR s = {0};
    AUTO_FREE char *source = str_quote(r->source, MOST_SHOWN);
    str_addf(&s, "the programme was imported again from '%s'", source);
    for (size_t i = 0; i < c->diff.nb && i < MOST_NAMED; i++) {
        const struct change *change = &c->diff.changes[i];
        str_add(&s, i ? "; " : ": ");
        if (change->talk)
            str_addf(&s, "talk %d: ", change->talk);
        str_add(&s, change->text);
    }
    if (c->diff.nb > MOST_NAMED)
        str_addf(&s, "; and %zu more", c->diff.nb - MOST_NAMED);
    r->state = REFRESH_APPLIED;
    r->is_news = true;
    r->text = str_take(&s);
}

static void say_waits(struct refresh_result *r, const char *objection)
{
    AUTO_FREE char *source = str_quote(r->source, MOST_SHOWN), *word = str_shell(r->source);
    r->state = REFRESH_WAITS;
    r->text = mem_printf("the programme at '%s' has changed, and was not imported: %s. To see the "
                         "changes, run: talkpress import --dry-run %s; to apply them: talkpress "
                         "import %s",
                         source, objection, word, word);
}

/* --- whether it is applied -------------------------------------------------------------------- */

/* Talks that the list, of unsure matches or of changed titles, names. */
static void add_talks(struct str *out, const json_t *list, const char *what)
{
    size_t i;
    json_t *row;
    if (json_array_size(list))
        str_addf(out, "%s%s", out->len ? "; " : "", what);
    json_array_foreach(list, i, row) {
        if (i < MOST_NAMED)
            str_addf(out, "%s%lld", i ? ", " : " ", (long long)json_get_int(row, "talk", 0));
        else if (i == MOST_NAMED)
            str_add(out, ", …");
    }
}

/* Why a person must look at it; NULL: it is a correction. */
static char *objection_to(const struct programme_change *c)
{
    AUTO_STR s = {0};
    AUTO_FREE char *objection = correction_objection(&c->before, c->after, &c->guard.replacement);
    if (objection)
        str_add(&s, objection);
    add_talks(&s, c->titles, "another title for what is published of talk");
    add_talks(&s, c->unsure, "no certain recording any more for talk");
    if (c->moves_matches && !json_array_size(c->unsure))
        str_addf(&s, "%sa recording would belong to another talk", s.len ? "; " : "");
    return s.len ? str_take(&s) : NULL;
}

static int change(struct refresh_result *r, struct event *event, struct programme_source *now,
                  struct err *err)
{
    AUTO_PROGRAMME_CHANGE c = {0};
    if (programme_change_find(&c, event, &r->programme, err) < 0)
        return err->code;
    r->state = REFRESH_UNCHANGED;
    if (!c.diff.nb)
        return 0;
    AUTO_FREE char *first = objection_to(&c);
    if (!first && programme_change_apply(&c, event, now, PROGRAMME_CHANGE_KEEP_SAFE, err) < 0)
        return err->code;
    AUTO_FREE char *objection = first ? mem_take(&first) : objection_to(&c);
    if (c.applied)
        say_applied(r, &c);
    else
        say_waits(r, objection);
    r->diff = c.diff;
    c.diff = (struct diff){0};
    return 0;
}

/* What is compared is what is replaced: no other process writes in between. */
static int compare(struct refresh_result *r, struct event *event, struct programme_source *now,
                   struct err *err)
{
    if (store_begin(event->store, err) < 0)
        return err->code;
    const int ret = change(r, event, now, err);
    store_rollback(event->store); /* if nothing was applied */
    return ret;
}

/* --- the call --------------------------------------------------------------------------------- */

/* A file that somebody is writing may be half of a programme. */
static bool is_being_written(const struct programme_source *s)
{
    struct stat st;
    const time_t now = time(NULL);
    return !s->is_web && stat(s->place, &st) == 0 && st.st_mtime <= now &&
           st.st_mtime > now - SETTLED_S;
}

/* Whether the error says that the programme is not there or is none, which is a state. */
static bool is_state(struct refresh_result *r, const struct programme_source *now,
                     const struct err *err)
{
    const bool was_read = now->hash[0] != '\0';
    if (err->code == ERR_CANCELLED || err->code == ERR_BUG || err->code == ERR_USAGE)
        return false;
    r->state = was_read || err->code == ERR_INVALID ? REFRESH_REFUSED : REFRESH_AWAY;
    r->text = mem_strdup(err->msg);
    return true;
}

/* *now: what is to be noted. */
static int look(struct refresh_result *r, struct event *event, const struct programme_source *known,
                struct programme_source *now, struct err *err)
{
    struct err why = {0};
    bool changed = false;
    const int ret =
        programme_read_again(&r->programme, &changed, now, known, event->settings.sandbox, &why);
    if (ret < 0 && !is_state(r, now, &why)) {
        *err = why;
        return err->code;
    }
    if (ret == 0 && changed)
        return compare(r, event, now, err);
    if (ret == 0) {
        r->state =
            known->state == REFRESH_UNKNOWN ? REFRESH_UNCHANGED : (enum refresh_state)known->state;
        r->text = mem_strdup(known->text);
    }
    now->away = ret < 0 && !now->hash[0];
    return 0;
}

static bool was_said(const struct refresh_result *r, const struct programme_source *known,
                     const struct programme_source *now)
{
    if (now->away)
        return known->away;
    return (int)r->state == known->state && known->text && strcmp(r->text, known->text) == 0;
}

int refresh_set_place(struct event *event, const char *where, struct err *err)
{
    AUTO_PROGRAMME_SOURCE known = {0}, now = {0};
    if (programme_find_place(&now, where, err) < 0 ||
        programme_source_load(&known, event->store, err) < 0)
        return err->code;
    if (!now.is_web && (!now.place || !fs_exists(now.place)))
        return err_set(err, ERR_NOT_FOUND, "there is no programme '%s'", where);
    return known.place && strcmp(known.place, now.place) == 0
               ? 0
               : programme_source_keep(event->store, &now, err);
}

int refresh_programme(struct refresh_result *out, struct event *event, struct err *err)
{
    AUTO_PROGRAMME_SOURCE known = {0}, now = {0};
    *out = (struct refresh_result){.state = REFRESH_UNKNOWN};
    if (programme_source_load(&known, event->store, err) < 0)
        return err->code;
    if (!known.place)
        return 0;
    out->source = mem_strdup(known.place);
    out->state = REFRESH_UNCHANGED;
    if (is_being_written(&known))
        return 0;
    if (look(out, event, &known, &now, err) < 0)
        return err->code;
    out->is_news = out->text && !was_said(out, &known, &now);
    known.away = now.away;
    note(out, now.hash[0] ? &now : &known, event->store);
    return 0;
}
