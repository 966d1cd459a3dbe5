#include "cut_table.h"

#include <stdio.h>

#include "cli.h"
#include "clock.h"
#include "file_places.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "probe.h"
#include "str.h"
#include "table.h"

/* "09:30" of "2010-04-28T09:30:00-07:00". */
static char *time_of_day(const struct talk *t)
{
    return t->start && t->start[0] ? mem_printf("%.5s", t->start + sizeof "2010-04-28") : NULL;
}

/* How long the part is without its breaks, and how many there are. A cut that is proposed may have
 * some, too. */
static int64_t length_of(size_t *nb_drops, const struct plan *p, const struct room_cut *c,
                         const struct frame_grid *grid)
{
    AUTO_PART_PLAN pp = {0};
    struct err ignored = {0};
    *nb_drops = 0;
    if (plan_part(&pp, p, c->talk, c->part, &ignored) < 0 || !pp.cut_known || !pp.nb_drops)
        return frame_grid_ms_of(grid, c->end) - frame_grid_ms_of(grid, c->begin);
    *nb_drops = pp.nb_drops;
    return part_length_ms(&pp);
}

static char *describe_drops(size_t nb)
{
    return nb ? mem_printf(", without %zu break%s", nb, cli_s(nb)) : mem_strdup("");
}

static void add_row(struct table *t, const struct frame_grid *grid, const struct plan *p,
                    const struct room_cut *c)
{
    char name[32], in[CLOCK_BYTES], out[CLOCK_BYTES], length[CLOCK_BYTES], listed[CLOCK_BYTES];
    const int64_t begin = frame_grid_ms_of(grid, c->begin), end = frame_grid_ms_of(grid, c->end);
    const int expected_s = c->part->listed_s ? c->part->listed_s : c->part->slot_s;
    AUTO_FREE char *slot = c->part->number == 1 ? time_of_day(c->talk) : NULL;
    size_t nb_drops;
    const int64_t length_ms = length_of(&nb_drops, p, c, grid);
    AUTO_FREE char *drops = describe_drops(nb_drops);
    AUTO_FREE char *text =
        mem_printf("%s: %s%s%s", c->talk->title, c->by_hand ? "" : "proposed, ", c->why, drops);
    table_add(t, (const char *const[]){
                     plan_part_name(name, c->talk, c->part->number), slot,
                     clock_format_ms(in, begin, false), clock_format_ms(out, end, false),
                     clock_format_ms(length, length_ms, false),
                     expected_s ? clock_format_ms(listed, expected_s * 1000LL, false) : "-", text});
}

static void print_files(const struct source *s, const struct frame_grid *grid,
                        const struct event *event)
{
    AUTO_FILE_PLACES files = {0};
    AUTO_STR line = {0};
    struct err ignored = {0};
    if (file_places_find(&files, event, s, grid, &ignored) < 0 || !files.start_ms)
        return;
    for (size_t i = 0; i < s->recording->nb_files; i++) {
        char at[CLOCK_BYTES];
        str_addf(&line, "%s'%s' from %s", i ? ", " : "files: ", file_places_name(s, i),
                 clock_format_ms(at, files.start_ms[i], false));
    }
    table_text("  ", "%s", line.s);
}

static void print_source(const struct source *s, const struct plan *p)
{
    static const char *const headings[] = {">talk",   "slot",    ">in",           ">out",
                                           ">length", ">listed", "title and why", NULL};
    const struct shared_recording *shared = &s->sharing;
    struct frame_grid grid;
    struct err ignored = {0};
    char length[CLOCK_BYTES];
    printf("'%s', %s long\n", s->name,
           clock_format_ms(length, json_get_int(s->probe, "duration_ms", 0), false));
    if (shared->clock)
        table_text("  ", "began %s (%s)", shared->began, shared_clock_name(shared->clock));
    if (shared->note)
        table_text("  ", "%s", shared->note);
    if (!s->nb_cuts || probe_grid(&grid, s->probe, &ignored) < 0) {
        puts("  it could not be analysed: see 'talkpress status'");
        return;
    }
    print_files(s, &grid, p->event);
    struct table *t = table_create(headings);
    for (size_t i = 0; i < s->nb_cuts; i++)
        add_row(t, &grid, p, &s->cuts[i]);
    table_print(t);
}

