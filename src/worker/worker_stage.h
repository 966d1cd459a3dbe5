/* What the stages of a worker share: their job, their folder, reporting progress, delivering. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "attr.h"
#include "job_spec.h"
#include "media.h"

struct damage;
struct err;

struct worker {
    const struct job_spec *spec;
    char *tmp;                 /* our folder */
    char **made;               /* a file in it for each of the spec's outputs; ours */
    int64_t frames;            /* of a segment, for progress */
    struct media_params files; /* of the recording, after its first file */
    const char **more;         /* the list that files points to; ours */
};

/* Progress from 0 to 1. Not 0: nobody listens any more, so stop. */
int worker_tell(double done);
/* The same, as stages call it that know no workers. */
int worker_tell_fraction(void *opaque, double fraction);

/* Where there was any. */
void worker_add_damage(json_t *result, const struct damage *damage);

/* A new path in our folder. */
char *worker_tmp_file(const struct worker *worker, const char *name);

/* Leaves a finished file (NULL: there is none) and its result in our folder under the key's name,
 * for the process outside of the sandbox, which puts them into place. */
ATTR_NODISCARD int worker_deliver(const struct worker *worker, const char *key, const char *tmp,
                                  const json_t *result, struct err *err);

/* Whether the recording's files are still those that the spec was made for: before the job, and
 * after it, since a file that was replaced, cut or still growing may have been read half and half.
 */
ATTR_NODISCARD int worker_check_recording(const struct job_spec *spec, struct err *err);

/* The recording's path, after a check that its files are still those that the spec was made for;
 * fills worker->files. */
ATTR_NODISCARD int worker_recording_path(const char **out, struct worker *worker, struct err *err);

/* The stages (docs/jobs.md). In worker_captions.c and worker_assemble.c: */
int worker_captions(struct worker *worker, struct err *err);
int worker_assemble(struct worker *worker, struct err *err);
/* In worker_sound.c: */
int worker_sound(struct worker *worker, struct err *err);
/* In worker_stages.c: */
int worker_probe(struct worker *worker, struct err *err);
int worker_analyse(struct worker *worker, struct err *err);
int worker_cell(struct worker *worker, struct err *err);
int worker_card(struct worker *worker, struct err *err);
int worker_poster(struct worker *worker, struct err *err);
