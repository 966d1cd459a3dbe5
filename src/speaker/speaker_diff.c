#include "speaker_diff.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "clock.h"
#include "decide.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "str.h"

static const char *const item_names[] = {[SPEAKER_IN] = "in",
                                         [SPEAKER_OUT] = "out",
                                         [SPEAKER_BREAKS] = "breaks",
                                         [SPEAKER_ACCEPT] = "accept"};

const char *speaker_item_name(enum speaker_item item)
{
    return item_names[item];
}

void speaker_diff_finish(struct speaker_diff *d)
{
    for (size_t i = 0; i < d->nb; i++) {
        free(d->list[i].what);
        free(d->list[i].now);
        free(d->list[i].wanted);
    }
    free(d->list);
    free(d->decided_since);
    free(d->refused);
    *d = (struct speaker_diff){0};
}

bool speaker_diff_has(const struct speaker_diff *d, enum speaker_item item)
{
    for (size_t i = 0; i < d->nb; i++)
        if (d->list[i].item == (int)item)
            return true;
    return false;
}

char *speaker_names(const struct part_plan *pp)
{
    AUTO_STR names = {0};
    for (size_t i = 0; i < pp->talk->nb_speakers; i++)
        str_addf(&names, "%s%s", i ? ", " : "", pp->talk->speakers[i]);
    return str_take(&names);
}

/* --- the rows --------------------------------------------------------------------------------- */

/* Takes over now and wanted. */
static void add(struct speaker_diff *d, int item, const char *what, char *now, char *wanted)
{
    d->list = mem_grow(d->list, d->nb, sizeof *d->list);
    d->list[d->nb++] = (struct speaker_change){item, mem_strdup(what), now, wanted};
}

static char *time_text(const struct frame_grid *grid, int64_t frame)
{
    char buf[CLOCK_BYTES];
    return mem_strdup(clock_format_ms(buf, frame_grid_ms_of(grid, frame), true));
}

static char *breaks_text(const struct frame_grid *grid, const struct part_drop *list, size_t nb)
{
    AUTO_STR text = {0};
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *from = time_text(grid, list[i].begin), *to = time_text(grid, list[i].end);
        str_addf(&text, "%s%s to %s", i ? ", " : "", from, to);
    }
    return nb ? str_take(&text) : mem_strdup("none");
}

static bool same_breaks(const struct part_plan *pp, const struct answers *a)
{
    for (size_t i = 0; i < a->nb_breaks && i < pp->nb_drops; i++)
        if (a->breaks[i].begin != pp->drops[i].begin || a->breaks[i].end != pp->drops[i].end)
            return false;
    return a->nb_breaks == pp->nb_drops;
}

/* Returns whether the cut would be another one. */
static bool add_cut(struct speaker_diff *d, const struct part_plan *pp, const struct answers *a)
{
    const size_t before = d->nb;
    const struct frame_grid *g = &pp->grid;
    if (a->begin >= 0 && a->begin != pp->begin)
        add(d, SPEAKER_IN, "in", time_text(g, pp->begin), time_text(g, a->begin));
    if (a->end >= 0 && a->end != pp->end)
        add(d, SPEAKER_OUT, "out", time_text(g, pp->end), time_text(g, a->end));
    if (a->has_breaks && !same_breaks(pp, a))
        add(d, SPEAKER_BREAKS, "breaks", breaks_text(g, pp->drops, pp->nb_drops),
            breaks_text(g, a->breaks, a->nb_breaks));
    return d->nb > before;
}

/* Nothing is to be accepted of a part that is ok, unless its cut changes. */
static void add_acceptance(struct speaker_diff *d, const struct part_plan *pp,
                           const struct answers *a, bool changes)
{
    if (!a->accepts)
        return;
    const bool open = !pp->accepted && (changes || pp->verdict != VERDICT_OK);
    add(d, open ? (int)SPEAKER_ACCEPT : -1, "accept",
        pp->accepted ? mem_strdup("accepted") : mem_strdup(verdict_name(pp->verdict)),
        mem_strdup("it may be published"));
}

static void add_remarks(struct speaker_diff *d, const struct part_plan *pp, const struct answers *a)
{
    char buf[CLOCK_BYTES];
    if (a->title && strcmp(a->title, pp->talk->title) != 0)
        add(d, -1, "title", mem_strdup(pp->talk->title), mem_strdup(a->title));
    AUTO_FREE char *names = speaker_names(pp);
    if (a->speakers && strcmp(a->speakers, names) != 0)
        add(d, -1, "speakers", mem_strdup(names), mem_strdup(a->speakers));
    for (size_t i = 0; i < a->nb_remarks; i++) {
        const struct speaker_remark *r = &a->remarks[i];
        add(d, -1, "remark",
            r->at_ms < 0 ? NULL : mem_printf("at %s", clock_format_ms(buf, r->at_ms, true)),
            mem_strdup(r->text));
    }
    if (a->comment)
        add(d, -1, "comment", NULL, str_clean_line(a->comment));
}

