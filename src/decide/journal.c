#include "journal.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "each_part.h"
#include "event.h"
#include "journal_rows.h"
#include "json.h"
#include "mem.h"
#include "probe.h"

/* --- values for the user ---------------------------------------------------------------------- */

static const struct source *find_source(const struct plan *plan, const char *fingerprint)
{
    for (size_t i = 0; i < plan->nb_recordings; i++)
        if (strcmp(plan->recordings[i].fingerprint, fingerprint) == 0)
            return &plan->sources[i];
    return NULL;
}

/* A frame as a time in its recording; without its grid, as a number. */
static char *frame_text(const struct plan *plan, const char *recording, int64_t frame)
{
    const struct source *s = find_source(plan, recording);
    struct frame_grid grid;
    struct err ignored = {0};
    char at[CLOCK_BYTES];
    if (!s || !s->probe || !s->whole || json_object_get(s->probe, "error") ||
        probe_grid(&grid, s->probe, &ignored) < 0)
        return mem_printf("frame %lld", (long long)frame);
    const int64_t ms = frame_grid_ms_of(&grid, frame);
    return mem_strdup(clock_format_ms(at, ms, ms % 1000 != 0));
}

static char *range_text(const struct plan *plan, const char *recording, int64_t begin, int64_t end)
{
    AUTO_FREE char *from = frame_text(plan, recording, begin),
                   *to = frame_text(plan, recording, end);
    return mem_printf("%s - %s", from, to);
}

static char *match_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)d;
    const char *recording = json_get_string(v, "recording", NULL);
    const struct source *s = recording ? find_source(plan, recording) : NULL;
    return s           ? mem_printf("'%s'", s->name)
           : recording ? mem_strdup("a recording that is not in the event any more")
                       : mem_strdup("no recording");
}

static char *cut_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)d;
    return range_text(plan, json_get_string(v, "recording", ""), json_get_int(v, "begin", 0),
                      json_get_int(v, "end", 0));
}

static char *drops_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    AUTO_STR s = {0};
    size_t i;
    json_t *drop;
    json_array_foreach(v, i, drop) {
        AUTO_FREE char *range =
            range_text(plan, d->recording, json_integer_value(json_array_get(drop, 0)),
                       json_integer_value(json_array_get(drop, 1)));
        str_addf(&s, "%s%s", i ? ", " : "", range);
    }
    return str_take(&s);
}

static char *offset_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    return mem_printf("%+lld ms", (long long)json_get_int(v, "sound_ms", 0));
}

static char *chapters_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    const size_t nb = json_array_size(v);
    return mem_printf("%zu typed, from '%s'", nb,
                      json_get_string(json_array_get(v, 0), "title", ""));
}

static char *poster_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)d;
    return frame_text(plan, json_get_string(v, "recording", ""), json_get_int(v, "frame", 0));
}

static char *language_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    return mem_printf("'%s'", json_get_string(v, "language", ""));
}

static char *captions_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    AUTO_STR s = {0};
    size_t i;
    json_t *one;
    json_array_foreach(v, i, one) {
        const char *language = json_get_string(one, "language", "");
        str_addf(&s, "%s%s, %zu bytes", i ? "; " : "", *language ? language : "no language",
                 strlen(json_get_string(one, "text", "")));
    }
    return str_take(&s);
}

static char *sound_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    AUTO_STR s = {0};
    const int64_t stream = json_get_int(v, "stream", -1);
    const char *use = json_get_string(v, "use", NULL);
    if (stream >= 0)
        str_addf(&s, "stream %lld", (long long)stream);
    if (use)
        str_addf(&s, "%s%s", s.len ? ", " : "", use);
    return str_take(&s);
}

static char *place_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    const char *start = json_get_string(v, "start", NULL), *room = json_get_string(v, "room", NULL);
    return mem_printf("%s%s%s", start ? start : "", start && room ? ", " : "", room ? room : "");
}

static char *accept_text(const json_t *v, const struct plan *plan, const struct decision *d)
{
    (void)plan;
    (void)d;
    return mem_printf("%s: %s", json_get_string(v, "verdict", ""),
                      json_get_string(v, "because", ""));
}

static const struct kind_text {
    const char *kind, *shown, *none; /* none: where nothing is decided */
    char *(*text)(const json_t *value, const struct plan *plan, const struct decision *decision);
} texts[] = {
    {"match", "recording", "matched by talkpress", match_text},
    {"exchange", "exchanged recording", "matched by talkpress", match_text},
    {"cut", "cut", "as proposed", cut_text},
    {"drops", "left out", "nothing", drops_text},
    {"offset", "sound moved", "not moved", offset_text},
    {"chapters", "chapters", "none typed", chapters_text},
    {"poster", "poster", "chosen by talkpress", poster_text},
    {"language", "language", "not set", language_text},
    {"captions", "captions corrected", "not corrected", captions_text},
    {"sound", "sound", "chosen by talkpress", sound_text},
    {"place", "start and room", "not set", place_text},
    {"accept", "accepted", "not accepted", accept_text},
};

