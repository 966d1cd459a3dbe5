/* Files that come with talkpress: renditions, the card's template, the pages of report and review.
 */
#pragma once

#include "err.h"

/* Finds a data file by its name ("renditions/mp4-720.yaml"): in dir, the event's folder (NULL: not
 * there), else in $TALKPRESS_DATA, else in the folder share/talkpress that belongs to the
 * program's: an installation has one, which may be moved as a whole, and so has a build (of links).
 * A name with '/' at its begin is a path. *out: a new string. ERR_NOT_FOUND if there is none. */
ATTR_NODISCARD int data_file_find(char **out, const char *dir, const char *name, struct err *err);
