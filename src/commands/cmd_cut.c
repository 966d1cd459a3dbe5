#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "clock.h"
#include "commands.h"
#include "cut_table.h"
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

/* "1:02:03.500", "90.5" or "1500f". */
static int parse_time(int64_t *out, const char *text, const struct frame_grid *grid,
                      struct err *err)
{
    int64_t ms;
    char *end;
    const long long frame = strtoll(text, &end, 10);
    if (end > text && strcmp(end, "f") == 0 && frame >= 0) {
        *out = frame;
        return 0;
    }
    if (!clock_parse_ms(text, &ms))
        return err_set(err, ERR_USAGE,
                       "'%s' is not a time: write [h:]mm:ss[.mmm], or a frame number as 1500f",
                       text);
    *out = frame_grid_frame_at_ms(grid, ms);
    return 0;
}

/* Stores the cut and, if only the clock matched the talk to this recording, the match too. */
static int choose(struct store *store, const struct talk *t, const struct part *part,
                  const struct match *match, const struct chosen_cut *cut, struct err *err)
{
    if (match->shared && !match->by_hand &&
        store_choose_match(store, t->number, match->part, cut->recording, err) < 0)
        return err->code;
    return store_choose_cut(store, t->number, part->number, cut, err);
}

static int set_cut(const struct part_plan *pp, struct store *store, const char *in, const char *out,
                   struct err *err)
{
    struct chosen_cut cut = {.begin = pp->begin, .end = pp->end};
    char name[32], at[CLOCK_BYTES], from[CLOCK_BYTES], to[CLOCK_BYTES];
    memcpy(cut.recording, pp->source->recording->fingerprint, sizeof cut.recording);
    if ((in && parse_time(&cut.begin, in, &pp->grid, err) < 0) ||
        (out && parse_time(&cut.end, out, &pp->grid, err) < 0))
        return err->code;
    plan_part_name(name, pp->talk, pp->part->number);
    clock_format_ms(at, frame_grid_ms_of(&pp->grid, pp->grid.nb_frames), true);
    if (cut.begin > pp->grid.nb_frames || cut.end > pp->grid.nb_frames)
        return err_set(err, ERR_INVALID,
                       "talk %s: the cut is outside its recording, which ends at %s (frame "
                       "%" PRId64 ")",
                       name, at, pp->grid.nb_frames);
    if (cut.begin >= cut.end)
        return err_set(err, ERR_INVALID,
                       "talk %s: it would begin at %s and end at %s: --out must be after --in",
                       name, clock_format_ms(from, frame_grid_ms_of(&pp->grid, cut.begin), true),
                       clock_format_ms(to, frame_grid_ms_of(&pp->grid, cut.end), true));
    return choose(store, pp->talk, pp->part, pp->match, &cut, err);
}

static json_t *cut_json(const struct part_plan *pp)
{
    return json_pack("{s:i, s:i, s:o, s:I, s:I, s:f, s:f, s:s, s:f}", "talk", pp->talk->number,
                     "part", pp->part->number, "recording", json_text(pp->source->recording->path),
                     "in_frame", (json_int_t)pp->begin, "out_frame", (json_int_t)pp->end, "in_s",
                     (double)frame_grid_ms_of(&pp->grid, pp->begin) / 1000, "out_s",
                     (double)frame_grid_ms_of(&pp->grid, pp->end) / 1000, "by",
                     pp->cut_by_hand ? "hand" : "talkpress", "moved_s",
                     (double)pp->cut_moved_ms / 1000);
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
             clock_format_ms(length, end - begin, true), pp->begin, pp->end, pp->grid.fps.num,
             pp->grid.fps.den, pp->cut_by_hand ? "set by hand" : "proposed");
    if (pp->room_cut)
        str_addf(&line, " (%s): use it with --take, or set another", pp->room_cut->why);
    if (pp->cut_moved_ms)
        str_addf(&line, ", moved by %+.1f s from the listed time to a quiet moment",
                 (double)pp->cut_moved_ms / 1000);
    table_text("  ", "%s", line.s);
    AUTO_FREE char *first = file_places_describe(&files, begin);
    AUTO_FREE char *last = file_places_describe(&files, end);
    if (first && last)
        table_text("    ", "  from %s to %s", first, last);
    return 0;
}

static int take_cut(const struct part_plan *pp, struct store *store, struct err *err)
{
    struct chosen_cut cut = {.begin = pp->begin, .end = pp->end};
    char name[32];
    memcpy(cut.recording, pp->source->recording->fingerprint, sizeof cut.recording);
    plan_part_name(name, pp->talk, pp->part->number);
    if (!pp->room_cut)
        return err_set(err, ERR_INVALID, "talk %s: %s", name,
                       pp->cut_by_hand ? "its cut is already set by hand"
                                       : "no cut is proposed: it has a recording of its own");
    if (cut.begin >= cut.end)
        return err_set(err, ERR_INVALID, "talk %s: %s: set it with --in and --out", name,
                       pp->room_cut->why);
    return choose(store, pp->talk, pp->part, pp->match, &cut, err);
}

