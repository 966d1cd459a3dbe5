#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "av.h"
#include "hash.h"
#include "mem.h"

/* Containers that hold their media themselves. Playlists (hls, dash, concat, sdp …) are not here.
 */
static const char format_list[] = "mov,mp4,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,dv,mxf,rm,wav,"
                                  "w64,flac,mp3,aac,ac3,eac3,amr,amrnb,amrwb,aiff,au,caf,wtv,gxf,"
                                  "nut,ivf,h264,hevc,mpegvideo,m4v,obu,wv,ape,dirac,vc1";

enum {
    IO_BYTES = 1 << 16,
    /* A demuxer that jumps ahead by less than this is followed by the hash (interleaving). */
    HASH_CATCH_UP_BYTES = 8 << 20,
};

struct media {
    AVFormatContext *fmt;
    AVIOContext *io;
    char *path;
    int fd;
    bool disk_failed; /* a read failed: what libav makes of it says nothing about the content */
    int64_t size, pos;
    struct hash *hash;
    int64_t hashed; /* bytes from the front that the hash has seen */
};

/* Hashes [hashed, end) from disk. */
static int hash_from_disk(struct media *m, int64_t end)
{
    static const size_t piece = 1 << 18;
    AUTO_FREE uint8_t *buf = mem_zalloc(1, piece);
    while (m->hashed < end) {
        const size_t want = end - m->hashed < (int64_t)piece ? (size_t)(end - m->hashed) : piece;
        const ssize_t n = pread(m->fd, buf, want, m->hashed);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        hash_add(m->hash, buf, (size_t)n);
        m->hashed += n;
    }
    return 0;
}

static void hash_follow(struct media *m, const uint8_t *buf, int64_t begin, int64_t end)
{
    if (begin > m->hashed && begin - m->hashed <= HASH_CATCH_UP_BYTES)
        (void)hash_from_disk(m, begin); /* an error comes again at the end, and is told there */
    if (begin <= m->hashed && end > m->hashed) {
        hash_add(m->hash, buf + (m->hashed - begin), (size_t)(end - m->hashed));
        m->hashed = end;
    }
}

static int io_read(void *opaque, uint8_t *buf, int nb)
{
    struct media *m = opaque;
    ssize_t n;
    do
        n = pread(m->fd, buf, (size_t)nb, m->pos);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        m->disk_failed = true;
        return AVERROR(errno);
    }
    if (n == 0)
        return AVERROR_EOF;
    if (m->hash)
        hash_follow(m, buf, m->pos, m->pos + n);
    m->pos += n;
    return (int)n;
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    struct media *m = opaque;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return m->size;
    case SEEK_CUR:
        offset += m->pos;
        break;
    case SEEK_END:
        offset += m->size;
        break;
    default:
        break;
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return m->pos = offset;
}

/* A recording is one file: whatever a demuxer wants to open beside it is refused. */
static int refuse_open(AVFormatContext *fmt, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)fmt, (void)io, (void)flags, (void)options;
    av_log(NULL, AV_LOG_WARNING, "the recording refers to '%.200s', which is not opened\n", url);
    return AVERROR(EPERM);
}

static void media_close(struct media *m)
{
    if (!m)
        return;
    avformat_close_input(&m->fmt);
    if (m->io) {
        av_freep(&m->io->buffer);
        avio_context_free(&m->io);
    }
    if (m->fd >= 0)
        close(m->fd);
    hash_destroy(m->hash);
    free(m->path);
    free(m);
}

void media_close_p(struct media **media)
{
    media_close(*media);
}

