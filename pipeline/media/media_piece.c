#include "media_piece.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "mem.h"

/* Containers that hold their media themselves. Playlists (hls, dash, concat, sdp …) are not here.
 */
static const char format_list[] =
    "mov,mp4,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,dv,mxf,rm,wav,"
    "w64,flac,mp3,aac,ac3,eac3,amr,amrnb,amrwb,aiff,au,caf,wtv,gxf,"
    "nut,ivf,h264,hevc,mpegvideo,m4v,obu,wv,ape,dirac,vc1,tta,tak,voc,dss,"
    "qcp,oma,g722,gsm,ilbc,dsf";

enum {
    MAX_STREAMS = 100,
    MAX_HEADER_BYTES = 128 << 20, /* of one table of it; ten hours' are a tenth */
    IO_BYTES = 1 << 16,
};

static int io_read(void *opaque, uint8_t *buf, int nb)
{
    struct media_piece *p = opaque;
    struct media *m = p->media;
    if (p->pos >= p->end)
        return AVERROR_EOF;
    if (nb > p->end - p->pos)
        nb = (int)(p->end - p->pos);
    const ssize_t n = media_bytes_read(m, buf, (size_t)nb, p->pos);
    if (n < 0) {
        m->disk_failed = true;
        return AVERROR((int)-n);
    }
    if (n == 0)
        return AVERROR_EOF;
    p->pos += n;
    m->nb_read += n;
    if (m->progress && m->progress(m->opaque, fmin(1, (double)m->nb_read / (double)media_size(m))))
        return AVERROR_EXIT;
    return (int)n;
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    struct media_piece *p = opaque;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return p->end - p->begin;
    case SEEK_CUR:
        offset += p->pos - p->begin;
        break;
    case SEEK_END:
        offset += p->end - p->begin;
        break;
    default:
        break;
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    p->pos = p->begin + offset;
    return offset;
}

/* Refuses any other file that a demuxer asks for: a recording is its own files only. */
static int refuse_open(AVFormatContext *fmt, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)fmt, (void)io, (void)flags, (void)options;
    av_log(NULL, AV_LOG_WARNING, "the recording refers to '%.200s', which is not opened\n", url);
    return AVERROR(EPERM);
}

void media_piece_close(struct media_piece *p)
{
    avformat_close_input(&p->fmt);
    for (unsigned i = 0; i < p->nb_extras; i++)
        free(p->extras[i].data);
    free(p->extras);
    p->extras = NULL;
    p->nb_extras = 0;
    if (p->io) {
        av_freep(&p->io->buffer);
        avio_context_free(&p->io);
    }
}

void media_drop_pieces(struct media *m)
{
    for (size_t i = 0; i < m->nb_pieces; i++) {
        media_piece_close(&m->pieces[i]);
        free(m->pieces[i].spans);
        free(m->pieces[i].streams);
    }
    free(m->pieces);
    m->pieces = NULL;
    m->nb_pieces = 0;
}

static int open_io(struct media_piece *p, struct err *err)
{
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (!buffer)
        return av_fail_nomem(err);
    p->pos = p->begin;
    p->io = avio_alloc_context(buffer, IO_BYTES, 0, p, io_read, NULL, io_seek);
    if (!p->io) {
        av_free(buffer);
        return av_fail_nomem(err);
    }
    return 0;
}

/* Errors of the disk or of memory may not recur; all others are the file's: demuxers report a
 * header that ends early as an I/O error too. */
static int fail_open(const struct media_piece *p, int averror, struct err *err)
{
    if (averror == AVERROR(ENOMEM))
        return av_fail_nomem(err);
    if (p->media->disk_failed)
        return av_fail(err, averror, "cannot read '%s'", p->path);
    return err_foreign(
        err, ERR_INVALID, ERR_LIBAV, averror,
        "'%s' cannot be read as a recording: it is damaged, cut off, or not a recording (if the "
        "camera lost power, its index is missing; a repair tool may write it again)",
        p->path);
}

static int open_container(struct media_piece *p, struct err *err)
{
    p->fmt = avformat_alloc_context();
    if (!p->fmt)
        return av_fail_nomem(err);
    p->fmt->pb = p->io;
    p->fmt->flags |= AVFMT_FLAG_CUSTOM_IO;
    p->fmt->io_open = refuse_open;
    p->fmt->format_whitelist = av_strdup(format_list);
    p->fmt->codec_whitelist = av_strdup(media_decoder_list);
    p->fmt->protocol_whitelist = av_strdup(""); /* none: stops what bypasses io_open */
    p->fmt->max_streams = MAX_STREAMS;
    if (!p->fmt->format_whitelist || !p->fmt->codec_whitelist || !p->fmt->protocol_whitelist)
        return av_fail_nomem(err);
    /* The name is only for guessing the format from its suffix; the file is read through p->io. The
     * limit, which is global to libav, stops compressed headers that expand to gigabytes. */
    av_max_alloc(MAX_HEADER_BYTES);
    int ret = avformat_open_input(&p->fmt, p->path, NULL, NULL);
    av_max_alloc(INT_MAX);
    if (ret == AVERROR(ENOMEM))
        return err_set(err, ERR_INVALID,
                       "'%s' has more than %d streams, or a header that asks for more than %d MiB: "
                       "it is damaged, or made to exhaust the machine",
                       p->path, MAX_STREAMS, MAX_HEADER_BYTES >> 20);
    if (ret < 0)
        return fail_open(p, ret, err);
    /* In these, a picture that begins inside a packet has no time stamp: libavformat derives it
     * from the pictures after it. */
    if (strncmp(p->fmt->iformat->name, "mpeg", 4) == 0)
        p->fmt->flags |= AVFMT_FLAG_GENPTS;
    const unsigned nb = p->fmt->nb_streams;
    if (nb == 0 && !(p->fmt->ctx_flags & AVFMTCTX_NOHEADER))
        return err_set(err, ERR_INVALID, "'%s' has no streams in it: copy it from the camera again",
                       p->path);
    AVDictionary **options = nb ? av_calloc(nb, sizeof *options) : NULL;
    for (unsigned i = 0; options && i < nb; i++) {
        av_dict_set_int(&options[i], "max_pixels", MEDIA_MAX_PIXELS, 0);
        av_dict_set_int(&options[i], "threads", 1, 0);
    }
    ret = avformat_find_stream_info(p->fmt, options);
    for (unsigned i = 0; options && i < nb; i++)
        av_dict_free(&options[i]);
    av_free(options);
    if (ret < 0)
        return fail_open(p, ret, err);
    return 0;
}

