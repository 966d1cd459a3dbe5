/* What the stages of a worker share: their job, their folder, telling progress, delivering. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "attr.h"
#include "frame_grid.h"

struct damage;
struct err;
struct media_params;

/* Far above any title card, and any cell that a card stands still in. */
enum { WORKER_MAX_CARD_FRAMES = 1 << 20 };

struct worker {
    const json_t *spec;
    const char *work, *key;
    char *tmp;                  /* our folder */
    int64_t frames;             /* of a segment, for progress */
    struct media_params *files; /* of the recording, after its first; ours */
    const char **more;          /* the list that files refers to; ours, its strings the spec's */
};

/* The frames of the recording that the job is about, and the card's before them. */
struct worker_range {
    int64_t begin, end, card_frames;
};

/* Members of a spec that name results, frames, the grid's rate. */
ATTR_NODISCARD int worker_need_key(const char **out, const json_t *obj, const char *name,
                                   struct err *err);
ATTR_NODISCARD int worker_need_range(struct worker_range *out, const struct worker *worker,
                                     const struct frame_grid *grid, struct err *err);
ATTR_NODISCARD int worker_need_fps(AVRational *out, const json_t *obj, struct err *err);

/* Progress from 0 to 1. Not 0: nobody listens any more, so stop. */
int worker_tell(double done);
/* The same, as stages call it that know no workers. */
int worker_tell_fraction(void *opaque, double fraction);

/* Of the i-th of the spec's outputs; that they are keys was looked at before the stage began. */
const char *worker_output_key(const struct worker *worker, size_t i);

/* Where there was any. */
void worker_add_damage(json_t *result, const struct damage *damage);

/* A new path in our folder. */
char *worker_tmp_file(const struct worker *worker, const char *name);

/* Leaves a finished file (NULL: there is none) and its result in our folder under the key's name,
 * for the process outside of the sandbox, which puts them into place. */
ATTR_NODISCARD int worker_deliver(const struct worker *worker, const char *key, const char *tmp,
                                  const char *ext, const json_t *result, struct err *err);

/* The recording's path, after a look that the file is still the one that the spec was made for. */
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
