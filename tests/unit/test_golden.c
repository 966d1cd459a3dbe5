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

#include "event.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "recordings.h"
#include "store.h"
#include "str.h"
#include "support.h"

#include "../golden/difference.h"
#include "../golden/events.h"
#include "../golden/seen.h"
#include "../golden/tape.h"

static const char golden_file[] = SOURCE_DIR "/tests/golden/jobs.txt";
static const char data_folder[] = SOURCE_DIR "/pipeline";

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
    AUTO_FREE char *text = json_compact(value);
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
    AUTO_FREE char *again = json_compact(o);
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
    AUTO_FREE char *text = json_compact(o);
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

static void choose_ranges(const struct event *event, const struct tape *t, const char *fingerprint)
{
    struct err err = {0};
    struct chosen_offset offset = {.sound_ms = t->offset_ms};
    struct chosen_drop drops[2];
    memcpy(offset.recording, fingerprint, sizeof offset.recording);
    for (size_t i = 0; i < 2; i++)
        drops[i] = (struct chosen_drop){.begin = t->drops[i][0], .end = t->drops[i][1]};
    if (drops[0].end)
        assert_done(store_choose_drops(event->store, t->talks[0], 1, fingerprint, drops, 2, &err));
    if (t->offset_ms)
        assert_done(store_choose_offset(event->store, t->talks[0], 1, &offset, &err));
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
    choose_ranges(event, t, fingerprint);
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
