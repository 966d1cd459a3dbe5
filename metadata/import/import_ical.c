#include "formats.h"

#include <ctype.h>
#include <glib.h>
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "datetime.h"
#include "event_times.h"
#include "line_notes.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_days.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "str.h"

enum {
    MAX_DEPTH = 8,            /* of components; an alarm in an event in a calendar has depth 3 */
    MAX_LINE_BYTES = 1 << 20, /* unfolded; libical is slow with much longer ones */
};

static const char begin_event[] = "BEGIN:VEVENT";

struct reader {
    const char *text; /* of the file, decoded */
    const char *at;   /* in text, after the event's BEGIN; for its line number, */
    int line;         /* which is this one */
    icalcomponent *calendar;
    icaltimezone *zone; /* X-WR-TIMEZONE, for times in UTC; NULL: none */
    struct programme *programme;
    struct event_times *times; /* of programme.talks */
    size_t nb_times;
    GHashTable *rooms; /* name to number, from 1 */
    struct line_notes notes;
    const char *name;
    struct err *err;
};

static void free_component(icalcomponent **c)
{
    if (*c)
        icalcomponent_free(*c);
}
#define AUTO_COMPONENT ATTR_CLEANUP(free_component) icalcomponent

static void reader_finish(struct reader *r)
{
    for (size_t i = 0; i < r->nb_times; i++)
        event_times_finish(&r->times[i]);
    free(r->times);
    g_hash_table_unref(r->rooms);
    line_notes_finish(&r->notes);
}

/* Always sets an error about one event. */
static int fail(const struct reader *r, icalcomponent *event, const char *what, const char *found,
                const char *expected)
{
    const char *summary = icalcomponent_get_summary(event);
    AUTO_FREE char *title = str_quote(summary ? summary : "", STR_QUOTE_BYTES);
    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID,
                   "'%s', event in line %d '%s': %s: found \"%s\"; expected %s", r->name, r->line,
                   title, what, quote, expected);
}

/* Moves r->at to the next event. */
static void step(struct reader *r)
{
    const char *p = r->at;
    while (*p && strncasecmp(p, begin_event, strlen(begin_event)) != 0) {
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    if (!*p)
        return;
    p += strlen(begin_event);
    for (const char *c = r->at; c < p; c++)
        r->line += *c == '\n';
    r->at = p;
}

/* libical walks components by recursion, so their depth must be limited first. Lines are unfolded
 * here because BEGIN may be folded like any other line. */
static int unfold(struct str *out, const char *text, const char *name, struct err *err)
{
    int depth = 0;
    for (const char *p = text; *p;) {
        const size_t at = out->len;
        for (;;) {
            const size_t len = strcspn(p, "\n");
            str_add_bytes(out, p, len);
            p += len + (p[len] == '\n');
            if (*p != ' ' && *p != '\t')
                break;
            p++;
        }
        str_add(out, "\n");
        if (out->len - at > MAX_LINE_BYTES)
            return err_set(err, ERR_INVALID,
                           "'%s': a property is longer than %d bytes; expected an event's text",
                           name, MAX_LINE_BYTES);
        const char *line = out->s + at + strspn(out->s + at, " \t");
        depth += strncasecmp(line, "BEGIN:", 6) == 0;
        depth -= strncasecmp(line, "END:", 4) == 0;
        if (depth > MAX_DEPTH)
            return err_set(err, ERR_INVALID,
                           "'%s': components nested more than %d deep; expected events in a "
                           "calendar, each BEGIN with its END",
                           name, MAX_DEPTH);
    }
    if (depth != 0)
        return err_set(err, ERR_INVALID,
                       "'%s': %d more BEGIN than END; expected each BEGIN with its END: the file "
                       "seems to be cut off, download it again",
                       name, depth);
    return 0;
}

/* Times. */

static icaltimezone *find_zone(icalcomponent *calendar, const char *tzid)
{
    icaltimezone *zone = icalcomponent_get_timezone(calendar, tzid);
    return zone ? zone : icaltimezone_get_builtin_timezone(tzid);
}

static size_t count_by(const short *values, size_t size)
{
    size_t nb = 0;
    while (nb < size && values[nb] != ICAL_RECURRENCE_ARRAY_MAX)
        nb++;
    return nb;
}

/* Whether a rule that sets a clock does so at most once a day. libical makes a list of all times
 * that it gives until the last event. */
static bool is_rare(const struct icalrecurrencetype *rule)
{
    return (rule->freq == ICAL_YEARLY_RECURRENCE || rule->freq == ICAL_MONTHLY_RECURRENCE ||
            rule->freq == ICAL_WEEKLY_RECURRENCE || rule->freq == ICAL_DAILY_RECURRENCE) &&
           count_by(rule->by_hour, ICAL_BY_HOUR_SIZE) <= 1 &&
           count_by(rule->by_minute, ICAL_BY_MINUTE_SIZE) <= 1 &&
           count_by(rule->by_second, ICAL_BY_SECOND_SIZE) <= 1;
}

static int check_zone(const struct reader *r, icalcomponent *zone)
{
    for (icalcomponent *part = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); part;
         part = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT))
        for (icalproperty *p = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY); p;
             p = icalcomponent_get_next_property(part, ICAL_RRULE_PROPERTY)) {
            const struct icalrecurrencetype rule = icalproperty_get_rrule(p);
            icalproperty *tzid = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
            AUTO_FREE char *name =
                str_quote(tzid ? icalproperty_get_tzid(tzid) : "", STR_QUOTE_BYTES);
            AUTO_FREE char *quote = str_quote(icalproperty_as_ical_string(p), STR_QUOTE_BYTES);
            if (!is_rare(&rule))
                return err_set(r->err, ERR_INVALID,
                               "'%s', time zone '%s': it sets its clock more often than once a "
                               "day: found \"%s\"; expected a rule such as \"FREQ=YEARLY\"",
                               r->name, name, quote);
        }
    return 0;
}

