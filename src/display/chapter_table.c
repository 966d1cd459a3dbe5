#include "chapter_table.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "table.h"

/* What is shown of a part. */
struct shown {
    const struct part_plan *pp;
    char name[32];
    int64_t length_ms, card_ms; /* 0 if the cut is not known */
    struct part_chapters all;
};

static const char *time_text(char buf[CLOCK_BYTES], int64_t ms)
{
    return clock_format_ms(buf, ms, ms % 1000 != 0);
}

static int64_t in_talk(const struct shown *s, size_t i)
{
    const int64_t at_ms = s->all.list.list[i].at_ms;
    return s->length_ms ? part_ms(s->pp, at_ms) : at_ms;
}

/* When the chapter begins in the video; -1: it is not in it. Of those before the part, and of those
 * in one break, the last one is. */
static int64_t in_video(const struct shown *s, size_t i)
{
    const int64_t shown_ms = in_talk(s, i), at_ms = shown_ms > 0 ? shown_ms : 0;
    if (at_ms >= s->length_ms || (i + 1 < s->all.list.nb && in_talk(s, i + 1) <= at_ms))
        return -1;
    return at_ms > 0 ? s->card_ms + at_ms : 0;
}

/* --- for people ------------------------------------------------------------------------------- */

static const char *const headings[] = {">in the talk", ">in the video", "title", NULL};

static void print_list(const struct shown *s)
{
    struct table *t = table_create(headings);
    char talk[CLOCK_BYTES], video[CLOCK_BYTES];
    if (s->pp->chapters.nb > s->pp->nb_chapters) /* one of the title was added */
        table_add(t, (const char *const[]){"-", "0:00", s->pp->chapters.list[0].title});
    for (size_t i = 0; i < s->all.list.nb; i++) {
        const int64_t at_ms = in_video(s, i);
        table_add(t, (const char *const[]){time_text(talk, in_talk(s, i)),
                                           at_ms < 0 ? "-" : time_text(video, at_ms),
                                           s->all.list.list[i].title});
    }
    table_print(t);
}

static void print_notes(const struct shown *s)
{
    const struct chapters_beside *beside = s->pp->source ? &s->pp->source->chapters : NULL;
    if (beside && beside->refused)
        table_text("  ", "not taken: %s", beside->refused);
    else if (beside && beside->path && s->all.typed)
        table_text("  ", "the list '%s' is not used, because chapters were typed",
                   fs_basename(beside->path));
    if (s->all.nb_waiting)
        table_text("  ",
                   "%zu more %s typed for another recording of this part. To use them with this "
                   "one, at the same times in it: 'talkpress chapter %s --adopt'; to remove "
                   "them: 'talkpress chapter %s --remove waiting'",
                   s->all.nb_waiting, s->all.nb_waiting == 1 ? "was" : "were", s->name, s->name);
}

static void print(const struct shown *s)
{
    const size_t nb = s->all.list.nb;
    char length[CLOCK_BYTES];
    AUTO_FREE char *from = part_chapters_from(s->pp);
    if (s->length_ms)
        printf("%s, %s long: ", s->name, time_text(length, s->length_ms));
    else
        printf("%s, where it begins is not known yet: ", s->name);
    if (nb)
        printf("%zu chapter%s, %s\n", nb, cli_s(nb), from ? from : "typed");
    else
        puts("no chapters");
    if (nb && s->length_ms)
        print_list(s);
    print_notes(s);
}

static void print_proposed(const struct shown *s, const struct chapters *proposed)
{
    struct table *t = table_create(headings);
    char talk[CLOCK_BYTES], video[CLOCK_BYTES];
    printf("%s: %zu chapter%s proposed, at changes of slides\n", s->name, proposed->nb,
           proposed->nb == 1 ? " is" : "s are");
    for (size_t i = 0; i < proposed->nb; i++) {
        const struct chapter *c = &proposed->list[i];
        table_add(t, (const char *const[]){time_text(talk, c->at_ms),
                                           time_text(video, c->at_ms + s->card_ms), c->title});
    }
    table_print(t);
    if (proposed->nb)
        table_text("",
                   "To use one: 'talkpress chapter %s TIME TITLE'; to use all, with these "
                   "titles: 'talkpress chapter %s --propose --take'",
                   s->name, s->name);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *seconds(int64_t ms)
{
    return json_real((double)ms / 1000);
}

static json_t *proposed_json(const struct shown *s, const struct chapters *proposed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < proposed->nb; i++) {
        const struct chapter *c = &proposed->list[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:s}", "talk_s", seconds(c->at_ms), "video_s",
                                        seconds(c->at_ms + s->card_ms), "title", c->title));
    }
    return list;
}

static json_t *list_json(const struct shown *s)
{
    json_t *list = json_array();
    for (size_t i = 0; s->length_ms && i < s->all.list.nb; i++) {
        const int64_t at_ms = in_video(s, i);
        json_array_append_new(list, json_pack("{s:o, s:o, s:s}", "talk_s", seconds(in_talk(s, i)),
                                              "video_s", at_ms < 0 ? json_null() : seconds(at_ms),
                                              "title", s->all.list.list[i].title));
    }
    return list;
}

static json_t *part_json(const struct shown *s)
{
    const struct chapters_beside *beside = s->pp->source ? &s->pp->source->chapters : NULL;
    return json_pack("{s:i, s:i, s:o, s:b, s:o, s:o, s:o, s:o, s:I}", "talk", s->pp->talk->number,
                     "part", s->pp->part->number, "length_s",
                     s->length_ms ? seconds(s->length_ms) : json_null(), "typed", s->all.typed,
                     "file", json_text(beside ? beside->path : NULL), "not_taken",
                     json_text(beside ? beside->refused : NULL), "chapters", list_json(s),
                     "published", part_chapters_json(s->pp, s->pp->card_left_out_ms), "waiting",
                     (json_int_t)s->all.nb_waiting);
}

/* --- both ------------------------------------------------------------------------------------- */

static int show_proposed(const struct chapter_table *table, const struct shown *s,
                         const struct plan *plan, struct err *err)
{
    AUTO_CHAPTERS proposed = {0};
    if (part_propose_chapters(&proposed, s->pp, plan, err) < 0)
        return err->code;
    if (!table->json) {
        print_proposed(s, &proposed);
        return 0;
    }
    json_t *part = part_json(s);
    json_object_set_new(part, "proposed", proposed_json(s, &proposed));
    json_array_append_new(table->json, part);
    return 0;
}

int chapter_table_add(const struct chapter_table *table, const struct part_plan *pp,
                      const struct plan *plan, struct err *err)
{
    struct shown s = {.pp = pp};
    plan_part_name(s.name, pp->talk, pp->part->number);
    if (pp->cut_known && pp->begin < pp->end) {
        s.length_ms = part_length_ms(pp);
        s.card_ms = part_card_ms(pp, plan) - pp->card_left_out_ms;
    }
    if (part_chapters_read(&s.all, pp, plan, err) < 0)
        return err->code;
    if (table->proposed)
        (void)!show_proposed(table, &s, plan, err);
    else if (table->json)
        json_array_append_new(table->json, part_json(&s));
    else
        print(&s);
    part_chapters_finish(&s.all);
    return err->code;
}
