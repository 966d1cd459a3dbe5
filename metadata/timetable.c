#include "timetable.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "plain_text.h"
#include "str.h"
#include "when.h"

enum { QUOTE_BYTES = 60 }; /* of the file, in messages */

struct timetable_entry {
    struct talk talk; /* while they are sorted */
    int64_t start;    /* INT64_MAX where it has none */
    size_t room, position;
    int id; /* 0: none, or no number */
};

static const char date_form[] = "a date such as \"2010-04-28\", or one with a time";

static int read_dates(struct timetable *t, const struct timetable_event *e, struct err *err);
static int read_times(struct timetable *t, struct talk *talk, struct timetable_entry *entry,
                      const struct timetable_talk *e, struct err *err);
static char *join_abstract(const struct timetable_talk *e);
static int read_id(const char *id);
static size_t room_position(struct timetable *t, const char *room);
static void sort(struct timetable *t);
static void give_numbers(struct timetable *t);
static void make_refs_distinct(struct programme *p);

/* The names' hash table as GHashTable wants it: that of the room counts from 1. */
static GHashTable *names_create(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
}

void timetable_init(struct timetable *t, const char *name)
{
    *t = (struct timetable){.name = name, .rooms = names_create()};
}

void timetable_finish(struct timetable *t)
{
    programme_finish(&t->programme);
    free(t->entries);
    if (t->rooms)
        g_hash_table_unref(t->rooms);
    free(t->zone);
    *t = (struct timetable){0};
}

/* A line of text, NULL where nothing is visible. */
static char *line_or_null(const char *text)
{
    AUTO_FREE char *line = text ? plain_line(text) : NULL;
    return line && *line ? mem_take(&line) : NULL;
}

int timetable_fail(const struct timetable *t, const char *where, const char *what,
                   const char *found, const char *expected, struct err *err)
{
    if (!found)
        return err_set(err, ERR_INVALID, "'%s', %s: %s is missing; expected %s", t->name, where,
                       what, expected);
    AUTO_FREE char *copy = mem_printf("%.*s", 4 * QUOTE_BYTES, found);
    AUTO_FREE char *quote = str_clean_line(copy);
    const bool cut = str_shorten(quote, QUOTE_BYTES);
    return err_set(err, ERR_INVALID, "'%s', %s: %s: found \"%s%s\"; expected %s", t->name, where,
                   what, quote, cut ? "..." : "", expected);
}

int timetable_set_event(struct timetable *t, const struct timetable_event *e, struct err *err)
{
    AUTO_FREE char *venue = line_or_null(e->venue), *city = line_or_null(e->city);
    t->programme.name = line_or_null(e->title);
    if (venue && city)
        t->programme.place = mem_printf("%s, %s", venue, city);
    else
        t->programme.place = venue ? mem_take(&venue) : mem_take(&city);
    t->zone = line_or_null(e->zone);
    if (t->zone && !when_is_zone(t->zone))
        return timetable_fail(t, e->where, "the time zone", t->zone,
                              "a name that this system knows, such as \"Europe/Berlin\": correct "
                              "it, or leave it out",
                              err);
    AUTO_FREE char *day_change = line_or_null(e->day_change);
    if (day_change && !when_read_clock(&t->day_change_s, day_change))
        return timetable_fail(t, e->where, "the day change", day_change,
                              "a time of day such as \"09:00\"", err);
    return read_dates(t, e, err);
}

static int read_dates(struct timetable *t, const struct timetable_event *e, struct err *err)
{
    const struct {
        const char *what, *text;
        char **out;
    } dates[] = {{"the conference's start", e->begin, &t->programme.begin},
                 {"the conference's end", e->end, &t->programme.end}};
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *text = line_or_null(dates[i].text);
        char date[WHEN_DATE_BYTES];
        if (text && !when_read_date(date, text, t->zone, 0))
            return timetable_fail(t, e->where, dates[i].what, text, date_form, err);
        *dates[i].out = text ? mem_strdup(date) : NULL;
    }
    return 0;
}

void timetable_add_room(struct timetable *t, const char *room)
{
    AUTO_FREE char *line = line_or_null(room);
    if (line)
        room_position(t, line);
}

