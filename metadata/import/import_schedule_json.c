#include "formats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "programme.h"
#include "str.h"
#include "timetable.h"

struct reader {
    struct timetable *timetable;
    const json_t *tracks; /* in version 2, whose events name tracks by slug; else NULL */
    struct err *err;
    bool is_api;        /* pretalx's, in which a text is a person's code */
    size_t nb_left_out; /* submissions that were not accepted */
    char **texts;       /* made for the event that is being read, freed after it */
    size_t nb_texts;
};

static int read_schedule(struct reader *r, const json_t *schedule);
static int read_results(struct reader *r, const json_t *root);
static int read_event(struct reader *r, const json_t *event, const char *where,
                      const struct timetable_day *day, const char *room);

static bool has_member(const char *text, const char *quoted_key)
{
    for (const char *p = text; (p = strstr(p, quoted_key));) {
        p += strlen(quoted_key);
        if (p[strspn(p, " \t\r\n")] == ':')
            return true;
    }
    return false;
}

bool import_schedule_json_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)nb_bytes;
    (void)name;
    const char *p = import_skip_mark(bytes);
    return p[strspn(p, " \t\r\n")] == '{' &&
           (has_member(p, "\"schedule\"") || has_member(p, "\"results\""));
}

static void reader_forget_texts(struct reader *r)
{
    mem_free_strings(r->texts, r->nb_texts);
    r->texts = NULL;
    r->nb_texts = 0;
}

int import_schedule_json_read(struct programme *out, const char *bytes, size_t nb_bytes,
                              const char *name, struct err *err)
{
    AUTO_JSON *root = NULL;
    if (import_json_parse(&root, bytes, nb_bytes, name, err) < 0)
        return err->code;
    AUTO_TIMETABLE timetable;
    timetable_init(&timetable, name);
    ATTR_CLEANUP(reader_forget_texts) struct reader r = {.timetable = &timetable, .err = err};
    const json_t *schedule = json_object_get(root, "schedule");
    if (!schedule && !json_object_get(root, "results")) /* somewhere inside, as the sniff found */
        return import_unknown_json_read(out, bytes, nb_bytes, name, err);
    const int rc = schedule ? read_schedule(&r, schedule) : read_results(&r, root);
    return rc < 0 ? rc : timetable_take(out, &timetable, err);
}

/* Values. where is the object's place in the file, for messages. */

static const char *kind(const json_t *value)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    return kinds[json_typeof(value)];
}

/* "title, days": the names of an object's members, for messages. A new string. */
static char *member_names(const json_t *obj)
{
    enum { MAX_NAMES = 12 };
    AUTO_STR names = {0};
    size_t nb = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)obj, key, value)
        if (nb++ < MAX_NAMES)
            str_addf(&names, "%s%.40s", nb > 1 ? ", " : "", key);
    if (nb > MAX_NAMES)
        str_add(&names, ", ...");
    return str_take(&names);
}

static int fail_kind(struct reader *r, const char *where, const json_t *found, const char *expected)
{
    return err_set(r->err, ERR_INVALID, "'%s', %s: found %s; expected %s", r->timetable->name,
                   where, found ? kind(found) : "nothing", expected);
}

static const char *keep(struct reader *r, char *text)
{
    r->texts = mem_grow(r->texts, r->nb_texts, sizeof *r->texts);
    return r->texts[r->nb_texts++] = text;
}

/* A text, a number as text, or from an object with a text per language the English one, else the
 * first. NULL: there is none; any other value also sets an error. */
static const char *text_of(struct reader *r, const json_t *value, const char *where)
{
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        return keep(r, mem_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    const char *english = json_get_string(value, "en", NULL);
    if (english)
        return english;
    const char *key;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)value, key, text) {
        if (json_is_string(text))
            return json_string_value(text);
    }
    fail_kind(r, where, value, "a text");
    return NULL;
}

static const char *member(struct reader *r, const json_t *obj, const char *where, const char *key)
{
    const json_t *value = json_object_get(obj, key);
    if (!value || json_is_null(value) || json_is_string(value))
        return json_string_value(value);
    AUTO_FREE char *at = mem_printf("%s.%s", where, key);
    return text_of(r, value, at);
}

/* The name of a room, track and the like: a text, or an object with a name. A number is a pretalx
 * id, which has no name. */
static const char *name_of(struct reader *r, const json_t *obj, const char *where, const char *key)
{
    const json_t *value = json_object_get(obj, key);
    if (!json_is_object(value))
        return json_is_integer(value) ? NULL : member(r, obj, where, key);
    AUTO_FREE char *at = mem_printf("%s.%s", where, key);
    return json_object_get(value, "name")   ? member(r, value, at, "name")
           : json_object_get(value, "slug") ? member(r, value, at, "slug")
                                            : text_of(r, value, at);
}

