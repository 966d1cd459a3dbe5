/* The chapters of a part. */
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part_chapters.h"
#include "part_work.h"
#include "probe.h"

/* Those that the user typed, for this recording. */
static int add_typed(struct part_chapters *out, const struct part_plan *pp, const struct plan *plan,
                     struct err *err)
{
    const char *recording = pp->source ? pp->source->recording->fingerprint : "";
    struct chosen_chapter *list = NULL;
    size_t nb = 0;
    if (store_chosen_chapters(&list, &nb, plan->event->store, pp->talk->number, pp->part->number,
                              err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        if (strcmp(list[i].recording, recording) == 0)
            chapters_add(&out->list, list[i].at_ms, list[i].title);
        else
            out->nb_waiting++;
    chosen_chapters_free(list, nb);
    out->typed = out->list.nb;
    return 0;
}

int part_chapters_read(struct part_chapters *out, const struct part_plan *pp,
                       const struct plan *plan, struct err *err)
{
    if (add_typed(out, pp, plan, err) < 0)
        return err->code;
    if (out->typed || !pp->cut_known)
        return 0;
    const struct chapters *beside = &pp->source->chapters.list;
    const int64_t zero_ms = probe_player_start_ms(pp->source->probe, &pp->grid);
    for (size_t i = 0; i < beside->nb; i++)
        chapters_add(&out->list, beside->list[i].at_ms + zero_ms, beside->list[i].title);
    return 0;
}

void part_chapters_finish(struct part_chapters *c)
{
    chapters_finish(&c->list);
}

/* The chapters of the part, from its start. */
static void cut(struct chapters *out, const struct part_chapters *all, const struct part_plan *pp)
{
    AUTO_CHAPTERS left = {0};
    const struct part_clock clock = part_clock_of(pp);
    const int64_t begin_ms = frame_grid_ms_of(&pp->grid, pp->begin);
    for (size_t i = 0; i < all->list.nb; i++)
        chapters_add(&left, all->list.list[i].at_ms, all->list.list[i].title);
    for (size_t i = pp->nb_drops; i-- > 0;) { /* the last one first: it moves none of the others */
        int64_t from_ms, to_ms;
        part_clock_drop_ms(&from_ms, &to_ms, &clock, i);
        chapters_drop(&left, from_ms, to_ms);
    }
    chapters_cut(out, &left, begin_ms, begin_ms + part_length_ms(pp));
}

int part_find_chapters(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    AUTO_PART_CHAPTERS all = {0};
    AUTO_CHAPTERS of_part = {0};
    if (part_chapters_read(&all, pp, plan, err) < 0)
        return err->code;
    pp->chapters_typed = all.typed;
    pp->nb_chapters_waiting = all.nb_waiting;
    if (!pp->cut_known || pp->begin >= pp->end)
        return 0;
    cut(&of_part, &all, pp);
    pp->nb_chapters = of_part.nb;
    pp->card_left_out_ms =
        settings_have_picture(&plan->event->settings) ? 0 : part_card_ms(pp, plan);
    chapters_publish(&pp->chapters, &of_part, part_card_ms(pp, plan), pp->talk->title);
    return 0;
}

int64_t part_card_ms(const struct part_plan *pp, const struct plan *plan)
{
    return frame_grid_ms_of(&pp->grid, part_card_frames(pp, plan));
}

json_t *part_chapters_json(const struct part_plan *pp, int64_t left_out_ms)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->chapters.nb; i++) {
        const int64_t at_ms = pp->chapters.list[i].at_ms - left_out_ms;
        json_array_append_new(list, json_pack("{s:I, s:s}", "start_ms",
                                              (json_int_t)(at_ms > 0 ? at_ms : 0), "title",
                                              pp->chapters.list[i].title));
    }
    return list;
}

char *part_chapters_from(const struct part_plan *pp)
{
    if (!pp->chapters.nb)
        return NULL;
    return pp->chapters_typed ? mem_strdup("typed")
                              : mem_printf("from '%s'", fs_basename(pp->source->chapters.path));
}

/* --- proposals -------------------------------------------------------------------------------- */

/* The changes of slides that the storyboard's jobs found, on the part's clock. A new list; NULL:
 * these jobs have not run. */
static int slide_changes(struct slide_change **out, size_t *out_nb, const struct part_plan *pp,
                         const struct plan *plan, struct err *err)
{
    AUTO_JSON *found = NULL;
    if (!pp->cut_known)
        return 0;
    if (part_slide_changes(&found, pp, plan, err) < 0 || !found)
        return err->code;
    const size_t nb = json_array_size(found);
    const int64_t card_ms = part_card_ms(pp, plan);
    struct slide_change *list = mem_zalloc(nb + 1, sizeof *list);
    for (size_t i = 0; i < nb; i++) {
        const json_t *change = json_array_get(found, i);
        list[i] = (struct slide_change){json_integer_value(json_array_get(change, 0)) - card_ms,
                                        (int)json_integer_value(json_array_get(change, 1))};
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

int part_propose_chapters(struct chapters *out, const struct part_plan *pp, const struct plan *plan,
                          struct err *err)
{
    char name[32];
    size_t nb = 0;
    AUTO_PART_CHAPTERS all = {0};
    AUTO_CHAPTERS there = {0};
    AUTO_FREE struct slide_change *changes = NULL;
    if (slide_changes(&changes, &nb, pp, plan, err) < 0)
        return err->code;
    if (!changes)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s: the changes of its slides are not known: 'talkpress run' finds "
                       "them when it makes the storyboard",
                       plan_part_name(name, pp->talk, pp->part->number));
    if (part_chapters_read(&all, pp, plan, err) < 0)
        return err->code;
    cut(&there, &all, pp);
    chapters_propose(out, changes, nb, &there, part_length_ms(pp));
    return 0;
}
