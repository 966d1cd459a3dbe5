/* How the files of a recording continue each other (docs/join.md): used by media_read.c while it
 * reads several files. Inner header. */
#pragma once

#include "media_piece.h"

/* Records a packet's times, which are still on the piece's own clock. False where the packet must
 * be dropped: another file has it too. */
bool media_join_note(struct media_piece *piece, const AVPacket *pkt);

/* Places the piece after the one before, whose packets must all have been noted. */
ATTR_NODISCARD int media_join_lay_out(struct media *media, size_t at, struct err *err);
