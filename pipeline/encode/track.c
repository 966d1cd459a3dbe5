#include "track.h"

#include <assert.h>
#include <libavformat/avformat.h>
#include <stdlib.h>

#include "av.h"
#include "hash.h"
#include "mem.h"

/* --- writing --------------------------------------------------------------------------------- */

struct track_writer {
    AVFormatContext *mux;
    AVStream *st;
    AVPacket *pkt;
    AVRational time_base; /* the encoder's */
    bool video;
    int64_t next; /* place of the next packet of pictures; below 0 it is left out */
    bool fragment;
    int64_t first, nb; /* of a fragment, in time_base */
};

/* A fragment states its time, and packets no longer than that. So it needs no list of edits, which
 * players of fragments ignore. */
static int write_header(struct track_writer *w)
{
    AVDictionary *options = NULL;
    int ret = 0;
    if (w->fragment)
        ret = av_dict_parse_string(&options,
                                   "movflags=empty_moov+default_base_moof+frag_custom+frag_discont"
                                   "+skip_trailer,use_editlist=0,avoid_negative_ts=disabled",
                                   "=", ",", 0);
    if (ret >= 0)
        ret = avformat_write_header(w->mux, &options);
    av_dict_free(&options);
    return ret;
}

static int open_mux(struct track_writer *w, const char *path, const AVCodecContext *enc,
                    struct err *err)
{
    w->pkt = av_packet_alloc();
    int ret = avformat_alloc_output_context2(&w->mux, NULL, "mp4", path);
    if (ret < 0 || !w->pkt || !(w->st = avformat_new_stream(w->mux, NULL)))
        return av_fail_nomem(err);
    /* No version string inside: the same spec gives the same bytes. */
    w->mux->flags |= AVFMT_FLAG_BITEXACT;
    w->time_base = w->st->time_base = enc->time_base;
    w->video = enc->codec_type == AVMEDIA_TYPE_VIDEO;
    ret = avcodec_parameters_from_context(w->st->codecpar, enc);
    if (ret >= 0)
        ret = avio_open(&w->mux->pb, path, AVIO_FLAG_WRITE);
    if (ret >= 0)
        ret = write_header(w);
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", path) : 0;
}

int track_writer_open(struct track_writer **out, const char *path, const AVCodecContext *enc,
                      int nb_lead, struct err *err)
{
    AUTO_TRACK_WRITER *w = mem_zalloc(1, sizeof *w);
    w->next = -nb_lead;
    if (open_mux(w, path, enc, err) < 0)
        return err->code;
    *out = mem_take(&w);
    return 0;
}

int track_writer_open_fragment(struct track_writer **out, const char *path,
                               const AVCodecContext *enc, int64_t first, int64_t nb,
                               struct err *err)
{
    AUTO_TRACK_WRITER *w = mem_zalloc(1, sizeof *w);
    w->fragment = true;
    w->first = first;
    w->nb = nb;
    if (open_mux(w, path, enc, err) < 0)
        return err->code;
    *out = mem_take(&w);
    return 0;
}

void track_writer_close_p(struct track_writer **writer)
{
    struct track_writer *w = *writer;
    if (!w)
        return;
    if (w->mux && w->mux->pb)
        avio_closep(&w->mux->pb);
    avformat_free_context(w->mux);
    av_packet_free(&w->pkt);
    free(w);
}

/* Gives a packet of a picture its times; the time base is one frame. */
static int place_picture(struct track_writer *w, const AVCodecContext *enc, struct err *err)
{
    const int64_t at = w->next++;
    w->pkt->duration = 1;
    /* x264 knows its reordering too late in tracks of a frame or two, and states none. What is
     * joined must agree in it: else decoding times would run back at the seam. */
    w->pkt->dts = at - enc->has_b_frames;
    if (w->pkt->dts > w->pkt->pts)
        return err_set(err, ERR_EXTERNAL, "encoder '%s' reorders further than it states",
                       enc->codec->name);
    if ((at < 0) != (w->pkt->pts < 0))
        return err_set(err, ERR_EXTERNAL, "encoder '%s' reorders across a key frame",
                       enc->codec->name);
    return 0;
}