static json_t *cut_json(const struct frame_grid *grid, const struct plan *p,
                        const struct room_cut *c)
{
    size_t nb_drops;
    const int64_t length_ms = length_of(&nb_drops, p, c, grid);
    const int64_t begin = frame_grid_ms_of(grid, c->begin), end = frame_grid_ms_of(grid, c->end);
    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:I, s:I, s:f, s:f, s:f, s:s, s:f, s:o, s:I}",
                     "talk", c->talk->number, "part", c->part->number, "title",
                     json_text(c->talk->title), "start", json_text(c->talk->start), "listed_s",
                     c->part->listed_s ? json_integer(c->part->listed_s) : json_null(), "slot_s",
                     c->part->slot_s ? json_integer(c->part->slot_s) : json_null(), "in_frame",
                     (json_int_t)c->begin, "out_frame", (json_int_t)c->end, "in_s",
                     (double)begin / 1000, "out_s", (double)end / 1000, "length_s",
                     (double)length_ms / 1000, "by", c->by_hand ? "hand" : "talkpress", "score",
                     c->score, "why", json_text(c->why), "breaks", (json_int_t)nb_drops);
}

static json_t *source_json(const struct source *s, const struct plan *p)
{
    const struct shared_recording *shared = &s->sharing;
    struct frame_grid grid;
    struct err ignored = {0};
    json_t *cuts = json_array();
    const bool known = s->nb_cuts && probe_grid(&grid, s->probe, &ignored) == 0;
    for (size_t i = 0; known && i < s->nb_cuts; i++)
        json_array_append_new(cuts, cut_json(&grid, p, &s->cuts[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "recording", json_text(s->recording->path),
                     "began", json_text(shared->began), "clock",
                     json_text(shared_clock_name(shared->clock)), "note", json_text(shared->note),
                     "cuts", cuts);
}

static void print_none(const struct plan *p, int recording)
{
    bool noted = false;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        if ((recording >= 0 && recording != (int)i) || !s->sharing.note)
            continue;
        table_text("  ", "'%s': %s", s->name, s->sharing.note);
        noted = true;
    }
    if (noted)
        return;
    if (recording < 0)
        puts("no recording holds several talks");
    else
        table_text("  ", "'%s' holds no more than one talk", p->sources[recording].name);
    puts("if one does: 'talkpress match TALK=FILE' for each of its talks, or, with a\n"
         "timetable, 'talkpress add --start \"2010-04-28 09:02\" FILE'");
}

void cut_table_print(bool *undecided, const struct plan *p, int recording, bool json)
{
    AUTO_JSON *list = json_array();
    size_t nb = 0, nb_proposed = 0;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        if (!s->sharing.nb_talks || (recording >= 0 && recording != (int)i))
            continue;
        for (size_t k = 0; k < s->nb_cuts; k++)
            nb_proposed += !s->cuts[k].by_hand;
        if (json)
            json_array_append_new(list, source_json(s, p));
        else {
            printf("%s", nb ? "\n" : "");
            print_source(s, p);
        }
        nb++;
    }
    *undecided = nb_proposed > 0;
    if (json)
        cli_print_json(list);
    else if (!nb)
        print_none(p, recording);
    else if (nb_proposed)
        printf("\n%zu cut%s proposed. To use all of a recording: 'talkpress cut FILE --take';\n"
               "to use one: 'talkpress cut TALK --take'; to set another: 'talkpress cut TALK\n"
               "--in TIME --out TIME'\n",
               nb_proposed, nb_proposed == 1 ? " is" : "s are");
}
