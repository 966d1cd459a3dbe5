/*
 * What a part is made from: the cells within its cut, and for each rendition the keys of its
 * pieces. Jobs and their specs are derived from it. Private to part/.
 *
 * Each kind of job has a file with both halves: plan_…() adds the missing jobs to the part, and
 * spec_…() fills the spec of a job that starts.
 */
#pragma once

#include "job.h"
#include "job_spec.h"
#include "part.h"

struct cell {
    int64_t begin, end;         /* frames begin to end - 1 of the recording, within the cut */
    int64_t key_frame, key_pts; /* where decoding begins: see struct picture_range */
};

/* One rendition of the part. */
struct piecework {
    const struct rendition *rendition;
    int width, height; /* in pixels; 0: a rendition without picture */
    char base[KEY_BYTES], card_base[KEY_BYTES];
    char card_key[KEY_BYTES], cells_key[KEY_BYTES], sound_key[KEY_BYTES];
    bool ready; /* card, cells, sound and captions are made */
};

struct part_work {
    const json_t *video; /* from the probe; not an object: no picture, so the card is shown */
    int64_t card_frames;
    struct cell *cells;
    size_t nb_cells;
    struct piecework *works; /* one for each rendition in the settings */
    size_t nb_works;
    char (*captions)[KEY_BYTES]; /* keys, one for each of the source's captions */
    size_t nb_captions;
};

/* --- part_work.c: shared by all kinds of jobs --- */

bool part_has_picture(const struct part_plan *part);
/* Interlacing, for picture_traits_read: "flagged", "progressive" … */
const char *part_fields(const struct part_plan *part);
/* The number of frames of its card, also before the work is planned. */
int64_t part_card_frames(const struct part_plan *part, const struct plan *plan);
struct job_range part_range(const struct part_plan *part);

/* Lists the cells within the cut, unless they are listed. Returns 0, 1 if the probe's cells are not
 * valid, or a negative code. */
ATTR_NODISCARD int part_list_cells(struct part_plan *part, const struct plan *plan,
                                   struct err *err);
void part_cell_key(char out[KEY_BYTES], const struct piecework *work, const struct part_plan *part,
                   const struct plan *plan, const struct cell *cell);

/* Adds a job to the part. The pointer is valid until the next one is added. */
struct job *part_add_job(struct part_plan *part, enum stage stage, const char *key, double cost);

/* Adds an output to the part, whose key and other members the caller fills in. The pointer is valid
 * until the next one is added. */
struct output *part_add_output(struct part_plan *part, enum output_kind kind, const char *suffix);
/* Reads the output's result. Returns 1, 0 if it is not made, or a negative code. */
int part_look_up_output(struct part_plan *part, const struct plan *plan, struct output *output,
                        enum stage stage, const char *ext, struct err *err);

/* Sets the recording's files and its probe in a spec. This and the spec_…() below return 0, 1 if a
 * result that the job needs is not valid (results.h), or a negative code. */
ATTR_NODISCARD int spec_recording(struct job_spec *out, const struct plan *plan,
                                  const struct source *source, struct err *err);

/* What must encode these settings, as in struct job_output; in the spec's pool. */
const char *spec_made_by(struct job_spec *out, const struct plan *plan, const json_t *settings);

/* --- the missing renditions of a piece, which one job makes --- */

struct missing {
    size_t *renditions;
    size_t nb;
    double cost;
    struct key key; /* of the job; hashes the keys of the renditions */
};
void missing_add(struct missing *missing, size_t rendition, const char *key, double cost);
/* Adds the job, which takes over the list. Returns NULL, and adds nothing, if nothing is missing.
 * overhead: cost of the job apart from the renditions, in seconds of one core. */
struct job *missing_job(struct part_plan *part, enum stage stage, struct missing *missing,
                        double overhead);
void missing_finish(struct missing *missing);
#define AUTO_MISSING ATTR_CLEANUP(missing_finish) struct missing

/* --- kinds of jobs --- */

/* picture_jobs.c: cards and cells */
void part_name_pictures(struct piecework *works, size_t nb, const struct part_plan *part,
                        const struct plan *plan);
/* The card shown without fading for nb_frames: the key of its pictures, and its spec. */
void part_still_key(char out[KEY_BYTES], const struct part_plan *part, const struct plan *plan,
                    int64_t nb_frames);
