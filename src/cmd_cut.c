#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "event.h"
#include "facts.h"
#include "fs.h"
#include "json.h"
#include "plan.h"
#include "select.h"

/* "1:02:03.500", "90.5" or "1500f". */
static int parse_time(int64_t *out, const char *text, const struct grid *grid, struct err *err)
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
                       "'%s' is no time: write [h:]mm:ss[.mmm], or a frame as 1500f", text);
    *out = grid_frame_at_ms(grid, ms);
    return 0;
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
    clock_format_ms(at, grid_ms_of(&pp->grid, pp->grid.nb_frames), true);
    if (cut.begin > pp->grid.nb_frames || cut.end > pp->grid.nb_frames)
        return err_set(err, ERR_INVALID,
                       "talk %s: the cut lies outside its recording, which ends at %s (frame "
                       "%" PRId64 ")",
                       name, at, pp->grid.nb_frames);
    if (cut.begin >= cut.end)
        return err_set(err, ERR_INVALID, "talk %s: it would begin at %s and end at %s", name,
                       clock_format_ms(from, grid_ms_of(&pp->grid, cut.begin), true),
                       clock_format_ms(to, grid_ms_of(&pp->grid, cut.end), true));
    return store_choose_cut(store, pp->talk->number, pp->part->number, &cut, err);
}

static json_t *cut_json(const struct part_plan *pp)
{
    return json_pack("{s:i, s:i, s:o, s:I, s:I, s:f, s:f, s:s, s:f}", "talk", pp->talk->number,
                     "part", pp->part->number, "recording", json_text(pp->source->recording->path),
                     "in_frame", (json_int_t)pp->begin, "out_frame", (json_int_t)pp->end, "in_s",
                     (double)grid_ms_of(&pp->grid, pp->begin) / 1000, "out_s",
                     (double)grid_ms_of(&pp->grid, pp->end) / 1000, "by",
                     pp->cut_by_hand ? "hand" : "talkpress", "moved_s",
                     (double)pp->cut_moved_ms / 1000);
}

static void print_cut(const struct part_plan *pp)
{
    char name[32], in[CLOCK_BYTES], out[CLOCK_BYTES], length[CLOCK_BYTES];
    const int64_t begin = grid_ms_of(&pp->grid, pp->begin), end = grid_ms_of(&pp->grid, pp->end);
    printf("%s: %s to %s of '%s', %s long (frames %" PRId64 " to %" PRId64 " at %d/%d fps), %s",
           plan_part_name(name, pp->talk, pp->part->number), clock_format_ms(in, begin, true),
           clock_format_ms(out, end, true), fs_basename(pp->source->recording->path),
           clock_format_ms(length, end - begin, true), pp->begin, pp->end, pp->grid.fps.num,
           pp->grid.fps.den, pp->cut_by_hand ? "set by hand" : "proposed");
    if (pp->cut_moved_ms)
        printf(", moved by %+.1f s from the listed time to a quiet moment",
               (double)pp->cut_moved_ms / 1000);
    putchar('\n');
}

static int cut_part(struct plan *plan, const struct talk *t, const struct part *part,
                    const char *in, const char *out, bool automatic, json_t *list, struct err *err)
{
    AUTO_PART_PLAN pp = {0}, now = {0};
    char name[32];
    struct store *store = plan->event->store;
    if (plan_part(&pp, plan, t, part, err) < 0)
        return err->code;
    if (!pp.source || !pp.grid.nb_frames)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s has no recording that could be cut: see "
                       "'talkpress match'",
                       plan_part_name(name, t, part->number));
    if (automatic && store_choose_cut(store, t->number, part->number, NULL, err) < 0)
        return err->code;
    if ((in || out) && set_cut(&pp, store, in, out, err) < 0)
        return err->code;
    if (plan_part(&now, plan, t, part, err) < 0)
        return err->code;
    if (list)
        json_array_append_new(list, cut_json(&now));
    else
        print_cut(&now);
    return 0;
}

/* Says where two parts of one recording overlap or leave something out between them. */
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
        const int64_t ms = grid_ms_of(&a.grid, b.begin) - grid_ms_of(&a.grid, a.end);
        printf("note: between parts %d and %d %s %s\n", a.part->number, b.part->number,
               clock_format_ms(buf, ms < 0 ? -ms : ms, true),
               ms < 0 ? "is in both" : "is left out");
    }
    return 0;
}

int cmd_cut(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    bool json = false, automatic = false;
    const char *in = NULL, *out = NULL;
    const struct cli_option options[] = {{"json", 0, NULL, &json},
                                         {"in", 0, &in, NULL},
                                         {"out", 0, &out, NULL},
                                         {"auto", 0, NULL, &automatic}};
    const int status = cli_options(&argc, argv, options, 4);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc != 2)
        return cli_usage(argv[0], "which talk?");
    if (automatic && (in || out))
        return cli_usage(argv[0], "--auto forgets what was set: it goes without --in and --out");
    if (automatic && (in || out))
        return cli_usage(argv[0], "--auto forgets what --in and --out set: one of them, please");
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    AUTO_JSON *list = json ? json_array() : NULL;
    struct executor_result result = {0};
    int number, only;
    if (event_open(&event, cli->dir, &err) < 0 || plan_load(&plan, &event, &err) < 0 ||
        select_part(&number, &only, &plan.programme, argv[1], &err) < 0 ||
        facts_gather(&result, &plan, &number, 1, json, &err) < 0)
        return cli_fail(&err);
    const struct talk *t = programme_find(&plan.programme, number);
    if ((in || out) && !only && t->nb_parts > 1)
        return cli_usage(argv[0], "talk %d has %zu parts: which one (%d/1)?", number, t->nb_parts,
                         number);
    for (size_t i = 0; i < t->nb_parts; i++)
        if ((!only || t->parts[i].number == only) &&
            cut_part(&plan, t, &t->parts[i], in, out, automatic, list, &err) < 0)
            return cli_fail(&err);
    if (json)
        cli_print_json(list);
    else if (compare_parts(&plan, t, &err) < 0)
        return cli_fail(&err);
    return EXIT_OK;
}
