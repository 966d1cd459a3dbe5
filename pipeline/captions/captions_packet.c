#include "captions.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

#include "captions_text.h"
#include "mem.h"

static char *from_subrip(const char *text, size_t nb)
{
    (void)nb;
    return captions_from_markup(text, false);
}

static char *from_webvtt(const char *text, size_t nb)
{
    (void)nb;
    return captions_from_markup(text, true);
}

static char *from_plain(const char *text, size_t nb)
{
    (void)nb;
    return captions_from_plain(text);
}

/* Packets have no times: ReadOrder, Layer, Style, Name, three margins, Effect, Text. */
static char *from_ass(const char *text, size_t nb)
{
    (void)nb;
    for (int i = 0; i < 8 && text; i++)
        text = (text = strchr(text, ',')) ? text + 1 : NULL;
    return captions_from_ass(text ? text : "");
}

/* 3GPP TS 26.245, section 5.17: the text's length in 16 bits, the text, then styles. */
static char *from_mov_text(const char *bytes, size_t nb)
{
    if (nb < 2 || AV_RB16(bytes) > nb - 2)
        return mem_strdup("");
    AUTO_FREE char *text = mem_printf("%.*s", (int)AV_RB16(bytes), bytes + 2);
    return captions_from_plain(text);
}

/* bytes are followed by a NUL. */
typedef char *packet_text(const char *bytes, size_t nb);

static const struct {
    const char *codec;
    packet_text *text;
} codecs[] = {
    {"subrip", from_subrip}, {"srt", from_subrip}, {"webvtt", from_webvtt},     {"ass", from_ass},
    {"ssa", from_ass},       {"text", from_plain}, {"mov_text", from_mov_text},
};

/* NULL for a codec that cannot be read as text. */
static packet_text *reader_of(const char *codec)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (strcmp(codecs[i].codec, codec) == 0)
            return codecs[i].text;
    return NULL;
}

bool captions_codec(const char *codec)
{
    return reader_of(codec) != NULL;
}

void captions_add_packet(struct cues *cues, const char *codec, const void *bytes, size_t nb,
                         int64_t start_ms, int64_t end_ms)
{
    packet_text *text = reader_of(codec);
    AUTO_FREE char *copy = mem_zalloc(1, nb + 1);
    memcpy(copy, bytes, nb);
    cues_add(cues, start_ms, end_ms, text(copy, nb));
}
