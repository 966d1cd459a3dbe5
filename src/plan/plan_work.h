/* A part in planning: what the files plan_*.c share, and nobody else. */
#pragma once

#include "job.h"
#include "plan.h"
#include "plan_jobs.h"
#include "rendition.h"

/* The picture of sound alone. */
enum { STILL_WIDTH = 1280, STILL_HEIGHT = 720 };

struct piece_range {
    int64_t begin, end, key_frame, key_pts;
};

/* One rendition of the part in planning. */
struct piecework {
    const struct rendition *rendition;
    int width, height;
    char base[33], card_base[33]; /* hashes of what all its cells share, and all cards */
    char card_key[33];
    char cells_key[33]; /* of all of them together */
    char sound_key[33];
    bool ready; /* card, cells and sound are there */
};

/* One language of captions. */
struct captionwork {
    char key[33];
};

struct part_work {
    struct part_plan *pp;
    struct plan *plan;
    struct err *err;
    const json_t *video; /* none: its card stands still for the picture */
    int64_t card_frames;
    struct piece_range *cells;
    size_t nb_cells;
    struct piecework *works;
    char tags_key[33]; /* of what players are told */
    size_t nb_works;
    struct captionwork *captions; /* one for each of the source's */
    size_t nb_captions;
};

/* Why a recording that can be read still cannot be published, or NULL. */
const char *plan_refusal(const json_t *probe);
/* Whether the match says where the talk is: surely, or in a recording of several, whose cuts a
 * person has to take in any case. */
bool plan_holds_talk(const struct match *m);

/* "flagged", "progressive" …, as picture_traits_read takes it. */
const char *work_fields(const struct part_work *work);

/* The recording and what is known of it, as workers take it: of the probe the key, see
 * executor.h. */
void work_set_recording(struct job *job, const struct plan *plan, const struct source *source);

/* Whether a result is in the store (or lies finished in work/, from a run that was killed before it
 * could write it down) and its file is there. Negative: an error. */
int work_has(struct part_work *work, const char *key, const char *ext);
ATTR_NODISCARD int work_find_result(json_t **out, struct part_work *work, const char *key);

/* A job of the part. Where jobs are only counted it has no spec, and needs no more. */
struct job *work_add_job(struct part_work *work, const char *stage, const char *key, double cost);

/* The cells that the cut touches (once is enough); what every segment of a rendition hangs on
 * besides its pictures; and the key of one. */
ATTR_NODISCARD int work_list_cells(struct part_work *work);
void work_segment_bases(struct piecework *piecework, const struct part_work *work);
void work_cell_key(char out[33], const struct piecework *piecework, const struct part_work *work,
                   const struct piece_range *cell);

/* Of what is known of the seam between two segments, once they were joined and decoded. */
void work_seam_key(char out[33], const char *before, const char *after);

/* The card as it stands still for so many frames, and the key of all that this says; and a job that
 * draws one. */
json_t *work_still_spec(const struct part_work *work, int64_t nb_frames);
void work_still_key(char out[33], const struct part_work *work, int64_t nb_frames);
void work_set_card(struct job *job, const struct part_work *work, json_t *spec);

/* Keys of the pieces; and jobs for those that are missing. */
void work_name_pieces(struct part_work *work);
ATTR_NODISCARD int work_plan_card(struct part_work *work);
ATTR_NODISCARD int work_plan_sounds(struct part_work *work);
ATTR_NODISCARD int work_plan_cells(struct part_work *work);

/* Captions hold up the MP4 files that carry them, so their keys come first, and jobs for those that
 * are missing after all outputs. What an assembly says of them; NULL: nothing. */
ATTR_NODISCARD int work_plan_captions(struct part_work *work);
ATTR_NODISCARD int work_add_captions(struct part_work *work);
json_t *work_list_captions(const struct part_work *w, const struct piecework *work);

/* The outputs' keys follow from what decides their pieces, so that a finished part is known without
 * looking for its cells. 1 where all are there, 0 where not. */
ATTR_NODISCARD int work_plan_outputs(struct part_work *work);
double work_assembly_cost(const struct part_work *work);
ATTR_NODISCARD int work_add_assembly(struct part_work *work, const struct piecework *piecework,
                                     const char *key);
ATTR_NODISCARD int work_plan_poster(struct part_work *work);
/* A new output of the part, its key to be filled in; the pointer holds until the next one. Whether
 * it is there. */
struct output *work_add_output(struct part_plan *part, const char *suffix,
                               const struct rendition *rendition);
int work_look_up_output(struct part_work *work, struct output *output, const char *ext);