static int check_zones(const struct reader *r)
{
    for (icalcomponent *z =
             icalcomponent_get_first_component(r->calendar, ICAL_VTIMEZONE_COMPONENT);
         z; z = icalcomponent_get_next_component(r->calendar, ICAL_VTIMEZONE_COMPONENT))
        if (check_zone(r, z) < 0)
            return r->err->code;
    return 0;
}

static char *get_x(icalcomponent *c, const char *name)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_X_PROPERTY); p;
         p = icalcomponent_get_next_property(c, ICAL_X_PROPERTY)) {
        const char *x_name = icalproperty_get_x_name(p);
        const icalvalue *value = icalproperty_get_value(p);
        if (x_name && strcasecmp(x_name, name) == 0 && value)
            return plain_line(icalproperty_get_x(p));
    }
    return NULL;
}

/* Reads the property's time with its zone: that of its TZID, UTC, or none. *out is a null time if
 * there is no such property. */
static int get_time(icaltimetype *out, const struct reader *r, icalcomponent *event,
                    icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(event, kind);
    *out = icaltime_null_time();
    if (!p)
        return 0;
    const icalvalue *value = icalproperty_get_value(p);
    if (value)
        *out = icalvalue_get_datetime(value);
    const struct datetime day = {.year = out->year,
                                 .month = out->month,
                                 .day = out->day,
                                 .hour = out->hour,
                                 .minute = out->minute,
                                 .second = out->second,
                                 .has_day = true,
                                 .has_time = !out->is_date};
    if (!value || icaltime_is_null_time(*out) || !datetime_is_valid(&day))
        return fail(r, event, "a time cannot be read", icalproperty_as_ical_string(p),
                    "\"20140926T183000\" with a zone, or with \"Z\"");
    icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    if (!tzid || out->is_date || icaltime_is_utc(*out))
        return 0;
    icaltimezone *zone = find_zone(r->calendar, icalparameter_get_tzid(tzid));
    if (!zone)
        return fail(r, event, "its time zone is not known", icalparameter_get_tzid(tzid),
                    "a zone such as \"Europe/Berlin\", or one that a VTIMEZONE of the file "
                    "describes");
    *out = icaltime_set_timezone(out, zone);
    return 0;
}

static struct datetime local_time(const struct reader *r, icaltimetype time)
{
    if (icaltime_is_utc(time) && r->zone)
        time = icaltime_convert_to_zone(time, r->zone);
    struct datetime when = {.year = time.year,
                            .month = time.month,
                            .day = time.day,
                            .hour = time.hour,
                            .minute = time.minute,
                            .second = time.second,
                            .has_day = true,
                            .has_time = !time.is_date};
    if (time.zone) {
        const icaltimezone *utc = icaltimezone_get_utc_timezone();
        const time_t offset_s =
            icaltime_as_timet_with_zone(time, utc) - icaltime_as_timet_with_zone(time, time.zone);
        when.has_offset = true;
        when.offset_min = (int)(offset_s / 60);
    }
    return when;
}