/* *out is NULL if the list is missing or null. */
static int list_of(const json_t **out, struct reader *r, const json_t *obj, const char *where,
                   const char *key)
{
    *out = json_object_get(obj, key);
    if (!*out || json_is_null(*out)) {
        *out = NULL;
        return 0;
    }
    AUTO_FREE char *at = mem_printf("%s.%s", where, key);
    return json_is_array(*out) ? 0 : fail_kind(r, at, *out, "a list");
}

/* Version 1 and 2 of the schedule. */

static int read_conference(struct reader *r, const json_t *c)
{
    static const char where[] = "schedule.conference";
    if (!json_is_object(c))
        return fail_kind(r, where, c,
                         "an object with title, start and end: export the whole schedule");
    const struct timetable_event event = {
        .where = where,
        .title = member(r, c, where, "title"),
        .venue = name_of(r, c, where, "venue"),
        .city = name_of(r, c, where, "city"),
        .begin = member(r, c, where, "start"),
        .end = member(r, c, where, "end"),
        .zone = member(r, c, where, "time_zone_name"),
    };
    if (r->err->code || timetable_set_event(r->timetable, &event, r->err) < 0 ||
        list_of(&r->tracks, r, c, where, "tracks") < 0)
        return r->err->code;
    const json_t *rooms;
    size_t i;
    json_t *room;
    if (list_of(&rooms, r, c, where, "rooms") < 0)
        return r->err->code;
    json_array_foreach(rooms, i, room)
        timetable_add_room(r->timetable, json_get_string(room, "name", NULL));
    reader_forget_texts(r);
    return 0;
}