static char *value_text(const char *json, const struct kind_text *k, const struct plan *plan,
                        const struct decision *d)
{
    AUTO_JSON *v = json_loads(json, 0, NULL);
    return v ? k->text(v, plan, d)
             : mem_strdup(strcmp(json, "null") == 0 ? k->none : "text that is not UTF-8");
}

char *journal_text(const struct decision *d, const struct plan *plan)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].kind, d->kind) != 0)
            continue;
        AUTO_FREE char *was = value_text(d->was, &texts[i], plan, d),
                       *became = value_text(d->became, &texts[i], plan, d),
                       *all = mem_printf("%s: %s (was: %s)", texts[i].shown, became, was);
        return str_clean_line(all);
    }
    return mem_strdup(d->kind);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_of_talk(const struct plan *plan, const char *recording, int talk, int part)
{
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->talk == talk && m->recording >= 0 && (!part || !m->part || m->part == part) &&
            strcmp(plan->recordings[m->recording].fingerprint, recording) == 0)
            return true;
    }
    return false;
}

bool journal_is_about(const struct decision *d, const struct plan *plan, int talk, int part)
{
    if (d->talk)
        return d->talk == talk && (!part || !d->part || d->part == part);
    return is_of_talk(plan, d->recording, talk, part);
}

struct reading {
    const struct plan *plan;
    int talk, part;
    size_t most;
    struct journal_rows *out;
};

static int add_row(void *opaque, const struct decision *d)
{
    struct reading *r = opaque;
    if (r->talk && !journal_is_about(d, r->plan, r->talk, r->part))
        return 0;
    journal_rows_add(r->out, d);
    return r->out->nb >= r->most;
}

void journal_rows_add(struct journal_rows *rows, const struct decision *d)
{
    rows->list = mem_grow(rows->list, rows->nb, sizeof *rows->list);
    rows->list[rows->nb++] = (struct decision){.id = d->id,
                                               .at = mem_strdup(d->at),
                                               .through = mem_strdup(d->through),
                                               .kind = mem_strdup(d->kind),
                                               .talk = d->talk,
                                               .part = d->part,
                                               .recording = mem_strdup(d->recording),
                                               .was = mem_strdup(d->was),
                                               .became = mem_strdup(d->became)};
}

static void free_text(const char *text)
{
    union {
        const char *shown;
        char *owned;
    } u = {.shown = text};
    free(u.owned);
}

void journal_rows_finish(struct journal_rows *rows)
{
    for (size_t i = 0; i < rows->nb; i++) {
        const struct decision *d = &rows->list[i];
        free_text(d->at);
        free_text(d->through);
        free_text(d->kind);
        free_text(d->recording);
        free_text(d->was);
        free_text(d->became);
    }
    free(rows->list);
    *rows = (struct journal_rows){0};
}

static int add_entry(struct journal_entry *e, const struct decision *d, const struct plan *plan,
                     struct err *err)
{
    *e = (struct journal_entry){.id = d->id,
                                .at = mem_strdup(d->at),
                                .through = mem_strdup(d->through),
                                .kind = mem_strdup(d->kind),
                                .talk = d->talk,
                                .part = d->part,
                                .text = journal_text(d, plan)};
    strncat(e->recording, d->recording, sizeof e->recording - 1);
    return store_decision_unchanged(&e->can_undo, plan->event->store, d, err);
}

int journal_read(struct journal_entry **out, size_t *out_nb, const struct plan *plan, int talk,
                 int part, size_t most, struct err *err)
{
    AUTO_JOURNAL_ROWS rows = {0};
    struct reading r = {plan, talk, part, most, &rows};
    if (most && store_each_decision(plan->event->store, add_row, &r, err) < 0)
        return err->code;
    struct journal_entry *list = mem_zalloc(rows.nb + 1, sizeof *list);
    for (size_t i = 0; i < rows.nb; i++)
        if (add_entry(&list[i], &rows.list[i], plan, err) < 0) {
            journal_free(list, i + 1);
            return err->code;
        }
    *out = list;
    *out_nb = rows.nb;
    return 0;
}

void journal_free(struct journal_entry *entries, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        free(entries[i].at);
        free(entries[i].through);
        free(entries[i].kind);
        free(entries[i].text);
    }
    free(entries);
}
