#include <stdio.h>
#include <string.h>

#include "analyse_recordings.h"
#include "clock.h"
#include "commands.h"
#include "event.h"
#include "json.h"
#include "named_parts.h"
#include "part.h"
#include "plan.h"
#include "selector.h"
#include "store.h"
#include "table.h"

/* What is to be done. */
struct wish {
    const char *at;
    bool clear;
};

/* --- choosing --------------------------------------------------------------------------------- */

static bool has_picture(const struct part_plan *pp)
{
    return pp->source && json_is_object(json_object_get(pp->source->probe, "video"));
}

/* The frame of the recording at a time in the talk. */
static int find_frame(int64_t *out, const struct part_plan *pp, const char *text, const char *name,
                      struct err *err)
{
    char length[CLOCK_BYTES];
    int64_t ms;
    if (!pp->cut_known || pp->begin >= pp->end)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s has no recording whose cut is known: see 'talkpress match' and "
                       "'talkpress cut'",
                       name);
    if (!has_picture(pp))
        return err_set(err, ERR_INVALID,
                       "talk %s: '%s' has no picture, so the poster is its title card", name,
                       pp->source->name);
    if (!clock_parse_ms(text, &ms))
        return err_set(err, ERR_USAGE, "'%s' is not a time: write [h:]mm:ss[.mmm]", text);
    const int64_t begin_ms = frame_grid_ms_of(&pp->grid, pp->begin);
    *out = frame_grid_frame_at_ms(&pp->grid, begin_ms + ms);
    if (*out >= pp->end)
        return err_set(
            err, ERR_INVALID, "talk %s has no picture at %s: it is %s long", name, text,
            clock_format_ms(length, frame_grid_ms_of(&pp->grid, pp->end) - begin_ms, true));
    /* Outside, the first or last picture is shown. */
    *out = *out < pp->picture_begin  ? pp->picture_begin
           : *out >= pp->picture_end ? pp->picture_end - 1
                                     : *out;
    return 0;
}

static int change_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                       struct err *err)
{
    const struct wish *wish = opaque;
    char name[32];
    struct store *store = plan->event->store;
    struct chosen_poster chosen;
    plan_part_name(name, pp->talk, pp->part->number);
    if (wish->clear)
        return store_choose_poster(store, pp->talk->number, pp->part->number, NULL, err);
    if (find_frame(&chosen.frame, pp, wish->at, name, err) < 0)
        return err->code;
    memcpy(chosen.recording, pp->source->recording->fingerprint, sizeof chosen.recording);
    return store_choose_poster(store, pp->talk->number, pp->part->number, &chosen, err);
}

/* --- showing ---------------------------------------------------------------------------------- */

/* The poster's frame: as chosen, or as it was made; -1: not known. */
static int64_t frame_of(const struct part_plan *pp)
{
    if (pp->poster_frame >= 0 || !has_picture(pp))
        return pp->poster_frame;
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (pp->outputs[i].kind == OUTPUT_POSTER)
            return json_get_int(pp->outputs[i].result, "frame", -1);
    return -1;
}

static int64_t talk_ms(const struct part_plan *pp, int64_t frame)
{
    return frame_grid_ms_of(&pp->grid, frame) - frame_grid_ms_of(&pp->grid, pp->begin);
}

static void print_poster(const struct part_plan *pp, bool unused)
{
    char name[32], at[CLOCK_BYTES];
    const int64_t frame = frame_of(pp);
    plan_part_name(name, pp->talk, pp->part->number);
    if (pp->source && pp->source->probe && !has_picture(pp))
        printf("%s: its title card, because its recording has no picture\n", name);
    else if (frame < 0)
        printf("%s: talkpress chooses it when it is made\n", name);
    else
        printf("%s: the picture at %s of the talk (frame %lld of the recording), %s\n", name,
               clock_format_ms(at, talk_ms(pp, frame), true), (long long)frame,
               pp->poster_frame >= 0 ? "set by hand" : "chosen by talkpress");
    if (unused)
        table_text("    ",
                   "  another one was set, but in another recording, or it is outside of the "
                   "cut: it is not used");
}

static json_t *poster_json(const struct part_plan *pp, bool unused)
{
    const int64_t frame = frame_of(pp);
    return json_pack("{s:i, s:i, s:s, s:o, s:o, s:b}", "talk", pp->talk->number, "part",
                     pp->part->number, "by", pp->poster_frame >= 0 ? "hand" : "talkpress", "frame",
                     frame < 0 ? json_null() : json_integer(frame), "at_s",
                     frame < 0 ? json_null() : json_real((double)talk_ms(pp, frame) / 1000),
                     "unused_choice", unused);
}

/* list: an array for JSON, or NULL. */
static int show_part(const struct part_plan *pp, const struct plan *plan, void *list,
                     struct err *err)
{
    struct chosen_poster chosen;
    bool found;
    /* Of a part that waits, it is not known. */
    if (store_chosen_poster(&chosen, &found, plan->event->store, pp->talk->number, pp->part->number,
                            err) < 0)
        return err->code;
    const bool unused = found && pp->poster_frame < 0 && pp->nb_outputs;
    if (list)
        json_array_append_new(list, poster_json(pp, unused));
    else
        print_poster(pp, unused);
    return 0;
}

/* --- the command ------------------------------------------------------------------------------ */

int check_poster(struct command *c, struct err *err)
{
    (void)err;
    return command_has(c, "at") && command_has(c, "clear")
               ? command_usage(c, "--clear removes what was set: it cannot be used with --at")
               : 0;
}

int cmd_poster(struct command *c, struct err *err)
{
    struct plan *plan = c->plan;
    const char *operand = c->operands[0];
    struct wish wish = {.at = command_value(c, "at"), .clear = command_has(c, "clear")};
    int number, only;
    AUTO_JSON *list = command_has(c, "json") ? json_array() : NULL;
    struct executor_result result = {0};
    if (selector_part(&number, &only, &plan->programme, operand, err) < 0 ||
        analyse_recordings(&result, plan, c->zygote, &number, 1, list != NULL, err) < 0)
        return err->code;
    if ((wish.at || wish.clear) &&
        (plan_begin(plan, err) < 0 ||
         plan_end(plan, named_parts_each(plan, operand, wish.at != NULL, change_part, &wish, err),
                  err) < 0))
        return err->code;
    if (named_parts_each(plan, operand, false, show_part, list, err) < 0)
        return err->code;
    if (list)
        cli_print_json(list);
    return EXIT_OK;
}