static size_t room_position(struct timetable *t, const char *room)
{
    size_t position = GPOINTER_TO_SIZE(g_hash_table_lookup(t->rooms, room));
    if (!position) {
        position = g_hash_table_size(t->rooms) + 1;
        g_hash_table_insert(t->rooms, mem_strdup(room), GSIZE_TO_POINTER(position));
    }
    return position;
}

int timetable_add_talk(struct timetable *t, const struct timetable_talk *e, struct err *err)
{
    AUTO_FREE char *title = line_or_null(e->title);
    if (!title)
        return timetable_fail(t, e->where, "the event's title", NULL,
                              "a title: write one, or take the event out", err);
    if (t->programme.nb_talks == TIMETABLE_MAX_EVENTS)
        return err_set(err, ERR_INVALID, "'%s', %s: more than %d events; expected fewer: split it",
                       t->name, e->where, TIMETABLE_MAX_EVENTS);
    const size_t position = t->programme.nb_talks;
    t->entries = mem_grow(t->entries, position, sizeof *t->entries);
    struct timetable_entry *entry = &t->entries[position];
    struct talk *talk = programme_add_talk(&t->programme, 0);
    *entry = (struct timetable_entry){.start = INT64_MAX, .position = position};
    talk->title = mem_take(&title);
    AUTO_FREE char *guid = line_or_null(e->guid), *id = line_or_null(e->id);
    entry->id = id ? read_id(id) : 0;
    talk->ref = guid ? mem_take(&guid) : id ? mem_take(&id) : line_or_null(e->slug);
    talk->section = line_or_null(e->track);
    talk->room = line_or_null(e->room);
    entry->room = talk->room ? room_position(t, talk->room) : 0;
    talk->language = line_or_null(e->language);
    AUTO_FREE char *url = line_or_null(e->url);
    if (url && (str_starts(url, "https://") || str_starts(url, "http://")))
        talk->url = mem_take(&url);
    talk->abstract = join_abstract(e);
    return read_times(t, talk, entry, e, err);
}

void timetable_add_speaker(struct timetable *t, const char *name)
{
    AUTO_FREE char *line = line_or_null(name);
    if (line)
        talk_add_speaker(&t->programme.talks[t->programme.nb_talks - 1], line);
}

/* 0 where it is no number that a talk can have. */
static int read_id(const char *id)
{
    const size_t nb = strspn(id, "0123456789");
    if (!nb || id[nb] || nb > 7 || *id == '0')
        return 0;
    return atoi(id);
}

/* The subtitle as a paragraph of its own, then the abstract, or the description where that is
 * empty. */
static char *join_abstract(const struct timetable_talk *e)
{
    AUTO_FREE char *subtitle = line_or_null(e->subtitle);
    AUTO_FREE char *abstract = plain_text(e->abstract ? e->abstract : "");
    AUTO_FREE char *description =
        *abstract ? NULL : plain_text(e->description ? e->description : "");
    const char *text = *abstract ? abstract : description;
    if (!subtitle)
        return *text ? mem_strdup(text) : NULL;
    return mem_printf("%s%s%s", subtitle, *text ? "\n\n" : "", text);
}

/* Reads when the event starts: its own date-time, or the date and the time of day, which before the
 * day changes is of the night after. Without any of them it has no start. */
static int read_start(struct when *out, bool *found, const struct timetable *t,
                      const struct timetable_talk *e, struct err *err)
{
    AUTO_FREE char *date = line_or_null(e->date), *start = line_or_null(e->start);
    AUTO_FREE char *day = line_or_null(e->day);
    *found = true;
    if ((date && when_read(out, date, t->zone)) || (start && when_read(out, start, t->zone)))
        return 0;
    char on[WHEN_DATE_BYTES];
    if (date && !when_read_date(on, date, t->zone, 0))
        return timetable_fail(t, e->where, "the event's date", date, date_form, err);
    int s = 0;
    if (start && !when_read_clock(&s, start))
        return timetable_fail(t, e->where, "the event's start", start,
                              "a time such as \"09:00\", or \"2010-04-28T09:00:00+02:00\"", err);
    if (!date && day && !when_read_date(on, day, t->zone, s < t->day_change_s))
        return timetable_fail(t, e->where, "the day's date", day, date_form, err);
    *found = start && (date || day);
    if (*found && !when_combine(out, on, start, t->zone))
        return timetable_fail(t, e->where, "the event's start", start, "a time of that day", err);
    return 0;
}

