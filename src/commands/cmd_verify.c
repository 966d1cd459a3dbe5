#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "commands.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "selector.h"
#include "str.h"
#include "verify_table.h"

/* --- the user's decision ---------------------------------------------------------------------- */

static int decide_part(struct store *store, const struct part_plan *pp, const char *name,
                       const char *because, struct err *err)
{
    if (!because)
        return store_clear_acceptance(store, pp->talk->number, pp->part->number, err);
    if (pp->verdict == VERDICT_UNCLEAR || pp->obstacle == OBSTACLE_REFUSED)
        return err_set(err, ERR_INVALID, "talk %s cannot be accepted: %s (%s)", name,
                       pp->cut_proposed ? "take or set its cut with 'talkpress cut' first"
                       : pp->verdict == VERDICT_UNCLEAR
                           ? "name its recording with 'talkpress match' first"
                           : pp->waiting,
                       pp->cause);
    AUTO_FREE char *reason = mem_strdup(because), *verdict = NULL;
    verdict = mem_strdup(verdict_name(pp->verdict));
    struct acceptance a = {
        .begin = pp->begin, .end = pp->end, .verdict = verdict, .because = reason};
    if (pp->source)
        memcpy(a.recording, pp->source->recording->fingerprint, sizeof a.recording);
    /* What the user accepted stays with the talk, whatever it is called later. */
    if (pp->source && !pp->match->by_hand &&
        store_choose_match(store, pp->talk->number, pp->match->part, a.recording, err) < 0)
        return err->code;
    return store_accept(store, pp->talk->number, pp->part->number, &a, err);
}

/* *said: what was decided. */
static int decide_parts(struct str *said, const struct plan *p, const char *which,
                        const char *because, struct err *err)
{
    int number, only;
    if (selector_part(&number, &only, &p->programme, which, err) < 0)
        return err->code;
    const struct talk *t = programme_find(&p->programme, number);
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        char name[32];
        if (only && t->parts[i].number != only)
            continue;
        if (plan_part(&pp, p, t, &t->parts[i], err) < 0)
            return err->code;
        plan_part_name(name, t, t->parts[i].number);
        if (because && pp.verdict == VERDICT_OK) {
            str_addf(said, "%s is ok: nothing to accept\n", name);
            continue;
        }
        if (decide_part(p->event->store, &pp, name, because, err) < 0)
            return err->code;
        str_addf(said, "%s: %s\n", name, because ? "accepted" : "no longer accepted");
    }
    return 0;
}

static int decide(struct plan *p, const char *which, const char *because, struct err *err)
{
    AUTO_STR said = {0};
    if (plan_begin(p, err) < 0 || plan_end(p, decide_parts(&said, p, which, because, err), err) < 0)
        return err->code;
    fputs(said.s ? said.s : "", stdout);
    return 0;
}

/* --- the command ------------------------------------------------------------------------------ */

int check_verify(struct command *c, struct err *err)
{
    (void)err;
    const char *because = command_value(c, "because");
    const bool accept = command_has(c, "accept"), decides = accept || command_has(c, "reject");
    if (accept && (!because || !*because))
        return command_usage(c, "--accept needs --because TEXT: the reason is kept and shown");
    if (!decides && because)
        return command_usage(c, "--because is only used with --accept");
    if (decides && c->nb_operands)
        return command_usage(c, "expected one talk at a time, and TEXT in quotation marks");
    if (decides) /* the user decides on what was shown */
        c->needs &= ~NEEDS_FRESH;
    return 0;
}

static int verify(struct command *c, struct err *err)
{
    const bool json = command_has(c, "json");
    const enum verify_shown shown =
        (json ? VERIFY_JSON : 0) | (command_has(c, "problems") ? VERIFY_PROBLEMS : 0);
    AUTO_FREE int *talks = NULL;
    size_t nb_talks = 0;
    struct executor_result result = {0};
    bool undecided = false;
    if (selector_talks(&talks, &nb_talks, &c->plan->programme, c->operands, c->nb_operands, err) <
            0 ||
        analyse_recordings(&result, c->plan, c->zygote, talks, c->nb_operands ? nb_talks : 0, json,
                           err) < 0 ||
        verify_table_print(&undecided, c->plan, talks, nb_talks, shown, err) < 0)
        return err->code;
    if (result.stopped || result.nb_failed)
        return result.no_space ? EXIT_TRY_AGAIN : EXIT_FAILED;
    return undecided ? EXIT_NEEDS_USER : EXIT_OK;
}

int cmd_verify(struct command *c, struct err *err)
{
    const char *accept = command_value(c, "accept"), *reject = command_value(c, "reject");
    if (!accept && !reject)
        return verify(c, err);
    if ((accept && decide(c->plan, accept, command_value(c, "because"), err) < 0) ||
        (reject && decide(c->plan, reject, NULL, err) < 0))
        return err->code;
    return EXIT_OK;
}
