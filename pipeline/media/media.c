#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "av.h"
#include "hash.h"
#include "media_piece.h"
#include "mem.h"

/* Containers that hold their media themselves. Playlists (hls, dash, concat, sdp …) are not here.
 */
static const char format_list[] = "mov,mp4,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,dv,mxf,rm,wav,"
                                  "w64,flac,mp3,aac,ac3,eac3,amr,amrnb,amrwb,aiff,au,caf,wtv,gxf,"
                                  "nut,ivf,h264,hevc,mpegvideo,m4v,obu,wv,ape,dirac,vc1";

/* Decoders of what cameras, phones, recorders and lecture software write. Those for games, fonts
 * and text terminals, which nobody looks after and which read the file's bytes as a program, are
 * not here. */
static const char decoder_list[] =
    "h264,hevc,libdav1d,libaom-av1,av1,vp8,vp9,libvpx,libvpx-vp9,vp3,vp6,vp6f,vp6a,theora,"
    "mpeg1video,mpeg2video,mpegvideo,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4,h261,h263,h263i,h263p,flv,"
    "wmv1,wmv2,wmv3,vc1,rv10,rv20,rv30,rv40,svq1,svq3,cinepak,mjpeg,mjpegb,prores,dnxhd,dvvideo,"
    "jpeg2000,cfhd,ffv1,huffyuv,ffvhuff,utvideo,magicyuv,hap,qtrle,png,rawvideo,v210,v308,v408,"
    "v410,yuv4,r210,dirac,fraps,flashsv,flashsv2,camtasia,tscc2,mss2,wmv3image,vc1image,"
    "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,dca,truehd,mp1,mp1float,mp2,mp2float,mp3,mp3float,"
    "vorbis,libvorbis,opus,libopus,speex,libspeex,flac,alac,ape,wavpack,tta,wmav1,wmav2,wmapro,"
    "wmalossless,wmavoice,amrnb,amrwb,cook,sipr,real_144,real_288,"
    "qdm2,qdmc,nellymoser,gsm,gsm_ms,g722,g726,g726le,mace3,mace6,dvaudio,s302m,"
    "pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_lxf,"
    "pcm_s16be,pcm_s16be_planar,pcm_s16le,pcm_s16le_planar,pcm_s24be,pcm_s24daud,pcm_s24le,"
    "pcm_s24le_planar,pcm_s32be,pcm_s32le,pcm_s32le_planar,pcm_s64be,pcm_s64le,pcm_s8,"
    "pcm_s8_planar,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,pcm_u32le,pcm_u8,"
    "adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,"
    "subrip,srt,ass,ssa,webvtt,mov_text,text";

enum {
    MAX_STREAMS = 100,
    MAX_HEADER_BYTES = 128 << 20, /* of one table of it; ten hours' are a tenth */
    IO_BYTES = 1 << 16,
    /* A demuxer that jumps ahead by less than this is followed by the hash (interleaving). */
    HASH_CATCH_UP_BYTES = 8 << 20,
};

/* The files' bytes, one behind the other. Returns how many, 0 at the end, or a negative errno. */
static ssize_t read_bytes(const struct media *m, void *buf, size_t nb, int64_t pos)
{
    size_t i = 0;
    while (i < m->nb_files && pos >= m->ends[i])
        i++;
    if (i == m->nb_files)
        return 0;
    const int64_t begin = i ? m->ends[i - 1] : 0;
    if ((int64_t)nb > m->ends[i] - pos)
        nb = (size_t)(m->ends[i] - pos);
    ssize_t n;
    do
        n = pread(m->fds[i], buf, nb, pos - begin);
    while (n < 0 && errno == EINTR);
    if (n == 0) /* it was cut while we read: its end is the recording's */
        return 0;
    return n < 0 ? -errno : n;
}