/* --- what changed since the export ------------------------------------------------------------ */

static char *refusal(const struct part_plan *pp, const struct answers *a)
{
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (!pp->source || !pp->cut_known)
        return mem_printf("talk %s has no recording with a cut any more", name);
    if (strcmp(pp->source->recording->fingerprint, a->ticket.recording) != 0)
        return mem_printf("talk %s has another recording now, '%s': export its review again", name,
                          pp->source->name);
    return NULL;
}

static char *describe_since(const struct part_plan *pp, const struct answers *a)
{
    char version[HASH_BYTES];
    AUTO_FREE char *drops = part_drops_text(pp);
    const struct ticket *t = &a->ticket;
    ticket_version(version, pp);
    if (strcmp(version, t->version) == 0)
        return NULL;
    if (pp->begin == t->begin && pp->end == t->end && strcmp(drops, t->drops) == 0)
        return mem_printf("other decisions on it were made since the review was exported (%s)",
                          t->issued);
    AUTO_FREE char *in = time_text(&pp->grid, t->begin), *out = time_text(&pp->grid, t->end);
    return mem_printf("its cut was changed since the review was exported (%s): the speaker saw %s "
                      "to %s%s",
                      t->issued, in, out,
                      strcmp(drops, t->drops) == 0 ? "" : ", with other breaks");
}

void speaker_diff_find(struct speaker_diff *out, const struct part_plan *pp,
                       const struct answers *a)
{
    *out = (struct speaker_diff){.refused = refusal(pp, a)};
    if (!out->refused) {
        out->decided_since = describe_since(pp, a);
        add_acceptance(out, pp, a, add_cut(out, pp, a));
    }
    add_remarks(out, pp, a);
}

/* --- taking ----------------------------------------------------------------------------------- */

static int take_cut(struct decided *out, const struct plan *plan, const struct answers *a,
                    const bool take[SPEAKER_NB_ITEMS], struct err *err)
{
    const struct cut_wish w = {.talk = a->ticket.talk,
                               .part = a->ticket.part,
                               .how = CUT_SET,
                               .begin = take[SPEAKER_IN] ? a->begin : -1,
                               .end = take[SPEAKER_OUT] ? a->end : -1,
                               .which = take[SPEAKER_BREAKS] ? CUT_DROPS_SET : CUT_DROPS_STAY,
                               .drops = a->breaks,
                               .nb_drops = take[SPEAKER_BREAKS] ? a->nb_breaks : 0};
    return decide_cut(out, plan, &w, err);
}

static int accept(struct decided *out, const struct plan *plan, const struct part_plan *pp,
                  const struct answers *a, struct err *err)
{
    AUTO_FREE char *names = speaker_names(pp);
    AUTO_FREE char *comment =
        a->comment ? str_clean_line(a->comment) : mem_strdup("it may be published");
    AUTO_FREE char *because =
        mem_printf("accepted by the speaker%s%s: %s", *names ? " " : "", names, comment);
    const struct accept_wish w = {
        .talk = a->ticket.talk, .part = a->ticket.part, .because = because};
    return decide_accept(out, plan, &w, err);
}

static int take_from(struct decided *out, const struct plan *plan, const struct part_plan *pp,
                     const struct answers *a, const bool take[SPEAKER_NB_ITEMS], struct err *err)
{
    AUTO_SPEAKER_DIFF now = {0};
    speaker_diff_find(&now, pp, a);
    if (now.refused)
        return err_set(err, ERR_INVALID, "%s", now.refused);
    if ((take[SPEAKER_IN] || take[SPEAKER_OUT] || take[SPEAKER_BREAKS]) &&
        take_cut(out, plan, a, take, err) < 0)
        return err->code;
    return take[SPEAKER_ACCEPT] ? accept(out, plan, pp, a, err) : 0;
}

int speaker_diff_take(struct decided *out, const struct plan *plan, const struct answers *a,
                      const bool take[SPEAKER_NB_ITEMS], struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    const struct talk *t = programme_find(&plan->programme, a->ticket.talk);
    const struct part *p = t ? talk_part(t, a->ticket.part) : NULL;
    if (!p)
        return err_set(err, ERR_NOT_FOUND, "the programme has no talk %d/%d any more",
                       a->ticket.talk, a->ticket.part);
    return plan_part(&pp, plan, t, p, err) < 0 ? err->code
                                               : take_from(out, plan, &pp, a, take, err);
}
