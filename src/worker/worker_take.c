#include "worker_take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content_hash.h"
#include "frame_grid.h"
#include "fs.h"
#include "job_result.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "sound.h"
#include "storyboard_grid.h"
#include "workdir.h"
#include "worker_stage.h"

void taken_finish(struct taken *t)
{
    json_decref(t->report);
    json_decref(t->check);
    free(t->file);
    *t = (struct taken){0};
}

/* Checks a file of an inner process: it must be a regular file, and not a hard link to another. */
static int check_made(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return err_errno(err, errno, "cannot find '%s'", path);
    if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        return err_set(err, ERR_EXTERNAL, "the worker wrote '%s', which is not a regular file",
                       path);
    return st.st_size > 0 ? 0 : err_set(err, ERR_EXTERNAL, "the worker did not write '%s'", path);
}

/* --- reports ---------------------------------------------------------------------------------- */

/* Keeps a report that is not valid in failed/, for a look at it, if it is short. */
static void keep_report(const struct worker *w, const char *path, const char *key)
{
    enum { MAX_BYTES = 1 << 20 };
    struct stat st;
    AUTO_FREE char *kept = workdir_failed_report(w->spec->work, key);
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MAX_BYTES)
        (void)rename(path, kept); /* nothing depends on it */
}

static int take_report(json_t **out, const struct worker *w, const char *key, struct err *err)
{
    AUTO_FREE char *name = mem_printf("%s.json", key), *path = worker_tmp_file(w, name);
    if (check_made(path, err) < 0)
        return err->code;
    if (job_result_read_report(out, w->spec->stage, path, "what the worker reported", err) == 0)
        return 0;
    keep_report(w, path, key);
    return err->code;
}

int worker_take_check(struct taken *t, const struct worker *w, struct err *err)
{
    AUTO_FREE char *path = worker_tmp_file(w, CHECK_KEY ".json");
    return job_result_read_check(&t->check, path, "what the check of the file reported", err);
}

/* --- files ------------------------------------------------------------------------------------ */

/* Whether a file begins as those of its suffix do, so that what is published under a name is at
 * least no web page or program. */
static int check_type(const char *path, const char *ext, struct err *err)
{
    static const struct {
        const char *ext, *bytes;
        size_t at, nb;
    } types[] = {
        {"mp4", "ftyp", 4, 4},    {"webm", "\x1a\x45\xdf\xa3", 0, 4},
        {"ogg", "OggS", 0, 4},    {"jpg", "\xff\xd8\xff", 0, 3},
        {"mp3", "ID3", 0, 3},     {"vtt", "WEBVTT", 0, 6},
        {"bin", "tploud2", 0, 8},
    };
    char head[16] = {0};
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const ssize_t got = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
    if (got < 0)
        err_errno(err, errno, "cannot read '%s'", path);
    if (fd >= 0)
        close(fd);
    for (size_t i = 0; got >= 0 && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].ext, ext) == 0 &&
            memcmp(head + types[i].at, types[i].bytes, types[i].nb) == 0)
            return 0;
    return err_set(err, ERR_EXTERNAL, "the worker wrote a file that is no .%s file", ext);
}

/*
 * Moves the file out of the folder of the process that made it, so that nobody can change it any
 * more: this process has ended, with all its threads (it could not start others, and its memory
 * mappings ended with it); the inner processes of other workers can write only in their own
 * folders, and no file has a second name. So the file that is checked, the one whose sum is taken,
 * and the one that is published are the same. Without Landlock none of this is sure.
 */
static int take_file(struct taken *t, const struct worker *w, const char *ext, struct err *err)
{
    AUTO_FREE char *name = mem_printf("%s.%s", t->key, ext), *made = worker_tmp_file(w, name);
    AUTO_FREE char *to = fs_join(w->dir, name);
    if (check_made(made, err) < 0 || check_type(made, ext, err) < 0)
        return err->code;
    if (rename(made, to) < 0)
        return err_errno(err, errno, "cannot rename '%s'", made);
    t->file = mem_take(&to);
    return 0;
}

