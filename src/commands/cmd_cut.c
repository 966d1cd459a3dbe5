#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "clock.h"
#include "commands.h"
#include "cut_table.h"
#include "cut_words.h"
#include "decide.h"
#include "event.h"
#include "file_places.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "named_parts.h"
#include "part.h"
#include "plan.h"
#include "selector.h"
#include "str.h"
#include "table.h"
#include "unused.h"

static json_t *drops_json(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_drops; i++) {
        const struct part_drop *d = &pp->drops[i];
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:f, s:f}", "begin_frame", (json_int_t)d->begin,
                            "end_frame", (json_int_t)d->end, "begin_s",
                            (double)frame_grid_ms_of(&pp->grid, d->begin) / 1000, "end_s",
                            (double)frame_grid_ms_of(&pp->grid, d->end) / 1000));
    }
    return list;
}

static json_t *cut_json(const struct part_plan *pp)
{
    return json_pack("{s:i, s:i, s:o, s:I, s:I, s:f, s:f, s:s, s:f, s:o, s:f, s:i}", "talk",
                     pp->talk->number, "part", pp->part->number, "recording",
                     json_text(pp->source->recording->path), "in_frame", (json_int_t)pp->begin,
                     "out_frame", (json_int_t)pp->end, "in_s",
                     (double)frame_grid_ms_of(&pp->grid, pp->begin) / 1000, "out_s",
                     (double)frame_grid_ms_of(&pp->grid, pp->end) / 1000, "by",
                     pp->cut_by_hand ? "hand" : "talkpress", "moved_s",
                     (double)pp->cut_moved_ms / 1000, "drops", drops_json(pp), "length_s",
                     (double)part_length_ms(pp) / 1000, "sound_offset_ms", pp->sound_offset_ms);
}

static void print_drops(const struct part_plan *pp)
{
    char from[CLOCK_BYTES], to[CLOCK_BYTES], length[CLOCK_BYTES];
    for (size_t i = 0; i < pp->nb_drops; i++) {
        const struct part_drop *d = &pp->drops[i];
        const int64_t begin = frame_grid_ms_of(&pp->grid, d->begin),
                      end = frame_grid_ms_of(&pp->grid, d->end);
        table_text("    ", "  without %s to %s, a break of %s (frames %" PRId64 " to %" PRId64 ")",
                   clock_format_ms(from, begin, true), clock_format_ms(to, end, true),
                   clock_format_ms(length, end - begin, true), d->begin, d->end);
    }
    if (pp->sound_offset_ms)
        table_text("    ", "  the sound is heard %d ms %s than recorded", abs(pp->sound_offset_ms),
                   pp->sound_offset_ms > 0 ? "later" : "earlier");
}

static const char *chosen_by(const struct part_plan *pp)
{
    return pp->cut_by_hand                                            ? "set by hand"
           : pp->room_cut                                             ? "proposed"
           : pp->begin == pp->whole_begin && pp->end == pp->whole_end ? "all of it"
                                                                      : "chosen by talkpress";
}

static int print_cut(const struct part_plan *pp, const struct event *event, struct err *err)
{
    AUTO_FILE_PLACES files = {0};
    if (file_places_find(&files, event, pp->source, &pp->grid, err) < 0)
        return err->code;
    char name[32], in[CLOCK_BYTES], out[CLOCK_BYTES], length[CLOCK_BYTES];
    const int64_t begin = frame_grid_ms_of(&pp->grid, pp->begin),
                  end = frame_grid_ms_of(&pp->grid, pp->end);
    AUTO_STR line = {0};
    str_addf(&line,
             "%s: %s to %s of '%s', %s long (frames %" PRId64 " to %" PRId64 " at %d/%d fps), %s",
             plan_part_name(name, pp->talk, pp->part->number), clock_format_ms(in, begin, true),
             clock_format_ms(out, end, true), pp->source->name,
             clock_format_ms(length, part_length_ms(pp), true), pp->begin, pp->end,
             pp->grid.fps.num, pp->grid.fps.den, chosen_by(pp));
    if (pp->room_cut)
        str_addf(&line, " (%s): use it with --take, or set another", pp->room_cut->why);
    if (pp->cut_moved_ms)
        str_addf(&line, ", moved by %+.1f s from the listed time to a quiet moment",
                 (double)pp->cut_moved_ms / 1000);
    table_text("  ", "%s", line.s);
    print_drops(pp);
    AUTO_FREE char *first = file_places_describe(&files, begin);
    AUTO_FREE char *last = file_places_describe(&files, end);
    if (first && last)
        table_text("    ", "  from %s to %s", first, last);
    return 0;
}

