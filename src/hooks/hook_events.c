#include "hook_events.h"

#include <stdio.h>
#include <string.h>

#include "diff.h"
#include "event.h"
#include "executor.h"
#include "fs.h"
#include "hook_document.h"
#include "hook_needs.h"
#include "hook_published.h"
#include "hooks_told.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "programme.h"
#include "publish.h"
#include "run.h"
#include "store.h"

/* What cannot be told now is told the next time; the command has done its work all the same. */
static void report(enum hook which, const struct err *err)
{
    fprintf(stderr, "talkpress: the hook '%s' is not called: %s\n", hook_name(which), err->msg);
}

/* --- after-import ----------------------------------------------------------------------------- */

static json_t *change_json(const struct change *c, const struct programme *now)
{
    static const char *const kinds[] = {"new", "changed", "gone", "back", "doubtful"};
    const struct talk *talk = c->talk ? programme_find(now, c->talk) : NULL;
    json_t *speakers = json_array();
    for (size_t i = 0; talk && i < talk->nb_speakers; i++)
        json_array_append_new(speakers, json_text(talk->speakers[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "change", kinds[c->kind], "talk",
                     c->talk ? json_integer(c->talk) : json_null(), "title",
                     json_text(talk ? talk->title : NULL), "speakers", speakers, "text",
                     json_text(c->text));
}

void hooks_tell_import(struct hooks *h, const struct programme *now, const struct diff *diff)
{
    json_t *changes = json_array(), *notes = json_array();
    size_t nb_parts = 0;
    if (!hooks_wants(h, HOOK_AFTER_IMPORT)) {
        json_decref(changes);
        json_decref(notes);
        return;
    }
    for (size_t i = 0; i < diff->nb; i++)
        json_array_append_new(changes, change_json(&diff->changes[i], now));
    for (size_t i = 0; i < now->nb_notes; i++)
        json_array_append_new(notes, json_text(now->notes[i]));
    for (size_t i = 0; i < now->nb_talks; i++)
        nb_parts += now->talks[i].nb_parts;
    hooks_call(h, HOOK_AFTER_IMPORT,
               json_pack("{s:o, s:o, s:I, s:I}", "changes", changes, "notes", notes, "talks",
                         (json_int_t)now->nb_talks, "parts", (json_int_t)nb_parts));
}

/* --- after-run -------------------------------------------------------------------------------- */

static json_t *run_part_json(const struct part_plan *pp)
{
    json_t *part = hook_document_part(pp->talk, pp->part);
    json_object_set_new(part, "state", json_string(part_state_name(pp->state)));
    json_object_set_new(part, "verdict", json_string(verdict_name(pp->verdict)));
    json_object_set_new(part, "cause", json_text(pp->cause && *pp->cause ? pp->cause : NULL));
    json_object_set_new(part, "waiting", json_text(pp->waiting));
    return part;
}

static json_t *jobs_json(const struct executor_result *result)
{
    json_t *jobs = json_object();
    for (int i = 0; i < NB_STAGES; i++)
        json_object_set_new(jobs, stage_name((enum stage)i),
                            json_integer((json_int_t)result->nb_run[i]));
    return jobs;
}

void hooks_tell_run(struct hooks *h, const struct run *run, const struct executor_result *result)
{
    if (!hooks_wants(h, HOOK_AFTER_RUN))
        return;
    const struct run_tally t = run_count(run);
    json_t *parts = json_array();
    for (size_t i = 0; i < run_nb_parts(run); i++)
        json_array_append_new(parts, run_part_json(run_part(run, i)));
    const char *outcome = result->no_space    ? "no space"
                          : result->stopped   ? "stopped"
                          : result->nb_failed ? "failed"
                                              : "done";
    hooks_call(h, HOOK_AFTER_RUN,
               json_pack("{s:s, s:o, s:I, s:{s:I, s:I, s:I, s:I}, s:o}", "outcome", outcome, "jobs",
                         jobs_json(result), "jobs_failed", (json_int_t)result->nb_failed, "count",
                         "parts", (json_int_t)t.nb, "complete", (json_int_t)t.nb_complete,
                         "waiting", (json_int_t)t.nb_waiting, "unfinished",
                         (json_int_t)t.nb_unfinished, "parts", parts));
}

/* --- after-publish ---------------------------------------------------------------------------- */

/* *out: NULL if nothing was published yet; a new value. */
static int read_published(json_t **out, const struct event *event, struct err *err)
{
    AUTO_FREE char *path = fs_join(event->out, PUBLISH_LIST);
    return fs_is_regular(path) ? json_read_file(out, path, err) : 0;
}

void hooks_note_published(struct hooks *h)
{
    struct err ignored = {0};
    AUTO_JSON *published = NULL;
    if (hooks_wants(h, HOOK_AFTER_PUBLISH) && !hooks_told(h, HOOK_AFTER_PUBLISH) &&
        read_published(&published, hooks_event(h), &ignored) == 0)
        hooks_keep_told(h, HOOK_AFTER_PUBLISH, hook_published_files(published));
}

void hooks_tell_publish(struct hooks *h, int sent)
{
    struct err err = {0};
    AUTO_JSON *published = NULL;
    if (!hooks_wants(h, HOOK_AFTER_PUBLISH))
        return;
    if (read_published(&published, hooks_event(h), &err) < 0) {
        report(HOOK_AFTER_PUBLISH, &err);
        return;
    }
    json_t *changes =
        hook_published_changes(published, hooks_told(h, HOOK_AFTER_PUBLISH), hooks_event(h));
    if (!changes) {
        hooks_forget_held(h, HOOK_AFTER_PUBLISH);
        return;
    }
    json_object_set_new(changes, "sent", sent < 0 ? json_null() : json_boolean(sent));
    hooks_call_telling(h, HOOK_AFTER_PUBLISH, changes, hook_published_files(published));
}

/* --- needs-person ----------------------------------------------------------------------------- */

void hooks_tell_needs(struct hooks *h, struct plan *plan)
{
    struct err err = {0};
    AUTO_HOOK_NEEDS needs = {0};
    if (!hooks_wants(h, HOOK_NEEDS_PERSON))
        return;
    if (hook_needs_find(&needs, plan, &err) < 0) {
        report(HOOK_NEEDS_PERSON, &err);
        return;
    }
    const json_t *told = hooks_told(h, HOOK_NEEDS_PERSON);
    if (told ? json_equal(told, needs.reasons) : !json_object_size(needs.reasons)) {
        hooks_forget_held(h, HOOK_NEEDS_PERSON);
        return;
    }
    json_t *settled = hook_needs_compare(&needs, told);
    hooks_call_telling(h, HOOK_NEEDS_PERSON,
                       json_pack("{s:O, s:o, s:I}", "parts", needs.parts, "settled", settled,
                                 "without_recording", needs.nb_without_recording),
                       json_incref(needs.reasons));
}

/* --- failed ----------------------------------------------------------------------------------- */

struct failures {
    json_t *jobs;
    const struct programme *programme;
    const char *since;
    const json_t *told; /* {KEY: AT} */
    json_t *now;        /* the same of all that the store has */
};

static int note_failure(void *opaque, const struct failure *f)
{
    struct failures *all = opaque;
    const struct talk *talk = f->talk ? programme_find(all->programme, f->talk) : NULL;
    const struct part *part = talk ? talk_part(talk, f->part ? f->part : 1) : NULL;
    json_object_set_new(all->now, f->key, json_string(f->at));
    if (strcmp(f->at, all->since) < 0 || strcmp(f->at, json_get_string(all->told, f->key, "")) == 0)
        return 0;
    json_array_append_new(all->jobs,
                          json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "key", f->key, "stage",
                                    f->stage, "code", f->code, "message", json_text(f->message),
                                    "log", json_text(f->log), "at", f->at, "of",
                                    part ? hook_document_part(talk, part) : json_null()));
    return 0;
}

void hooks_tell_failed(struct hooks *h, const char *command, const char *error)
{
    struct err err = {0};
    AUTO_PROGRAMME programme = {0};
    AUTO_JSON *jobs = json_array(), *now = json_object();
    if (!hooks_wants(h, HOOK_FAILED))
        return;
    struct store *store = hooks_event(h)->store;
    struct failures all = {jobs, &programme, hooks_opened_at(h), hooks_told(h, HOOK_FAILED), now};
    if ((store_programme(&programme, store, &err) < 0 ||
         store_each_failure(store, note_failure, &all, &err) < 0) &&
        !error) /* else it is told without jobs */
        report(HOOK_FAILED, &err);
    if (!error && !json_array_size(jobs))
        return;
    hooks_call_telling(h, HOOK_FAILED,
                       json_pack("{s:s, s:o, s:O, s:[s, s]}", "command", command, "error",
                                 json_text(error), "jobs", jobs, "commands",
                                 "talkpress status --failed", "talkpress run"),
                       json_incref(now));
}
