/*
 * The job spec: everything that a worker is told of its job. It is the contract between the
 * coordinator, which writes it to a file, and the worker, which reads that file and nothing else of
 * the event; both may be on different machines. docs/jobs.md describes the stages.
 *
 * Strings and JSON values are borrowed: of a spec that was read, from its document; of one that was
 * planned, from the plan, or from the spec's own pool (job_spec_own). Lists are the spec's own.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "card.h"
#include "frame_grid.h"
#include "key.h"
#include "sandbox.h"
#include "stage.h"

struct err;

/* Far above any title card, and any cell that a card stands still in. */
enum { JOB_MAX_CARD_FRAMES = 1 << 20 };

/* One file of a recording, as it was when the job was planned. */
struct job_file {
    const char *path;
    int64_t size, mtime_ns;
};

/* A piece that a card, cell or sound job makes: one for each rendition that lacks it. */
struct job_output {
    char key[KEY_BYTES];
    const char *rendition;  /* its name */
    const json_t *settings; /* the rendition's "video" (of a card: its card's), or "audio" */
    int width, height;      /* of pictures */
};

/* Frames of the recording's grid, [begin, end), and how many frames of card come before them. */
struct job_range {
    int64_t begin, end, card_frames;
};

/* A title card. */
struct job_card {
    struct card_text text;
    const char *look; /* card_look_hash */
    int64_t nb_frames;
    int64_t fade_in_ms, fade_out_ms;
    AVRational fps;
    const char *template_path, *logo_path, *background_path; /* the last two may be NULL */
};

struct job_cell {
    int64_t key_frame, key_pts; /* where decoding begins: see struct picture_range */
    const char *fields;         /* as picture_traits_read takes it */
};

struct job_sound {
    const char *analysis; /* key of the loudness blocks */
    int audio_stream;     /* -1: none, silence */
    const char *use;      /* sound_use_format */
    double target_lufs, ceiling_dbtp;
};

struct job_captions {
    const char *path; /* NULL: a stream of the recording */
    const char *hash; /* of the file's content; "" unknown */
    int stream;       /* or -1 */
};

/* A segment of an assembly, and the seam after it. */
struct job_segment {
    char key[KEY_BYTES];
    const json_t *result; /* of the job that made it */
    int64_t nb_frames;    /* from the result, by job_spec_read */
    /* Whether this segment and the next were joined and decoded before. If not, the key under which
     * that is kept once this job has ended well, and the hashes of both. Of the last: unused. */
    bool seam_known;
    char seam_key[KEY_BYTES];
    const char *seam_before, *seam_after;
};

struct job_captions_track {
    char key[KEY_BYTES];
    const char *language; /* ISO 639-2/T, or NULL */
    const json_t *result;
};

/* What players show; NULL: left out. */
struct job_tags {
    const char *title, *artist, *album, *track, *date, *comment, *language;
};

struct job_assembly {
    const char *container; /* "mp4", "webm", "ogg" */
    struct job_segment *segments;
    size_t nb_segments; /* the card first; none for sound alone */
    char sound_key[KEY_BYTES];
    const json_t *sound; /* the result of the job that made it */
    struct job_captions_track *captions;
    size_t nb_captions;
    struct job_tags tags;
    AVRational fps;
    int width, height; /* 0 for sound alone */
    int key_frame_s;
    int64_t card_frames;
    const char *talk_title; /* of the chapter after the card */
    const json_t *remark;   /* of the pieces, to be handed on; NULL: none */
    const json_t *damage;   /* the same */
};

struct job_spec {
    enum stage stage;
    char key[KEY_BYTES];
    const char *work; /* the event's folder work/ */
    enum sandbox_mode sandbox;

    struct job_file *files; /* of the recording, in order; none where the stage reads none */
    size_t nb_files;
    const json_t *probe;       /* its probe's result; NULL: none */
    char probe_key[KEY_BYTES]; /* of a planned spec: "" where there is no probe */
    struct frame_grid grid;    /* the probe's, by job_spec_read, where the stage has a range */

    struct job_output *outputs; /* of STAGE_CARD, STAGE_CELL, STAGE_SOUND; else none */
    size_t nb_outputs;
    struct job_range range; /* of STAGE_CELL, _SOUND, _POSTER (of a recording), _CAPTIONS */

    int audio_stream; /* STAGE_ANALYSE: as the user chose; -1: the stage chooses */
    bool has_card;    /* STAGE_CARD, and STAGE_POSTER of sound alone */
    struct job_card card;
    struct job_cell cell; /* STAGE_CELL; STAGE_POSTER of a recording: fields */
    struct job_sound sound;
    struct job_captions captions;
    struct job_assembly assembly;

    json_t *document; /* what a spec that was read borrows from */
    struct {
        char **texts;
        size_t nb_texts;
        json_t *values; /* a list */
    } pool;
};

void job_spec_finish(struct job_spec *spec);
#define AUTO_JOB_SPEC ATTR_CLEANUP(job_spec_finish) struct job_spec

/* Gives a string, or a reference to a JSON value, to the spec's pool; NULL stays NULL. Returns it.
 */
const char *job_spec_own(struct job_spec *spec, char *text);
const json_t *job_spec_own_json(struct job_spec *spec, json_t *value);

/* The spec as a file has it; the caller's. */
json_t *job_spec_write(const struct job_spec *spec);

/* Reads and validates a spec; takes the document over in any case. ERR_INVALID names the member
 * that is wrong. Of what it borrows, results of earlier jobs are validated by their stages. */
ATTR_NODISCARD int job_spec_read(struct job_spec *out, json_t *document, struct err *err);

/* What the job leaves in work/: so many results, each under a key of its own, with a file of this
 * suffix beside it (NULL: none). */
size_t job_spec_nb_results(const struct job_spec *spec);
const char *job_spec_result_key(const struct job_spec *spec, size_t i);
const char *job_spec_ext(const struct job_spec *spec);

/* The files that the job reads: recording, captions, pieces, what the card shows. A new list; free
 * with mem_free_strings. Fonts are the worker's to add. */
char **job_spec_paths(size_t *out_nb, const struct job_spec *spec);
