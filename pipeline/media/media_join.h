/* How the files of a recording continue each other (docs/join.md): used by media_read.c while it
 * reads several files. Inner header. */
#pragma once

#include "media_piece.h"

/* ERR_INVALID where the piece, which is open, cannot continue the first one: the containers or the
 * kinds of streams differ. */
ATTR_NODISCARD int media_join_compare(const struct media *media, size_t at, struct err *err);

/* Records a packet's times, which are still on the piece's own clock. */
void media_join_note(struct media_piece *piece, const AVPacket *pkt);

/* Places the piece after the one before, whose packets must all have been noted. */
ATTR_NODISCARD int media_join_lay_out(struct media *media, size_t at, struct err *err);
