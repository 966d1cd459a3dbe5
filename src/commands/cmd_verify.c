#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "commands.h"
#include "decide.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "report.h"
#include "report_file.h"
#include "selector.h"
#include "str.h"
#include "table.h"
#include "verify_table.h"

/* --- the user's decision ---------------------------------------------------------------------- */

static int decide_parts(struct decided *out, const struct plan *p, const char *which,
                        const char *because, struct err *err)
{
    struct accept_wish w = {.because = because};
    return selector_part(&w.talk, &w.part, &p->programme, which, err) < 0
               ? err->code
               : decide_accept(out, p, &w, err);
}

static int decide(struct plan *p, const char *which, const char *because, struct err *err)
{
    AUTO_DECIDED decided = {0};
    if (plan_begin(p, err) < 0 ||
        plan_end(p, decide_parts(&decided, p, which, because, err), err) < 0)
        return err->code;
    table_lines("  ", decided.said.s);
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
    if (decides && command_has(c, "report"))
        return command_usage(c, "--report shows parts, it does not decide");
    if (decides && c->nb_operands)
        return command_usage(c, "expected one talk at a time, and TEXT in quotation marks");
    if (decides) /* the user decides on what was shown */
        c->needs &= ~NEEDS_FRESH;
    return 0;
}

/* What a report says of an archive that is only checked. */
static int write_report(struct command *c, const int *talks, size_t nb_talks, struct err *err)
{
    const char *path = command_value(c, "report");
    const struct report_wish wish = {.checked_only = true,
                                     .pictures = true,
                                     .zygote = c->zygote,
                                     .talks = talks,
                                     .nb_talks = nb_talks};
    AUTO_REPORT report = {0};
    if (!path)
        return 0;
    return report_make(&report, c->plan, &wish, err) < 0 ||
                   report_file_write(&report, path, err) < 0
               ? err->code
               : 0;
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
    if (command_has(c, "report") && report_file_check(command_value(c, "report"), err) < 0)
        return err->code;
    if (selector_talks(&talks, &nb_talks, &c->plan->programme, c->operands, c->nb_operands, err) <
            0 ||
        analyse_recordings(&result, c->plan, c->pool, talks, c->nb_operands ? nb_talks : 0, json,
                           err) < 0 ||
        write_report(c, talks, nb_talks, err) < 0 ||
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