/* Hashes [hashed, end) from disk. */
static int hash_from_disk(struct media *m, int64_t end)
{
    static const size_t piece = 1 << 18;
    AUTO_FREE uint8_t *buf = mem_zalloc(1, piece);
    while (m->hashed < end) {
        const size_t want = end - m->hashed < (int64_t)piece ? (size_t)(end - m->hashed) : piece;
        const ssize_t n = read_bytes(m, buf, want, m->hashed);
        if (n <= 0)
            return n < 0 ? (int)-n : EIO;
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
    struct media_piece *p = opaque;
    struct media *m = p->media;
    if (p->pos >= p->end)
        return AVERROR_EOF;
    if (nb > p->end - p->pos)
        nb = (int)(p->end - p->pos);
    const ssize_t n = read_bytes(m, buf, (size_t)nb, p->pos);
    if (n < 0) {
        m->disk_failed = true;
        return AVERROR((int)-n);
    }
    if (n == 0)
        return AVERROR_EOF;
    if (m->hash)
        hash_follow(m, buf, p->pos, p->pos + n);
    p->pos += n;
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

/* A recording is its own files: whatever a demuxer wants to open beside them is refused. */
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
    if (p->io) {
        av_freep(&p->io->buffer);
        avio_context_free(&p->io);
    }
}

static void drop_pieces(struct media *m)
{
    for (size_t i = 0; i < m->nb_pieces; i++) {
        media_piece_close(&m->pieces[i]);
        free(m->pieces[i].spans);
    }
    free(m->pieces);
    m->pieces = NULL;
    m->nb_pieces = 0;
}

static void media_close(struct media *m)
{
    if (!m)
        return;
    drop_pieces(m);
    for (size_t i = 0; i < m->nb_files; i++) {
        if (m->fds[i] >= 0)
            close(m->fds[i]);
        free(m->paths[i]);
    }
    free(m->fds);
    free(m->paths);
    free(m->ends);
    hash_destroy(m->hash);
    free(m);
}

void media_close_p(struct media **media)
{
    media_close(*media);
}

static int open_file(struct media *m, size_t i, struct err *err)
{
    const char *path = m->paths[i];
    m->fds[i] = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (m->fds[i] < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    struct stat st;
    if (fstat(m->fds[i], &st) < 0)
        return err_errno(err, errno, "cannot look at '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "'%s' is no regular file", path);
    if (st.st_size == 0)
        return err_set(err, ERR_INVALID, "'%s' is empty (0 bytes): copy it from the camera again",
                       path);
    m->ends[i] = st.st_size + (i ? m->ends[i - 1] : 0);
    return 0;
}

static int open_files(struct media *m, const char *path, const struct media_params *params,
                      struct err *err)
{
    const size_t nb = 1 + (params ? params->nb_more : 0);
    m->paths = mem_zalloc(nb, sizeof *m->paths);
    m->fds = mem_zalloc(nb, sizeof *m->fds);
    m->ends = mem_zalloc(nb, sizeof *m->ends);
    for (size_t i = 0; i < nb; i++) {
        m->paths[i] = mem_strdup(i ? params->more[i - 1] : path);
        m->fds[i] = -1;
    }
    m->nb_files = nb;
    for (size_t i = 0; i < nb; i++)
        if (open_file(m, i, err) < 0)
            return err->code;
    return 0;
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

/* What the disk or the memory did may be better next time; all else is what the file is: demuxers
 * call a header that ends early an I/O error too. */
static int fail_open(const struct media_piece *p, int averror, struct err *err)
{
    if (averror == AVERROR(ENOMEM))
        return av_fail_nomem(err);
    if (p->media->disk_failed)
        return av_fail(err, averror, "cannot read '%s'", p->path);
    return err_foreign(
        err, ERR_INVALID, ERR_LIBAV, averror,
        "'%s' cannot be read as a recording: it is damaged, cut off, or none (if the "
        "camera was stopped hard, its index is missing; a repair tool may write it "
        "anew)",
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
    p->fmt->codec_whitelist = av_strdup(decoder_list);
    p->fmt->protocol_whitelist = av_strdup(""); /* none: what goes round io_open ends here */
    p->fmt->max_streams = MAX_STREAMS;
    if (!p->fmt->format_whitelist || !p->fmt->codec_whitelist || !p->fmt->protocol_whitelist)
        return av_fail_nomem(err);
    /* The name is for guessing the kind by its suffix only; the file is read through p->io. A
     * compressed header that unfolds into gigabytes stops at the limit, which is libav's and the
     * process's. */
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
    /* A picture that begins inside a packet of these has no time of its own: libavformat has it
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

int media_divide(struct media *m, bool as_one, struct err *err)
{
    drop_pieces(m);
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

int media_open(struct media **out, const char *path, const struct media_params *params,
               struct err *err)
{
    AUTO_MEDIA *m = mem_zalloc(1, sizeof *m);
    if (params && params->hash)
        m->hash = hash_create();
    m->join = params ? params->join : NULL;
    if (open_files(m, path, params, err) < 0)
        return err->code;
    if (m->nb_files == 1 ? media_divide(m, true, err) < 0 : media_join_files(m, err) < 0)
        return err->code;
    *out = mem_take(&m);
    return 0;
}

AVFormatContext *media_format(struct media *m)
{
    return m->pieces[0].fmt;
}

int64_t media_size(const struct media *m)
{
    return m->ends[m->nb_files - 1];
}

const char *media_path(const struct media *m)
{
    return m->paths[0];
}

int media_content_hash(char *out, struct media *m, struct err *err)
{
    const int failed = hash_from_disk(m, media_size(m));
    if (failed)
        return err_errno(err, failed, "cannot read '%s'", media_path(m));
    /* Files that are read apart are another recording than the same bytes in one file. */
    for (size_t i = 0; m->nb_pieces > 1 && i < m->nb_pieces; i++)
        hash_add_int(m->hash, m->pieces[i].end);
    hash_hex(m->hash, out);
    return 0;
}

int media_decoder(AVCodecContext **out, struct media *m, int stream, AVDictionary **options,
                  struct err *err)
{
    const AVStream *st = m->pieces[m->at].fmt->streams[stream];
    const char *path = m->pieces[m->at].path;
    const AVCodec *codec = avcodec_find_decoder(st->codecpar->codec_id);
    const bool named = st->codecpar->codec_id != AV_CODEC_ID_NONE;
    if (!codec)
        return err_set(
            err, ERR_INVALID,
            "'%s': stream %d is '%s', which this FFmpeg cannot decode: convert it to H.264 and "
            "AAC, for instance, and add that",
            path, stream,
            named ? avcodec_get_name(st->codecpar->codec_id)
                  : av_fourcc2str(st->codecpar->codec_tag));
    if (av_match_list(codec->name, decoder_list, ',') <= 0)
        return err_set(err, ERR_INVALID,
                       "'%s': stream %d is '%s', which no camera writes and talkpress does not "
                       "decode; convert it to another format",
                       path, stream, codec->name);
    const int64_t width = st->codecpar->width, height = st->codecpar->height;
    if (width * height > MEDIA_MAX_PIXELS)
        return err_set(err, ERR_INVALID,
                       "'%s': stream %d has pictures of %lldx%lld, more than talkpress decodes "
                       "(8192x4608); convert it to a smaller size",
                       path, stream, (long long)width, (long long)height);
    AUTO_CODEC *dec = avcodec_alloc_context3(codec);
    if (!dec)
        return av_fail_nomem(err);
    int ret = avcodec_parameters_to_context(dec, st->codecpar);
    dec->pkt_timebase = m->pieces[0].fmt->streams[stream]->time_base;
    dec->thread_count = 1;
    dec->max_pixels = MEDIA_MAX_PIXELS;
    if (ret >= 0)
        ret = avcodec_open2(dec, codec, options);
    if (ret < 0)
        return av_fail(
            err, ret,
            "'%s': stream %d (%s) cannot be decoded: copy the file from the camera again, or "
            "convert it",
            path, stream, codec->name);
    *out = mem_take(&dec);
    return 0;
}
