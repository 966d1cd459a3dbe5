/*
 * What a stream is encoded in, as browsers ask for it (RFC 6381 and the codecs' own rules for it):
 * "avc1.64001f", "av01.0.05M.08", "mp4a.40.2". Pure.
 */
#pragma once

#include <libavcodec/codec_par.h>

/* fps: of a picture; VP9 in WebM does not state its level, which follows from size and rate. A new
 * string; NULL: the codec has no such name, or its header does not say what it should. */
char *codec_string(const AVCodecParameters *par, AVRational fps);
