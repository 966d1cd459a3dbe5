#include "seen.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "captions_source.h"
#include "event.h"
#include "fs.h"
#include "job.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "programme.h"
#include "recordings.h"
#include "store.h"
#include "str.h"
#include "tape.h"
#include "workdir.h"

void forget_jobs(struct seen_jobs *seen)
{
    for (size_t i = 0; i < seen->nb; i++) {
        free(seen->jobs[i].what);
        free(seen->jobs[i].spec);
    }
    free(seen->jobs);
    *seen = (struct seen_jobs){0};
}

void forget_part(struct seen_part *seen)
{
    free(seen->state);
    free(seen->outputs);
    forget_jobs(&seen->wave);
}

/* What the worker reads from the spec says what was planned: written again, it is the same. */
static void check_reading(const struct job_spec *planned, const char *text)
{
    struct err err = {0};
    AUTO_JOB_SPEC read = {0};
    assert_done(job_spec_read(&read, json_loads(text, 0, NULL), &err));
    assert_int_equal(read.stage, planned->stage);
    assert_string_equal(read.key, planned->key);
    assert_int_equal(read.nb_files, planned->nb_files);
    assert_int_equal(job_spec_nb_results(&read), job_spec_nb_results(planned));
    for (size_t i = 0; i < job_spec_nb_results(planned); i++)
        assert_string_equal(job_spec_result_key(&read, i), job_spec_result_key(planned, i));
    assert_int_equal(read.sound.offset_ms, planned->sound.offset_ms);
    assert_int_equal(read.range.nb_drops, planned->range.nb_drops);
    for (size_t i = 0; i < planned->range.nb_drops; i++)
        assert_memory_equal(&read.range.drops[i], &planned->range.drops[i],
                            sizeof *read.range.drops);
    size_t nb_read, nb_planned;
    char **paths = job_spec_paths(&nb_read, &read), **named = job_spec_paths(&nb_planned, planned);
    assert_int_equal(nb_read, nb_planned);
    for (size_t i = 0; i < nb_read; i++)
        assert_string_equal(paths[i], named[i]);
    mem_free_strings(paths, nb_read);
    mem_free_strings(named, nb_planned);
}

static void see_jobs(struct seen_jobs *out, struct job *jobs, size_t nb, const struct plan *plan,
                     const struct part_plan *part)
{
    struct err err = {0};
    *out = (struct seen_jobs){mem_zalloc(nb, sizeof *out->jobs), nb};
    for (size_t i = 0; i < nb; i++) {
        struct seen_job *seen = &out->jobs[i];
        AUTO_JOB_SPEC spec = {0};
        assert_done(plan_begin_job(&spec, &jobs[i], plan, part, &err));
        AUTO_JSON *written = job_spec_write(&spec);
        *seen = (struct seen_job){.stage = stage_name(jobs[i].stage),
                                  .what = mem_strdup(jobs[i].what),
                                  .reads = jobs[i].reads,
                                  .cost = jobs[i].cost,
                                  .talk = jobs[i].talk,
                                  .part = jobs[i].part};
        memcpy(seen->key, jobs[i].key, sizeof seen->key);
        seen->spec = json_print(written, JSON_COMPACT_STYLE);
        assert_non_null(seen->spec);
        check_reading(&spec, seen->spec);
    }
}

void see_jobs_of_recordings(struct seen_jobs *out, struct plan *plan, bool analyses)
{
    struct job *jobs = NULL;
    size_t nb = 0;
    if (analyses)
        plan_analyses(&jobs, &nb, plan, NULL, 0);
    else
        plan_probes(&jobs, &nb, plan);
    see_jobs(out, jobs, nb, plan, NULL);
    for (size_t i = 0; i < nb; i++)
        job_finish(&jobs[i]);
    free(jobs);
}

/* A plan that asks listings of work/ finds the same jobs. */
static void check_listing(struct plan *plan, const struct part_plan *made)
{
    struct err err = {0};
    AUTO_PART_PLAN pp = {0};
    plan_list_work(plan, true);
    assert_done(plan_part(&pp, plan, made->talk, made->part, &err));
    plan_list_work(plan, false);
    assert_int_equal(pp.nb_jobs, made->nb_jobs);
    assert_int_equal(pp.nb_cells, made->nb_cells);
    assert_int_equal(pp.nb_cells_done, made->nb_cells_done);
    assert_int_equal(pp.nb_outputs, made->nb_outputs);
    assert_int_equal(pp.nb_outputs_done, made->nb_outputs_done);
    assert_int_equal(pp.verdict, made->verdict);
    for (size_t i = 0; i < pp.nb_jobs; i++) {
        assert_int_equal(pp.jobs[i].stage, made->jobs[i].stage);
        assert_string_equal(pp.jobs[i].key, made->jobs[i].key);
        assert_true(pp.jobs[i].cost == made->jobs[i].cost);
        assert_int_equal(pp.jobs[i].reads, made->jobs[i].reads);
    }
    for (size_t i = 0; i < pp.nb_outputs; i++)
        assert_string_equal(pp.outputs[i].key, made->outputs[i].key);
}