static int read_times(struct timetable *t, struct talk *talk, struct timetable_entry *entry,
                      const struct timetable_talk *e, struct err *err)
{
    struct part *part = talk_add_part(talk, 0);
    struct when start, end;
    bool has_start;
    if (read_start(&start, &has_start, t, e, err) < 0)
        return err->code;
    if (has_start) {
        talk->start = mem_strdup(start.text);
        entry->start = start.unix_s;
    }
    AUTO_FREE char *duration = line_or_null(e->duration), *until = line_or_null(e->end);
    if (duration && !when_read_duration(&part->slot_s, duration))
        return timetable_fail(t, e->where, "the event's duration", duration,
                              "hours and minutes, \"00:50\", at most 168:00", err);
    if (duration || !until || !has_start)
        return 0;
    if (!when_read(&end, until, t->zone))
        return timetable_fail(t, e->where, "the event's end", until,
                              "a date and time such as \"2010-04-28T09:00:00+02:00\"", err);
    if (end.unix_s < start.unix_s || end.unix_s - start.unix_s > WHEN_MAX_DURATION_S)
        return timetable_fail(t, e->where, "the event's end", until,
                              "a time after its start, within seven days", err);
    part->slot_s = (int)(end.unix_s - start.unix_s);
    return 0;
}

int timetable_take(struct programme *out, struct timetable *t, struct err *err)
{
    struct programme *p = &t->programme;
    if (!p->nb_talks)
        return err_set(err, ERR_INVALID,
                       "'%s': found a timetable without any event; expected at least one: export "
                       "it again once talks are scheduled",
                       t->name);
    sort(t);
    give_numbers(t);
    make_refs_distinct(p);
    if (!p->begin && p->talks[0].start) /* the timed ones come first */
        p->begin = mem_printf("%.10s", p->talks[0].start);
    for (size_t i = p->nb_talks; i > 0 && !p->end; i--)
        if (p->talks[i - 1].start)
            p->end = mem_printf("%.10s", p->talks[i - 1].start);
    *out = *p;
    *p = (struct programme){0};
    return 0;
}

static int compare(const void *va, const void *vb)
{
    const struct timetable_entry *a = va, *b = vb;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->room != b->room)
        return a->room < b->room ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

static void sort(struct timetable *t)
{
    const size_t nb = t->programme.nb_talks;
    for (size_t i = 0; i < nb; i++)
        t->entries[i].talk = t->programme.talks[i];
    qsort(t->entries, nb, sizeof *t->entries, compare);
    for (size_t i = 0; i < nb; i++)
        t->programme.talks[i] = t->entries[i].talk;
}

static void give_numbers(struct timetable *t)
{
    const size_t nb = t->programme.nb_talks;
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    bool distinct = true;
    for (size_t i = 0; i < nb && distinct; i++)
        distinct = t->entries[i].id && g_hash_table_add(seen, GINT_TO_POINTER(t->entries[i].id));
    for (size_t i = 0; i < nb && distinct; i++)
        t->programme.talks[i].number = t->entries[i].id;
    g_hash_table_unref(seen);
}

static void make_refs_distinct(struct programme *p)
{
    GHashTable *seen = names_create(); /* ref to how often it came */
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct talk *talk = &p->talks[i];
        AUTO_FREE char *ref = mem_take(&talk->ref);
        if (!ref)
            continue;
        size_t nb = GPOINTER_TO_SIZE(g_hash_table_lookup(seen, ref));
        talk->ref = mem_strdup(ref);
        while (nb && g_hash_table_contains(seen, talk->ref)) {
            free(talk->ref);
            talk->ref = mem_printf("%s-%zu", ref, ++nb);
        }
        g_hash_table_insert(seen, mem_strdup(ref), GSIZE_TO_POINTER(nb ? nb : 1));
        if (nb)
            g_hash_table_insert(seen, mem_strdup(talk->ref), GSIZE_TO_POINTER((size_t)1));
    }
    g_hash_table_unref(seen);
}