struct wish {
    const char *in, *out;
    const char *offset; /* of the sound */
    char **drops;       /* nb_drops of them */
    size_t nb_drops;
    const char *kept; /* a range of breaks that is given back; "": all; NULL: none */
    bool automatic, take, json;
    json_t *list; /* the cuts, for JSON */
};

/* Changes what only one part has. */
static bool is_of_one(const struct wish *w)
{
    return w->in || w->out || w->nb_drops || (w->kept && *w->kept);
}

static bool sets(const struct wish *w)
{
    return is_of_one(w) || w->kept || w->automatic;
}

static bool changes(const struct wish *w)
{
    return sets(w) || w->offset || w->take;
}

static int no_recording(const struct plan *plan, const struct part_plan *pp, struct err *err)
{
    char name[32];
    AUTO_FREE char *advice = unused_advice(plan, pp);
    return err_set(
        err, ERR_NOT_FOUND, "talk %s has no recording that can be cut: see 'talkpress match'%s%s",
        plan_part_name(name, pp->talk, pp->part->number), advice ? "; " : "", advice ? advice : "");
}

/* drops: room for them, or for the range that is kept. */
static int read_drops(struct cut_wish *w, struct part_drop *drops, const struct wish *wish,
                      const struct frame_grid *grid, struct err *err)
{
    w->which = wish->nb_drops ? CUT_DROPS_ADD : wish->kept ? CUT_DROPS_KEEP : CUT_DROPS_STAY;
    if (wish->kept && !*wish->kept)
        w->which = CUT_DROPS_SET; /* to those given, or to none */
    const bool kept = w->which == CUT_DROPS_KEEP;
    w->nb_drops = kept ? 1 : wish->nb_drops;
    for (size_t i = 0; i < w->nb_drops; i++)
        if (cut_words_range(&drops[i], kept ? wish->kept : wish->drops[i], grid, err) < 0)
            return err->code;
    return 0;
}

static int change_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                       struct err *err)
{
    const struct wish *wish = opaque;
    AUTO_DECIDED decided = {0};
    struct cut_wish w = {.talk = pp->talk->number,
                         .part = pp->part->number,
                         .how = wish->automatic ? CUT_AUTO
                                : wish->take    ? CUT_TAKE
                                                : CUT_SET,
                         .begin = -1,
                         .end = -1};
    if (!pp->source || !pp->grid.nb_frames)
        return no_recording(plan, pp, err);
    AUTO_FREE struct part_drop *drops = mem_zalloc(wish->nb_drops + 1, sizeof *drops);
    w.drops = drops;
    w.sets_offset = wish->offset;
    if ((wish->in && cut_words_time(&w.begin, wish->in, &pp->grid, err) < 0) ||
        (wish->out && cut_words_time(&w.end, wish->out, &pp->grid, err) < 0) ||
        (wish->offset && cut_words_offset(&w.sound_offset_ms, wish->offset, err) < 0) ||
        read_drops(&w, drops, wish, &pp->grid, err) < 0)
        return err->code;
    return decide_cut(&decided, plan, &w, err);
}

static int show_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                     struct err *err)
{
    const struct wish *wish = opaque;
    char name[32];
    if (!pp->source || !pp->grid.nb_frames) {
        if (!changes(wish))
            return no_recording(plan, pp, err);
        /* Without the decision, or by another one, the match is no longer certain. */
        plan_part_name(name, pp->talk, pp->part->number);
        if (!wish->list)
            printf("%s: no recording that can be cut any more: see 'talkpress match'\n", name);
        return 0;
    }
    if (!wish->list)
        return print_cut(pp, plan->event, err);
    json_array_append_new(wish->list, cut_json(pp));
    return 0;
}

