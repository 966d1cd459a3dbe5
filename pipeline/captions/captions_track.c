#include "captions_track.h"

#include <errno.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#include "av.h"
#include "clock.h"

/* TS 26.245, section 5.16: a sample entry with the style of all texts: white, without background,
 * centred at the bottom, in font 1. */
static const uint8_t sample_entry[] = {
    0,    0,    0,    0,         /* display flags */
    1,    0xff,                  /* in the middle, at the bottom */
    0,    0,    0,    0,         /* background: transparent */
    0,    0,    0,    0,         /* box: the player's choice */
    0,    0,    0,    0,         /**/
    0,    0,    0,    0,         /* style: from character 0 to 0: all */
    0,    1,    0,    18,        /* font 1, no face, size */
    0xff, 0xff, 0xff, 0xff,      /* white */
    0,    0,    0,    23,        /* font table */
    'f',  't',  'a',  'b',       /**/
    0,    1,    0,    1,         /* one entry: font 1 */
    10,   'S',  'a',  'n',  's', /**/
    '-',  'S',  'e',  'r',  'i', 'f',
};

int captions_track_add(AVStream **out, AVFormatContext *mux, const struct captions_track *track,
                       struct err *err)
{
    AVStream *st = avformat_new_stream(mux, NULL);
    if (!st)
        return av_fail_nomem(err);
    st->codecpar->codec_type = AVMEDIA_TYPE_SUBTITLE;
    st->codecpar->codec_id = AV_CODEC_ID_MOV_TEXT;
    st->codecpar->extradata = av_mallocz(sizeof sample_entry + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!st->codecpar->extradata)
        return av_fail_nomem(err);
    memcpy(st->codecpar->extradata, sample_entry, sizeof sample_entry);
    st->codecpar->extradata_size = sizeof sample_entry;
    st->time_base = (AVRational){1, CAPTIONS_TRACK_RATE};
    st->disposition = 0;
    if (track->language && av_dict_set(&st->metadata, "language", track->language, 0) < 0)
        return av_fail_nomem(err);
    *out = st;
    return 0;
}

int captions_track_packet(AVPacket *pkt, const struct cue *cue, struct err *err)
{
    const size_t nb = strlen(cue->text);
    char at[CLOCK_BYTES];
    if (nb > UINT16_MAX)
        return err_set(
            err, ERR_INVALID,
            "at %s of the file %zu bytes of captions show together, more than an MP4 file "
            "can hold: correct the captions, or remove them to publish without",
            clock_format_ms(at, cue->start_ms, true), nb);
    if (av_new_packet(pkt, (int)nb + 2) < 0)
        return av_fail_nomem(err);
    AV_WB16(pkt->data, (uint16_t)nb);
    memcpy(pkt->data + 2, cue->text, nb);
    pkt->pts = pkt->dts = cue->start_ms * (CAPTIONS_TRACK_RATE / 1000);
    pkt->duration = (cue->end_ms - cue->start_ms) * (CAPTIONS_TRACK_RATE / 1000);
    pkt->flags |= AV_PKT_FLAG_KEY;
    return 0;
}

/* --- boxes (ISO/IEC 14496-12, section 4.2) ---------------------------------------------------- */

struct box {
    int64_t body, end;
};

static bool read_at(uint8_t *out, size_t nb, FILE *f, int64_t at)
{
    return fseeko(f, at, SEEK_SET) == 0 && fread(out, 1, nb, f) == nb;
}

/* The nth box of a type inside another one. */
static bool find_box(struct box *out, FILE *f, const struct box *in, const char *type, int n)
{
    for (int64_t at = in->body; at + 8 <= in->end;) {
        uint8_t head[16];
        if (!read_at(head, 8, f, at))
            return false;
        int64_t size = AV_RB32(head), body = at + 8;
        if (size == 1) {
            if (!read_at(head, 16, f, at))
                return false;
            size = (int64_t)AV_RB64(head + 8);
            body = at + 16;
        }
        if (size < body - at || size > in->end - at)
            return false;
        *out = (struct box){body, at + size};
        if (memcmp(head + 4, type, 4) == 0 && n-- == 0)
            return true;
        at += size;
    }
    return false;
}

/* Byte 3 of a track header's body is the last of its flags; bit 0 is "enabled". A handler's type
 * follows version, flags and 4 bytes. */
static bool turn_off(FILE *f, const struct box *trak)
{
    struct box media, handler, header;
    uint8_t type[4], flags;
    if (!find_box(&media, f, trak, "mdia", 0) || !find_box(&handler, f, &media, "hdlr", 0) ||
        !find_box(&header, f, trak, "tkhd", 0) || !read_at(type, 4, f, handler.body + 8) ||
        !read_at(&flags, 1, f, header.body + 3))
        return false;
    if (memcmp(type, "sbtl", 4) != 0)
        return true;
    flags &= 0xfe;
    return fseeko(f, header.body + 3, SEEK_SET) == 0 && fwrite(&flags, 1, 1, f) == 1;
}

int captions_tracks_off(const char *path, struct err *err)
{
    FILE *f = fopen(path, "r+b");
    if (!f)
        return err_errno(err, errno, "cannot open '%s'", path);
    struct box moov, trak;
    bool good = fseeko(f, 0, SEEK_END) == 0;
    const struct box file = {0, ftello(f)};
    good = good && find_box(&moov, f, &file, "moov", 0);
    for (int n = 0; good && find_box(&trak, f, &moov, "trak", n); n++)
        good = turn_off(f, &trak);
    if (fclose(f) != 0)
        return err_errno(err, errno, "cannot write '%s'", path);
    return good ? 0 : err_set(err, ERR_EXTERNAL, "'%s' has no index as MP4 files do", path);
}
