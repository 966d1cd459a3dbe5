#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"
#include "str.h"
#include "table.h"

static json_t *part_json(const struct part *p)
{
    json_t *o = json_pack("{s:i, s:o}", "part", p->number, "listed_s",
                          p->listed_s ? json_integer(p->listed_s) : json_null());
    if (p->slot_s)
        json_object_set_new(o, "slot_s", json_integer(p->slot_s));
    return o;
}

/* Members that only some programmes have. */
static void set_if_known(json_t *o, const char *name, const char *value)
{
    if (value)
        json_object_set_new(o, name, json_text(value));
}

static json_t *talk_json(const struct talk *t)
{
    json_t *speakers = json_array(), *parts = json_array();
    for (size_t i = 0; i < t->nb_speakers; i++)
        json_array_append_new(speakers, json_text(t->speakers[i]));
    for (size_t i = 0; i < t->nb_parts; i++)
        json_array_append_new(parts, part_json(&t->parts[i]));
    json_t *o =
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "number", t->number, "title",
                  json_text(t->title), "speakers", speakers, "section", json_text(t->section),
                  "abstract", json_text(t->abstract), "parts", parts);
    set_if_known(o, "room", t->room);
    set_if_known(o, "start", t->start);
    set_if_known(o, "language", t->language);
    set_if_known(o, "url", t->url);
    set_if_known(o, "ref", t->ref);
    if (t->gone)
        json_object_set_new(o, "gone", json_true());
    return o;
}

static void print_json(const struct programme *p)
{
    json_t *talks = json_array();
    for (size_t i = 0; i < p->nb_talks; i++)
        json_array_append_new(talks, talk_json(&p->talks[i]));
    AUTO_JSON *all = json_pack("{s:{s:o, s:o, s:o, s:o}, s:o}", "event", "name", json_text(p->name),
                               "place", json_text(p->place), "begin", json_text(p->begin), "end",
                               json_text(p->end), "talks", talks);
    cli_print_json(all);
}

/* Heads talks without a section that follow talks with one. */
#define NO_SECTION "(no section)"

enum { DAY_CHARS = sizeof "2010-04-28" - 1 };

/* Whether talks have starts, on several days, or rooms. */
struct columns {
    bool start, days, room;
};

static struct columns find_columns(const struct programme *p)
{
    struct columns c = {0};
    const char *day = NULL;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        c.start = c.start || t->start;
        c.room = c.room || (t->room && *t->room);
        c.days = c.days || (t->start && day && strncmp(day, t->start, DAY_CHARS) != 0);
        day = day || !t->start ? day : t->start;
    }
    return c;
}

/* "2010-04-28 09:00", or the time alone in an event of one day; a new string. */
static char *start_of(const struct talk *t, bool days)
{
    if (!t->start)
        return mem_strdup("");
    const bool has_time = strlen(t->start) > DAY_CHARS + 5;
    AUTO_FREE char *time = has_time ? mem_printf("%.5s", t->start + DAY_CHARS + 1) : mem_strdup("");
    return days || !has_time
               ? mem_printf("%.*s%s%s", DAY_CHARS, t->start, has_time ? " " : "", time)
               : mem_take(&time);
}

/* The beginning of a room's name, so that there is place for titles; a new string. */
static char *room_of(const struct talk *t)
{
    enum { WIDTH = 16 };
    const char *room = t->room ? t->room : "", *end = room;
    if (str_columns(room) <= WIDTH)
        return mem_strdup(room);
    int used = 0;
    for (const char *next = room; *next; end = next) {
        used += str_columns_of(str_next_utf8(&next));
        if (used > WIDTH - 1)
            break;
    }
    return mem_printf("%.*s…", (int)(end - room), room);
}

/* A row whose last cell alone is set, or none. */
static void add_line(struct table *t, const struct columns *c, const char *text)
{
    const char *cells[5] = {"", "", "", "", ""};
    cells[2 + c->start + c->room] = text;
    table_add(t, cells);
}

static void print_talks(const struct programme *p)
{
    const struct columns c = find_columns(p);
    const char *headings[6] = {">"};
    size_t nb = 1;
    if (c.start)
        headings[nb++] = "start";
    if (c.room)
        headings[nb++] = "room";
    headings[nb++] = ">listed";
    headings[nb++] = "talk";
    const char *section = "";
    const bool days = p->end && !(p->begin && strcmp(p->begin, p->end) == 0);
    printf("%s%s%s%s%s%s%s\n", p->name ? p->name : "(no name)", p->place ? ", " : "",
           p->place ? p->place : "", p->begin ? ", " : "", p->begin ? p->begin : "",
           days ? " to " : "", days ? p->end : "");
    struct table *t = table_create(headings);
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *talk = &p->talks[i];
        AUTO_FREE char *speakers = talk_speakers(talk), *times = talk_times(talk);
        AUTO_FREE char *start = start_of(talk, c.days), *room = room_of(talk);
        char number[16];
        const char *its = talk->section ? talk->section : "";
        if (strcmp(section, its) != 0) {
            add_line(t, &c, "");
            add_line(t, &c, *its ? its : NO_SECTION);
            section = its;
        }
        snprintf(number, sizeof number, "%d", talk->number);
        AUTO_FREE char *text =
            mem_printf("%s%s%s%s%s", talk->title, *speakers ? " (" : "", speakers,
                       *speakers ? ")" : "", talk->gone ? " [no longer in the programme]" : "");
        const char *cells[5] = {number};
        nb = 1;
        if (c.start)
            cells[nb++] = start;
        if (c.room)
            cells[nb++] = room;
        cells[nb++] = times;
        cells[nb] = text;
        table_add(t, cells);
    }
    table_print(t);
}

int cmd_list(struct command *c, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    if (store_programme(&p, c->event->store, err) < 0)
        return err->code;
    event_about_apply(&c->event->settings.about, &p);
    if (command_has(c, "json"))
        print_json(&p);
    else if (p.nb_talks)
        print_talks(&p);
    else
        puts(CLI_NO_TALKS);
    return EXIT_OK;
}
