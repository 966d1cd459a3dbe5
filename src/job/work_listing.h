/*
 * Looks up files in work/ for a plan that asks about hundreds of thousands of them. A folder that
 * is asked about often is listed once, and then answered from memory. It is therefore a snapshot,
 * to be used for one pass over all talks while nothing is made. One thread.
 */
#pragma once

#include <stdbool.h>

struct work_listing;

/* work_dir: descriptor of work/, which must stay open while the listing is used. */
struct work_listing *work_listing_create(int work_dir);
void work_listing_destroy(struct work_listing *listing);

/* Same as workdir_has, as of the time when the folder was listed. */
bool work_listing_has(struct work_listing *listing, const char *key, const char *ext);
