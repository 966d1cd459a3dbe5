#include "timetable.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "event_times.h"
#include "mem.h"
#include "plain_text.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "str.h"
#include "timetable_times.h"
#include "url.h"

struct timetable_entry {
    struct talk talk; /* only while sorting */
    int64_t start;    /* Unix time; INT64_MAX: not known */
    size_t room, position;
    int id; /* 0: none, or not a number */
};

const char *const timetable_person_names[] = {"full_public_name", "public_name", "display_name",
                                              "full_name",        "name",        NULL};

static int read_dates(struct timetable *t, const struct timetable_event *e, struct err *err);
static char *join_abstract(const struct timetable_talk *e);
static char *read_ref(const struct timetable *t, const struct timetable_talk *e);
static int read_id(const char *id);
static size_t room_position(struct timetable *t, const char *room);
static char *read_room(struct timetable *t, const struct timetable_talk *e, const char *title);
static void settle_times(struct timetable *t);
static void settle_days(struct timetable *t);
static void sort(struct timetable *t);
static void give_numbers(struct timetable *t);

void timetable_init(struct timetable *t, const char *name)
{
    *t = (struct timetable){.name = name};
    t->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
}

void timetable_finish(struct timetable *t)
{
    for (size_t i = 0; i < t->programme.nb_talks; i++)
        event_times_finish(&t->times[i]);
    programme_finish(&t->programme);
    free(t->entries);
    free(t->times);
    if (t->rooms)
        g_hash_table_unref(t->rooms);
    free(t->zone);
    free(t->rooms_differ);
    free(t->cancelled.text);
    free(t->not_recorded.text);
    *t = (struct timetable){0};
}

int timetable_fail(const struct timetable *t, const char *where, const char *what,
                   const char *found, const char *expected, struct err *err)
{
    if (!found)
        return err_set(err, ERR_INVALID, "'%s', %s: %s is missing; expected %s", t->name, where,
                       what, expected);
    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(err, ERR_INVALID, "'%s', %s: %s: found \"%s\"; expected %s", t->name, where,
                   what, quote, expected);
}

int timetable_set_event(struct timetable *t, const struct timetable_event *e, struct err *err)
{
    AUTO_FREE char *venue = plain_line(e->venue), *city = plain_line(e->city);
    t->programme.name = plain_line(e->title);
    if (venue && city)
        t->programme.place = mem_printf("%s, %s", venue, city);
    else
        t->programme.place = venue ? mem_take(&venue) : mem_take(&city);
    t->zone = plain_line(e->zone);
    if (t->zone && !datetime_is_zone(t->zone))
        return timetable_fail(t, e->where, "the time zone", t->zone,
                              "a name that this system knows, such as \"Europe/Berlin\": correct "
                              "it, or leave it out",
                              err);
    AUTO_FREE char *day_change = plain_line(e->day_change);
    struct datetime clock = {0};
    if (day_change && !datetime_parse_clock(&clock, day_change))
        return timetable_fail(t, e->where, "the day change", day_change,
                              "a time of day such as \"09:00\"", err);
    t->day_change_s = datetime_clock_s(&clock);
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
        AUTO_FREE char *text = plain_line(dates[i].text);
        struct datetime date = {0};
        if (text && !timetable_read_iso(&date, t, text))
            return timetable_fail(t, e->where, dates[i].what, text, TIMETABLE_DATE_FORM, err);
        *dates[i].out = datetime_format_day(&date);
    }
    return 0;
}

