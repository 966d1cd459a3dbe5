#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "cli.h"
#include "clock.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "recordings.h"
#include "selector.h"
#include "table.h"
#include "verify_table.h"

/* --- a person's decision --------------------------------------------------------------------- */

static int decide_part(struct store *store, const struct part_plan *pp, const char *name,
                       const char *because, struct err *err)
{
    if (!because)
        return store_clear_acceptance(store, pp->talk->number, pp->part->number, err);
    if (pp->verdict == VERDICT_UNCLEAR || pp->obstacle == OBSTACLE_REFUSED)
        return err_set(err, ERR_INVALID, "talk %s cannot be accepted: %s (%s)", name,
                       pp->cut_proposed ? "take its cut, or set it, with 'talkpress cut' first"
                       : pp->verdict == VERDICT_UNCLEAR
                           ? "say which recording it is with 'talkpress match' first"
                           : pp->waiting,
                       pp->cause);
    AUTO_FREE char *reason = mem_strdup(because), *verdict = NULL;
    verdict = mem_strdup(verdict_name(pp->verdict));
    struct acceptance a = {
        .begin = pp->begin, .end = pp->end, .verdict = verdict, .because = reason};
    if (pp->source)
        memcpy(a.recording, pp->source->recording->fingerprint, sizeof a.recording);
    return store_accept(store, pp->talk->number, pp->part->number, &a, err);
}

static int decide(struct plan *p, const char *which, const char *because, struct err *err)
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
            printf("%s is ok as it is: nothing to accept\n", name);
            continue;
        }
        if (decide_part(p->event->store, &pp, name, because, err) < 0)
            return err->code;
        printf("%s: %s\n", name, because ? "accepted" : "no longer accepted");
    }
    return 0;
}

/* --- the command ------------------------------------------------------------------------------ */

static int verify(const struct cli *cli, char **args, int nb_args, bool json, struct err *err)
{
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    AUTO_FREE int *talks = NULL;
    size_t nb_talks = 0;
    struct executor_result result = {0};
    bool person = false;
    if (event_open(&event, cli->dir, err) < 0 || recordings_refresh(&event, err) < 0 ||
        plan_load(&plan, &event, err) < 0 ||
        selector_talks(&talks, &nb_talks, &plan.programme, args, nb_args, err) < 0 ||
        analyse_recordings(&result, &plan, talks, nb_args ? nb_talks : 0, json, err) < 0 ||
        verify_table_print(&person, &plan, talks, nb_talks, json, err) < 0)
        return cli_fail(err);
    if (result.stopped || result.nb_failed)
        return result.no_space ? EXIT_TRY_AGAIN : EXIT_FAILED;
    return person ? EXIT_NEEDS_PERSON : EXIT_OK;
}

int cmd_verify(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    bool json = false;
    const char *accept = NULL, *because = NULL, *reject = NULL;
    const struct cli_option options[] = {{"json", 0, NULL, &json},
                                         {"accept", 0, &accept, NULL},
                                         {"because", 0, &because, NULL},
                                         {"reject", 0, &reject, NULL}};
    const int status = cli_options(&argc, argv, options, 4);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (accept && (!because || !*because))
        return cli_usage(argv[0], "--accept needs --because TEXT: it is shown ever after");
    if (!accept && !reject)
        return because ? cli_usage(argv[0], "--because goes with --accept")
                       : verify(cli, argv + 1, argc - 1, json, &err);
    if (argc > 1)
        return cli_usage(argv[0], "one talk at a time, and TEXT between quotation marks");
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    if (event_open(&event, cli->dir, &err) < 0 || plan_load(&plan, &event, &err) < 0 ||
        (accept && decide(&plan, accept, because, &err) < 0) ||
        (reject && decide(&plan, reject, NULL, &err) < 0))
        return cli_fail(&err);
    return EXIT_OK;
}