/* Prints where two parts of one recording overlap or leave a gap. */
static int compare_parts(struct plan *plan, const struct talk *t, struct err *err)
{
    for (size_t i = 0; i + 1 < t->nb_parts; i++) {
        AUTO_PART_PLAN a = {0}, b = {0};
        char buf[CLOCK_BYTES];
        if (plan_part(&a, plan, t, &t->parts[i], err) < 0 ||
            plan_part(&b, plan, t, &t->parts[i + 1], err) < 0)
            return err->code;
        if (a.source != b.source || !a.cut_known || !b.cut_known || a.end == b.begin)
            continue;
        const int64_t ms = frame_grid_ms_of(&a.grid, b.begin) - frame_grid_ms_of(&a.grid, a.end);
        table_text("  ", "note: between parts %d and %d %s %s", a.part->number, b.part->number,
                   clock_format_ms(buf, ms < 0 ? -ms : ms, true),
                   ms < 0 ? "is in both" : "is left out");
    }
    return 0;
}

static int cut_talk(struct command *c, const char *arg, struct wish *wish, struct err *err)
{
    struct plan *plan = c->plan;
    struct executor_result result = {0};
    AUTO_JSON *list = wish->json ? json_array() : NULL;
    const bool one = is_of_one(wish);
    int number, only;
    wish->list = list;
    if (selector_part(&number, &only, &plan->programme, arg, err) < 0 ||
        analyse_recordings(&result, plan, c->pool, &number, 1, wish->json, err) < 0)
        return err->code;
    if (changes(wish) &&
        (plan_begin(plan, err) < 0 ||
         plan_end(plan, named_parts_each(plan, arg, one, change_part, wish, err), err) < 0))
        return err->code;
    if (named_parts_each(plan, arg, false, show_part, wish, err) < 0)
        return err->code;
    if (!list)
        return compare_parts(plan, programme_find(&plan->programme, number), err);
    cli_print_json(list);
    return 0;
}

/* --- recordings of several talks -------------------------------------------------------------- */

/* Probes all recordings, then analyses the recording, or all that hold several talks. */
static int gather(struct command *c, int recording, bool quiet, struct err *err)
{
    struct plan *plan = c->plan;
    struct executor_result result = {0};
    size_t nb = 0;
    if (probe_recordings(&result, plan, c->pool, NULL, quiet, err) < 0)
        return err->code;
    AUTO_FREE int *talks = mem_zalloc(plan->matches.nb_rows + 1, sizeof *talks);
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->shared && (recording < 0 || m->recording == recording))
            talks[nb++] = m->talk;
    }
    return nb ? analyse_recordings(&result, plan, c->pool, talks, nb, quiet, err) : 0;
}

static int take_all(struct plan *plan, const char *name, struct err *err)
{
    AUTO_DECIDED decided = {0};
    const int recording = selector_recording(plan, name, err);
    return recording < 0 ? recording : decide_cut_all(&decided, plan, recording, err);
}

static int cut_recordings(bool *undecided, struct command *c, const char *name,
                          const struct wish *wish, struct err *err)
{
    struct plan *plan = c->plan;
    int recording = name ? selector_recording(plan, name, err) : -1;
    if (err->code < 0 || gather(c, recording, wish->json, err) < 0)
        return err->code;
    if (wish->take &&
        (plan_begin(plan, err) < 0 || plan_end(plan, take_all(plan, name, err), err) < 0))
        return err->code;
    recording = name ? selector_recording(plan, name, err) : -1;
    if (err->code < 0)
        return err->code;
    cut_table_print(undecided, plan, recording, wish->json);
    return 0;
}

/* Whether it looks like "15" or "15/2" rather than a file. */
static bool is_talk(const char *arg)
{
    return isdigit((unsigned char)*arg) && arg[strspn(arg, "0123456789/")] == '\0';
}

