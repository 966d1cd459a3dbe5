#include <stdio.h>
#include <string.h>

#include "analyse_recordings.h"
#include "clock.h"
#include "commands.h"
#include "decide.h"
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

static int change(const struct plan *plan, const char *operand, const struct wish *wish,
                  struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct poster_wish w = {.clear = wish->clear, .frame = -1};
    if (selector_part(&w.talk, &w.part, &plan->programme, operand, err) < 0 ||
        (wish->at && named_parts_one(&w.part, plan, w.talk, err) < 0))
        return err->code;
    if (wish->at && !clock_parse_ms(wish->at, &w.talk_ms))
        return err_set(err, ERR_USAGE, "'%s' is not a time: write [h:]mm:ss[.mmm]", wish->at);
    return decide_poster(&decided, plan, &w, err);
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
    return part_ms(pp, frame_grid_ms_of(&pp->grid, frame));
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
        table_text("  ", "%s: the picture at %s of the talk (frame %lld of the recording), %s",
                   name, clock_format_ms(at, talk_ms(pp, frame), true), (long long)frame,
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
        analyse_recordings(&result, plan, c->pool, &number, 1, list != NULL, err) < 0)
        return err->code;
    if ((wish.at || wish.clear) &&
        (plan_begin(plan, err) < 0 || plan_end(plan, change(plan, operand, &wish, err), err) < 0))
        return err->code;
    if (named_parts_each(plan, operand, false, show_part, list, err) < 0)
        return err->code;
    if (list)
        cli_print_json(list);
    return EXIT_OK;
}