static bool left_out(const struct track_writer *w)
{
    return (w->video && w->next <= 0) || (w->fragment && (w->pkt->pts < 0 || w->pkt->pts >= w->nb));
}

int track_writer_encode(struct track_writer *w, AVCodecContext *enc, const AVFrame *frame,
                        struct err *err)
{
    int ret = avcodec_send_frame(enc, frame);
    if (ret < 0)
        return av_fail(err, ret, "encoder '%s' failed", enc->codec->name);
    while ((ret = avcodec_receive_packet(enc, w->pkt)) >= 0) {
        if (w->video && place_picture(w, enc, err) < 0)
            return err->code;
        if (left_out(w)) {
            av_packet_unref(w->pkt);
            continue;
        }
        if (w->fragment) {
            w->pkt->pts += w->first;
            w->pkt->dts += w->first;
        }
        av_packet_rescale_ts(w->pkt, w->time_base, w->st->time_base);
        ret = av_write_frame(w->mux, w->pkt);
        av_packet_unref(w->pkt);
        if (ret < 0)
            return av_fail(err, ret, "cannot write '%s'", w->mux->url);
    }
    if (ret != AVERROR(EAGAIN) && ret != AVERROR_EOF)
        return av_fail(err, ret, "encoder '%s' failed", enc->codec->name);
    return 0;
}

int track_writer_finish(struct track_writer *w, struct err *err)
{
    int ret = av_write_trailer(w->mux);
    const int closed = avio_closep(&w->mux->pb);
    if (ret >= 0)
        ret = closed;
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", w->mux->url) : 0;
}

/* --- reading --------------------------------------------------------------------------------- */

struct track_reader {
    AVFormatContext *fmt;
};

int track_reader_open(struct track_reader **out, const char *path, struct err *err)
{
    AUTO_TRACK_READER *r = mem_zalloc(1, sizeof *r);
    const int ret = avformat_open_input(&r->fmt, path, av_find_input_format("mp4"), NULL);
    if (ret == AVERROR(ENOENT))
        return err_set(err, ERR_IO,
                       "the cached file '%s' is missing: something else deletes files in work/ "
                       "(run again)",
                       path);
    if (ret < 0)
        return av_fail(err, ret, "the cached file '%s' cannot be read (remove it and run again)",
                       path);
    if (r->fmt->nb_streams != 1)
        return err_set(err, ERR_INVALID, "the cached file '%s' holds %u tracks, not one", path,
                       r->fmt->nb_streams);
    *out = mem_take(&r);
    return 0;
}

int track_reader_next(struct track_reader *r, AVPacket *pkt, struct err *err)
{
    const int ret = av_read_frame(r->fmt, pkt);
    if (ret == AVERROR_EOF)
        return 0;
    if (ret < 0)
        return av_fail(err, ret, "the cached file '%s' cannot be read (remove it and run again)",
                       r->fmt->url);
    av_packet_free_side_data(pkt);
    return 1;
}

AVRational track_reader_time_base(const struct track_reader *r)
{
    return r->fmt->streams[0]->time_base;
}

const AVCodecParameters *track_reader_codec(const struct track_reader *r)
{
    return r->fmt->streams[0]->codecpar;
}

void track_reader_close_p(struct track_reader **reader)
{
    if (!*reader)
        return;
    avformat_close_input(&(*reader)->fmt);
    free(*reader);
}

int track_summarise(struct track_summary *out, const char *path, struct err *err)
{
    AUTO_TRACK_READER *r = NULL;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    if (track_reader_open(&r, path, err) < 0)
        return err->code;
    assert(r);
    const AVCodecParameters *par = track_reader_codec(r);
    struct hash *hash = hash_create();
    *out = (struct track_summary){0};
    hash_bytes(par->extradata ? (const void *)par->extradata : "",
               par->extradata ? (size_t)par->extradata_size : 0, out->header);
    int got;
    while ((got = track_reader_next(r, pkt, err)) > 0) {
        hash_add(hash, pkt->data, (size_t)pkt->size);
        out->nb_packets++;
        out->nb_bytes += pkt->size;
        av_packet_unref(pkt);
    }
    hash_hex(hash, out->hash);
    hash_destroy(hash);
    return got;
}