static const char *value_of(const icalproperty *p)
{
    const char *text = icalproperty_get_value_as_string(p);
    return text ? text : "";
}

/* Sets the length from DTEND and from DURATION; RFC 5545 allows only one of them. */
static int read_lengths(struct event_times *out, const struct reader *r, icalcomponent *event,
                        icaltimetype start)
{
    static const char expected[] = "an end after the start, at most a week later";
    icalproperty *const given[] = {
        icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY),
        icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY),
    };
    static const char *const names[] = {"end", "duration"};
    icaltimetype end;
    size_t nb = 0;
    if (get_time(&end, r, event, ICAL_DTEND_PROPERTY) < 0)
        return r->err->code;
    for (size_t i = 0; i < 2; i++) {
        int64_t s = -1;
        if (!given[i])
            continue;
        if (i == 0) {
            s = icaltime_as_timet_with_zone(end, end.zone) -
                icaltime_as_timet_with_zone(start, start.zone);
        } else {
            const struct icaldurationtype d = icalproperty_get_duration(given[i]);
            s = icaldurationtype_is_bad_duration(d) ? -1 : icaldurationtype_as_int(d);
        }
        const bool wrong = s < 0 || s > DATETIME_MAX_DURATION_S;
        if (wrong && nb)
            continue;
        if (wrong)
            return fail(r, event, "its length is out of range",
                        icalproperty_as_ical_string(given[i]), expected);
        if (nb == 0 || s != out->length[0].s)
            length_claim_set(&out->length[nb++], s, names[i], value_of(given[i]));
    }
    return 0;
}

static size_t room_number(struct reader *r, const char *room)
{
    if (!room)
        return 0;
    size_t number = GPOINTER_TO_SIZE(g_hash_table_lookup(r->rooms, room));
    if (!number) {
        number = g_hash_table_size(r->rooms) + 1;
        g_hash_table_insert(r->rooms, mem_strdup(room), GSIZE_TO_POINTER(number));
    }
    return number;
}

static int read_times(struct reader *r, icalcomponent *event, const struct talk *talk)
{
    struct event_times *times = &r->times[talk - r->programme->talks];
    icaltimetype start;
    if (get_time(&start, r, event, ICAL_DTSTART_PROPERTY) < 0)
        return r->err->code;
    times->room = room_number(r, talk->room);
    if (icaltime_is_null_time(start))
        return 0;
    const struct datetime when = local_time(r, start);
    programme_widen(r->programme, &when);
    start_claim_set(&times->start[0], &when, "start", "");
    return start.is_date ? 0 : read_lengths(times, r, event, start);
}

/* Events. */

/* An attendee is a speaker only if the file says so: by the role, or by the address that conference
 * systems write for speakers, whose real one is not public. */
static bool is_speaker(icalproperty *attendee)
{
    icalparameter *role = icalproperty_get_first_parameter(attendee, ICAL_ROLE_PARAMETER);
    const char *value = role ? icalparameter_as_ical_string(role) : NULL;
    const char *address = icalproperty_get_attendee(attendee);
    return (value && (strcasestr(value, "SPEAKER") || strcasestr(value, "PRESENTER"))) ||
           (address && strcasecmp(address, "invalid:nomail") == 0);
}

static void read_speakers(struct talk *talk, icalcomponent *event)
{
    for (icalproperty *p = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY); p;
         p = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
        icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
        AUTO_FREE char *name = cn && is_speaker(p) ? plain_line(icalparameter_get_cn(cn)) : NULL;
        if (name)
            talk_add_speaker(talk, name);
    }
}

/* libical adds a property for each line that it could not read. Empty properties do not matter, and
 * of malformed ones only the times. */
static int check_event(const struct reader *r, icalcomponent *event)
{
    for (icalproperty *p = icalcomponent_get_first_property(event, ICAL_XLICERROR_PROPERTY); p;
         p = icalcomponent_get_next_property(event, ICAL_XLICERROR_PROPERTY)) {
        const char *what = icalproperty_get_xlicerror(p);
        if (!what || str_starts(what, "No value for"))
            continue;
        if (str_starts(what, "Can't parse as") && !strstr(what, "DTSTART") &&
            !strstr(what, "DTEND") && !strstr(what, "in DURATION"))
            continue;
        return fail(r, event, "a line cannot be read", what,
                    "a property as RFC 5545 defines it: correct the line");
    }
    return 0;
}

