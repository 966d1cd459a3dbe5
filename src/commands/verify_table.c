#include "verify_table.h"

#include <math.h>
#include <stdio.h>

#include "captions_source.h"
#include "cli.h"
#include "clock.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "str.h"
#include "table.h"
#include "unused.h"

static double seconds(int64_t ms)
{
    return (double)ms / 1000;
}

static const char *recording_of(const struct part_plan *pp)
{
    return pp->source ? pp->source->recording->path : NULL;
}

static char *full_cause(const struct part_plan *pp)
{
    AUTO_FREE char *moved = NULL, *accepted = NULL;
    if (pp->cut_moved_ms)
        moved = mem_printf("cut moved by %+.1f s to a quiet moment", seconds(pp->cut_moved_ms));
    if (pp->accepted)
        accepted = mem_printf("accepted %.10s: %s", pp->acceptance.at, pp->acceptance.because);
    AUTO_FREE char *left_out = part_captions_left_out(pp);
    const char *const texts[] = {pp->cause, moved, accepted, left_out};
    AUTO_STR s = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && *texts[i])
            str_addf(&s, "%s%s", s.len ? "; " : "", texts[i]);
    return str_take(&s);
}

static void add_json(json_t *list, const struct part_plan *pp, const struct plan *plan)
{
    AUTO_FREE char *cause = full_cause(pp);
    const bool known = pp->measured_ms >= 0;
    const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
    json_t *row = json_pack(
        "{s:i, s:i, s:o, s:o, s:o, s:o, s:s, s:o}", "talk", pp->talk->number, "part",
        pp->part->number, "recording", json_text(recording_of(pp)), "listed_s",
        listed_ms ? json_integer(pp->part->listed_s) : json_null(), "measured_s",
        known ? json_real(seconds(pp->measured_ms)) : json_null(), "difference_s",
        known && listed_ms ? json_real(seconds(pp->measured_ms - listed_ms)) : json_null(),
        "verdict", verdict_name(pp->verdict), "cause", json_text(*cause ? cause : NULL));
    if (pp->part->slot_s)
        json_object_set_new(row, "slot_s", json_integer(pp->part->slot_s));
    json_object_set_new(row, "captions", captions_json(pp->source, false));
    json_object_set_new(row, "captions_not_taken", captions_json(pp->source, true));
    if (pp->accepted)
        json_object_set_new(row, "accepted_because", json_text(pp->acceptance.because));
    if (pp->verdict == VERDICT_MISSING)
        json_object_set_new(row, "unused", unused_json(plan, pp->talk, pp->part));
    json_array_append_new(list, row);
}

static void add_row(struct table *t, const struct part_plan *pp)
{
    char name[32], listed[CLOCK_BYTES + 8] = "-", measured[CLOCK_BYTES] = "-", off[24] = "";
    AUTO_FREE char *cause = full_cause(pp), *text = NULL;
    const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
    if (listed_ms) {
        clock_format_ms(listed, listed_ms, false);
    } else if (pp->part->slot_s) {
        char slot[CLOCK_BYTES];
        snprintf(listed, sizeof listed, "slot %s",
                 clock_format_ms(slot, (int64_t)pp->part->slot_s * 1000, false));
    }
    if (pp->measured_ms >= 0)
        clock_format_ms(measured, pp->measured_ms, false);
    if (listed_ms && pp->measured_ms >= 0)
        snprintf(off, sizeof off, "%+.1f s", seconds(pp->measured_ms - listed_ms));
    AUTO_FREE char *captions = pp->source ? captions_summary(pp->source) : NULL;
    text = mem_printf("%s%s%s%s%s", pp->source ? pp->source->name : "",
                      recording_of(pp) && *cause ? ": " : "", cause, captions ? "; " : "",
                      captions ? captions : "");
    table_add(t, (const char *const[]){plan_part_name(name, pp->talk, pp->part->number), listed,
                                       measured, off, verdict_name(pp->verdict), text});
}

int verify_table_print(bool *undecided, struct plan *plan, const int *talks, size_t nb_talks,
                       bool json, struct err *err)
{
    static const char *const headings[] = {
        ">talk", ">listed", ">measured", ">off", "verdict", "recording and cause", NULL};
    AUTO_JSON *list = json_array();
    struct table *t = table_create(headings);
    size_t nb_ok = 0, nb = 0, nb_accepted = 0;
    struct unused_summary unused;
    int ret = 0;
    unused_begin(&unused, plan);
    plan_list_work(plan, true);
    for (size_t i = 0; i < nb_talks && ret == 0; i++) {
        const struct talk *talk = programme_find(&plan->programme, talks[i]);
        for (size_t k = 0; k < talk->nb_parts && !talk->gone && ret == 0; k++) {
            AUTO_PART_PLAN pp = {0};
            ret = plan_part(&pp, plan, talk, &talk->parts[k], err);
            if (ret < 0)
                break;
            nb++;
            nb_ok += pp.verdict == VERDICT_OK;
            nb_accepted += pp.verdict != VERDICT_OK && pp.accepted;
            add_json(list, &pp, plan);
            add_row(t, &pp);
            unused_note(&unused, &pp);
        }
    }
    plan_list_work(plan, false);
    *undecided = nb_ok + nb_accepted < nb;
    if (ret < 0 || json) {
        table_destroy(t);
        unused_finish(&unused);
        if (ret == 0)
            cli_print_json(list);
        return ret;
    }
    if (!plan->programme.nb_talks)
        puts(CLI_NO_TALKS);
    table_print(t);
    unused_print(&unused);
    printf("\n%zu of %zu part%s ok", nb_ok, nb, nb == 1 ? " is" : "s are");
    if (nb_accepted)
        printf(", %zu accepted by the user", nb_accepted);
    if (*undecided)
        printf(", %zu need a decision", nb - nb_ok - nb_accepted);
    putchar('\n');
    if (*undecided)
        puts("missing or unclear: 'talkpress match TALK=FILE'; others: 'talkpress cut TALK', or\n"
             "'talkpress verify --accept TALK --because TEXT' to publish the part as it is");
    return 0;
}
