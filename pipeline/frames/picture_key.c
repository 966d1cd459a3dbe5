/* One key picture near a time, decoded alone. */
#include "reader.h"

#include "av.h"
#include "media.h"
#include "stream_source.h"

/* Reads up to the next key packet. Returns 1, 0 at the end, or an error. */
static int find_key(struct stream_source *s, struct err *err)
{
    int got;
    while ((got = stream_source_packet(s, err)) > 0)
        if (s->pkt->flags & AV_PKT_FLAG_KEY)
            break;
    return got;
}

/* Sends the key packet, and the one after it if that is its second field; then the end, so that the
 * decoder waits for no more. */
static int decode_key(AVFrame *out, struct stream_source *s, struct err *err)
{
    const enum AVFieldOrder order = s->st->codecpar->field_order;
    const bool fields = order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
    int ret = avcodec_send_packet(s->dec, s->pkt);
    if (ret >= 0 && fields) {
        const int got = stream_source_packet(s, err);
        if (got < 0)
            return got;
        if (got && !(s->pkt->flags & AV_PKT_FLAG_KEY))
            (void)!avcodec_send_packet(s->dec, s->pkt);
    }
    if (ret >= 0)
        (void)!avcodec_send_packet(s->dec, NULL);
    return ret >= 0 && avcodec_receive_frame(s->dec, out) >= 0 && out->width > 0;
}

static int read_near(AVFrame *out, struct stream_source *s, const struct picture_range *range,
                     int64_t ts, struct err *err)
{
    const int sought = media_seek(s->media, s->st->index, ts, err);
    const int found = sought > 0 ? find_key(s, err) : sought;
    if (found <= 0)
        return found;
    const bool by_dts = s->pkt->pts == AV_NOPTS_VALUE;
    const int64_t at = by_dts ? s->pkt->dts : s->pkt->pts;
    const int64_t late = by_dts && range->late > 0 ? range->late : 0;
    const int64_t frame =
        at == AV_NOPTS_VALUE ? range->begin : frame_grid_frame_of(&range->grid, at) + late;
    const int got = decode_key(out, s, err);
    out->pts = frame;
    return got;
}

int picture_reader_key(AVFrame *out, struct media *media, const struct picture_range *range,
                       struct err *err)
{
    static const int back_ms[] = {0, 3000, 12000, 40000};
    const struct frame_grid *g = &range->grid;
    const int64_t ts = g->origin + av_rescale_q(range->begin, av_inv_q(g->fps), g->time_base);
    int got = 0;
    for (size_t i = 0; got == 0 && i < sizeof back_ms / sizeof *back_ms; i++) {
        struct stream_source s = {0};
        const int64_t back = av_rescale_q(back_ms[i], (AVRational){1, 1000}, g->time_base);
        if (stream_source_open(&s, media, range->stream, err) == 0)
            got = read_near(out, &s, range, ts - back > g->origin ? ts - back : g->origin, err);
        stream_source_close(&s);
        if (err->code)
            return err->code;
    }
    return got;
}
