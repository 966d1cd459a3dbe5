/*
 * Pins keys and job specs byte by byte, so that later versions find what is in an event's store and
 * ask workers for the same. The events of tests/golden/events.h are planned in waves; made-up
 * results take the place of encoding. All keys and specs are compared with tests/golden/jobs.txt.
 * Where a difference is intended (a stage's version, a rendition's settings), write that file again
 * and review its changes:
 *
 *     TALKPRESS_GOLDEN=write build/dev/tests/test_golden
 */
#include <fcntl.h>
#include <jansson.h>
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
#include "support.h"
#include "workdir.h"

#include "../golden/difference.h"
#include "../golden/events.h"
#include "../golden/tape.h"

static const char golden_file[] = SOURCE_DIR "/tests/golden/jobs.txt";
static const char data_folder[] = SOURCE_DIR "/pipeline";

/* --- the program's inside -------------------------------------------------------------------- */

/* The rest of the test knows jobs, parts and recordings only through these functions; of a plan,
 * that it is loaded and refreshed and has a programme. */

struct seen_job {
    const char *stage;
    char key[33];
    char *what, *spec; /* spec: the bytes that the worker reads */
    bool reads;
    double cost;
    int talk, part;
};

struct seen_jobs {
    struct seen_job *jobs;
    size_t nb;
};

struct seen_part {
    char *state;   /* a line */
    char *outputs; /* a line for each */
    struct seen_jobs wave;
};

static void forget_jobs(struct seen_jobs *seen)
{
    for (size_t i = 0; i < seen->nb; i++) {
        free(seen->jobs[i].what);
        free(seen->jobs[i].spec);
    }
    free(seen->jobs);
    *seen = (struct seen_jobs){0};
}

static void forget_part(struct seen_part *seen)
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
        seen->spec = json_dumps(written, JSON_COMPACT);
        assert_non_null(seen->spec);
        check_reading(&spec, seen->spec);
    }
}

static void see_jobs_of_recordings(struct seen_jobs *out, struct plan *plan, bool analyses)
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

static void see_part(struct seen_part *out, struct plan *plan, const struct talk *talk,
                     const struct part *part)
{
    struct err err = {0};
    AUTO_PART_PLAN pp = {0};
    assert_done(plan_part(&pp, plan, talk, part, &err));
    check_listing(plan, &pp);
    *out = (struct seen_part){.state = describe_state(&pp), .outputs = describe_outputs(&pp)};
    see_jobs(&out->wave, pp.jobs, pp.nb_jobs, plan, &pp);
}

/* Every key that a part uses, three in a line. */
static char *see_keys(struct plan *plan, const struct talk *talk, const struct part *part)
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

static void see_recording(struct str *out, const struct plan *plan, size_t i)
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

/* The notes on captions beside recordings, by key. */
static void see_captions_notes(struct str *out, const struct plan *plan)
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