static char *describe_state(const struct part_plan *pp)
{
    AUTO_STR s = {0};
    str_add(&s, verdict_name(pp->verdict));
    if (pp->cut_known)
        str_addf(&s, ", frames %lld to %lld%s%s", (long long)pp->begin, (long long)pp->end,
                 pp->cut_by_hand ? " by hand" : "", pp->cut_proposed ? " proposed" : "");
    if (pp->cut_moved_ms)
        str_addf(&s, ", moved by %lld ms", (long long)pp->cut_moved_ms);
    if (pp->nb_cells)
        str_addf(&s, ", %zu of %zu cells", pp->nb_cells_done, pp->nb_cells);
    str_addf(&s, ", %zu of %zu outputs", pp->nb_outputs_done, pp->nb_outputs);
    if (pp->nb_jobs)
        str_addf(&s, ", %zu jobs, cost %.6f, later %.6f", pp->nb_jobs, pp->cost_left,
                 pp->cost_later);
    str_addf(&s, "%s%s%s", pp->waiting ? ", waits" : "", pp->held ? ", held" : "",
             pp->state == PART_COMPLETE ? ", complete" : "");
    return str_take(&s);
}

static char *describe_outputs(const struct part_plan *pp)
{
    AUTO_STR s = {0};
    AUTO_FREE char *base = talk_file_name(pp->talk, pp->part->number);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        str_addf(&s, "  output %s %s%s %s%s\n", o->key, base, o->suffix,
                 o->kind == OUTPUT_RENDITION    ? o->rendition->name
                 : o->kind == OUTPUT_CAPTIONS   ? "captions"
                 : o->kind == OUTPUT_STORYBOARD ? "storyboard"
                                                : "poster",
                 o->result ? "" : ", not made");
    }
    return str_take(&s);
}

void see_part(struct seen_part *out, struct plan *plan, const struct talk *talk,
              const struct part *part)
{
    struct err err = {0};
    AUTO_PART_PLAN pp = {0};
    assert_done(plan_part(&pp, plan, talk, part, &err));
    check_listing(plan, &pp);
    *out = (struct seen_part){.state = describe_state(&pp), .outputs = describe_outputs(&pp)};
    see_jobs(&out->wave, pp.jobs, pp.nb_jobs, plan, &pp);
}

char *see_keys(struct plan *plan, const struct talk *talk, const struct part *part)
{
    struct err err = {0};
    AUTO_STR s = {0};
    char(*keys)[33] = NULL;
    size_t nb = 0;
    assert_done(plan_keys(&keys, &nb, plan, talk, part, &err));
    for (size_t i = 0; i < nb; i++)
        str_addf(&s, "%s%s", i == 0 ? "  keys " : i % 3 == 0 ? "\n       " : " ", keys[i]);
    if (nb)
        str_add(&s, "\n");
    free(keys);
    return str_take(&s);
}

void see_recording(struct str *out, const struct plan *plan, size_t i)
{
    const struct recording *r = &plan->recordings[i];
    const struct source *s = &plan->sources[i];
    char note[33];
    keys_captions_note(note, r->fingerprint);
    str_addf(out, "  recording %s '%s'\n    probe    %s\n    analysis %s\n    captions %s\n",
             r->fingerprint, fs_basename(r->path), s->probe_key,
             s->analysis_key[0] ? s->analysis_key : "-", note);
    for (size_t k = 0; k < r->nb_files; k++) {
        char key[33];
        keys_probe(key, r->files[k].fingerprint);
        str_addf(out, "    file %s '%s' probe %s\n", r->files[k].fingerprint,
                 fs_basename(r->files[k].path), key);
    }
    for (size_t k = 0; k < s->nb_captions; k++)
        str_addf(out, "    captions %s stream %d %s '%s' '%s' '%s'\n",
                 s->captions[k].hash[0] ? s->captions[k].hash : "-", s->captions[k].stream,
                 s->captions[k].path ? fs_basename(s->captions[k].path) : "-", s->captions[k].codec,
                 s->captions[k].language, s->captions[k].suffix);
    for (size_t k = 0; k < s->nb_cuts; k++)
        str_addf(out, "    cut of talk %d/%d: frames %lld to %lld%s\n", s->cuts[k].talk->number,
                 s->cuts[k].part->number, (long long)s->cuts[k].begin, (long long)s->cuts[k].end,
                 s->cuts[k].by_hand ? " by hand" : "");
}

void see_captions_notes(struct str *out, const struct plan *plan)
{
    struct err err = {0};
    assert_done(captions_note(plan, &err));
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        char key[33];
        AUTO_JSON *note = NULL;
        keys_captions_note(key, plan->recordings[i].fingerprint);
        assert_done(store_result(&note, plan->event->store, key, &err));
        if (note) {
            AUTO_FREE char *text = json_canonical(note);
            str_addf(out, "  note %s %s\n", key, text);
        }
    }
}

void put_file(const char *path, const char *text)
{
    AUTO_FREE char *dir = fs_dirname(path);
    (void)mkdir(dir, 0777); /* it may be there */
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

void put_result(const struct event *event, const char *stage, const char *key, const char *ext,
                const json_t *result, bool unwritten)
{
    struct err err = {0};
    AUTO_FREE char *file = workdir_path(event->work, key, ext),
                   *json = workdir_path(event->work, key, "json");
    if (*ext && !fs_exists(file)) {
        put_file(file, "");
        assert_int_equal(truncate(file, json_get_int(result, "bytes", 0)), 0);
    }
    if (unwritten) {
        AUTO_FREE char *text = json_canonical(result);
        put_file(json, text);
    } else {
        assert_done(store_set_result(event->store, key, stage, result, &err));
    }
}

void put_blocks(const struct event *event, const char *key, const struct tape *tape)
{
    struct err err = {0};
    AUTO_FREE char *path = workdir_path(event->work, key, "bin");
    put_file(path, ""); /* makes its folder */
    assert_done(tape_write_blocks(tape, path, &err));
}