static int set_offset(struct plan *plan, const char *name, const char *offset, struct err *err)
{
    AUTO_DECIDED decided = {0};
    int ms = 0;
    const int recording = selector_recording(plan, name, err);
    return recording < 0 || cut_words_offset(&ms, offset, err) < 0
               ? err->code
               : decide_sound_offset(&decided, plan, recording, ms, err);
}

/* The cuts of all parts in a recording. */
static int show_recording(const struct plan *plan, int recording, struct wish *wish,
                          struct err *err)
{
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts; k++) {
            AUTO_PART_PLAN pp = {0};
            const struct match *m = plan_match(plan, t, t->parts[k].number);
            if (plan_holds_talk(m) && m->recording == recording &&
                (plan_part(&pp, plan, t, &t->parts[k], err) < 0 ||
                 show_part(&pp, plan, wish, err) < 0))
                return err->code;
        }
    }
    return 0;
}

/* Moves the sound of all parts in a recording. */
static int move_sound(struct command *c, const char *name, struct wish *wish, struct err *err)
{
    struct plan *plan = c->plan;
    AUTO_JSON *list = wish->json ? json_array() : NULL;
    int recording = selector_recording(plan, name, err);
    wish->list = list;
    if (recording < 0 || gather(c, recording, wish->json, err) < 0 || plan_begin(plan, err) < 0 ||
        plan_end(plan, set_offset(plan, name, wish->offset, err), err) < 0)
        return err->code;
    recording = selector_recording(plan, name, err);
    if (recording < 0 || show_recording(plan, recording, wish, err) < 0)
        return err->code;
    if (list)
        cli_print_json(list);
    return 0;
}

/* With --keep, which may have a range, there are two operands in any order. */
static const char *operand(const struct command *c, bool talk)
{
    for (int i = 0; i < c->nb_operands; i++)
        if (c->nb_operands == 1 || is_talk(c->operands[i]) == talk)
            return c->operands[i];
    return NULL;
}

static struct wish read_wish(const struct command *c)
{
    const char *range = c->nb_operands > 1 ? operand(c, false) : NULL;
    return (struct wish){.in = command_value(c, "in"),
                         .out = command_value(c, "out"),
                         .offset = command_value(c, "sound-offset"),
                         .drops = c->list,
                         .nb_drops = c->nb_list,
                         .kept = !command_has(c, "keep") ? NULL
                                 : range                 ? range
                                                         : "",
                         .automatic = command_has(c, "auto"),
                         .take = command_has(c, "take"),
                         .json = command_has(c, "json")};
}

int check_cut(struct command *c, struct err *err)
{
    (void)err;
    const struct wish w = read_wish(c);
    if (w.automatic && (w.in || w.out))
        return command_usage(c,
                             "--auto removes what was set: it cannot be used with --in or --out");
    if (w.automatic && (is_of_one(&w) || w.kept || w.offset))
        return command_usage(c, "--auto removes all that was set: no other option goes with it");
    if (w.take && (sets(&w) || w.offset))
        return command_usage(
            c, "--take uses what is proposed: it cannot be used with --in, --out or --auto");
    if (w.nb_drops && w.kept)
        return command_usage(c, "--drop and --keep exclude each other");
    if (c->nb_operands > 1 && (!w.kept || !*w.kept || !operand(c, true)))
        return command_usage(c, "expected at most one TALK or FILE");
    if (!c->nb_operands && sets(&w))
        return command_usage(c, "expected exactly one TALK");
    if (!c->nb_operands && (w.take || w.offset))
        return command_usage(c, "%s needs a TALK or a FILE", w.take ? "--take" : "--sound-offset");
    return 0;
}

int cmd_cut(struct command *c, struct err *err)
{
    struct wish w = read_wish(c);
    const char *which = operand(c, true);
    bool undecided = false;
    if (which && w.offset && !is_talk(which) && !sets(&w))
        return move_sound(c, which, &w, err) < 0 ? err->code : EXIT_OK;
    if ((which && (sets(&w) || is_talk(which)) ? cut_talk(c, which, &w, err)
                                               : cut_recordings(&undecided, c, which, &w, err)) < 0)
        return err->code;
    return undecided ? EXIT_NEEDS_USER : EXIT_OK;
}