void timetable_add_room(struct timetable *t, const char *room)
{
    AUTO_FREE char *line = plain_line(room);
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

static void add_title(struct timetable_titles *titles, const char *title)
{
    enum { MOST = 5 };
    if (++titles->nb > MOST)
        return;
    AUTO_FREE char *quote = str_quote(title ? title : "", STR_QUOTE_BYTES);
    char *text =
        mem_printf("%s%s'%s'", titles->text ? titles->text : "", titles->text ? ", " : "", quote);
    free(titles->text);
    titles->text = text;
}

static void note_titles(struct timetable *t, const struct timetable_titles *titles,
                        const char *what, const char *advice)
{
    if (titles->nb)
        programme_note(&t->programme, "'%s': %s: %zu event%s: %s%s.%s", t->name, what, titles->nb,
                       titles->nb == 1 ? "" : "s", titles->text, titles->nb > 5 ? ", ..." : "",
                       advice);
}

bool timetable_leaves_out(struct timetable *t, const struct timetable_talk *e)
{
    static const char *const words[] = {"cancel", "withdr", "reject", "delet", "declin"};
    AUTO_FREE char *status = plain_line(e->status);
    for (size_t i = 0; status && i < sizeof words / sizeof *words; i++)
        if (g_ascii_strncasecmp(status, words[i], strlen(words[i])) == 0) {
            AUTO_FREE char *title = plain_line(e->title);
            add_title(&t->cancelled, title);
            return true;
        }
    return false;
}

int timetable_add_talk(struct timetable *t, const struct timetable_talk *e, struct err *err)
{
    AUTO_FREE char *title = plain_line(e->title);
    if (!title)
        return timetable_fail(t, e->where, "the event's title", NULL,
                              "a title: write one, or take the event out", err);
    if (programme_check_count(t->programme.nb_talks + 1, t->name, e->where, err) < 0)
        return err->code;
    const size_t position = t->programme.nb_talks;
    t->entries = mem_grow(t->entries, position, sizeof *t->entries);
    t->times = mem_grow(t->times, position, sizeof *t->times);
    struct timetable_entry *entry = &t->entries[position];
    struct event_times *times = &t->times[position];
    struct talk *talk = programme_add_talk(&t->programme, 0);
    *entry = (struct timetable_entry){.position = position};
    event_times_init(times);
    talk_add_part(talk, 0);
    talk->title = mem_take(&title);
    AUTO_FREE char *id = plain_line(e->id);
    entry->id = id ? read_id(id) : 0;
    talk->ref = read_ref(t, e);
    talk->section = plain_line(e->track);
    talk->room = read_room(t, e, talk->title);
    entry->room = talk->room ? room_position(t, talk->room) : 0;
    talk->language = plain_line(e->language);
    AUTO_FREE char *url = plain_line(e->url);
    if (url && url_is_web(url))
        talk->url = mem_take(&url);
    talk->abstract = join_abstract(e);
    times->room = entry->room;
    if (e->not_recorded)
        add_title(&t->not_recorded, talk->title);
    return timetable_read_times(times, t, e, err);
}

void timetable_add_speaker(struct timetable *t, const char *name)
{
    AUTO_FREE char *text = plain_text(name); /* a name has no tags, as a title may */
    if (!text)
        return;
    str_fold_space(text);
    talk_add_speaker(&t->programme.talks[t->programme.nb_talks - 1], text);
}

/* The guid, unless talkpress itself made it from a ref (see export_schedule_xml.c): that is the
 * slug. */
static char *read_ref(const struct timetable *t, const struct timetable_talk *e)
{
    AUTO_FREE char *guid = plain_line(e->guid), *id = plain_line(e->id);
    AUTO_FREE char *slug = plain_line(e->slug);
    AUTO_FREE char *made = slug ? programme_ref_uuid(t->programme.name, slug) : NULL;
    if (guid && made && strcmp(guid, made) == 0)
        return mem_take(&slug);
    return mem_take(guid ? &guid : id ? &id : &slug);
}

/* 0: not a number that a talk can have. */
static int read_id(const char *id)
{
    const size_t nb = strspn(id, "0123456789");
    if (!nb || nb > 9 || id[nb] || *id == '0' || atoi(id) > PROGRAMME_MAX_NUMBER)
        return 0;
    return atoi(id);
}

/* The subtitle as a paragraph of its own, then the abstract, or if that is empty the description.
 */
static char *join_abstract(const struct timetable_talk *e)
{
    AUTO_FREE char *subtitle = plain_line(e->subtitle);
    AUTO_FREE char *text = plain_text(e->abstract);
    if (!text)
        text = plain_text(e->description);
    if (subtitle && text)
        return mem_printf("%s\n\n%s", subtitle, text);
    return mem_take(subtitle ? &subtitle : &text);
}

int timetable_take(struct programme *out, struct timetable *t, struct err *err)
{
    struct programme *p = &t->programme;
    if (!p->nb_talks)
        return err_set(err, ERR_INVALID,
                       "'%s': found a timetable without any event; expected at least one: export "
                       "it again once talks are scheduled",
                       t->name);
    settle_times(t);
    sort(t);
    give_numbers(t);
    programme_settle_refs(p);
    settle_days(t);
    if (t->rooms_differ)
        programme_note(p, "'%s', %s Its own room counts. %zu event%s such rooms.", t->name,
                       t->rooms_differ, t->nb_rooms_differ,
                       t->nb_rooms_differ == 1 ? " has" : "s have");
    note_titles(t, &t->cancelled, "left out, because their state says so", "");
    note_titles(t, &t->not_recorded, "not to be recorded, says the programme",
                " To keep one from being published, type 'talkpress match TALK=none'.");
    *out = *p;
    *p = (struct programme){0};
    return 0;
}

static char *read_room(struct timetable *t, const struct timetable_talk *e, const char *title)
{
    AUTO_FREE char *own = plain_line(e->room), *in_room = plain_line(e->in_room);
    if (!own || !in_room || strcmp(own, in_room) == 0)
        return mem_take(own ? &own : &in_room);
    AUTO_FREE char *quote = str_quote(title, STR_QUOTE_BYTES);
    AUTO_FREE char *first = str_quote(own, STR_QUOTE_BYTES);
    AUTO_FREE char *second = str_quote(in_room, STR_QUOTE_BYTES);
    if (t->nb_rooms_differ++ == 0)
        t->rooms_differ = mem_printf("%s: the room of '%s' is \"%s\", but it is listed in \"%s\".",
                                     e->where, quote, first, second);
    return mem_take(&own);
}

static void set_day(char **day, const char *start)
{
    free(*day);
    *day = mem_printf("%.10s", start);
}

/* Days that the conference does not state are those of the talks. So are days on which there is no
 * talk at all. */
static void settle_days(struct timetable *t)
{
    struct programme *p = &t->programme;
    const char *first = p->talks[0].start, *last = first; /* those with a time come first */
    for (size_t i = 0; i < p->nb_talks && p->talks[i].start; i++)
        last = p->talks[i].start;
    if (!first)
        return;
    if (p->begin && p->end && (strncmp(last, p->begin, 10) < 0 || strncmp(first, p->end, 10) > 0)) {
        programme_note(p,
                       "'%s': the conference's days are %s to %s, but all talks are from %.10s to "
                       "%.10s. The talks' days count.",
                       t->name, p->begin, p->end, first, last);
        set_day(&p->begin, first);
        set_day(&p->end, last);
    }
    if (!p->begin)
        set_day(&p->begin, first);
    if (!p->end)
        set_day(&p->end, last);
}

static void settle_times(struct timetable *t)
{
    event_times_settle(t->times, &t->programme, t->name);
    for (size_t i = 0; i < t->programme.nb_talks; i++) {
        const struct datetime *start = &t->times[i].start[0].when;
        t->entries[i].start = start->has_time ? datetime_unix_s(start) : INT64_MAX;
        event_times_finish(&t->times[i]);
    }
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
    t->programme.numbers_are_ids = distinct;
    g_hash_table_unref(seen);
}
