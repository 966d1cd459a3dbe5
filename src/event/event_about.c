#include "event_about.h"

#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "setting_checks.h"

/* "2010-04-28", or two days with anything between them. */
static int read_dates(struct event_about *a, const char *text, const char *where, struct err *err)
{
    enum { DAY_CHARS = sizeof "2010-04-28" - 1 };
    const size_t nb = text ? strlen(text) : 0;
    struct datetime first = {0}, last = {0};
    if (!text)
        return 0;
    AUTO_FREE char *begin = mem_printf("%.*s", (int)DAY_CHARS, text);
    AUTO_FREE char *end = mem_strdup(nb > 2 * DAY_CHARS ? text + nb - DAY_CHARS : begin);
    if (!datetime_parse_iso(&first, begin) || !datetime_parse_iso(&last, end) ||
        (nb != DAY_CHARS && nb <= 2 * DAY_CHARS) || strcmp(begin, end) > 0)
        return err_set(err, ERR_INVALID,
                       "%s: 'dates' should be a day or two: 2010-04-28 to 2010-04-29", where);
    a->begin = mem_take(&begin);
    a->end = mem_take(&end);
    return 0;
}

/* "5b0e6d0c-931f-4a55-8e2b-71c4d906a83d" */
static bool is_uuid(const char *text)
{
    enum { CHARS = 36 };
    for (size_t i = 0; i < CHARS; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23
                ? text[i] != '-'
                : !text[i] || !strchr("0123456789abcdef", text[i]))
            return false;
    return !text[CHARS];
}

static int check(const json_t *map, const char *where, struct err *err)
{
    static const char *const known[] = {"id",   "name",     "place",  "dates",
                                        "zone", "language", "licence"};
    const size_t nb = sizeof known / sizeof *known;
    if (map && !json_is_object(map) && !json_is_null(map))
        return err_set(err, ERR_INVALID,
                       "%s: 'event' should be followed by indented lines of 'name: value'", where);
    if (setting_check_keys(map, known, nb, "event", where, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        if (setting_check_text(map, known[i], where, err) < 0)
            return err->code;
    const char *id = json_get_string(map, "id", NULL);
    if (id && !is_uuid(id))
        return err_set(err, ERR_INVALID,
                       "%s: 'id' of 'event' should be one that is in a talks.json of this event, "
                       "not '%s'",
                       where, id);
    return 0;
}

int event_about_read(struct event_about *a, const json_t *settings, const char *where,
                     struct err *err)
{
    const json_t *map = json_object_get(settings, "event");
    if (check(map, where, err) < 0)
        return err->code;
    const char *zone = json_get_string(map, "zone", json_get_string(settings, "timezone", NULL));
    if (zone && !datetime_is_zone(zone))
        return err_set(err, ERR_INVALID,
                       "%s: '%s' is not a time zone: write one like 'Europe/Berlin'", where, zone);
    a->id = mem_strdup(json_get_string(map, "id", NULL));
    a->name = mem_strdup(json_get_string(map, "name", NULL));
    a->place = mem_strdup(json_get_string(map, "place", NULL));
    a->zone = mem_strdup(zone);
    a->language = mem_strdup(json_get_string(map, "language", NULL));
    a->licence = mem_strdup(json_get_string(map, "licence", NULL));
    return read_dates(a, json_get_string(map, "dates", NULL), where, err);
}

void event_about_finish(struct event_about *a)
{
    free(a->id);
    free(a->name);
    free(a->place);
    free(a->begin);
    free(a->end);
    free(a->zone);
    free(a->language);
    free(a->licence);
    *a = (struct event_about){0};
}

static void replace(char **text, const char *by)
{
    if (!by)
        return;
    free(*text);
    *text = mem_strdup(by);
}

/* The start of a talk with the offset of the zone, if it has a time. */
static void set_zone(struct talk *t, const char *zone)
{
    struct datetime when;
    if (!t->start || !datetime_parse_iso(&when, t->start) || !when.has_time)
        return;
    datetime_set_zone(&when, zone);
    char *start = datetime_format(&when);
    if (!start)
        return;
    free(t->start);
    t->start = start;
}

void event_about_apply(const struct event_about *a, struct programme *p)
{
    replace(&p->id, a->id);
    replace(&p->name, a->name);
    replace(&p->place, a->place);
    replace(&p->begin, a->begin);
    replace(&p->end, a->end);
    for (size_t i = 0; a->zone && i < p->nb_talks; i++)
        set_zone(&p->talks[i], a->zone);
}