static int read_event(struct reader *r, icalcomponent *event)
{
    if (icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED) {
        line_notes_add(&r->notes, r->line, "left out: STATUS \"CANCELLED\"");
        return 0;
    }
    if (check_event(r, event) < 0)
        return r->err->code;
    if (programme_check_count(r->programme->nb_talks + 1, r->name, NULL, r->err) < 0)
        return r->err->code;
    const size_t position = r->programme->nb_talks;
    r->times = mem_grow(r->times, position, sizeof *r->times);
    event_times_init(&r->times[position]);
    r->nb_times++;
    struct talk *talk = programme_add_talk(r->programme, 0);
    talk_add_part(talk, 0);
    talk->title = plain_line(icalcomponent_get_summary(event));
    if (!talk->title)
        return fail(r, event, "has no title", "no SUMMARY", "a line \"SUMMARY:Title\"");
    talk->ref = plain_line(icalcomponent_get_uid(event));
    talk->abstract = plain_text(icalcomponent_get_description(event));
    talk->room = plain_line(icalcomponent_get_location(event));
    icalproperty *section = icalcomponent_get_first_property(event, ICAL_CATEGORIES_PROPERTY);
    talk->section = section ? plain_line(icalproperty_get_categories(section)) : NULL;
    icalproperty *url = icalcomponent_get_first_property(event, ICAL_URL_PROPERTY);
    talk->url = url ? plain_line(icalproperty_get_url(url)) : NULL;
    read_speakers(talk, event);
    if (icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY) ||
        icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY))
        line_notes_add(&r->notes, r->line,
                       "the event repeats: it is imported once, at its first start");
    return read_times(r, event, talk);
}

static int read_calendar(struct reader *r)
{
    icalcomponent *c = r->calendar;
    if (check_zones(r) < 0)
        return r->err->code;
    AUTO_FREE char *zone = get_x(c, "X-WR-TIMEZONE");
    r->zone = zone ? find_zone(c, zone) : NULL;
    if (!r->programme->name)
        r->programme->name = get_x(c, "X-WR-CALNAME");
    for (icalcomponent *event = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT)) {
        step(r);
        if (read_event(r, event) < 0)
            return r->err->code;
    }
    return 0;
}

/* A single calendar is the root itself; several have a common root. */
static int read_calendars(struct reader *r, icalcomponent *root)
{
    r->calendar = root;
    if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT && read_calendar(r) < 0)
        return r->err->code;
    for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); c;
         c = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT)) {
        r->calendar = c;
        if (read_calendar(r) < 0)
            return r->err->code;
    }
    return 0;
}

bool import_ical_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    static const char begin[] = "BEGIN:VCALENDAR";
    (void)name;
    if (nb_bytes >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        bytes += 3;
    while (isspace((unsigned char)*bytes))
        bytes++;
    return strncasecmp(bytes, begin, strlen(begin)) == 0;
}

int import_ical_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                     struct err *err)
{
    AUTO_STR text = {0};
    AUTO_STR unfolded = {0};
    if (charset_decode(&text, bytes, nb_bytes, name, "text nor a calendar; expected iCalendar",
                       NULL, err) < 0 ||
        unfold(&unfolded, text.s, name, err) < 0)
        return err->code;
    AUTO_COMPONENT *root = icalparser_parse_string(unfolded.s);
    if (!root)
        return err_set(err, ERR_INVALID,
                       "'%s': cannot be read as iCalendar; expected lines as RFC 5545 defines them",
                       name);
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {
        .text = text.s, .at = text.s, .line = 1, .programme = &programme, .name = name, .err = err};
    r.rooms = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    if (read_calendars(&r, root) < 0)
        return err->code;
    if (!programme.nb_talks)
        return err_set(
            err, ERR_INVALID,
            "'%s': found no event, or only cancelled ones; expected a VEVENT for each talk", name);
    event_times_settle(r.times, &programme, name);
    line_notes_write(&r.notes, &programme, name);
    programme_settle_refs(&programme);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
