#include "unused.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "str.h"
#include "table.h"

/* A recording this much longer than a talk probably holds others too. */
enum { LEFT_ON_MS = 15 * 60 * 1000, MAX_NAMED = 4 };

bool *unused_find(const struct plan *p)
{
    bool *unused = mem_zalloc(p->nb_recordings + 1, sizeof *unused);
    for (size_t i = 0; i < p->nb_recordings; i++)
        unused[i] = p->sources[i].sharing.nb_talks == 0 && p->matches.format_of[i] < 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (p->matches.rows[i].recording >= 0)
            unused[p->matches.rows[i].recording] = false;
    return unused;
}

static int64_t expected_ms(const struct part *part)
{
    return 1000LL * (part->listed_s ? part->listed_s : part->slot_s);
}

static int64_t length_ms(const struct source *s)
{
    return json_get_int(s->probe, "duration_ms", -1);
}

/* The lengths of the unused recordings that can be read; 0: of the others. The caller frees it. */
static int64_t *unused_lengths(const struct plan *p)
{
    AUTO_FREE bool *unused = unused_find(p);
    int64_t *lengths = mem_zalloc(p->nb_recordings + 1, sizeof *lengths);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        if (unused[i] && s->probe && !json_object_get(s->probe, "error"))
            lengths[i] = length_ms(s);
    }
    return lengths;
}

/* By its length, and by its room where both are known. A camera seldom stops early; a talk in a
 * slot often ends early. */
static bool may_hold(const struct source *s, int64_t length, const struct talk *talk,
                     const struct part *part)
{
    const int64_t expected = expected_ms(part);
    if (length <= 0)
        return false;
    if (s->place.room && talk->room && strcmp(s->place.room, talk->room) != 0)
        return false;
    return length >= (part->listed_s ? expected - expected / 10 : expected / 2);
}

static bool may_hold_several(const struct source *s, const struct part *part)
{
    const int64_t expected = expected_ms(part);
    return expected &&
           length_ms(s) > expected + expected / 2 + (expected < LEFT_ON_MS ? expected : LEFT_ON_MS);
}

static bool lacks_recording(const struct part_plan *pp)
{
    return pp->state == PART_WAITING && pp->obstacle == OBSTACLE_NO_RECORDING && pp->match &&
           !pp->match->by_hand;
}

static void add_name(struct str *s, const struct source *source, size_t nb)
{
    char length[CLOCK_BYTES];
    str_addf(s, "%s'%s' (%s)", nb ? ", " : "", source->name,
             clock_format_ms(length, length_ms(source), false));
}

/* How the user says what such a recording holds. */
static void add_command(struct str *s, const struct source *source, const struct talk *talk,
                        const struct part *part)
{
    char name[32];
    const bool several = may_hold_several(source, part);
    AUTO_FREE char *path = str_shell(source->recording->path);
    AUTO_FREE char *match =
        several ? mem_printf("%d-%d=%s", talk->number, talk->number + 1, source->name)
                : mem_printf("%s=%s", plan_part_name(name, talk, part->number), source->name);
    AUTO_FREE char *word = str_shell(match);
    if (!several)
        str_addf(s, "talkpress match %s", word);
    else if (talk->start && strlen(talk->start) > sizeof "2010-04-28T09:00" - 1)
        str_addf(s, "talkpress add --start '%.10s %.5s' %s, with the time when it began",
                 talk->start, talk->start + sizeof "2010-04-28", path);
    else
        str_addf(s, "talkpress match %s, with the talks that it holds", word);
}

char *unused_advice(const struct plan *p, const struct part_plan *pp)
{
    AUTO_STR s = {0};
    const struct source *first = NULL;
    size_t nb = 0;
    if (!lacks_recording(pp))
        return NULL;
    AUTO_FREE int64_t *lengths = unused_lengths(p);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *source = &p->sources[i];
        if (!may_hold(source, lengths[i], pp->talk, pp->part))
            continue;
        if (nb < MAX_NAMED)
            add_name(&s, source, nb);
        first = first ? first : source;
        nb++;
    }
    if (!nb)
        return mem_strdup("no unused recording could hold it: talkpress add FILE");
    if (nb > MAX_NAMED)
        str_addf(&s, " and %zu more", nb - MAX_NAMED);
    AUTO_STR command = {0};
    add_command(&command, first, pp->talk, pp->part);
    return mem_printf("not used, and could hold it: %s. If one does: %s", s.s, command.s);
}

