/*
 * scale-event DIR TALKS [new|made|files]: an event of so many talks in DIR, which 'talkpress init'
 * made, with two recordings for each: one that its name and length match, and a second camera's.
 * Recordings are tiny files; their probes and analyses are in the store, as if they were of 20 to
 * 47 minutes. "new": no more than that. "made": also everything that a run would make, results and
 * their files in work/: empty, names of a few that are shared, because millions would take an hour
 * and all inodes of a disk. "files": the recordings are not added yet, but their probes are in
 * the store, so that 'add' starts no worker.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "probe.h"
#include "programme.h"
#include "recordings.h"
#include "stand_in.h"
#include "store.h"
#include "str.h"
#include "workdir.h"

enum { FPS = 25, CELL_S = PROBE_CELL_MS / 1000, NB_COMMON = 200, TITLE_WORDS = 6 };

/* --- the programme --- */

/* A made-up word, each number its own. */
static char *word(unsigned n)
{
    static const char *const syllables[] = {"ba", "ko", "ri", "tu", "ne", "sa", "lo", "mi",
                                            "du", "ga", "fe", "pi", "zo", "ha", "vu", "je"};
    AUTO_STR s = {0};
    n = n * 2654435761u; /* odd: no two are alike */
    for (int i = 0; i < 8; i++, n >>= 4)
        str_add(&s, syllables[n & 15]);
    return str_take(&s);
}

/* Two words that many titles have, then rare ones. */
static char *title(int nb_talks)
{
    AUTO_STR s = {0};
    for (int i = 0; i < TITLE_WORDS; i++) {
        const unsigned r = (unsigned)rand();
        AUTO_FREE char *w = word(i < 2 ? r % NB_COMMON : NB_COMMON + r % (3 * (unsigned)nb_talks));
        str_addf(&s, "%s%s", i ? " " : "", w);
    }
    return str_take(&s);
}

static void make_programme(struct programme *p, int nb_talks)
{
    p->name = mem_strdup("Conference of Scale");
    p->place = mem_strdup("Nowhere");
    p->begin = mem_strdup("2010-04-28");
    p->end = mem_strdup("2010-04-29");
    for (int i = 1; i <= nb_talks; i++) {
        struct talk *t = programme_add_talk(p, i);
        t->title = title(nb_talks);
        t->section = mem_printf("Track %d", i % 20 + 1);
        t->abstract = mem_printf("What %s is about, in some words more than its title.", t->title);
        AUTO_FREE char *family = word((unsigned)(5000000 + i));
        AUTO_FREE char *speaker = mem_printf("Ada %s", family);
        talk_add_speaker(t, speaker);
        talk_add_part(t, 1200 + rand() % 1600);
    }
}

/* --- recordings --- */

static json_t *make_probe(const struct recording_file *f, int64_t duration_ms)
{
    const json_int_t frames = duration_ms * FPS / 1000;
    json_t *cells = json_array();
    for (json_int_t at = 0; at < frames; at += (json_int_t)CELL_S * FPS)
        json_array_append_new(cells, json_pack("[I, I]", at, at * (90000 / FPS)));
    json_t *streams = json_pack(
        "[{s:i, s:s, s:s, s:i, s:i, s:i, s:I, s:I, s:s}, {s:i, s:s, s:s, s:i, s:i, s:i, s:I, s:I}]",
        "index", 0, "type", "video", "codec", "h264", "width", 1280, "height", 720, "start_ms", 0,
        "end_ms", (json_int_t)duration_ms, "packets", frames, "pixel_format", "yuv420p", "index", 1,
        "type", "audio", "codec", "aac", "channels", 2, "rate", 48000, "start_ms", 0, "end_ms",
        (json_int_t)duration_ms, "packets", frames * 2);
    return json_pack(
        "{s:o, s:s, s:[], s:n, s:I, s:[], s:{s:[i, i], s:I, s:i, s:[i, i]}, s:s, s:i, s:i, s:I, "
        "s:n, s:o, s:n, s:{s:i, s:i, s:i, s:[i, i], s:i, s:b, s:b, s:b}, s:{s:i, s:i, s:i, s:i, "
        "s:I}}",
        "cells", cells, "container", "mov,mp4", "corrupt", "creation_time", "duration_ms",
        (json_int_t)duration_ms, "gaps", "grid", "fps", FPS, 1, "frames", frames, "origin", 0,
        "time_base", 1, 90000, "hash", f->fingerprint, "nb_corrupt", 0, "nb_gaps", 0, "size",
        (json_int_t)f->size, "sound_error", "streams", streams, "truncated", "video", "stream", 0,
        "width", 1280, "height", 720, "sar", 1, 1, "rotation", 0, "flip", 0, "interlaced", 0,
        "variable", 0, "audio", "stream", 1, "channels", 2, "rate", 48000, "start_ms", 0, "end_ms",
        (json_int_t)duration_ms);
}

