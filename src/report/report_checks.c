#include "report_checks.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "sound_text.h"

enum { FIRST_AUTOMATIC = 200, FIRST_BY_EYE = 300 };

static const char *class_name(int number)
{
    return number < FIRST_AUTOMATIC ? "file" : number < FIRST_BY_EYE ? "automatic" : "by eye";
}

static const char *result_name(enum report_result result)
{
    static const char *const names[] = {[REPORT_PASS] = "pass",
                                        [REPORT_NOTE] = "note",
                                        [REPORT_FAIL] = "fail",
                                        [REPORT_WAIVED] = "waived",
                                        [REPORT_NOT_CHECKED] = "not checked",
                                        [REPORT_DOES_NOT_APPLY] = "does not apply"};
    return names[result];
}

static void finding_finish(struct report_finding *f)
{
    free(f->required);
    free(f->measured);
    free(f->tolerance);
}

/* What is accepted is what was found in the recording, not a fault of a file: of its sound only
 * where that of the recording is missing or at fault. */
static bool is_accepted(const struct report_check *c, const struct report_look *look)
{
    const struct part_plan *pp = look->pp;
    if (!pp->accepted || c->number < FIRST_AUTOMATIC)
        return false;
    AUTO_FREE char *fault =
        pp->source ? sound_fault(pp->source, look->plan->event->settings.target_lufs) : NULL;
    const bool no_sound =
        pp->source && !json_is_object(json_object_get(pp->source->probe, "audio"));
    return !c->encoded_only || no_sound || fault;
}

static json_t *row(const struct report_check *c, const struct report_finding *f,
                   const struct report_look *look)
{
    const bool waived = f->result == REPORT_FAIL && is_accepted(c, look);
    return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "number", c->number, "name",
                     c->name, "class", class_name(c->number), "required", json_text(f->required),
                     "tolerance", json_text(f->tolerance ? f->tolerance : c->tolerance), "measured",
                     json_text(f->measured), "result",
                     result_name(waived ? REPORT_WAIVED : f->result), "because",
                     json_text(waived ? look->pp->acceptance.because : NULL));
}

json_t *report_checks_run(const struct report_look *look)
{
    json_t *list = json_array();
    for (size_t i = 0; i < nb_report_checks; i++) {
        const struct report_check *c = &report_checks[i];
        struct report_finding f = {.result = REPORT_DOES_NOT_APPLY};
        if (!(c->encoded_only && look->checked_only))
            c->look(&f, look);
        if (f.result != REPORT_DOES_NOT_APPLY)
            json_array_append_new(list, row(c, &f, look));
        finding_finish(&f);
    }
    return list;
}

/* --- all parts -------------------------------------------------------------------------------- */

static void count(int (*counts)[NB_REPORT_RESULTS], const json_t *check)
{
    const int number = (int)json_get_int(check, "number", 0);
    const char *result = json_get_string(check, "result", "");
    for (size_t i = 0; i < nb_report_checks; i++)
        for (int r = 0; r < NB_REPORT_RESULTS && report_checks[i].number == number; r++)
            counts[i][r] += strcmp(result, result_name((enum report_result)r)) == 0;
}

json_t *report_checks_sum(const json_t *parts)
{
    static const char *const members[] = {"pass", "note", "fail", "waived", "not_checked"};
    AUTO_FREE int(*counts)[NB_REPORT_RESULTS] = mem_zalloc(nb_report_checks, sizeof *counts);
    json_t *list = json_array(), *part, *check;
    size_t p, k;
    json_array_foreach(parts, p, part)
        json_array_foreach(json_object_get(part, "checks"), k, check)
            count(counts, check);
    for (size_t i = 0; i < nb_report_checks; i++) {
        const struct report_check *c = &report_checks[i];
        int all = 0;
        json_t *sum =
            json_pack("{s:i, s:s, s:s, s:s, s:s}", "number", c->number, "name", c->name, "class",
                      class_name(c->number), "tolerance", c->tolerance, "source", c->source);
        for (int r = 0; r < NB_REPORT_RESULTS; r++) {
            json_object_set_new(sum, members[r], json_integer(counts[i][r]));
            all += counts[i][r];
        }
        if (all)
            json_array_append_new(list, sum);
        else
            json_decref(sum);
    }
    return list;
}