static int read_events(struct reader *r, const json_t *events, const char *where,
                       const struct timetable_day *day, const char *room)
{
    if (!json_is_array(events))
        return fail_kind(r, where, events, "a list of events");
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event) {
        AUTO_FREE char *at = mem_printf("%s[%zu]", where, i);
        const int rc = read_event(r, event, at, day, room);
        reader_forget_texts(r);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_day(struct reader *r, json_t *day, const char *where)
{
    json_t *rooms = json_object_get(day, "rooms");
    AUTO_FREE char *rooms_at = mem_printf("%s.rooms", where);
    if (rooms && !json_is_object(rooms))
        return fail_kind(r, rooms_at, rooms,
                         "an object with a list of events for each room's name");
    AUTO_FREE char *date = mem_strdup(member(r, day, where, "date"));
    AUTO_FREE char *begin = mem_strdup(member(r, day, where, "day_start"));
    AUTO_FREE char *end = mem_strdup(member(r, day, where, "day_end"));
    const struct timetable_day its = {.date = date, .begin = begin, .end = end};
    if (r->err->code)
        return r->err->code;
    const char *room;
    json_t *events;
    json_object_foreach(rooms, room, events) {
        AUTO_FREE char *short_room = str_quote(room, 100);
        AUTO_FREE char *at = mem_printf("%s[\"%s\"]", rooms_at, short_room);
        timetable_add_room(r->timetable, room);
        const int rc = read_events(r, events, at, &its, room);
        if (rc < 0)
            return rc;
    }
    AUTO_FREE char *events_at = mem_printf("%s.events", where);
    events = json_object_get(day, "events");
    return events ? read_events(r, events, events_at, &its, NULL) : 0;
}

/* Names what the file has instead of events. */
static int fail_no_event(struct reader *r, const json_t *schedule, const json_t *days)
{
    size_t nb_rooms = 0, i;
    json_t *day;
    json_array_foreach(days, i, day)
        nb_rooms += json_object_size(json_object_get(day, "rooms"));
    AUTO_FREE char *in_schedule = member_names(schedule);
    AUTO_FREE char *in_day = member_names(json_array_get(days, 0));
    return err_set(r->err, ERR_INVALID,
                   "'%s': found a timetable without any event: schedule has %s; %zu day%s%s%s, %zu "
                   "room%s; expected events in schedule.conference.days[].rooms{} or in "
                   "schedule.events: export it again once talks are scheduled",
                   r->timetable->name, in_schedule, json_array_size(days),
                   json_array_size(days) == 1 ? "" : "s", *in_day ? ", the first with " : "",
                   in_day, nb_rooms, nb_rooms == 1 ? "" : "s");
}

static int read_schedule(struct reader *r, const json_t *schedule)
{
    if (!json_is_object(schedule))
        return fail_kind(r, "schedule", schedule, "an object with a conference");
    const json_t *conference = json_object_get(schedule, "conference"), *days;
    if (read_conference(r, conference) < 0 ||
        list_of(&days, r, conference, "schedule.conference", "days") < 0)
        return r->err->code;
    size_t i;
    json_t *day;
    json_array_foreach(days, i, day) {
        AUTO_FREE char *at = mem_printf("schedule.conference.days[%zu]", i);
        if (!json_is_object(day))
            return fail_kind(r, at, day, "a day as an object with date and rooms");
        const int rc = read_day(r, day, at);
        if (rc < 0)
            return rc;
    }
    const json_t *events = json_object_get(schedule, "events");
    if (events && read_events(r, events, "schedule.events", NULL, NULL) < 0)
        return r->err->code;
    return r->timetable->programme.nb_talks ? 0 : fail_no_event(r, schedule, days);
}

/* The name of the event's track, which the event gives by name or by slug. */
static const char *read_track(struct reader *r, const json_t *event, const char *where)
{
    const char *track = name_of(r, event, where, "track");
    size_t i;
    json_t *known;
    json_array_foreach(r->tracks, i, known) {
        const char *slug = json_get_string(known, "slug", NULL);
        if (track && slug && strcmp(slug, track) == 0)
            return json_get_string(known, "name", track);
    }
    return track;
}

static int fail_person(struct reader *r, const json_t *person, const char *where)
{
    AUTO_FREE char *found = member_names(person);
    return timetable_fail(r->timetable, where, "the person's name", found,
                          "a member such as public_name or name", r->err);
}

static bool is_blank(const char *text)
{
    return !text || !text[strspn(text, " \t\r\n")];
}

/* NULL: the person has no such members. */
static const char *two_names(struct reader *r, const json_t *person, const char *where)
{
    const char *first = member(r, person, where, "first_name");
    const char *last = member(r, person, where, "last_name");
    if (is_blank(first) || is_blank(last))
        return is_blank(first) ? last : first;
    return keep(r, mem_printf("%s %s", first, last));
}

/* A person that has a name's member, but nothing in it, is no speaker. */
static int read_person(struct reader *r, const json_t *person, const char *where)
{
    if (json_is_string(person) && !r->is_api) {
        timetable_add_speaker(r->timetable, json_string_value(person));
        return 0;
    }
    if (!json_is_object(person))
        return fail_kind(r, where, person,
                         "an object with a name: ask pretalx's API for "
                         "?expand=speakers,slots,slots.room,track");
    const char *name = NULL;
    bool any = !json_object_size(person);
    for (size_t i = 0; timetable_person_names[i] && is_blank(name); i++) {
        name = member(r, person, where, timetable_person_names[i]);
        any = any || json_object_get(person, timetable_person_names[i]);
    }
    if (is_blank(name))
        name = two_names(r, person, where);
    if (!any && !name)
        return fail_person(r, person, where);
    timetable_add_speaker(r->timetable, name);
    return r->err->code;
}

/* Reads persons (version 1), participants (version 2) or speakers (pretalx), or one alone. */
static int read_speakers(struct reader *r, const json_t *event, const char *where)
{
    static const char *const lists[] = {"persons", "participants", "speakers"};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        const json_t *persons;
        size_t i;
        json_t *person;
        const json_t *one = json_object_get(event, lists[k]);
        AUTO_FREE char *its = mem_printf("%s.%s", where, lists[k]);
        if (json_is_object(one)) {
            if (read_person(r, one, its) < 0)
                return r->err->code;
            continue;
        }
        if (list_of(&persons, r, event, where, lists[k]) < 0)
            return r->err->code;
        json_array_foreach(persons, i, person) {
            AUTO_FREE char *at = mem_printf("%s[%zu]", its, i);
            if (read_person(r, person, at) < 0)
                return r->err->code;
        }
    }
    return r->err->code;
}

static const char *status_of(const json_t *event)
{
    if (json_is_true(json_object_get(event, "is_cancelled")) ||
        json_is_true(json_object_get(event, "cancelled")))
        return "cancelled";
    return json_get_string(event, "state", json_get_string(event, "status", NULL));
}

/* The fields that all kinds of JSON have in common. */
static struct timetable_talk read_common(struct reader *r, const json_t *e, const char *where)
{
    const char *slug = member(r, e, where, "slug");
    return (struct timetable_talk){
        .where = where,
        .id = member(r, e, where, "id"),
        .guid = member(r, e, where, "guid"),
        .slug = slug ? slug : member(r, e, where, "code"),
        .title = member(r, e, where, "title"),
        .subtitle = member(r, e, where, "subtitle"),
        .track = read_track(r, e, where),
        .url = member(r, e, where, "url"),
        .abstract = member(r, e, where, "abstract"),
        .description = member(r, e, where, "description"),
        .status = status_of(e),
        .not_recorded = json_is_true(json_object_get(e, "do_not_record")) ||
                        json_is_true(json_object_get(json_object_get(e, "recording"), "optout")),
    };
}

