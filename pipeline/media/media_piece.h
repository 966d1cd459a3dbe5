/* What the files media*.c share: a recording's bytes, and its pieces, each of which one demuxer
 * reads. Inner header. */
#pragma once

#include <sys/types.h>

#include "media.h"

struct hash;

/* One stream in one piece. Times are in the time base of the stream in the first piece, except
 * those said to be the piece's own. */
struct media_span {
    int64_t offset; /* added to its time stamps */
    int64_t begin,
        end;        /* of what it shows, on the recording's clock; end is set once it was read */
    int64_t unhide; /* own time: packets before it that an edit list hides are shown all the same */
    /* Of its packets, in own times: */
    int64_t first, shown; /* start of the first one, and of the first one that is shown */
    int64_t last, length; /* start and duration of the one that begins last */
    int64_t nb, nb_shown;
};

/* A demuxer, and the range of the recording's bytes that it sees as its file. */
struct media_piece {
    struct media *media;
    const char *path;
    int64_t begin, end, pos; /* bytes of the recording */
    AVIOContext *io;
    AVFormatContext *fmt; /* NULL while not opened */
    bool used;            /* read from, or sought in */
    int64_t last_us;      /* where its last packet ends, on its own clock */
    struct media_span *spans;
};

struct media {
    char **paths;
    int *fds;
    int64_t *ends; /* where each file ends in the recording's bytes */
    size_t nb_files;
    struct media_piece *pieces; /* one for each file, or one for all of them */
    size_t nb_pieces, at;
    const json_t *join;
    unsigned nb_streams; /* of the first piece, when it was opened */
    int main;            /* the stream that places the pieces in time: video, else audio */
    bool disk_failed;    /* a read failed: libav's error then says nothing about the content */
    int broken;          /* the first AVERROR inside a file, or 0; and the piece it was in */
    size_t broken_at;
    struct hash *hash;
    int64_t hashed; /* how many bytes from the start are hashed */
};

/* --- media_bytes.c -----------------------------------------------------------------------------
 */

/* Reads up to nb of the recording's bytes at pos, its files taken as one after the other. Returns
 * how many (never beyond a file's end), 0 at the recording's end, or a negative errno. */
ssize_t media_bytes_read(const struct media *media, void *buf, size_t nb, int64_t pos);
/* Lets the hash see [begin, end) of the recording, which is in buf, if it continues what was
 * hashed. */
void media_bytes_hash(struct media *media, const uint8_t *buf, int64_t begin, int64_t end);

/* --- media_decoder.c ---------------------------------------------------------------------------
 */

extern const char media_decoder_list[]; /* names with ',' between, as for codec_whitelist */

/* --- media_piece.c -----------------------------------------------------------------------------
 */

/* Opens the piece's demuxer; if it was open, closes it first. */
ATTR_NODISCARD int media_piece_open(struct media_piece *piece, struct err *err);
void media_piece_close(struct media_piece *piece);

/* Divides the files' bytes into pieces: one for all, or one for each; the first is opened. */
ATTR_NODISCARD int media_divide(struct media *media, bool as_one, struct err *err);
void media_drop_pieces(struct media *media);

/* --- media_join.c ------------------------------------------------------------------------------
 */

/* Makes one recording of several files, opened or not: as media->join says, or as they are. */
ATTR_NODISCARD int media_join_files(struct media *media, struct err *err);
