/* Programmes from tables: one row a talk. For tests that link metadata. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

struct talk_row {
    int number;
    const char *title;
    const char *speakers; /* "A|B", or NULL */
    const char *section, *abstract;
    int listed_s[3]; /* of its parts; a part of -1 states none */
};

static inline void talks_make(struct programme *out, const struct talk_row *rows, size_t nb)
{
    *out = (struct programme){.name = mem_strdup("Xen Summit"),
                              .place = mem_strdup("AMD campus"),
                              .begin = mem_strdup("2010-04-28"),
                              .end = mem_strdup("2010-04-29")};
    for (size_t i = 0; i < nb; i++) {
        struct talk *t = programme_add_talk(out, rows[i].number);
        t->title = mem_strdup(rows[i].title);
        t->section = mem_strdup(rows[i].section);
        t->abstract = mem_strdup(rows[i].abstract);
        AUTO_FREE char *names = mem_strdup(rows[i].speakers);
        char *rest = NULL;
        for (char *name = names ? strtok_r(names, "|", &rest) : NULL; name;
             name = strtok_r(NULL, "|", &rest))
            talk_add_speaker(t, name);
        talk_add_part(t, rows[i].listed_s[0] > 0 ? rows[i].listed_s[0] : 0);
        for (size_t k = 1; k < 3 && rows[i].listed_s[k]; k++)
            talk_add_part(t, rows[i].listed_s[k] > 0 ? rows[i].listed_s[k] : 0);
    }
}

/* All of a programme as text, so that two can be compared and a difference be read. */
static inline char *talks_dump(const struct programme *p)
{
    AUTO_STR s = {0};
    str_addf(&s, "%s, %s, %s to %s\n", p->name ? p->name : "-", p->place ? p->place : "-",
             p->begin ? p->begin : "-", p->end ? p->end : "-");
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        str_addf(&s, "%d %s [%s] (%s)%s", t->number, t->title, t->section ? t->section : "-",
                 t->abstract ? t->abstract : "-", t->gone ? " gone" : "");
        for (size_t k = 0; k < t->nb_speakers; k++)
            str_addf(&s, "; %s", t->speakers[k]);
        for (size_t k = 0; k < t->nb_parts; k++)
            str_addf(&s, "; part %d: %d", t->parts[k].number, t->parts[k].listed_s);
        str_add(&s, "\n");
    }
    return str_take(&s);
}
