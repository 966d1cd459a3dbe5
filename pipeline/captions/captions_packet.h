/* Reads the packets of a caption stream, by its codec. Inner header. */
#pragma once

#include <stddef.h>

/* The text of a packet as captions.h has it, a new string; bytes are followed by a NUL. */
typedef char *captions_packet_text(const char *bytes, size_t nb);

/* NULL for a codec (libav's name) that cannot be read as text. */
captions_packet_text *captions_packet_reader(const char *codec);
