#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"
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

static void print_talks(const struct programme *p)
{
    static const char *const headings[] = {">", ">listed", "talk", NULL};
    const char *section = "";
    printf("%s%s%s%s%s%s%s\n", p->name ? p->name : "(no name)", p->place ? ", " : "",
           p->place ? p->place : "", p->begin ? ", " : "", p->begin ? p->begin : "",
           p->end ? " to " : "", p->end ? p->end : "");
    struct table *t = table_create(headings);
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *talk = &p->talks[i];
        AUTO_FREE char *speakers = talk_speakers(talk), *times = talk_times(talk);
        char number[16];
        const char *its = talk->section ? talk->section : "";
        if (strcmp(section, its) != 0) {
            table_add(t, (const char *const[]){"", "", ""});
            table_add(t, (const char *const[]){"", "", *its ? its : NO_SECTION});
            section = its;
        }
        snprintf(number, sizeof number, "%d", talk->number);
        AUTO_FREE char *text =
            mem_printf("%s%s%s%s%s", talk->title, *speakers ? " (" : "", speakers,
                       *speakers ? ")" : "", talk->gone ? " [no longer in the programme]" : "");
        table_add(t, (const char *const[]){number, times, text});
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
