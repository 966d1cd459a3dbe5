/* What every room of the pipeline needs of libav: its errors as ours, and owning locals. */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>

#include "err.h"

/* Sets err from an AVERROR code: ": " and libav's text follow the message. */
int av_fail(struct err *err, int averror, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* libav returns NULL only when memory is out. */
int av_fail_nomem(struct err *err);

/* libav says nothing from now on. */
void av_log_quiet(void);

/* Routes libav's log to stderr at warning level, one line a message, the context in front. */
void av_log_to_stderr(void);

#define AUTO_FRAME  ATTR_CLEANUP(av_frame_free) AVFrame
#define AUTO_PACKET ATTR_CLEANUP(av_packet_free) AVPacket
#define AUTO_CODEC  ATTR_CLEANUP(avcodec_free_context) AVCodecContext
#define AUTO_GRAPH  ATTR_CLEANUP(avfilter_graph_free) AVFilterGraph
