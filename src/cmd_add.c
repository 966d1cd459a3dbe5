#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "cli.h"
#include "clock.h"
#include "event.h"
#include "executor.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "progress.h"
#include "recordings.h"
#include "select.h"
#include "store.h"
#include "table.h"
#include "workdir.h"

struct adding {
    struct event *event;
    size_t nb_added, nb_known, nb_failed;
};

/* A file with the content of one that is registered: moved there, or a copy. */
static int add_known(struct adding *a, const struct recording *known, const struct recording *now,
                     struct err *err)
{
    a->nb_known++;
    if (strcmp(known->path, now->path) == 0)
        return store_set_recording(a->event->store, now, err);
    if (fs_exists(known->path)) {
        fprintf(stderr, "'%s' has the content of '%s': left out\n", now->path, known->path);
        return 0;
    }
    return store_remove_recording(a->event->store, known->path, err) < 0
               ? err->code
               : store_set_recording(a->event->store, now, err);
}

static int add_file(struct adding *a, const char *path, struct err *err)
{
    struct recording now = {0}, *list = NULL;
    struct err why = {0};
    size_t nb = 0, i = 0;
    if (recording_look(&now, path, &why) < 0) {
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++; /* one bad file never stops the others */
        return 0;
    }
    int ret = store_recordings(&list, &nb, a->event->store, err);
    while (i < nb && strcmp(list[i].fingerprint, now.fingerprint) != 0)
        i++;
    if (ret == 0 && i < nb)
        ret = add_known(a, &list[i], &now, err);
    else if (ret == 0) {
        a->nb_added++;
        ret = store_set_recording(a->event->store, &now, err);
    }
    recordings_free(list, nb);
    free(now.path);
    return ret;
}

static int add_path(struct adding *a, const char *path, struct err *err)
{
    char **files = NULL;
    size_t nb = 0;
    struct err why = {0};
    if (captions_file_name(path) && !fs_is_dir(path)) {
        fprintf(stderr, "'%s' holds captions: it is used with the recording beside it\n", path);
        return 0;
    }
    if (recordings_find(&files, &nb, path, &why) < 0) {
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++;
        return 0;
    }
    if (nb == 0)
        fprintf(stderr, "'%s' holds no file that looks like a recording\n", path);
    int ret = store_begin(a->event->store, err);
    for (size_t i = 0; i < nb && ret == 0; i++)
        ret = add_file(a, files[i], err);
    if (ret == 0)
        ret = store_commit(a->event->store, err);
    if (ret < 0)
        store_rollback(a->event->store);
    mem_free_strings(files, nb);
    return ret;
}

/* --- telling --------------------------------------------------------------------------------- */

static const struct match *match_of(const struct plan *p, size_t recording)
{
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (p->matches.rows[i].recording == (int)recording)
            return &p->matches.rows[i];
    return NULL;
}

static char *describe_match(const struct match *m)
{
    if (!m)
        return mem_strdup("no talk matches");
    AUTO_FREE char *talk =
        m->part ? mem_printf("%d/%d", m->talk, m->part) : mem_printf("%d", m->talk);
    return mem_printf("%stalk %s: %s%s%s", m->state == MATCH_SURE ? "" : "unclear, perhaps ", talk,
                      m->reason ? m->reason : "", m->suspicion ? "; " : "",
                      m->suspicion ? m->suspicion : "");
}

static void print_recordings(const struct plan *p)
{
    static const char *const headings[] = {"recording", ">length", "", NULL};
    struct table *t = table_create(headings);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const json_t *probe = p->sources[i].probe;
        const char *error = json_get_string(probe, "error", NULL);
        char length[CLOCK_BYTES] = "-";
        const int64_t ms = json_get_int(probe, "duration_ms", -1);
        AUTO_FREE char *match = describe_match(match_of(p, i));
        if (ms >= 0)
            clock_format_ms(length, ms, false);
        table_add(t, (const char *const[]){fs_basename(p->recordings[i].path), length,
                                           error    ? error
                                           : !probe ? "not probed"
                                                    : match});
    }
    table_print(t);
}

static void print_recordings_json(const struct plan *p)
{
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct match *m = match_of(p, i);
        json_array_append_new(list, json_pack("{s:o, s:O?, s:o, s:o, s:o}", "path",
                                              json_text(p->recordings[i].path), "probe",
                                              p->sources[i].probe, "talk",
                                              m ? json_integer(m->talk) : json_null(), "part",
                                              m && m->part ? json_integer(m->part) : json_null(),
                                              "sure", json_boolean(m && m->state == MATCH_SURE)));
    }
    cli_print_json(list);
}

static int add(const struct cli *cli, char **paths, int nb_paths, bool json, struct err *err)
{
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    struct executor_result result = {0};
    struct adding a = {.event = &event};
    struct job *jobs = NULL;
    size_t nb_jobs = 0;
    if (event_open(&event, cli->dir, err) < 0 || event_lock(&event, err) < 0 ||
        workdir_clean(event.work, err) < 0)
        return cli_fail(err);
    for (int i = 0; i < nb_paths; i++)
        if (add_path(&a, paths[i], err) < 0)
            return cli_fail(err);
    if (plan_load(&plan, &event, err) < 0)
        return cli_fail(err);
    plan_probes(&jobs, &nb_jobs, &plan);
    struct progress *progress = progress_create("probing", event.settings.workers, json);
    const int ret = executor_run_list(&result, &event, jobs, nb_jobs, progress, err);
    progress_destroy(progress);
    for (size_t i = 0; i < nb_jobs; i++)
        job_finish(&jobs[i]);
    free(jobs);
    if (ret < 0 || plan_refresh(&plan, err) < 0 || captions_note(&plan, err) < 0)
        return cli_fail(err);
    size_t nb_unclear = 0, nb_refused = 0;
    for (size_t i = 0; i < plan.matches.nb_rows; i++)
        nb_unclear += plan.matches.rows[i].state == MATCH_UNCLEAR;
    for (size_t i = 0; i < plan.nb_recordings; i++)
        nb_refused += json_object_get(plan.sources[i].probe, "error") != NULL;
    if (json)
        print_recordings_json(&plan);
    else {
        print_recordings(&plan);
        printf("\n%zu added, %zu known already; %zu cannot be read, %zu matches are unclear%s\n",
               a.nb_added, a.nb_known, nb_refused + a.nb_failed, nb_unclear,
               nb_unclear ? ": see 'talkpress match'" : "");
    }
    if (a.nb_failed || nb_refused || result.nb_failed || result.stopped)
        return result.no_space ? EXIT_TRY_AGAIN : EXIT_FAILED;
    return nb_unclear ? EXIT_NEEDS_PERSON : EXIT_OK;
}

int cmd_add(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    bool json = false;
    const struct cli_option options[] = {{"json", 0, NULL, &json}};
    const int status = cli_options(&argc, argv, options, 1);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc < 2)
        return cli_usage(argv[0], "which files or folders?");
    return add(cli, argv + 1, argc - 1, json, &err);
}

int cmd_remove(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    const int status = cli_options(&argc, argv, NULL, 0);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc < 2)
        return cli_usage(argv[0], "which files?");
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    if (event_open(&event, cli->dir, &err) < 0 || plan_load(&plan, &event, &err) < 0)
        return cli_fail(&err);
    for (int i = 1; i < argc; i++) {
        const int at = select_recording(&plan, argv[i], &err);
        if (at < 0 || store_remove_recording(event.store, plan.recordings[at].path, &err) < 0)
            return cli_fail(&err);
    }
    return EXIT_OK;
}
