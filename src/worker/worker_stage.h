/* What all stages of a worker use: the job, its folder, progress, delivery of reports. They run
 * inside the sandbox. Private to worker/. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "attr.h"
#include "job_spec.h"
#include "media.h"

struct content_hash;
struct damage;
struct err;

struct worker {
    const struct job_spec *spec;
    const char *dir;           /* path of the outer process's folder, work/tmp/KEY-PID */
    const char *tmp;           /* path of the inner process's folder in it, which alone it writes */
    const char *file;          /* the finished file that it checks; NULL: it makes the files */
    const json_t *report;      /* what the process reported that made this file */
    struct content_hash *hash; /* of the recording, computed by the outer process */
    char **made;               /* owned; path of a file in it for each of the spec's outputs */
    char **made_by;            /* owned; what encodes it: encoder_set_made_by */
    int64_t frames, before;    /* for progress: number of frames to encode, and encoded before */
    struct media_params files; /* the files of the recording after the first */
    const char **more;         /* owned; the list that files points to */
};

/* How far the probe's progress goes: the rest is that of the content's hash (content_hash.h), which
 * is read at the same time. */
#define WORKER_PROBED 0.9

/* Reports progress, 0 to 1. Returns nonzero if the coordinator has ended: the job must stop. */
int worker_report(double done);
/* The same, as a callback of the pipeline. */
int worker_report_fraction(void *opaque, double fraction);

/* Adds "damage" to a result, if there is any. */
void worker_add_damage(json_t *result, const struct damage *damage);

/* The path of a file in the inner process's folder; a new string. */
char *worker_tmp_file(const struct worker *worker, const char *name);

/* The path of the file that belongs to a result, KEY.EXT in the inner process's folder; a new
 * string. It exists: the sandbox allows neither making nor renaming a file. */
char *worker_made_file(const struct worker *worker, const char *key);

/* Delivers a report, whose file is complete: writes it to KEY.json in the inner process's folder.
 * The outer process takes both (worker_take.h). */
ATTR_NODISCARD int worker_deliver(const struct worker *worker, const char *key,
                                  const json_t *report, struct err *err);

/* Checks that the recording's files are those of the spec, by size and time of change. This is done
 * before the job and after it, because a file may be replaced or grow while it is read. ERR_INVALID
 * names the file that has changed. */
ATTR_NODISCARD int worker_check_recording(const struct job_spec *spec, struct err *err);
/* The same for one file, which is open as fd, or not (-1). */
ATTR_NODISCARD int worker_check_file(const struct job_file *file, int fd, struct err *err);

/* Checks the recording's files (worker_check_recording), sets worker->files, and returns the path
 * of the first file in *out. */
ATTR_NODISCARD int worker_recording_path(const char **out, struct worker *worker, struct err *err);

/* The stages (docs/jobs.md). In worker_captions.c and worker_assemble.c: */
int worker_captions(struct worker *worker, struct err *err);
int worker_assemble(struct worker *worker, struct err *err);
int worker_check_captions(json_t *found, struct worker *worker, struct err *err);
int worker_check_assembled(json_t *found, struct worker *worker, struct err *err);
/* In worker_sound.c: */
int worker_sound(struct worker *worker, struct err *err);
/* In worker_preview.c: */
int worker_preview(struct worker *worker, struct err *err);
int worker_thumbs(struct worker *worker, struct err *err);
int worker_check_preview(json_t *found, struct worker *worker, struct err *err);
int worker_check_thumbs(const struct worker *worker, struct err *err);
/* In worker_stages.c: */
int worker_probe(struct worker *worker, struct err *err);
int worker_analyse(struct worker *worker, struct err *err);
int worker_cell(struct worker *worker, struct err *err);
int worker_card(struct worker *worker, struct err *err);
int worker_poster(struct worker *worker, struct err *err);
int worker_storyboard(struct worker *worker, struct err *err);

/* Checks a finished file: worker->file, which an attacker may have written, against the spec. It
 * runs in a process of its own, in a sandbox that can read only this file and captions that were
 * checked before. Delivers what it found under CHECK_KEY. In worker_check.c. */
int worker_check(struct worker *worker, struct err *err);
#define CHECK_KEY "check"
/* The file that the check of captions writes. */
#define CHECK_CAPTIONS "again.vtt"
/* Whether files of the stage are published, so that they are checked. */
bool worker_checks(enum stage stage);
