/* What a plan asks of workers: keys and specs of the jobs of recordings and of parts. Used by plan
 * alone. A key is a hash of everything that can change what the job makes. */
#pragma once

#include "plan.h"

void plan_probe_key(char key[33], const struct recording *recording);
/* The same of a file by itself, by its fingerprint. */
void plan_file_probe_key(char key[33], const char *fingerprint);
/* Under which the matches are kept: see match.h. */
void plan_matches_key(char key[33]);
/* From the probe's result: analyses hang on the content, not on its place. */
void plan_analysis_key(char key[33], const struct source *source);

void plan_add_probe(struct job **jobs, size_t *nb, const struct plan *plan,
                    const struct source *source);
void plan_add_analysis(struct job **jobs, size_t *nb, const struct plan *plan,
                       const struct source *source);

/* Fills the part's outputs, and its jobs with what can be made now. Source, cut and verdict are
 * known. */
ATTR_NODISCARD int plan_jobs_of_part(struct part_plan *part, struct plan *plan, struct err *err);

/* The keys of the part's outputs and of all their pieces, appended to a list that grows. */
ATTR_NODISCARD int plan_jobs_keys(char (**out)[33], size_t *out_nb, struct part_plan *part,
                                  struct plan *plan, struct err *err);