/* Adds the recording, as if it had been probed and analysed. */
static int add_recording(const struct event *e, const struct recording *r, json_t *probe,
                         struct err *err)
{
    AUTO_JSON *analysis =
        json_pack("{s:i, s:s, s:s, s:f, s:f, s:i, s:i, s:i, s:i, s:b, s:n, s:n}", "stream", 1,
                  "use", "both", "fields", "progressive", "loudness_lufs", -23.0, "peak_dbtp", -3.0,
                  "silence_head_ms", 0, "silence_tail_ms", 0, "black_head_ms", 0, "black_tail_ms",
                  0, "sound_at_end", 0, "picture_damage", "sound_damage");
    char analysis_key[33];
    keys_analysis(analysis_key, json_get_string(probe, "hash", ""), -1);
    return store_set_recording(e->store, r, err) < 0 ||
                   store_set_result(e->store, analysis_key, "analyse", analysis, err) < 0
               ? err->code
               : stand_in_file(e->work, analysis_key, "bin", "", err);
}

static int make_recording(const struct event *e, const char *dir, const char *name,
                          int64_t duration_ms, bool added, struct err *err)
{
    AUTO_FREE char *path = fs_join(dir, name);
    struct recording_file file = {0};
    struct recording r = {0};
    char probe_key[33];
    FILE *f = fopen(path, "w");
    if (!f || fputs(name, f) < 0 || fclose(f) != 0)
        return err_set(err, ERR_IO, "cannot write '%s'", path);
    if (recording_look(&file, path, NULL, err) < 0)
        return err->code;
    recording_of_files(&r, &file, 1, false);
    AUTO_JSON *probe = make_probe(&file, duration_ms);
    keys_probe(probe_key, r.fingerprint);
    int ret = store_set_result(e->store, probe_key, "probe", probe, err);
    if (ret == 0 && added)
        ret = add_recording(e, &r, probe, err);
    recording_finish(&r);
    free(file.path);
    return ret;
}

static int make_recordings(const struct event *e, const struct programme *p, bool added,
                           struct err *err)
{
    AUTO_FREE char *dir = fs_join(e->dir, "recordings");
    if (fs_mkdirs(dir, err) < 0)
        return err->code;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        const int64_t listed_ms = (int64_t)t->parts[0].listed_s * 1000;
        AUTO_FREE char *slug = str_slug(t->title, 40);
        AUTO_FREE char *first = mem_printf("%05d-%s.mp4", t->number, slug);
        AUTO_FREE char *second = mem_printf("MVI_%05d.MOV", t->number);
        if (make_recording(e, dir, first, listed_ms + rand() % 1000 / 40 * 40, added, err) < 0 ||
            make_recording(e, dir, second, listed_ms + 30000 + rand() % 90000, added, err) < 0)
            return err->code;
    }
    return 0;
}

/* --- what a run would make --- */

enum { MAX_NAMES = 50000 }; /* of a file: ext4 takes 65,000 */

