#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "json.h"
#include "mem.h"
#include "worker_sandbox.h"
#include "worker_stage.h"

/* The names are those of the linker's option --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err);
int __wrap_worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err);
int __real_worker_deliver(const struct worker *w, const char *key, const json_t *result,
                          struct err *err);
int __wrap_worker_deliver(const struct worker *w, const char *key, const json_t *result,
                          struct err *err);
/* NOLINTEND(bugprone-reserved-identifier) */

/* Whether the job is one of those that HOSTILE names. behaviour: room for 32 bytes. */
static bool is_target(char *behaviour, const struct worker *w)
{
    char stage[32], word[64] = "";
    const char *said = getenv("HOSTILE");
    if (!said || sscanf(said, "%31s %31s %63s", stage, behaviour, word) < 2 ||
        strcmp(stage, w->file ? "check" : stage_name(w->spec->stage)) != 0)
        return false;
    AUTO_FREE char *spec = json_print(w->spec->document, JSON_COMPACT_STYLE);
    return spec && strstr(spec, word);
}

/* NOLINTBEGIN(bugprone-reserved-identifier) */
int __wrap_worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err)
{
    char behaviour[32];
    if (__real_worker_enter_sandbox(w, parent, err) < 0)
        return err->code;
    if (is_target(behaviour, w))
        misbehave(behaviour, w);
    return 0;
}

int __wrap_worker_deliver(const struct worker *w, const char *key, const json_t *result,
                          struct err *err)
{
    char behaviour[32];
    if (__real_worker_deliver(w, key, result, err) < 0)
        return err->code;
    if (!is_target(behaviour, w))
        return 0;
    const char *ext = w->file ? NULL : job_spec_ext(w->spec);
    AUTO_FREE char *json = mem_printf("%s/%s.json", w->tmp, key);
    AUTO_FREE char *file = ext ? mem_printf("%s/%s.%s", w->tmp, key, ext) : NULL;
    json_t *copy = json_deep_copy(result);
    const struct delivery d = {w, key, json, file, copy};
    const bool known = tamper(behaviour, &d);
    json_decref(copy);
    return known ? 0 : err_set(err, ERR_BUG, "HOSTILE names no behaviour: '%s'", behaviour);
}
/* NOLINTEND(bugprone-reserved-identifier) */
