/* How the files of a recording continue each other (docs/join.md): used by media_read.c while it
 * reads several files. Inner header. */
#pragma once

#include "media_piece.h"

/* Finds which stream of the piece, which is open, continues each of the first one's. ERR_INVALID
 * where the piece cannot continue it: the containers differ, or picture or sound is missing. */
ATTR_NODISCARD int media_join_compare(struct media *media, size_t at, struct err *err);

/* Records a packet's times, which are still on the piece's own clock. */
void media_join_note(struct media_piece *piece, const AVPacket *pkt);

/* Places the piece after the one before, whose packets must all have been noted. */
ATTR_NODISCARD int media_join_lay_out(struct media *media, size_t at, struct err *err);
