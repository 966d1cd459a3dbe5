/* Whether a recording is encrypted, so that a message can say it. Reads the file's start; a key is
 * never looked for. No state. */
#pragma once

#include <libavformat/avformat.h>
#include <stdbool.h>

/* Whether the packet states that its content is encrypted (MP4). */
bool encryption_of_packet(const AVPacket *pkt);

/* Whether the container says that the stream is encrypted: MP4 and Matroska by their headers,
 * MPEG-TS and program streams (DVDs) by the bits in their packets, ASF by its header for the whole
 * file. Moves fmt's position in the file: to be called when no more packets are read. */
bool encryption_of_stream(AVFormatContext *fmt, const AVStream *st);