static int add_talk(struct reader *r, const json_t *e, const struct timetable_talk *talk)
{
    if (!r->err->code && timetable_leaves_out(r->timetable, talk))
        return 0;
    if (r->err->code || timetable_add_talk(r->timetable, talk, r->err) < 0)
        return r->err->code;
    return read_speakers(r, e, talk->where);
}

static int read_event(struct reader *r, const json_t *e, const char *where,
                      const struct timetable_day *day, const char *room)
{
    if (!json_is_object(e))
        return fail_kind(r, where, e, "an event as an object");
    struct timetable_talk talk = read_common(r, e, where);
    talk.room = name_of(r, e, where, "room");
    talk.in_room = room;
    talk.language = member(r, e, where, "language");
    talk.day = day ? *day : (struct timetable_day){0};
    talk.date = member(r, e, where, "date");
    talk.start = member(r, e, where, "start");
    talk.end = member(r, e, where, "end");
    talk.duration = member(r, e, where, "duration");
    return add_talk(r, e, &talk);
}

/* pretalx's API: talks with one slot each (until 2024) or with their slots. */

static int read_slot(struct reader *r, const json_t *e, struct timetable_talk talk,
                     const json_t *slot, const char *where)
{
    const json_t *minutes = json_object_get(e, "duration");
    talk.room = name_of(r, slot, where, "room");
    talk.start = member(r, slot, where, "start");
    talk.end = member(r, slot, where, "end");
    if (json_is_integer(minutes) && json_integer_value(minutes) >= 0)
        talk.duration =
            keep(r, mem_printf("%" JSON_INTEGER_FORMAT ":%02d", json_integer_value(minutes) / 60,
                               (int)(json_integer_value(minutes) % 60)));
    return add_talk(r, e, &talk);
}

/* Other systems have lists of results too. */
static bool is_submission(const json_t *e)
{
    static const char *const members[] = {"code", "state", "speakers", "slot", "slots"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_object_get(e, members[i]))
            return true;
    return false;
}

static int read_submission(struct reader *r, const json_t *e, const char *where)
{
    if (!json_is_object(e))
        return fail_kind(r, where, e, "a talk as an object");
    if (!is_submission(e)) {
        AUTO_FREE char *found = member_names(e);
        return timetable_fail(r->timetable, where, "a talk of pretalx's API", found,
                              "members such as code, state and speakers: export the programme as "
                              "schedule.xml, iCalendar or CSV",
                              r->err);
    }
    /* An organiser's list of submissions also has those that were not accepted. */
    const char *state = json_get_string(e, "state", "confirmed");
    if (strcmp(state, "confirmed") != 0 && strcmp(state, "accepted") != 0) {
        r->nb_left_out++;
        return 0;
    }
    struct timetable_talk talk = read_common(r, e, where);
    talk.language = member(r, e, where, "content_locale");
    const json_t *slots;
    if (r->err->code || list_of(&slots, r, e, where, "slots") < 0)
        return r->err->code;
    if (!json_array_size(slots)) {
        AUTO_FREE char *at = mem_printf("%s.slot", where);
        return read_slot(r, e, talk, json_object_get(e, "slot"), at);
    }
    size_t i;
    json_t *slot;
    json_array_foreach(slots, i, slot) {
        AUTO_FREE char *at = mem_printf("%s.slots[%zu]", where, i);
        const int rc =
            json_is_object(slot)
                ? read_slot(r, e, talk, slot, at)
                : fail_kind(r, at, slot, "a slot as an object: ask for ?expand=slots,slots.room");
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_results(struct reader *r, const json_t *root)
{
    const json_t *results = json_object_get(root, "results");
    if (!json_is_array(results))
        return fail_kind(r, "results", results, "a list of talks");
    if (json_is_string(json_object_get(root, "next")))
        return timetable_fail(r->timetable, "next", "a further page",
                              json_string_value(json_object_get(root, "next")),
                              "all talks in one file: put the results of all pages into one list, "
                              "with \"next\": null",
                              r->err);
    r->is_api = true;
    size_t i;
    json_t *submission;
    json_array_foreach(results, i, submission) {
        AUTO_FREE char *at = mem_printf("results[%zu]", i);
        const int rc = read_submission(r, submission, at);
        reader_forget_texts(r);
        if (rc < 0)
            return rc;
    }
    if (r->nb_left_out && r->timetable->programme.nb_talks)
        programme_note(&r->timetable->programme,
                       "'%s': left out: %zu submission%s, neither accepted nor confirmed",
                       r->timetable->name, r->nb_left_out, r->nb_left_out == 1 ? "" : "s");
    if (r->timetable->programme.nb_talks)
        return 0;
    return err_set(r->err, ERR_INVALID,
                   "'%s': found %zu submission%s, and none that is accepted or confirmed; expected "
                   "the talks of an event: export them again once talks are accepted",
                   r->timetable->name, json_array_size(results),
                   json_array_size(results) == 1 ? "" : "s");
}
