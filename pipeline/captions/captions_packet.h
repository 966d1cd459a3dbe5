/* What the packets of a stream of captions say, by its codec. */
#pragma once

#include <stddef.h>

/* The text of a packet (a 0 follows its bytes), without markup: a new string. */
typedef char *captions_packet_text(const char *bytes, size_t nb);

/* NULL where the codec (libav's name) is not of text that can be read. */
captions_packet_text *captions_packet_reader(const char *codec);
