/*
 * What a part is made from: the cells that its cut touches, the pieces of each rendition by their
 * keys. It belongs to the part's plan; jobs and their specs follow from it. Inner to plan/.
 *
 * One file for each kind of job has both sides of it: plan_…() adds the jobs that are missing to
 * the part, spec_…() fills the spec of one when it starts.
 */
#pragma once

#include "job.h"
#include "job_spec.h"
#include "part.h"

struct cell {
    int64_t begin, end; /* frames of the recording, within the cut */
    int64_t key_frame, key_pts;
};

/* One rendition of the part. */
struct piecework {
    const struct rendition *rendition;
    int width, height; /* 0 for sound alone */
    char base[KEY_BYTES], card_base[KEY_BYTES];
    char card_key[KEY_BYTES], cells_key[KEY_BYTES], sound_key[KEY_BYTES];
    bool ready; /* card, cells, sound and captions are there */
};

struct part_work {
    const json_t *video; /* the probe's; no object: the card stands still for the picture */
    int64_t card_frames;
    struct cell *cells;
    size_t nb_cells;
    struct piecework *works; /* one for each rendition of the settings */
    size_t nb_works;
    char (*captions)[KEY_BYTES]; /* one for each of the source's */
    size_t nb_captions;
};

/* --- part_work.c: shared by the kinds of jobs --- */

bool part_has_picture(const struct part_plan *part);
/* "flagged", "progressive" …, as picture_traits_read takes it. */
const char *part_fields(const struct part_plan *part);
struct job_range part_range(const struct part_plan *part);

/* The cells that the cut touches; once is enough. */
ATTR_NODISCARD int part_list_cells(struct part_plan *part, const struct plan *plan,
                                   struct err *err);
void part_cell_key(char out[KEY_BYTES], const struct piecework *work, const struct part_plan *part,
                   const struct plan *plan, const struct cell *cell);

/* A job of the part; the pointer holds until the next one. */
struct job *part_add_job(struct part_plan *part, enum stage stage, const char *key, double cost);

/* A new output of the part, its key to be filled in; the pointer holds until the next one. Then
 * whether it is there: 1, 0, or an error. */
struct output *part_add_output(struct part_plan *part, const char *suffix,
                               const struct rendition *rendition);
int part_look_up_output(struct part_plan *part, const struct plan *plan, struct output *output,
                        const char *ext, struct err *err);

/* Sets the recording and its probe in a spec. */
ATTR_NODISCARD int spec_recording(struct job_spec *out, const struct plan *plan,
                                  const struct source *source, struct err *err);

/* --- the renditions of a piece that are missing: they are made by one job --- */

struct missing {
    size_t *renditions;
    size_t nb;
    double cost;
    struct key key; /* of the job: it follows from theirs */
};
void missing_add(struct missing *missing, size_t rendition, const char *key, double cost);
/* Adds the job, which takes the list over. NULL, and nothing added, if none is missing. */
struct job *missing_job(struct part_plan *part, enum stage stage, struct missing *missing,
                        double overhead);
void missing_finish(struct missing *missing);
#define AUTO_MISSING ATTR_CLEANUP(missing_finish) struct missing

/* --- kinds of jobs --- */

/* picture_jobs.c: cards and cells */
void part_name_pictures(struct part_plan *part, const struct plan *plan);
/* The card as it stands, for so many frames; its texts belong to the spec. */
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
void part_name_sounds(struct part_plan *part, const struct plan *plan);
ATTR_NODISCARD int plan_sounds(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_sound(struct job_spec *out, const struct job *job,
                              const struct part_plan *part, const struct plan *plan,
                              struct err *err);

/* caption_jobs.c. Captions hold up the MP4 files that carry them, so their keys come first, and
 * their jobs after all outputs. */
ATTR_NODISCARD int part_name_captions(struct part_plan *part, const struct plan *plan,
                                      struct err *err);
bool part_carries_captions(const struct part_plan *part, const struct piecework *work);
ATTR_NODISCARD int plan_captions(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_captions(struct job_spec *out, const struct job *job,
                                 const struct part_plan *part, const struct plan *plan,
                                 struct err *err);

/* output_jobs.c: finished files and the poster. plan_outputs adds the outputs of the renditions,
 * and returns 1 if all of them are there: their keys follow from what decides their pieces, so that
 * a finished part is known without looking for its cells. plan_assemblies adds the jobs of those
 * that can be put together. */
ATTR_NODISCARD int plan_outputs(struct part_plan *part, const struct plan *plan, struct err *err);
void plan_assemblies(struct part_plan *part);
ATTR_NODISCARD int plan_poster(struct part_plan *part, const struct plan *plan, struct err *err);
ATTR_NODISCARD int spec_assembly(struct job_spec *out, const struct job *job,
                                 const struct part_plan *part, const struct plan *plan,
                                 struct err *err);
ATTR_NODISCARD int spec_poster(struct job_spec *out, const struct part_plan *part,
                               const struct plan *plan, struct err *err);

/* work_plan.c: all of them */

/* Fills part->work, names all pieces, and adds outputs and the jobs that can be made now. */
ATTR_NODISCARD int part_work_plan(struct part_plan *part, const struct plan *plan, struct err *err);
void part_work_finish(struct part_plan *part);
/* Fills part->work and names all pieces and outputs, whether made or not, in a list that grows. */
ATTR_NODISCARD int part_work_keys(char (**out)[KEY_BYTES], size_t *out_nb, struct part_plan *part,
                                  const struct plan *plan, struct err *err);
