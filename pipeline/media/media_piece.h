/* What the files media*.c share: a recording's bytes, and its pieces, each of which one demuxer
 * reads. Inner header. */
#pragma once

#include <sys/types.h>

#include "media.h"

/* One stream in one piece. Times are in the time base of the stream in the first piece, except
 * those said to be the piece's own. */
struct media_span {
    int64_t offset; /* added to its time stamps */
    int64_t begin,
        end; /* of what it shows, on the recording's clock; end is set once it was read */
    /* Own decoding times: where files overlap, packets outside [from, until) are dropped. */
    int64_t from, until;
    int64_t unhide; /* own time: packets before it that an edit list hides are shown all the same */
    /* Of its packets, in own times: */
    int64_t first, shown; /* start of the first one, and of the first one that is shown */
    int64_t last, length; /* start and duration of the one that begins last */
    int64_t nb, nb_shown;
};

/* A decoder's configuration that the last packets of a stream brought with them (an MP4 track may
 * have several sample entries). The demuxer gives it once: with the first packet that needs it,
 * which a reader that seeks may skip. */
struct media_extra {
    uint8_t *data; /* NULL: that of the stream's parameters */
    size_t nb;
    unsigned serial; /* how many there were */
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
    /* It repeats the end of the piece before. step: from its own clock to that piece's own clock,
     * in the time base of the first piece's main stream. */
    bool overlaps;
    int64_t step;
    /* Files of one recording may have more streams than the first, or in another order. Each of
     * the recording's streams (the first file's, media.nb_streams) as this file numbers it, -1:
     * it has none. Set by media_piece_compare; NULL: the numbers are the same. */
    int *streams;
    struct media_extra *extras; /* by the file's own numbers of streams */
    unsigned nb_extras;
};

struct media {
    char **paths;
    int *fds;
    int64_t *ends; /* where each file ends in the recording's bytes */
    size_t nb_files;
    struct media_piece *pieces; /* one for each file, or one for all of them */
    size_t nb_pieces, at;
    const json_t *join;
    int (*progress)(void *opaque, double fraction); /* as of media_params */
    void *opaque;
    int64_t nb_read;     /* bytes */
    unsigned nb_streams; /* of the first piece, when it was opened */
    int main;            /* the stream that places the pieces in time: video, else audio */
    bool disk_failed;    /* a read failed: libav's error then says nothing about the content */
    int broken;          /* the first AVERROR inside a file, or 0; and the piece it was in */
    size_t broken_at;
};

/* --- media_bytes.c ---------------------------------------------------------------------------- */

/* Reads up to nb of the recording's bytes at pos, its files taken as one after the other. Returns
 * how many (never beyond a file's end), 0 at the recording's end, or a negative errno. */
ssize_t media_bytes_read(const struct media *media, void *buf, size_t nb, int64_t pos);

/* --- media_decoder.c -------------------------------------------------------------------------- */

extern const char media_decoder_list[]; /* names with ',' between, as for codec_whitelist */

/* --- media_piece.c ---------------------------------------------------------------------------- */

/* Opens the piece's demuxer; if it was open, closes it first. */
ATTR_NODISCARD int media_piece_open(struct media_piece *piece, struct err *err);
void media_piece_close(struct media_piece *piece);

/* The recording's stream as the piece, which is open, has it; NULL where it has none. */
AVStream *media_piece_stream(const struct media_piece *piece, int stream);
/* The recording's number of the piece's stream; -1 where the recording has none for it. */
int media_piece_number(const struct media_piece *piece, int own);

/* Whether the stream is picture or sound. */
bool media_piece_wanted(const AVStream *st);
/* The packet's place in the order of decoding: its decoding time, where it has one. */
int64_t media_piece_order(const AVPacket *pkt);
/* Finds which stream of the piece, which is open, continues each of the first one's. ERR_INVALID
 * where the piece cannot continue it: the containers differ, or picture or sound is missing. */
ATTR_NODISCARD int media_piece_compare(struct media *media, size_t at, struct err *err);

/* Divides the files' bytes into pieces: one for all, or one for each; the first is opened. */
ATTR_NODISCARD int media_divide(struct media *media, bool as_one, struct err *err);
void media_drop_pieces(struct media *media);

/* --- media_join.c ----------------------------------------------------------------------------- */

/* Makes one recording of several files, opened or not: as media->join says, or as they are. */
ATTR_NODISCARD int media_join_files(struct media *media, struct err *err);
