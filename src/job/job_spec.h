/*
 * The job spec: everything that a worker needs to know about its job. The coordinator writes it to
 * a file; the worker reads that file and nothing else of the event. docs/jobs.md describes the
 * stages.
 *
 * Strings and JSON values are borrowed. A spec that was read borrows from its document; a spec that
 * was planned borrows from the plan, or from its own pool (job_spec_own). Lists are owned.
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
#include "part_clock.h"
#include "sandbox.h"
#include "stage.h"

struct err;

/* On one sheet. */
enum { JOB_MAX_THUMBS = 100 };
/* Of a segment of a preview's sound: a minute. */
enum { JOB_MAX_PACKETS = 60 * 48000 / 1024 };
/* Upper limits: far above any title card and any cell that shows a still card; far above what a
 * talk has. */
enum { JOB_MAX_CARD_FRAMES = 1 << 20, JOB_MAX_DROPS = 100, JOB_MAX_OFFSET_MS = 60 * 1000 };

/* One file of a recording. The job fails if size or time of change differ from these. */
struct job_file {
    const char *path;
    int64_t size, mtime_ns;
};

/* A piece that a card, cell or sound job makes: one for each rendition in which it is missing. */
struct job_output {
    char key[KEY_BYTES];
    const char *rendition;  /* name of the rendition */
    const json_t *settings; /* the rendition's "video" (for cards, its card settings) or "audio" */
    int width, height;      /* of pictures, in pixels */
    const char *made_by;    /* what must encode it: encoder_set_other */
};

/* Frames begin to end - 1 of the recording's frame grid without the drops, which are as
 * part_drops_normalise() makes them, after card_frames frames of title card. */
struct job_range {
    int64_t begin, end, card_frames;
    const struct part_drop *drops;
    size_t nb_drops;
};

/* Its clock, without the card. */
struct part_clock job_range_clock(const struct job_range *range, const struct frame_grid *grid);

/* A title card. */
struct job_card {
    struct card_text text;
    const char *look; /* hash of template and pictures: card_look_hash */
    int64_t nb_frames;
    int64_t fade_in_ms, fade_out_ms;
    AVRational fps;
    const char *template_path;
    const char *logo_path, *background_path; /* NULL: none */
};

struct job_cell {
    int64_t key_frame, key_pts; /* where decoding begins: see struct picture_range */
    const char *fields;         /* interlacing, for picture_traits_read: "progressive" … */
};

struct job_sound {
    const char *analysis; /* key of the loudness blocks */
    int audio_stream;     /* -1: none, so the sound is silence */
    const char *use;      /* channels that are used: sound_use_format */
    double target_lufs, ceiling_dbtp;
    int offset_ms; /* it is heard so much later than recorded; may be negative */
};

struct job_captions {
    const char *path; /* NULL: a stream of the recording */
    const char *hash; /* hash of the file's content; "": not known */
    int stream;       /* index of the stream; -1: a file */
    /* The user corrected them: times count from the recording's first picture, not from where a
     * player begins; the file is in work/. */
    bool corrected;
    const char *text; /* of that file, which whoever starts the job writes; not in the document */
};

/* A sheet of the storyboard of a finished file in work/. */
struct job_storyboard {
    char file[KEY_BYTES]; /* its key */
    const char *container;
    int64_t duration_ms; /* of its picture */
    int64_t sheet;       /* from 0 */
};

/* A segment of a recording's preview: one output, whose file is a header and one fragment. */
struct job_preview {
    bool sound; /* the stream and channels of job_sound; its other members are unused */
    /* Of the picture: frames, [begin, end). */
    int64_t begin, end;
    /* Of the sound: packets of 1024 samples at 48 kHz, counted from frame 0. */
    int64_t first_packet, nb_packets;
    int channels; /* 1 or 2 */
};

/* Thumbnails of a recording on a sheet, row by row. */
struct job_thumbs {
    int64_t *frames; /* owned; ascending */
    size_t nb_frames;
    bool exact; /* these frames; else key pictures near them */
    int columns, width, height;
};

/* A segment of an assembly, and the seam between it and the next segment. */
struct job_segment {
    char key[KEY_BYTES];
    const json_t *result; /* of the job that made it */
    int64_t nb_frames;    /* from the result; set by job_spec_read */
    /* Whether this segment and the next one were joined and decoded in an earlier job. If not, this
     * job does so, and its success is kept under seam_key with the hashes of both segments. Unused
     * in the last segment. */
    bool seam_known;
    char seam_key[KEY_BYTES];
    const char *seam_before, *seam_after;
};