struct wish {
    const char *in, *out;
    bool automatic, take, json;
    json_t *list; /* the cuts, for JSON */
};

static bool changes(const struct wish *w)
{
    return w->in || w->out || w->automatic || w->take;
}

static int no_recording(const struct plan *plan, const struct part_plan *pp, struct err *err)
{
    char name[32];
    AUTO_FREE char *advice = unused_advice(plan, pp);
    return err_set(
        err, ERR_NOT_FOUND, "talk %s has no recording that can be cut: see 'talkpress match'%s%s",
        plan_part_name(name, pp->talk, pp->part->number), advice ? "; " : "", advice ? advice : "");
}

static int change_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                       struct err *err)
{
    const struct wish *wish = opaque;
    struct store *store = plan->event->store;
    if (!pp->source || !pp->grid.nb_frames)
        return no_recording(plan, pp, err);
    if (wish->automatic)
        return store_choose_cut(store, pp->talk->number, pp->part->number, NULL, err);
    return wish->take ? take_cut(pp, store, err) : set_cut(pp, store, wish->in, wish->out, err);
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
    const bool one = wish->in || wish->out;
    int number, only;
    wish->list = list;
    if (selector_part(&number, &only, &plan->programme, arg, err) < 0 ||
        analyse_recordings(&result, plan, c->zygote, &number, 1, wish->json, err) < 0)
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
    if (probe_recordings(&result, plan, c->zygote, NULL, quiet, err) < 0)
        return err->code;
    AUTO_FREE int *talks = mem_zalloc(plan->matches.nb_rows + 1, sizeof *talks);
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->shared && (recording < 0 || m->recording == recording))
            talks[nb++] = m->talk;
    }
    return nb ? analyse_recordings(&result, plan, c->zygote, talks, nb, quiet, err) : 0;
}

static const struct match *match_of(const struct plan *plan, const struct room_cut *c)
{
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->talk == c->talk->number && (!m->part || m->part == c->part->number))
            return m;
    }
    return NULL;
}

/* Takes all proposed cuts. Those without a range are skipped. */
static int take_all(struct plan *plan, const char *name, struct err *err)
{
    const int recording = selector_recording(plan, name, err);
    if (recording < 0)
        return recording;
    const struct source *s = &plan->sources[recording];
    if (!s->nb_cuts)
        return err_set(err, ERR_INVALID, "'%s' does not hold several talks: nothing is proposed",
                       name);
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < s->nb_cuts; i++) {
        const struct room_cut *c = &s->cuts[i];
        struct chosen_cut cut = {.begin = c->begin, .end = c->end};
        memcpy(cut.recording, s->recording->fingerprint, sizeof cut.recording);
        if (!c->by_hand && c->begin < c->end)
            ret = choose(plan->event->store, c->talk, c->part, match_of(plan, c), &cut, err);
    }
    return ret;
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

static struct wish read_wish(const struct command *c)
{
    return (struct wish){.in = command_value(c, "in"),
                         .out = command_value(c, "out"),
                         .automatic = command_has(c, "auto"),
                         .take = command_has(c, "take"),
                         .json = command_has(c, "json")};
}

static bool sets(const struct wish *w)
{
    return w->in || w->out || w->automatic;
}

int check_cut(struct command *c, struct err *err)
{
    (void)err;
    const struct wish w = read_wish(c);
    if (w.automatic && (w.in || w.out))
        return command_usage(c,
                             "--auto removes what was set: it cannot be used with --in or --out");
    if (w.take && sets(&w))
        return command_usage(
            c, "--take uses what is proposed: it cannot be used with --in, --out or --auto");
    if (!c->nb_operands && sets(&w))
        return command_usage(c, "expected exactly one TALK");
    if (!c->nb_operands && w.take)
        return command_usage(c, "--take needs a TALK or a FILE");
    return 0;
}

int cmd_cut(struct command *c, struct err *err)
{
    struct wish w = read_wish(c);
    const char *which = c->nb_operands ? c->operands[0] : NULL;
    bool undecided = false;
    if ((which && (sets(&w) || is_talk(which)) ? cut_talk(c, which, &w, err)
                                               : cut_recordings(&undecided, c, which, &w, err)) < 0)
        return err->code;
    return undecided ? EXIT_NEEDS_USER : EXIT_OK;
}