void spec_still_card(struct job_spec *out, const struct part_plan *part, const struct plan *plan,
                     int64_t nb_frames);
ATTR_NODISCARD int plan_cards(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int plan_cells(struct part_plan *part, const struct plan *plan, struct err *err);
void spec_card(struct job_spec *out, const struct job *job, const struct part_plan *part,
               const struct plan *plan);
ATTR_NODISCARD int spec_cell(struct job_spec *out, const struct job *job,
                             const struct part_plan *part, const struct plan *plan,
                             struct err *err);

/* sound_jobs.c */
void part_name_sounds(struct piecework *works, size_t nb, const struct part_plan *part,
                      const struct plan *plan);
ATTR_NODISCARD int plan_sounds(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_sound(struct job_spec *out, const struct job *job,
                              const struct part_plan *part, const struct plan *plan,
                              struct err *err);

/* caption_jobs.c. MP4 files contain the captions and must wait for them. So captions are named
 * before the outputs are planned; their jobs are added last. */
ATTR_NODISCARD int part_name_captions(struct part_plan *part, const struct plan *plan,
                                      struct err *err);
bool part_carries_captions(const struct part_plan *part, const struct piecework *work);
ATTR_NODISCARD int plan_captions(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_captions(struct job_spec *out, const struct job *job,
                                 const struct part_plan *part, const struct plan *plan,
                                 struct err *err);

/* output_jobs.c: finished files and the poster. plan_outputs adds the outputs of the renditions. It
 * returns 1 if all of them are made, 0 if not, or a negative code. Their keys do not need the keys
 * of single cells, so a finished part is recognised without listing its cells. plan_assemblies adds
 * the jobs of those outputs whose pieces are made. */
void part_output_key(char out[KEY_BYTES], const struct piecework *work,
                     const struct part_plan *part, const struct plan *plan);
ATTR_NODISCARD int plan_outputs(struct part_plan *part, const struct plan *plan, struct err *err);
void plan_assemblies(struct part_plan *part);
ATTR_NODISCARD int plan_poster(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_assembly(struct job_spec *out, const struct job *job,
                                 const struct part_plan *part, const struct plan *plan,
                                 struct err *err);
ATTR_NODISCARD int spec_poster(struct job_spec *out, const struct part_plan *part,
                               const struct plan *plan, struct err *err);

/* storyboard_jobs.c: the sheets of the storyboard, from the finished file with the smallest
 * picture. Their jobs follow its assembly. Without a picture, and in recordings that have none,
 * there is no storyboard. */
ATTR_NODISCARD int plan_storyboard(struct part_plan *part, const struct plan *plan,
                                   struct err *err);
void spec_storyboard(struct job_spec *out, const struct job *job, const struct part_plan *part);
/* Where its picture changes, [[time_ms, strength], …] on the clock of files with a card, of all
 * sheets; a new list. *out NULL: not all of them are made, or there are none. */
ATTR_NODISCARD int part_slide_changes(json_t **out, const struct part_plan *part,
                                      const struct plan *plan, struct err *err);

/* part_encoders.c. part_former_work makes the work that names the pieces of a rendition as earlier
 * encoders made them: number k of struct settings' former. Returns false if there is none, or if
 * the rendition's output is made. part_find_made_again sets made_again of the outputs that are not
 * made, and part->on_other. The cells must be listed. */
bool part_former_work(struct piecework *out, const struct part_plan *part, const struct plan *plan,
                      size_t k);
ATTR_NODISCARD int part_find_made_again(struct part_plan *part, const struct plan *plan,
                                        struct err *err);

/* work_plan.c: all kinds of jobs together */

/* Fills part->work, names all pieces, and adds the outputs and the jobs that can be done now.
 * Returns 0, 1 if nothing can be planned because the probe's cells are not valid, or a negative
 * code. */
ATTR_NODISCARD int part_work_plan(struct part_plan *part, const struct plan *plan, struct err *err);
void part_work_finish(struct part_plan *part);
/* Fills part->work, and appends the keys of all pieces and outputs, made or not, to a list. */
ATTR_NODISCARD int part_work_keys(char (**out)[KEY_BYTES], size_t *out_nb, struct part_plan *part,
                                  const struct plan *plan, struct err *err);
