/* How the files of a recording continue each other (docs/join.md): used by media_read.c while it
 * reads several files. Inner header. */
#pragma once

#include "media_piece.h"

/* Finds which stream of the piece, which is open, continues each of the first one's. ERR_INVALID
 * where the piece cannot continue it: the containers differ, or picture or sound is missing. */
ATTR_NODISCARD int media_join_compare(struct media *media, size_t at, struct err *err);

/* Records a packet's times, which are still on the piece's own clock. False where the packet must
 * be dropped: another file has it too. */
bool media_join_note(struct media_piece *piece, const AVPacket *pkt);

/* Whether the stream is picture or sound. */
bool media_join_wanted(const AVStream *st);

/* The packet's place in the order of decoding: its decoding time, where it has one. */
int64_t media_join_order(const AVPacket *pkt);

/* Finds out whether the piece repeats the end of the piece before, and then which packets of both
 * are dropped: sets overlaps and step of the piece, from and until of the spans. Leaves both pieces
 * open, somewhere. */
ATTR_NODISCARD int media_overlap_find(struct media *media, size_t at, struct err *err);

/* Places the piece after the one before, whose packets must all have been noted. */
ATTR_NODISCARD int media_join_lay_out(struct media *media, size_t at, struct err *err);