static int open_file(struct media *m, struct err *err)
{
    m->fd = open(m->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (m->fd < 0)
        return err_errno(err, errno, "cannot open '%s'", m->path);
    struct stat st;
    if (fstat(m->fd, &st) < 0)
        return err_errno(err, errno, "cannot look at '%s'", m->path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "'%s' is no regular file", m->path);
    if (st.st_size == 0)
        return err_set(err, ERR_INVALID, "'%s' is empty (0 bytes): copy it from the camera again",
                       m->path);
    m->size = st.st_size;
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (!buffer)
        return av_fail_nomem(err);
    m->io = avio_alloc_context(buffer, IO_BYTES, 0, m, io_read, NULL, io_seek);
    if (!m->io) {
        av_free(buffer);
        return av_fail_nomem(err);
    }
    return 0;
}

/* What the disk or the memory did may be better next time; all else is what the file is: demuxers
 * call a header that ends early an I/O error too. */
static int fail_open(struct media *m, int averror, struct err *err)
{
    if (averror == AVERROR(ENOMEM))
        return av_fail_nomem(err);
    if (m->disk_failed)
        return av_fail(err, averror, "cannot read '%s'", m->path);
    return err_foreign(
        err, ERR_INVALID, ERR_LIBAV, averror,
        "'%s' cannot be read as a recording: it is damaged, cut off, or none (if the "
        "camera was stopped hard, its index is missing; a repair tool may write it "
        "anew)",
        m->path);
}

static int open_container(struct media *m, struct err *err)
{
    m->fmt = avformat_alloc_context();
    if (!m->fmt)
        return av_fail_nomem(err);
    m->fmt->pb = m->io;
    m->fmt->flags |= AVFMT_FLAG_CUSTOM_IO;
    m->fmt->io_open = refuse_open;
    m->fmt->format_whitelist = av_strdup(format_list);
    m->fmt->max_streams = 100;
    /* The name is for guessing the kind by its suffix only; the file is read through m->io. */
    int ret = avformat_open_input(&m->fmt, m->path, NULL, NULL);
    if (ret < 0)
        return fail_open(m, ret, err);
    const unsigned nb = m->fmt->nb_streams;
    if (nb == 0 && !(m->fmt->ctx_flags & AVFMTCTX_NOHEADER))
        return err_set(err, ERR_INVALID, "'%s' has no streams in it", m->path);
    AVDictionary **options = nb ? av_calloc(nb, sizeof *options) : NULL;
    for (unsigned i = 0; options && i < nb; i++) {
        av_dict_set_int(&options[i], "max_pixels", MEDIA_MAX_PIXELS, 0);
        av_dict_set_int(&options[i], "threads", 1, 0);
    }
    ret = avformat_find_stream_info(m->fmt, options);
    for (unsigned i = 0; options && i < nb; i++)
        av_dict_free(&options[i]);
    av_free(options);
    if (ret < 0)
        return fail_open(m, ret, err);
    return 0;
}

int media_open(struct media **out, const char *path, const struct media_params *params,
               struct err *err)
{
    AUTO_MEDIA *m = mem_zalloc(1, sizeof *m);
    m->fd = -1;
    m->path = mem_strdup(path);
    if (params && params->hash)
        m->hash = hash_create();
    if (open_file(m, err) < 0 || open_container(m, err) < 0)
        return err->code;
    *out = mem_take(&m);
    return 0;
}

AVFormatContext *media_format(struct media *m)
{
    return m->fmt;
}

int64_t media_size(const struct media *m)
{
    return m->size;
}

const char *media_path(const struct media *m)
{
    return m->path;
}

int media_content_hash(char *out, struct media *m, struct err *err)
{
    const int failed = hash_from_disk(m, m->size);
    if (failed)
        return err_errno(err, failed, "cannot read '%s'", m->path);
    hash_hex(m->hash, out);
    return 0;
}

int media_decoder(AVCodecContext **out, struct media *m, int stream, AVDictionary **options,
                  struct err *err)
{
    const AVStream *st = m->fmt->streams[stream];
    const AVCodec *codec = avcodec_find_decoder(st->codecpar->codec_id);
    const bool named = st->codecpar->codec_id != AV_CODEC_ID_NONE;
    if (!codec)
        return err_set(err, ERR_INVALID, "'%s': stream %d is '%s', which this FFmpeg cannot decode",
                       m->path, stream,
                       named ? avcodec_get_name(st->codecpar->codec_id)
                             : av_fourcc2str(st->codecpar->codec_tag));
    AUTO_CODEC *dec = avcodec_alloc_context3(codec);
    if (!dec)
        return av_fail_nomem(err);
    int ret = avcodec_parameters_to_context(dec, st->codecpar);
    dec->pkt_timebase = st->time_base;
    dec->thread_count = 1;
    dec->max_pixels = MEDIA_MAX_PIXELS;
    if (ret >= 0)
        ret = avcodec_open2(dec, codec, options);
    if (ret < 0)
        return av_fail(err, ret, "'%s': stream %d (%s) cannot be decoded", m->path, stream,
                       codec->name);
    *out = mem_take(&dec);
    return 0;
}
