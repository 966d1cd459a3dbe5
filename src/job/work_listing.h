/*
 * The files in work/ as a plan finds them that looks for hundreds of thousands: a folder that it
 * asks about often is listed, and its list asked from then on. A snapshot, for the one pass of a
 * plan over all talks; the creator's, one thread.
 */
#pragma once

#include <stdbool.h>

struct work_listing;

/* work_dir: work/ as it was opened, which must stay open. */
struct work_listing *work_listing_create(int work_dir);
void work_listing_destroy(struct work_listing *listing);

/* What workdir_has says, or said when the folder was listed. */
bool work_listing_has(struct work_listing *listing, const char *key, const char *ext);
