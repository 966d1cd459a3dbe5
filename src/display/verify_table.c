#include "verify_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

/* By how much the talk is longer than listed, without a lead-in. */
static int64_t off_ms(const struct part_plan *pp)
{
    return pp->measured_ms - pp->lead_in_ms - 1000LL * pp->part->listed_s;
}

static char *full_cause(const struct part_plan *pp)
{
    AUTO_FREE char *moved = NULL, *accepted = NULL;
    if (pp->cut_moved_ms)
        moved = mem_printf("cut moved by %+.1f s to a quiet moment", seconds(pp->cut_moved_ms));
    if (pp->accepted)
        accepted = mem_printf("accepted %.10s: %s", pp->acceptance.at, pp->acceptance.because);
    AUTO_FREE char *left_out = part_captions_left_out(pp);
    const char *const why = pp->source ? pp->source->chapters.refused : NULL;
    AUTO_FREE char *refused = why ? mem_printf("chapters not taken: %s", why) : NULL;
    const char *const texts[] = {pp->cause, moved, accepted, left_out, refused};
    AUTO_STR s = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && *texts[i])
            str_addf(&s, "%s%s", s.len ? "; " : "", texts[i]);
    return str_take(&s);
}

static void add_json(json_t *list, const struct part_plan *pp, const char *cause,
                     const struct unused_summary *unused)
{
    const bool known = pp->measured_ms >= 0;
    const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
    json_t *row =
        json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:s, s:o}", "talk", pp->talk->number, "part",
                  pp->part->number, "recording", json_text(recording_of(pp)), "listed_s",
                  listed_ms ? json_integer(pp->part->listed_s) : json_null(), "measured_s",
                  known ? json_real(seconds(pp->measured_ms)) : json_null(), "difference_s",
                  known && listed_ms ? json_real(seconds(off_ms(pp))) : json_null(), "verdict",
                  verdict_name(pp->verdict), "cause", json_text(*cause ? cause : NULL));
    if (pp->lead_in_ms)
        json_object_set_new(row, "lead_in_s", json_real(seconds(pp->lead_in_ms)));
    if (pp->part->slot_s)
        json_object_set_new(row, "slot_s", json_integer(pp->part->slot_s));
    json_object_set_new(row, "captions", captions_json(pp->captions, pp->nb_captions));
    json_object_set_new(row, "captions_not_taken",
                        captions_json(pp->source ? pp->source->set_aside : NULL,
                                      pp->source ? pp->source->nb_set_aside : 0));
    if (pp->accepted)
        json_object_set_new(row, "accepted_because", json_text(pp->acceptance.because));
    if (pp->verdict == VERDICT_MISSING)
        json_object_set_new(row, "unused", unused_json(unused, pp->talk, pp->part));
    json_array_append_new(list, row);
}

enum table_colour verdict_colour(enum verdict verdict, bool accepted)
{
    return verdict == VERDICT_OK || accepted ? TABLE_GOOD
           : verdict == VERDICT_MISSING      ? TABLE_OPEN
                                             : TABLE_BAD;
}

static void add_row(struct table *t, const struct part_plan *pp, const char *cause)
{
    char name[32], listed[CLOCK_BYTES + 8] = "-", measured[CLOCK_BYTES] = "-", off[24] = "";
    AUTO_FREE char *text = NULL;
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
        snprintf(off, sizeof off, "%+.1f s", seconds(off_ms(pp)));
    AUTO_FREE char *captions =
        pp->source ? captions_summary(pp->captions, pp->nb_captions, pp->source) : NULL;
    text = mem_printf("%s%s%s%s%s", pp->source ? pp->source->name : "",
                      recording_of(pp) && *cause ? ": " : "", cause, captions ? "; " : "",
                      captions ? captions : "");
    table_add(t, (const char *const[]){plan_part_name(name, pp->talk, pp->part->number), listed,
                                       measured, off, verdict_name(pp->verdict), text});
    table_colour(t, 4, verdict_colour(pp->verdict, pp->accepted));
}

/* --- what is shown ---------------------------------------------------------------------------- */

/* The parts of the talks as they are planned, without their jobs and results. */
struct verified {
    struct part_plan *parts;
    char **causes; /* of each part */
    size_t nb, nb_ok, nb_accepted;
};

static int verify_parts(struct verified *v, const struct plan *plan, const int *talks,
                        size_t nb_talks, struct err *err)
{
    for (size_t i = 0; i < nb_talks; i++) {
        const struct talk *talk = programme_find(&plan->programme, talks[i]);
        for (size_t k = 0; k < talk->nb_parts && !talk->gone; k++) {
            v->parts = mem_grow(v->parts, v->nb, sizeof *v->parts);
            v->causes = mem_grow(v->causes, v->nb, sizeof *v->causes);
            struct part_plan *pp = &v->parts[v->nb];
            *pp = (struct part_plan){0};
            if (plan_part(pp, plan, talk, &talk->parts[k], err) < 0)
                return err->code;
            v->causes[v->nb++] = full_cause(pp);
            part_plan_trim(pp);
            v->nb_ok += pp->verdict == VERDICT_OK;
            v->nb_accepted += pp->verdict != VERDICT_OK && pp->accepted;
        }
    }
    return 0;
}