int worker_take(struct taken *out, const struct worker *w, size_t i, struct err *err)
{
    const char *ext = job_spec_ext(w->spec);
    out->key = job_spec_result_key(w->spec, i);
    out->made_by = i < w->spec->nb_outputs ? w->made_by[i] : NULL;
    return take_report(&out->report, w, out->key, err) < 0 ||
                   (ext && take_file(out, w, ext, err) < 0)
               ? err->code
               : 0;
}

/* --- whether it can be the result of this job ------------------------------------------------- */

static int check_number(const json_t *result, const char *name, int64_t least, int64_t most,
                        struct err *err)
{
    const int64_t v = json_get_int(result, name, least);
    return v >= least && v <= most
               ? 0
               : err_set(err, ERR_EXTERNAL,
                         "what the worker reported does not fit its job: '%s' is %lld, should be "
                         "%lld to %lld",
                         name, (long long)v, (long long)least, (long long)most);
}

/* Encoders of AAC leave out some of the last samples: see struct sound_result. */
static int check_samples(const json_t *result, const struct job_spec *s, struct err *err)
{
    enum { LEFT_OUT = 1024 };
    const struct part_clock clock = job_range_clock(&s->range, &s->grid);
    const int64_t frames = s->range.card_frames + part_clock_frames(&clock);
    const int64_t nb = sound_samples_at(&s->grid, frames);
    return check_number(result, "samples", nb - LEFT_OUT, nb + LEFT_OUT, err);
}

/* Chapters are proposed from the changes: they are within the sheet, each after the one before. */
static int check_changes(const json_t *result, const struct job_storyboard *b, struct err *err)
{
    const int64_t sheet_ms = storyboard_interval_ms(b->duration_ms) * STORYBOARD_PER_SHEET;
    int64_t least_ms = b->sheet * sheet_ms;
    size_t i;
    json_t *change;
    json_array_foreach(json_object_get(result, "changes"), i, change) {
        const int64_t at_ms = json_integer_value(json_array_get(change, 0)),
                      strength = json_integer_value(json_array_get(change, 1));
        if (at_ms < least_ms || at_ms >= (b->sheet + 1) * sheet_ms || at_ms > b->duration_ms ||
            strength < 0 || strength > 1000)
            return err_set(err, ERR_EXTERNAL,
                           "what the worker reported does not fit its job: a change at %lld ms, of "
                           "%lld thousandths",
                           (long long)at_ms, (long long)strength);
        least_ms = at_ms + 1;
    }
    return 0;
}

static int check_poster(const json_t *result, const struct job_spec *s, struct err *err)
{
    const struct part_clock clock = job_range_clock(&s->range, &s->grid);
    if (check_number(result, "frame", s->range.begin, s->range.end - 1, err) < 0)
        return err->code;
    return part_clock_has(&clock, json_get_int(result, "frame", s->range.begin))
               ? 0
               : err_set(err, ERR_EXTERNAL,
                         "what the worker reported does not fit its job: its picture is not in "
                         "the part");
}

/* The numbers that the plan and later jobs rely on are those of the spec. */
static int check_fit(const json_t *result, const struct taken *t, const struct job_spec *s,
                     struct err *err)
{
    const int64_t nb_frames = s->range.end - s->range.begin;
    switch (s->stage) {
    case STAGE_CARD:
        return check_number(result, "frames", s->card.nb_frames, s->card.nb_frames, err);
    case STAGE_CELL:
        return check_number(result, "frames", nb_frames, nb_frames, err);
    case STAGE_SOUND:
        return check_samples(result, s, err);
    case STAGE_POSTER:
        return s->has_card ? 0 : check_poster(result, s, err);
    case STAGE_STORYBOARD:
        return check_changes(result, &s->storyboard, err);
    case STAGE_ANALYSE: {
        const json_t *streams = json_object_get(s->probe, "streams");
        const int64_t blocks = (fs_size(t->file) - LOUDNESS_HEAD_BYTES) / LOUDNESS_BLOCK_BYTES;
        return check_number(result, "stream", -1, (int64_t)json_array_size(streams) - 1, err) < 0
                   ? err->code
                   : check_number(result, "blocks", blocks, blocks, err);
    }
    case STAGE_PREVIEW:
    case STAGE_THUMBS:
    case STAGE_PROBE:
    case STAGE_CAPTIONS:
    case STAGE_ASSEMBLE:
    case NB_STAGES:
        break;
    }
    return 0;
}

