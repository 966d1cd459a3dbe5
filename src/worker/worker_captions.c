#include "worker_stage.h"

#include <string.h>

#include "captions.h"
#include "err.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "probe.h"

/* The path may lead to another file than it did when the job was planned, also by a link that was
 * put there since. So only the content that was found then is used, or described in a message. */
static int read_file(struct cues *out, const char *path, const char *hash, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    char now[HASH_BYTES];
    if (fs_read(&bytes, &nb, path, CAPTIONS_MAX_BYTES, err) < 0)
        return err->code;
    hash_bytes(bytes, nb, now);
    if (strcmp(now, hash) != 0)
        return err_set(err, ERR_INVALID, "'%s' changed while talkpress was running: run it again",
                       path);
    return captions_read_text(out, path, bytes, nb, err);
}

static int read_captions(struct cues *out, struct worker *w, int64_t *begin_ms, struct err *err)
{
    const struct job_captions *from = &w->spec->captions;
    const char *recording;
    *begin_ms = 0;
    if (from->path) {
        if (!from->corrected)
            *begin_ms = probe_player_start_ms(w->spec->probe, &w->spec->grid);
        return read_file(out, from->path, from->hash, err);
    }
    if (worker_recording_path(&recording, w, err) < 0)
        return err->code;
    w->files.progress = worker_report_fraction;
    return captions_read_stream(out, recording, &w->files, from->stream, &w->spec->grid, err);
}

/* zero_ms: on the recording's clock, where that of the cues begins. */
static void cut(struct cues *cues, const struct job_range *range, const struct frame_grid *grid,
                int64_t zero_ms)
{
    const struct part_clock clock = job_range_clock(range, grid);
    const int64_t begin_ms = frame_grid_ms_of(grid, range->begin) - zero_ms,
                  card_ms = frame_grid_ms_of(grid, range->card_frames);
    for (size_t i = range->nb_drops;
         i-- > 0;) { /* the last one first: it moves none of the others */
        int64_t from_ms, to_ms;
        part_clock_drop_ms(&from_ms, &to_ms, &clock, i);
        captions_drop(cues, from_ms - zero_ms, to_ms - zero_ms);
    }
    captions_cut(cues, begin_ms, begin_ms + part_clock_length_ms(&clock), card_ms - begin_ms);
}

int worker_captions(struct worker *w, struct err *err)
{
    const struct frame_grid *grid = &w->spec->grid;
    AUTO_FREE char *tmp = worker_made_file(w, w->spec->key);
    AUTO_CUES cues = {0};
    int64_t zero_ms = 0;
    if (read_captions(&cues, w, &zero_ms, err) < 0)
        return err->code;
    cut(&cues, &w->spec->range, grid, zero_ms);
    if (captions_write(tmp, &cues, err) < 0)
        return err->code;
    AUTO_JSON *report = json_object();
    if (cues.nb_left_out) {
        json_object_set_new(report, "left_out", json_integer((json_int_t)cues.nb_left_out));
        json_object_set_new(report, "left_out_line", json_integer((json_int_t)cues.left_out_line));
    }
    return worker_deliver(w, w->spec->key, report, err);
}

/* --- checking what was written --------------------------------------------------------------- */

static int same_bytes(const char *a_path, const char *b_path, struct err *err)
{
    AUTO_FREE char *a = NULL, *b = NULL;
    size_t nb_a, nb_b;
    if (fs_read(&a, &nb_a, a_path, CAPTIONS_MAX_BYTES, err) < 0 ||
        fs_read(&b, &nb_b, b_path, CAPTIONS_MAX_BYTES, err) < 0)
        return err->code;
    return nb_a == nb_b && memcmp(a, b, nb_a) == 0
               ? 0
               : err_set(err, ERR_EXTERNAL,
                         "the captions are not written as talkpress writes them");
}

/* Reads the file as browsers do, and writes it again: then there is nothing in it that the cues do
 * not say. They are within the part, after its card. */
int worker_check_captions(json_t *found, struct worker *w, struct err *err)
{
    static const char empty[] = "WEBVTT\n";
    const struct frame_grid *grid = &w->spec->grid;
    const struct part_clock clock = job_range_clock(&w->spec->range, grid);
    const int64_t card_ms = frame_grid_ms_of(grid, w->spec->range.card_frames);
    const int64_t end_ms = card_ms + part_clock_length_ms(&clock);
    AUTO_FREE char *again = worker_tmp_file(w, CHECK_CAPTIONS);
    AUTO_CUES cues = {0};
    if (fs_size(w->file) >= (int64_t)sizeof empty && captions_read_file(&cues, w->file, err) < 0)
        return err->code;
    if (captions_write(again, &cues, err) < 0 || same_bytes(w->file, again, err) < 0)
        return err->code;
    for (size_t i = 0; i < cues.nb; i++)
        if (cues.cues[i].start_ms < card_ms || cues.cues[i].end_ms > end_ms)
            return err_set(err, ERR_EXTERNAL, "caption %zu is not within the part", i + 1);
    json_object_set_new(found, "cues", json_integer((json_int_t)cues.nb));
    return 0;
}
