/* How the files of a recording continue each other (docs/join.md): what media_read.c asks while it
 * reads several files, and nobody else. */
#pragma once

#include "media_piece.h"

/* Whether the piece, which is open, can continue the first one. */
ATTR_NODISCARD int media_join_compare(const struct media *media, size_t at, struct err *err);

/* Takes note of a packet, its times still the piece's own. */
void media_join_note(struct media_piece *piece, const AVPacket *pkt);

/* Places the piece behind the one before, all of whose packets were noted. */
ATTR_NODISCARD int media_join_lay_out(struct media *media, size_t at, struct err *err);