struct maker {
    struct event *event;
    enum stage stage;
    size_t nb_cells, nb_names;
    char *shared; /* the file that gets another name */
};

static int add_name(struct maker *m, const char *key, const char *ext, struct err *err)
{
    const char *work = m->event->work;
    AUTO_FREE char *path = workdir_path(work, key, ext);
    if (m->nb_names++ % MAX_NAMES == 0) {
        free(m->shared);
        m->shared = mem_strdup(path);
        return stand_in_file(work, key, ext, "", err);
    }
    if (workdir_prepare(work, key, err) < 0)
        return err->code;
    return link(m->shared, path) < 0 ? err_errno(err, errno, "cannot link '%s'", path) : 0;
}

static int keep(void *opaque, const char *key, const char *ext, const json_t *result,
                struct err *err)
{
    struct maker *m = opaque;
    m->nb_cells += m->stage == STAGE_CELL;
    return add_name(m, key, ext, err) < 0 || add_name(m, key, "json", err) < 0
               ? err->code
               : store_set_result(m->event->store, key, stage_name(m->stage), result, err);
}

/* Wave after wave, as a run does it. Returns 1 when nothing more is to be made. */
static int make_wave(struct maker *m, struct plan *plan, const struct talk *talk, struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    if (plan_part(&pp, plan, talk, &talk->parts[0], err) < 0)
        return err->code;
    for (size_t i = 0; i < pp.nb_jobs; i++) {
        AUTO_JOB_SPEC spec = {0};
        m->stage = pp.jobs[i].stage;
        if (plan_begin_job(&spec, &pp.jobs[i], plan, &pp, err) < 0 ||
            stand_in_results(&spec, keep, m, err) < 0)
            return err->code;
    }
    if (!pp.nb_jobs && pp.state != PART_COMPLETE)
        return err_set(err, ERR_BUG, "talk %d did not become complete: %s", talk->number,
                       pp.waiting ? pp.waiting : pp.cause);
    return pp.nb_jobs == 0;
}

static int make_all(struct event *event, struct err *err)
{
    AUTO_PLAN plan = {0};
    struct maker m = {.event = event};
    if (plan_load(&plan, event, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan.programme.nb_talks; i++) {
        int made = 0;
        while (!made && (made = make_wave(&m, &plan, &plan.programme.talks[i], err)) >= 0)
            ;
        if (made < 0)
            return made;
        /* SQLite looks through all that is not in the database's file yet: so not for long. */
        if (i % 50 == 49 &&
            (store_commit(event->store, err) < 0 || store_begin(event->store, err) < 0))
            return err->code;
    }
    free(m.shared);
    printf("%zu cells\n", m.nb_cells);
    return 0;
}

static int make_event(const char *dir, int nb_talks, const char *kind, struct err *err)
{
    AUTO_EVENT event = {.lock = -1};
    AUTO_PROGRAMME programme = {0};
    srand(1); /* the same event each time */
    make_programme(&programme, nb_talks);
    if (event_open(&event, dir, err) < 0 || store_begin(event.store, err) < 0 ||
        store_set_programme(event.store, &programme, err) < 0 ||
        make_recordings(&event, &programme, strcmp(kind, "files") != 0, err) < 0 ||
        (strcmp(kind, "made") == 0 && make_all(&event, err) < 0))
        return err->code;
    return store_commit(event.store, err);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    const int nb_talks = argc > 2 ? atoi(argv[2]) : 0;
    const char *kind = argc > 3 ? argv[3] : "new";
    if (nb_talks < 1 || argc > 4 ||
        (strcmp(kind, "new") != 0 && strcmp(kind, "made") != 0 && strcmp(kind, "files") != 0)) {
        fputs("scale-event DIR TALKS [new|made|files]\n", stderr);
        return 2;
    }
    if (make_event(argv[1], nb_talks, kind, &err) == 0)
        return 0;
    fprintf(stderr, "scale-event: %s\n", err.msg);
    return 1;
}