/* --- the result ------------------------------------------------------------------------------- */

static void set(json_t *result, const char *name, const json_t *value)
{
    if (value)
        json_object_set(result, name, (json_t *)(uintptr_t)value);
}

static void add_maker(json_t *list, const json_t *piece)
{
    size_t i;
    json_t *one, *maker = json_object_get(piece, "made_by");
    json_array_foreach(list, i, one) {
        if (json_equal(one, maker))
            return;
    }
    if (json_is_string(maker))
        json_array_append(list, maker);
}

/* What made its pieces; those of earlier versions do not say it. */
static void add_makers(json_t *result, const struct job_assembly *a)
{
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < a->nb_segments; i++)
        add_maker(list, a->segments[i].result);
    add_maker(list, a->sound);
    if (json_array_size(list))
        json_object_set(result, "made_by", list);
}

/* The members of an assembly that follow from its pieces. */
static void add_pieces(json_t *result, const struct job_assembly *a)
{
    int64_t nb_frames = 0;
    for (size_t i = 0; i < a->nb_segments; i++)
        nb_frames += a->segments[i].nb_frames;
    const struct frame_grid grid = {.fps = a->fps};
    const int64_t card = a->nb_segments ? 0 : sound_samples_at(&grid, a->card_frames);
    const int64_t nb_samples = json_get_int(a->sound, "samples", 0) - card;
    json_object_set_new(result, "frames", json_integer(nb_frames));
    json_object_set_new(result, "samples", json_integer(nb_samples));
    set(result, "loudness_lufs", json_object_get(a->sound, "loudness_lufs"));
    set(result, "peak_dbtp", json_object_get(a->sound, "peak_dbtp"));
    set(result, "gain_db", json_object_get(a->sound, "gain_db"));
    set(result, "damage", a->damage);
    set(result, "remark", a->remark);
    add_makers(result, a);
}

/* Adds what the outer process knows itself. It counts more than what an inner process reported. */
static int complete_result(json_t *result, const struct taken *t, const struct worker *w,
                           struct err *err)
{
    const struct job_spec *s = w->spec;
    if (t->check) {
        json_object_update(result, t->check);
        json_object_set_new(result, "bytes", json_integer(fs_size(t->file)));
        json_object_set_new(result, "sha256", json_string(t->sha256));
    }
    if (t->made_by)
        json_object_set_new(result, "made_by", json_text(t->made_by));
    if (s->stage == STAGE_ASSEMBLE)
        add_pieces(result, &s->assembly);
    return s->stage == STAGE_PROBE ? content_hash_add(w->hash, result, err) : 0;
}

static int make_result(json_t **out, const struct taken *t, const struct worker *w, struct err *err)
{
    AUTO_JSON *result = json_copy(t->report);
    if (complete_result(result, t, w, err) < 0 ||
        job_result_check(result, w->spec->stage, "what the worker reported", err) < 0 ||
        check_fit(result, t, w->spec, err) < 0)
        return err->code;
    *out = mem_take(&result);
    return 0;
}

/* Result and file come into the same folder, which fs_commit flushes; a file without its result is
 * ignored. */
int worker_place(const struct taken *t, const struct worker *w, struct err *err)
{
    const char *work = w->spec->work;
    AUTO_JSON *result = NULL;
    AUTO_FREE char *name = mem_printf("%s.json", t->key), *json = fs_join(w->dir, name);
    AUTO_FREE char *to = workdir_path(work, t->key, "json");
    if (make_result(&result, t, w, err) < 0 || workdir_prepare(work, t->key, err) < 0)
        return err->code;
    if (json_print_file(json, result, JSON_RESULT_STYLE, err) < 0)
        return err->code;
    if (t->file) {
        AUTO_FREE char *place = workdir_path(work, t->key, job_spec_ext(w->spec));
        if (fs_place(t->file, place, err) < 0)
            return err->code;
    }
    return fs_commit(json, to, err);
}
