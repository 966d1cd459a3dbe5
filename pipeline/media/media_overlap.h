/* Files that repeat the end of the file before: some recorders begin the next one up to a few
 * seconds early, so that nothing is lost. Found by the packets' content. Inner header. */
#pragma once

#include "media_piece.h"

/* Finds out whether the piece repeats the end of the piece before, and then which packets of both
 * are dropped: sets overlaps and step of the piece, from and until of the spans. Leaves both pieces
 * open, somewhere. */
ATTR_NODISCARD int media_overlap_find(struct media *media, size_t at, struct err *err);