char *unused_reason(const struct plan *p, size_t recording)
{
    const struct source *source = &p->sources[recording];
    const struct talk *first = NULL;
    bool longer = p->programme.nb_talks > 0;
    for (size_t i = 0; i < p->programme.nb_talks && longer; i++) {
        const struct talk *t = &p->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts && !t->gone; k++)
            longer = longer && may_hold_several(source, &t->parts[k]);
        first = first || t->gone ? first : t;
    }
    if (!longer || !first)
        return NULL;
    AUTO_STR command = {0};
    add_command(&command, source, first, &first->parts[0]);
    return mem_printf("longer than any talk; if it holds several: %s", command.s);
}

void unused_begin(struct unused_summary *out, const struct plan *p)
{
    *out = (struct unused_summary){.plan = p,
                                   .may_hold = mem_zalloc(p->nb_recordings + 1, sizeof(bool)),
                                   .lengths_ms = unused_lengths(p)};
}

json_t *unused_json(const struct unused_summary *s, const struct talk *talk,
                    const struct part *part)
{
    const struct plan *p = s->plan;
    json_t *list = json_array();
    for (size_t i = 0; i < p->nb_recordings; i++)
        if (may_hold(&p->sources[i], s->lengths_ms[i], talk, part))
            json_array_append_new(list, json_text(p->recordings[i].path));
    return list;
}

void unused_note_missing(struct unused_summary *s, const struct talk *talk, const struct part *part)
{
    s->nb_missing++;
    for (size_t i = 0; i < s->plan->nb_recordings; i++)
        if (!s->may_hold[i] && may_hold(&s->plan->sources[i], s->lengths_ms[i], talk, part)) {
            s->may_hold[i] = true;
            if (s->nb_candidates++ == 0)
                s->first = talk;
        }
}

void unused_note(struct unused_summary *s, const struct part_plan *pp)
{
    if (lacks_recording(pp))
        unused_note_missing(s, pp->talk, pp->part);
}

/* The first part of the first talk that a recording could be of. */
static const struct part *part_for(const struct unused_summary *s, size_t recording)
{
    const struct talk *talk = s->first;
    for (size_t i = 0; i < talk->nb_parts; i++)
        if (may_hold(&s->plan->sources[recording], s->lengths_ms[recording], talk, &talk->parts[i]))
            return &talk->parts[i];
    return NULL;
}

static void print_candidates(const struct unused_summary *s)
{
    enum { MAX_LISTED = 20 };
    AUTO_STR names = {0};
    AUTO_STR command = {0};
    size_t nb = 0;
    for (size_t i = 0; i < s->plan->nb_recordings; i++) {
        const struct source *source = &s->plan->sources[i];
        if (!s->may_hold[i])
            continue;
        const struct part *part = part_for(s, i);
        if (nb < MAX_LISTED)
            add_name(&names, source, nb);
        if (part && !command.len)
            add_command(&command, source, s->first, part);
        nb++;
    }
    if (nb > MAX_LISTED)
        str_addf(&names, " and %zu more", nb - MAX_LISTED);
    table_text("  ", "no talk uses these, which could hold %s: %s",
               s->nb_missing == 1 ? "it" : "one or several of them", names.s);
    table_text("  ", "to say so: %s", command.s);
}

void unused_finish(struct unused_summary *s)
{
    free(s->may_hold);
    free(s->lengths_ms);
    *s = (struct unused_summary){0};
}

void unused_print(struct unused_summary *s)
{
    if (s->nb_missing)
        printf("\n%zu part%s without a recording\n", s->nb_missing,
               s->nb_missing == 1 ? " is" : "s are");
    if (s->nb_candidates)
        print_candidates(s);
    else if (s->nb_missing)
        puts("no unused recording could hold one: talkpress add FILE");
    unused_finish(s);
}