static void verified_finish(struct verified *v)
{
    for (size_t i = 0; i < v->nb; i++)
        part_plan_finish(&v->parts[i]);
    free(v->parts);
    mem_free_strings(v->causes, v->nb);
}

static bool is_problem(const struct part_plan *pp)
{
    return pp->verdict != VERDICT_OK && !pp->accepted;
}

static void print_json(const struct verified *v, const struct plan *plan, bool problems)
{
    AUTO_JSON *list = json_array();
    struct unused_summary unused;
    unused_begin(&unused, plan);
    for (size_t i = 0; i < v->nb; i++)
        if (!problems || is_problem(&v->parts[i]))
            add_json(list, &v->parts[i], v->causes[i], &unused);
    unused_finish(&unused);
    cli_print_json(list);
}

static struct table *new_table(void)
{
    static const char *const headings[] = {
        ">talk", ">listed", ">measured", ">off", "verdict", "recording and cause", NULL};
    return table_create(headings);
}

/* The problems first, in groups: the worst first, and last what is only not there yet. */
static void print_rows(const struct verified *v, bool problems)
{
    static const enum verdict order[] = {VERDICT_DAMAGED, VERDICT_SHORT, VERDICT_LONG,
                                         VERDICT_UNCLEAR, VERDICT_MISSING};
    const size_t nb_groups = sizeof order / sizeof *order;
    struct table *t = new_table();
    for (size_t k = 0; k < nb_groups + (problems ? 0 : 1); k++) {
        const enum verdict verdict = k < nb_groups ? order[k] : VERDICT_OK;
        size_t nb = 0;
        for (size_t i = 0; i < v->nb; i++)
            nb += is_problem(&v->parts[i]) ? v->parts[i].verdict == verdict : k == nb_groups;
        if (nb && v->nb_ok + v->nb_accepted < v->nb)
            table_section(t, "%zu %s", nb,
                          k < nb_groups    ? verdict_name(verdict)
                          : v->nb_accepted ? "ok or accepted"
                                           : "ok");
        for (size_t i = 0; i < v->nb; i++)
            if (is_problem(&v->parts[i]) ? v->parts[i].verdict == verdict : k == nb_groups)
                add_row(t, &v->parts[i], v->causes[i]);
    }
    table_print(t);
}

/* Once: it is the same for all. */
static void print_lead_in(const struct lead_in *l)
{
    if (l->ms)
        table_text(
            "",
            "%zu of %zu recordings are %.1f s longer than listed: a lead-in of %.1f s, such as a "
            "title card in front, which 'off' leaves out",
            l->nb, l->nb_all, seconds(l->ms), seconds(l->ms));
}

static void print_outcome(const struct verified *v, bool undecided)
{
    printf("\n%zu of %zu part%s ok", v->nb_ok, v->nb, v->nb == 1 ? " is" : "s are");
    if (v->nb_accepted)
        printf(", %zu accepted by the user", v->nb_accepted);
    const size_t nb_open = v->nb - v->nb_ok - v->nb_accepted;
    if (undecided)
        printf(", %zu need%s a decision", nb_open, nb_open == 1 ? "s" : "");
    putchar('\n');
    if (undecided)
        table_text("", "missing or unclear: 'talkpress match TALK=FILE'; others: 'talkpress cut "
                       "TALK', or 'talkpress verify --accept TALK --because TEXT' to publish the "
                       "part as it is");
}

static void print_text(const struct verified *v, const struct plan *plan, bool undecided,
                       bool problems)
{
    struct unused_summary unused;
    unused_begin(&unused, plan);
    for (size_t i = 0; i < v->nb; i++)
        unused_note(&unused, &v->parts[i]);
    if (!plan->programme.nb_talks)
        puts(CLI_NO_TALKS);
    print_rows(v, problems);
    if (plan->lead_in.ms)
        putchar('\n');
    print_lead_in(&plan->lead_in);
    unused_print(&unused);
    print_outcome(v, undecided);
}

int verify_table_print(bool *undecided, struct plan *plan, const int *talks, size_t nb_talks,
                       enum verify_shown shown, struct err *err)
{
    struct verified v = {0};
    plan_list_work(plan, true);
    const int ret = verify_parts(&v, plan, talks, nb_talks, err);
    plan_list_work(plan, false);
    *undecided = v.nb_ok + v.nb_accepted < v.nb;
    const bool problems = shown & VERIFY_PROBLEMS;
    if (ret == 0 && (shown & VERIFY_JSON))
        print_json(&v, plan, problems);
    else if (ret == 0)
        print_text(&v, plan, *undecided, problems);
    verified_finish(&v);
    return ret;
}
