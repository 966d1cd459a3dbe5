/*
 * libav for every folder of the pipeline: its error codes as struct err, its log, and locals that
 * own its objects.
 */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>

#include "err.h"

/* Sets err from an AVERROR code; the message is followed by ": " and libav's text. The code is
 * ERR_NO_SPACE, ERR_NOMEM, ERR_INVALID (invalid data), ERR_IO, or else ERR_EXTERNAL. Returns it. */
int av_fail(struct err *err, int averror, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* ERR_NOMEM: for calls of libav that return NULL only when out of memory. Returns it. */
int av_fail_nomem(struct err *err);

/* Silences libav's log, for the whole process. */
void av_log_quiet(void);

/* Sends libav's warnings and errors to stderr, for the whole process: one line per message, with
 * the context in front and control characters removed. */
void av_log_to_stderr(void);

#define AUTO_FRAME  ATTR_CLEANUP(av_frame_free) AVFrame
#define AUTO_PACKET ATTR_CLEANUP(av_packet_free) AVPacket
#define AUTO_CODEC  ATTR_CLEANUP(avcodec_free_context) AVCodecContext
#define AUTO_GRAPH  ATTR_CLEANUP(avfilter_graph_free) AVFilterGraph