int media_piece_open(struct media_piece *p, struct err *err)
{
    media_piece_close(p);
    p->used = false;
    p->last_us = 0;
    return open_io(p, err) < 0 ? err->code : open_container(p, err);
}

AVStream *media_piece_stream(const struct media_piece *p, int stream)
{
    if (p->streams)
        stream = stream >= 0 && stream < (int)p->media->nb_streams ? p->streams[stream] : -1;
    return stream >= 0 && stream < (int)p->fmt->nb_streams ? p->fmt->streams[stream] : NULL;
}

int media_piece_number(const struct media_piece *p, int own)
{
    if (!p->streams)
        return own;
    for (unsigned i = 0; i < p->media->nb_streams; i++)
        if (p->streams[i] == own)
            return (int)i;
    return -1;
}

/* --- pieces that continue each other --------------------------------------------------------- */

bool media_piece_wanted(const AVStream *st)
{
    const enum AVMediaType type = st->codecpar->codec_type;
    return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) &&
           !(st->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

/* Covers are pictures of another kind. */
static bool same_kind(const AVStream *a, const AVStream *b)
{
    return a->codecpar->codec_type == b->codecpar->codec_type &&
           media_piece_wanted(a) == media_piece_wanted(b);
}

/* The file's stream that continues the first file's: in MPEG-TS the one with its number (PID), else
 * the one that is as manieth of its kind. -1: none. */
static int counterpart(const AVFormatContext *a, int stream, const AVFormatContext *b)
{
    const AVStream *st = a->streams[stream];
    int nth = 0;
    for (int i = 0; i < stream; i++)
        nth += same_kind(a->streams[i], st);
    int found = -1;
    for (unsigned i = 0; i < b->nb_streams; i++) {
        if (!same_kind(b->streams[i], st))
            continue;
        if (nth-- == 0)
            found = (int)i;
        if (strcmp(a->iformat->name, "mpegts") == 0 && b->streams[i]->id == st->id)
            return (int)i;
    }
    return found;
}

int media_piece_compare(struct media *m, size_t at, struct err *err)
{
    const AVFormatContext *a = m->pieces[0].fmt, *b = m->pieces[at].fmt;
    const char *from = m->pieces[0].path, *to = m->pieces[at].path;
    if (a->iformat != b->iformat)
        return err_set(err, ERR_INVALID,
                       "'%s' and '%s' cannot be one recording: the containers differ (%s, %s)",
                       from, to, a->iformat->name, b->iformat->name);
    if (!m->pieces[at].streams)
        m->pieces[at].streams = mem_zalloc(m->nb_streams + 1, sizeof *m->pieces[at].streams);
    for (unsigned i = 0; i < m->nb_streams; i++) {
        m->pieces[at].streams[i] = counterpart(a, (int)i, b);
        if (!media_piece_wanted(a->streams[i]) || m->pieces[at].streams[i] >= 0)
            continue;
        const char *kind = av_get_media_type_string(a->streams[i]->codecpar->codec_type);
        return err_set(err, ERR_INVALID,
                       "'%s' and '%s' cannot be one recording: the second file has nothing for "
                       "stream %u of the first (%s)",
                       from, to, i, kind ? kind : "unknown");
    }
    return 0;
}

int64_t media_piece_order(const AVPacket *pkt)
{
    return pkt->dts != AV_NOPTS_VALUE ? pkt->dts : pkt->pts;
}

/* --- dividing --------------------------------------------------------------------------------- */

int media_divide(struct media *m, bool as_one, struct err *err)
{
    media_drop_pieces(m);
    m->nb_pieces = as_one ? 1 : m->nb_files;
    m->pieces = mem_zalloc(m->nb_pieces, sizeof *m->pieces);
    m->at = 0;
    for (size_t i = 0; i < m->nb_pieces; i++)
        m->pieces[i] = (struct media_piece){.media = m,
                                            .path = m->paths[i],
                                            .begin = i ? m->ends[i - 1] : 0,
                                            .end = m->ends[as_one ? m->nb_files - 1 : i]};
    return media_piece_open(&m->pieces[0], err);
}