struct job_captions_track {
    char key[KEY_BYTES];
    const char *language; /* ISO 639-2/T, or NULL */
    const json_t *result;
};

/* A chapter of the part, on the clock of a file with the card. */
struct job_chapter {
    int64_t start_ms;
    const char *title;
};

/* The tags of the file; NULL: no such tag. */
struct job_tags {
    const char *title, *artist, *album, *track, *date, *comment, *language;
};

struct job_assembly {
    const char *container; /* "mp4", "webm", "ogg", "mp3" */
    struct job_segment *segments;
    size_t nb_segments; /* the card first; 0: a file without picture */
    char sound_key[KEY_BYTES];
    const json_t *sound; /* result of the job that made it */
    struct job_captions_track *captions;
    size_t nb_captions;
    struct job_chapter *chapters; /* in order of time, the first at 0; none: those of every file */
    size_t nb_chapters;
    struct job_tags tags;
    AVRational fps;
    int width, height; /* in pixels; 0: a file without picture */
    int key_frame_s;
    int64_t card_frames;
    const char *talk_title; /* of the chapter after the card, unless there are others */
    const json_t *remark;   /* of the pieces, copied to the result; NULL: none */
    const json_t *damage;   /* likewise */
};

struct job_spec {
    enum stage stage;
    char key[KEY_BYTES];
    const char *work; /* path of the event's folder work/ */
    const char *tmp;  /* where the worker creates its own folder; NULL: WORK/tmp */
    /* A file that must be there when the worker places results: if it is not, another worker has
     * the job. NULL: nobody else has it. */
    const char *claim;
    enum sandbox_mode sandbox;

    struct job_file *files; /* of the recording, in order; none if the stage reads none */
    size_t nb_files;
    const json_t *probe;       /* result of the recording's probe; NULL: none */
    char probe_key[KEY_BYTES]; /* only in a planned spec; "": no probe */
    struct frame_grid grid;    /* from the probe; set by job_spec_read if the stage has a range */

    struct job_output *outputs; /* STAGE_CARD, STAGE_CELL, STAGE_SOUND, STAGE_PREVIEW */
    size_t nb_outputs;
    struct job_range range; /* STAGE_CELL, _SOUND, _CAPTIONS, _POSTER of a recording */

    int audio_stream; /* STAGE_ANALYSE: the user's choice; -1: the stage chooses */
    bool has_card;    /* STAGE_CARD; STAGE_POSTER of a recording without picture */
    struct job_card card;
    struct job_cell
        cell; /* STAGE_CELL; only fields: STAGE_POSTER of a recording, _PREVIEW, _THUMBS */
    struct job_sound sound;
    struct job_captions captions;
    struct job_assembly assembly;
    struct job_storyboard storyboard;
    struct job_preview preview;
    struct job_thumbs thumbs;

    json_t *document; /* of a spec that was read; NULL: planned */
    struct {
        char **texts;
        size_t nb_texts;
        json_t *values; /* a list */
        struct part_drop *drops;
    } pool;
};

void job_spec_finish(struct job_spec *spec);
#define AUTO_JOB_SPEC ATTR_CLEANUP(job_spec_finish) struct job_spec

/* Moves a string, or a reference to a JSON value, into the spec's pool, and returns it. NULL stays
 * NULL. */
const char *job_spec_own(struct job_spec *spec, char *text);
const json_t *job_spec_own_json(struct job_spec *spec, json_t *value);

/* The spec as JSON, as a spec file contains it; a new value. Of a spec that was read: what was
 * read, with tmp, claim and sandbox as they are now. */
json_t *job_spec_write(const struct job_spec *spec);

/* Reads and validates a spec. Takes over the document, also on failure. ERR_INVALID names the
 * member that is wrong. Results of earlier jobs in it are validated by the stages that use them. */
ATTR_NODISCARD int job_spec_read(struct job_spec *out, json_t *document, struct err *err);

/* The results that the job writes to work/: their number (at least 1), the key of each, and the
 * suffix of the file beside each KEY.json (NULL: no file). */
size_t job_spec_nb_results(const struct job_spec *spec);
const char *job_spec_result_key(const struct job_spec *spec, size_t i);
const char *job_spec_ext(const struct job_spec *spec);

/* The paths of all files that the job reads, except fonts: recording, captions, pieces, the card's
 * template and pictures. A new list, to be freed with mem_free_strings. */
char **job_spec_paths(size_t *out_nb, const struct job_spec *spec);