/* Not flushed to disk: there are hundreds. */
static void put_file(const char *path, const char *text)
{
    AUTO_FREE char *dir = fs_dirname(path);
    (void)mkdir(dir, 0777); /* it may be there */
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* Puts what a job made where a run would: in work/ and, unless unwritten, in the store. */
static void put_result(const struct event *event, const char *stage, const char *key,
                       const char *ext, const json_t *result, bool unwritten)
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

static void put_blocks(const struct event *event, const char *key, const struct tape *tape)
{
    struct err err = {0};
    AUTO_FREE char *path = workdir_path(event->work, key, "bin");
    put_file(path, ""); /* makes its folder */
    assert_done(tape_write_blocks(tape, path, &err));
}

/* --- the text -------------------------------------------------------------------------------- */

struct known_value {
    char *name, *text;
};

struct walk {
    struct event *event;
    const struct tape *tapes;
    size_t nb_tapes;
    struct str text;
    struct known_value *known; /* long values of specs, which the text has once */
    size_t nb_known;
    int kept_talk;
    char last_cell[33]; /* of kept_talk: the last that was made */
};

/* Breaks compact JSON into lines: after each member of the object, and after each object inside one
 * of these. Compact JSON has no line breaks of its own, so no difference is hidden. */
static void add_in_lines(struct str *out, const char *json)
{
    int depth = 0;
    bool quoted = false;
    for (const char *s = json; *s; s++) {
        if (quoted && *s == '\\') {
            str_add_bytes(out, s++, 2);
            continue;
        }
        quoted = quoted != (*s == '"');
        depth += quoted ? 0 : (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        str_add_bytes(out, s, 1);
        if (!quoted && *s == ',' && (depth == 1 || (depth == 2 && s[-1] == '}')))
            str_addf(out, "\n%*s", 4 * depth, "");
    }
    str_add(out, "\n");
}

/* Replaces a long member that many specs have by its name, and prints it once. A value that differs
 * from the one of that name stays. */
static void shorten(struct walk *w, json_t *object, const char *member, char *name)
{
    AUTO_FREE char *own_name = name;
    const json_t *value = json_object_get(object, member);
    if (!json_is_object(value))
        return;
    AUTO_FREE char *text = json_dumps(value, JSON_COMPACT);
    size_t i = 0;
    while (i < w->nb_known && strcmp(w->known[i].name, name) != 0)
        i++;
    if (i == w->nb_known) {
        w->known = mem_grow(w->known, w->nb_known, sizeof *w->known);
        w->known[w->nb_known++] = (struct known_value){mem_strdup(name), mem_strdup(text)};
        str_addf(&w->text, "  %s =\n    ", name);
        add_in_lines(&w->text, text);
    }
    if (strcmp(w->known[i].text, text) == 0)
        json_object_set_new(object, member, json_string(name));
}

static void show_spec(struct walk *w, const char *stage, const char *spec)
{
    AUTO_JSON *o = json_loads(spec, 0, NULL);
    AUTO_FREE char *again = json_dumps(o, JSON_COMPACT);
    assert_string_equal(again, spec); /* so what is shown is what the worker reads */
    const char *path = json_get_string(json_object_get(o, "recording"), "path", "");
    size_t i;
    json_t *output;
    shorten(w, o, "probe", mem_printf("@probe of %s@", fs_basename(path)));
    json_array_foreach(json_object_get(o, "outputs"), i, output) {
        const char *rendition = json_get_string(output, "rendition", "");
        shorten(w, output, "video", mem_printf("@%s of %s@", stage, rendition));
        shorten(w, output, "audio", mem_printf("@sound of %s@", rendition));
    }
    AUTO_FREE char *text = json_dumps(o, JSON_COMPACT);
    str_add(&w->text, "    ");
    add_in_lines(&w->text, text);
}

static void show_job(struct walk *w, const struct seen_job *job)
{
    str_addf(&w->text, "  job %s %s%s, cost %.6f: %s\n", job->stage, job->key,
             job->reads ? ", reads" : "", job->cost, job->what);
    show_spec(w, job->stage, job->spec);
}

static const struct tape *tape_of(const struct walk *w, const json_t *spec)
{
    const char *path = json_get_string(json_object_get(spec, "recording"), "path", "");
    for (size_t i = 0; i < w->nb_tapes; i++)
        if (strcmp(w->tapes[i].name, fs_basename(path)) == 0)
            return &w->tapes[i];
    return NULL;
}

static void put_seams(const struct walk *w, const json_t *spec)
{
    struct err err = {0};
    size_t i;
    json_t *seam;
    json_array_foreach(json_object_get(spec, "seams"), i, seam) {
        if (json_is_object(seam))
            assert_done(store_set_result(w->event->store, json_get_string(seam, "key", ""), "seam",
                                         json_object_get(seam, "joined"), &err));
    }
}

static void do_job(struct walk *w, const struct seen_job *job)
{
    AUTO_JSON *spec = json_loads(job->spec, 0, NULL);
    const struct tape *tape = tape_of(w, spec);
    const json_t *outputs = json_object_get(spec, "outputs");
    const size_t nb = outputs ? json_array_size(outputs) : 1;
    if (strcmp(job->stage, "analyse") == 0)
        put_blocks(w->event, job->key, tape);
    for (size_t i = 0; i < nb; i++) {
        const char *key = json_get_string(outputs ? json_array_get(outputs, i) : spec, "key", "");
        AUTO_JSON *result = tape_result(tape, job->stage, key, spec);
        put_result(w->event, job->stage, key, tape_ext(job->stage, spec), result,
                   tape && tape->unwritten);
        if (i == 0 && strcmp(job->stage, "cell") == 0 && job->talk == w->kept_talk)
            memcpy(w->last_cell, key, sizeof w->last_cell);
    }
    put_seams(w, spec);
}

static void do_jobs(struct walk *w, const struct seen_jobs *wave)
{
    for (size_t i = 0; i < wave->nb; i++)
        show_job(w, &wave->jobs[i]);
    for (size_t i = 0; i < wave->nb; i++)
        do_job(w, &wave->jobs[i]);
}

/* Wave after wave until nothing more is to be made. */
static void walk_part(struct walk *w, struct plan *plan, const struct talk *talk,
                      const struct part *part)
{
    AUTO_FREE char *keys = see_keys(plan, talk, part);
    str_addf(&w->text, "\n--- talk %d part %d\n", talk->number, part->number);
    for (bool done = false; !done;) {
        struct seen_part seen;
        see_part(&seen, plan, talk, part);
        done = !seen.wave.nb;
        str_addf(&w->text, "  now: %s\n%s", seen.state, done ? seen.outputs : "");
        for (size_t i = 0; i < seen.wave.nb; i++) {
            assert_int_equal(seen.wave.jobs[i].talk, talk->number);
            assert_int_equal(seen.wave.jobs[i].part, part->number);
        }
        do_jobs(w, &seen.wave);
        forget_part(&seen);
    }
    AUTO_FREE char *keys_when_made = see_keys(plan, talk, part);
    assert_string_equal(keys_when_made, keys);
    str_add(&w->text, keys);
}

static void walk_recordings(struct walk *w, struct plan *plan)
{
    struct err err = {0};
    char matches[33];
    keys_matches(matches);
    str_addf(&w->text, "  matches %s\n", matches);
    for (int analyses = 0; analyses < 2; analyses++) {
        struct seen_jobs wave;
        see_jobs_of_recordings(&wave, plan, analyses);
        do_jobs(w, &wave);
        forget_jobs(&wave);
        assert_done(plan_refresh(plan, &err));
    }
    for (size_t i = 0; i < w->nb_tapes; i++)
        see_recording(&w->text, plan, i);
    see_captions_notes(&w->text, plan);
}

static void walk_parts(struct walk *w, struct plan *plan, int only)
{
    for (size_t i = 0; i < plan->programme.nb_talks; i++)
        for (size_t k = 0; k < plan->programme.talks[i].nb_parts; k++)
            if (!only || plan->programme.talks[i].number == only)
                walk_part(w, plan, &plan->programme.talks[i], &plan->programme.talks[i].parts[k]);
}

static void finish_walk(struct walk *w)
{
    for (size_t i = 0; i < w->nb_known; i++) {
        free(w->known[i].name);
        free(w->known[i].text);
    }
    free(w->known);
    str_finish(&w->text);
}

/* --- events ---------------------------------------------------------------------------------- */

/* As if it was written at a fixed time. */
static void put_recording(const char *path, const char *text)
{
    const struct timespec at[] = {{1272445200, 123456789}, {1272445200, 123456789}};
    AUTO_STR s = {0};
    for (int i = 0; i < 10000; i++)
        str_add(&s, text);
    put_file(path, s.s);
    assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
}

static void choose(const struct event *event, const struct tape *t, const char *fingerprint)
{
    struct err err = {0};
    struct chosen_cut cut = {.begin = t->cut[0], .end = t->cut[1]};
    struct chosen_sound sound = {.stream = t->chosen_stream};
    memcpy(cut.recording, fingerprint, sizeof cut.recording);
    snprintf(sound.use, sizeof sound.use, "%s", t->chosen_use ? t->chosen_use : "");
    for (size_t i = 0; i < NB(t->talks) && t->talks[i]; i++)
        assert_done(store_choose_match(event->store, t->talks[i], t->part, fingerprint, &err));
    if (t->chosen_stream)
        assert_done(store_choose_sound(event->store, fingerprint, &sound, &err));
    if (cut.end)
        assert_done(store_choose_cut(event->store, t->talks[0], 1, &cut, &err));
}

static void add_tape(const struct event *event, const struct tape *t)
{
    struct err err = {0};
    const char *const names[] = {t->name, t->more};
    struct recording_file files[2] = {0};
    struct recording recording;
    const size_t nb = t->more ? 2 : 1;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *path = mem_printf("%s/recordings/%s", event->dir, names[i]);
        put_recording(path, names[i]);
        assert_done(recording_look(&files[i], path, NULL, &err));
    }
    recording_of_files(&recording, files, nb, nb > 1);
    assert_done(store_set_recording(event->store, &recording, &err));
    choose(event, t, recording.fingerprint);
    recording_finish(&recording);
    for (size_t i = 0; i < nb; i++)
        free(files[i].path);
}

static void set_programme(const struct event *event, const struct sample *s, int retitled)
{
    struct err err = {0};
    size_t nb = 0;
    AUTO_PROGRAMME p = {0};
    while (nb < NB(s->talks) && s->talks[nb].number)
        nb++;
    talks_make(&p, s->talks, nb);
    free(p.name);
    free(p.place);
    free(p.begin);
    free(p.end);
    p.name = mem_strdup(s->event);
    p.place = mem_strdup(s->place);
    p.begin = mem_strdup(s->begin);
    p.end = mem_strdup(s->end);
    if (retitled) {
        struct talk *t = programme_find(&p, retitled);
        free(t->title);
        t->title = mem_strdup("A Better Title");
    }
    assert_done(store_set_programme(event->store, &p, &err));
}

static char *replaced(char *text, const char *from, const char *to)
{
    AUTO_STR s = {0};
    const char *rest = text;
    for (const char *at; (at = strstr(rest, from)); rest = at + strlen(from)) {
        str_add_bytes(&s, rest, (size_t)(at - rest));
        str_add(&s, to);
    }
    str_add(&s, rest);
    free(text);
    return str_take(&s);
}

/* %s is replaced by dir. */
static void put_settings(const char *dir, const char *given, bool storyboards)
{
    AUTO_FREE char *settings = mem_printf("%s%s", given, storyboards ? "" : "storyboards: off\n");
    AUTO_FREE char *path = fs_join(dir, "talkpress.yaml");
    AUTO_FREE char *text = replaced(mem_strdup(settings), "%s", dir);
    put_file(path, text);
}

static void make_event(struct event *out, const struct sample *s, const char *folder)
{
    struct err err = {0};
    assert_done(fs_mkdirs(folder, &err));
    AUTO_FREE char *dir = realpath(folder, NULL);
    assert_done(event_init(dir, &err));
    put_settings(dir, s->settings, s->storyboards);
    for (size_t i = 0; i < NB(s->files) && s->files[i].name; i++) {
        AUTO_FREE char *path = fs_join(dir, s->files[i].name);
        put_file(path, s->files[i].text);
    }
    assert_done(event_open(out, dir, &err));
    assert_done(store_begin(out->store, &err));
    set_programme(out, s, 0);
    for (size_t i = 0; i < NB(s->tapes) && s->tapes[i].name; i++)
        add_tape(out, &s->tapes[i]);
}

/* A corrected title needs another card, and other files of the same cells. Their seams are known,
 * except those of a cell that was made again with other content. */
static void walk_retitled(struct walk *w, const struct sample *s)
{
    struct err err = {0};
    AUTO_PLAN plan = {0};
    AUTO_JSON *other = tape_segment_result("cell made again, with other bytes", 600);
    set_programme(w->event, s, s->changed);
    assert_done(store_set_result(w->event->store, w->last_cell, "cell", other, &err));
    assert_done(plan_load(&plan, w->event, &err));
    str_add(&w->text, "\n=== a corrected title, and a cell made again\n");
    walk_parts(w, &plan, s->changed);
}

/* With new captions, the files that carry them wait until they are read. */
static void walk_captioned(struct walk *w, const struct sample *s)
{
    struct err err = {0};
    AUTO_PLAN plan = {0};
    AUTO_FREE char *path = fs_join(w->event->dir, s->later_captions.name);
    put_file(path, s->later_captions.text);
    assert_done(plan_load(&plan, w->event, &err));
    str_add(&w->text, "\n=== captions added\n");
    walk_parts(w, &plan, s->changed);
}

/* Asks for what the event lacks under other settings. */
static void walk_later(struct walk *w, const struct sample *s)
{
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    put_settings(w->event->dir, s->later_settings, s->storyboards);
    assert_done(event_open(&event, w->event->dir, &err));
    assert_done(plan_load(&plan, &event, &err));
    struct event *before = w->event;
    w->event = &event;
    str_add(&w->text, "\n=== other settings\n");
    walk_parts(w, &plan, 0);
    w->event = before;
}

/* While a disk is unplugged nothing is made again, and captions beside recordings stay known. */
static void check_unplugged(struct walk *w, const struct sample *s)
{
    struct err err = {0};
    AUTO_FREE char *path = fs_join(w->event->dir, s->unplugged);
    AUTO_PLAN before = {0};
    AUTO_PLAN now = {0};
    assert_done(plan_load(&before, w->event, &err));
    assert_int_equal(unlink(path), 0);
    assert_done(plan_load(&now, w->event, &err));
    for (size_t i = 0; i < now.programme.nb_talks; i++)
        for (size_t k = 0; k < now.programme.talks[i].nb_parts; k++) {
            struct seen_part a, b;
            see_part(&a, &before, &before.programme.talks[i], &before.programme.talks[i].parts[k]);
            see_part(&b, &now, &now.programme.talks[i], &now.programme.talks[i].parts[k]);
            assert_string_equal(b.state, a.state);
            assert_string_equal(b.outputs, a.outputs);
            forget_part(&a);
            forget_part(&b);
        }
}

static char *walk_sample(const struct sample *s, const char *folder)
{
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    struct walk w = {.event = &event, .tapes = s->tapes, .kept_talk = s->changed};
    while (w.nb_tapes < NB(s->tapes) && s->tapes[w.nb_tapes].name)
        w.nb_tapes++;
    make_event(&event, s, folder);
    assert_done(plan_load(&plan, &event, &err));
    str_addf(&w.text, "=== event: %s\n", s->name);
    walk_recordings(&w, &plan);
    walk_parts(&w, &plan, 0);
    if (s->changed) {
        walk_retitled(&w, s);
        walk_captioned(&w, s);
    }
    if (s->unplugged)
        check_unplugged(&w, s);
    assert_done(store_commit(event.store, &err));
    if (s->later_settings)
        walk_later(&w, s);
    char *text = replaced(str_take(&w.text), event.dir, "@DIR@");
    finish_walk(&w);
    return replaced(text, data_folder, "@DATA@");
}

/* The text of all events, made in folders below name. */
static char *walk_all(const char *name)
{
    AUTO_STR s = {0};
    setenv("TALKPRESS_DATA", data_folder, 1);
    for (size_t i = 0; i < NB(samples); i++) {
        AUTO_FREE char *folder = folder_path("%s/%zu", name, i);
        AUTO_FREE char *text = walk_sample(&samples[i], folder);
        str_addf(&s, "%s%s", i ? "\n" : "", text);
    }
    return str_take(&s);
}

/* --- the tests ------------------------------------------------------------------------------- */

static void test_as_it_was(void **state)
{
    (void)state;
    struct err err = {0};
    const char *wanted = getenv("TALKPRESS_GOLDEN");
    AUTO_FREE char *now = walk_all("event"), *golden = NULL;
    if (wanted && strcmp(wanted, "write") == 0)
        assert_done(fs_write_atomic(golden_file, now, strlen(now), &err));
    assert_done(fs_read(&golden, NULL, golden_file, 1 << 24, &err));
    if (strcmp(golden, now) == 0)
        return;
    golden_print_difference(golden_file, golden, now);
    fail_msg("keys or job specs are not what they were; if that is meant, write the file with "
             "TALKPRESS_GOLDEN=write and review it");
}

/* The text depends neither on the folder nor on what this process planned before. */
static void test_wherever_it_lies(void **state)
{
    (void)state;
    AUTO_FREE char *once = walk_all("a"), *again = walk_all("another folder, below/another");
    if (strcmp(once, again) == 0)
        return;
    golden_print_difference("once", once, again);
    fail_msg("keys or job specs depend on the event's folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_it_was),
        cmocka_unit_test(test_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
