#include "captions.h"

#include "av.h"
#include "media.h"

/* A caption that does not say how long it shows stays until the next one, or so long. */
enum { UNSTATED_MS = 5000 };

/* A cue of no length, which end_unstated gives one, where the packet states none. */
static void add_packet(struct cues *out, const AVPacket *pkt, const AVStream *st, int64_t origin_ms)
{
    const AVRational ms = {1, 1000};
    if (pkt->pts == AV_NOPTS_VALUE || pkt->size <= 0)
        return;
    const int64_t start_ms = av_rescale_q(pkt->pts, st->time_base, ms) - origin_ms;
    const int64_t length_ms =
        pkt->duration > 0 ? av_rescale_q(pkt->duration, st->time_base, ms) : 0;
    captions_add_packet(out, avcodec_get_name(st->codecpar->codec_id), pkt->data, (size_t)pkt->size,
                        start_ms, start_ms + length_ms);
}

static void end_unstated(struct cues *c)
{
    for (size_t i = 0; i < c->nb; i++) {
        struct cue *cue = &c->cues[i];
        if (cue->end_ms > cue->start_ms)
            continue;
        cue->end_ms = cue->start_ms + UNSTATED_MS;
        if (i + 1 < c->nb && c->cues[i + 1].start_ms < cue->end_ms)
            cue->end_ms = c->cues[i + 1].start_ms;
    }
}

int captions_read_stream(struct cues *out, const char *recording, const struct media_params *files,
                         int stream, const struct frame_grid *grid, struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_CUES cues = {0};
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    if (media_open(&media, recording, files, err) < 0)
        return err->code;
    AVFormatContext *fmt = media_format(media);
    if (stream < 0 || (unsigned)stream >= fmt->nb_streams ||
        !captions_codec(avcodec_get_name(fmt->streams[stream]->codecpar->codec_id)))
        return err_set(err, ERR_INVALID, "'%s': stream %d holds no captions that can be read",
                       recording, stream);
    for (unsigned i = 0; i < fmt->nb_streams; i++)
        fmt->streams[i]->discard = (int)i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    const int64_t origin_ms = frame_grid_origin_ms(grid);
    int got; /* captions end where a damaged recording does: the probe has reported it */
    while ((got = media_read(media, pkt, err)) > 0) {
        if (pkt->stream_index == stream)
            add_packet(&cues, pkt, fmt->streams[stream], origin_ms);
        av_packet_unref(pkt);
    }
    if (got < 0)
        return got;
    cues_sort(&cues);
    end_unstated(&cues);
    *out = cues;
    cues = (struct cues){0};
    return 0;
}
