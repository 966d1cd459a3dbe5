#include "encryption.h"

#include <libavutil/dict.h>
#include <libavutil/opt.h>
#include <string.h>

#include "av_versions.h"
#include "mem.h"

enum { LOOK_BYTES = 4 << 20 };

bool encryption_of_packet(const AVPacket *pkt)
{
    return av_packet_get_side_data(pkt, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
}

/* Bits 7 and 6 of a packet's fourth byte (ISO/IEC 13818-1, 2.4.3.3: transport_scrambling_control).
 */
static bool scrambled_ts(const uint8_t *bytes, size_t nb, size_t packet_bytes, int pid)
{
    const size_t sync = packet_bytes == 192 ? 4 : 0;
    size_t nb_packets = 0, nb_scrambled = 0;
    for (size_t at = sync; at + 4 <= nb; at += packet_bytes) {
        const uint8_t *p = bytes + at;
        if (p[0] != 0x47 || ((p[1] & 0x1f) << 8 | p[2]) != pid)
            continue;
        nb_packets++;
        nb_scrambled += (p[3] & 0xc0) != 0;
    }
    return nb_scrambled > nb_packets / 2;
}

/* PES_scrambling_control of the packets of a stream (2.4.3.6), as the sectors of a DVD have it. */
static bool scrambled_pes(const uint8_t *bytes, size_t nb, int id)
{
    size_t nb_packets = 0, nb_scrambled = 0;
    for (size_t at = 0; at + 7 <= nb; at++) {
        const uint8_t *p = bytes + at;
        if (p[0] || p[1] || p[2] != 1 || p[3] != (id & 0xff) || (p[6] & 0xc0) != 0x80)
            continue;
        nb_packets++;
        nb_scrambled += (p[6] & 0x30) != 0;
    }
    return nb_scrambled > nb_packets / 2;
}

/* The objects of Windows Media DRM in the header. */
static bool protected_asf(const uint8_t *bytes, size_t nb)
{
    static const uint8_t ids[2][16] = {
        {0xfb, 0xb3, 0x11, 0x22, 0x23, 0xbd, 0xd2, 0x11, 0xb4, 0xb7, 0x00, 0xa0, 0xc9, 0x55, 0xfc,
         0x6e},
        {0x14, 0xe6, 0x8a, 0x29, 0x22, 0x26, 0x17, 0x4c, 0xb9, 0x35, 0xda, 0xe0, 0x7e, 0xe9, 0x28,
         0x9c},
    };
    return memmem(bytes, nb, ids[0], sizeof ids[0]) || memmem(bytes, nb, ids[1], sizeof ids[1]);
}

static bool in_bytes(AVFormatContext *fmt, const AVStream *st)
{
    const char *name = fmt->iformat->name;
    const bool ts = strcmp(name, "mpegts") == 0, ps = strcmp(name, "mpeg") == 0,
               asf = strcmp(name, "asf") == 0;
    int64_t packet_bytes = 0;
    if ((!ts && !ps && !asf) || !fmt->pb || avio_seek(fmt->pb, 0, SEEK_SET) < 0)
        return false;
    AUTO_FREE uint8_t *bytes = mem_zalloc(1, LOOK_BYTES);
    const int got = avio_read(fmt->pb, bytes, asf ? LOOK_BYTES / 64 : LOOK_BYTES);
    const size_t nb = got > 0 ? (size_t)got : 0;
    if (asf)
        return protected_asf(bytes, nb);
    if (ps)
        return scrambled_pes(bytes, nb, st->id);
    return av_opt_get_int(fmt->priv_data, "ts_packetsize", 0, &packet_bytes) >= 0 &&
           packet_bytes >= 188 && scrambled_ts(bytes, nb, (size_t)packet_bytes, st->id);
}

bool encryption_of_stream(AVFormatContext *fmt, const AVStream *st)
{
    static const uint32_t tags[] = {MKTAG('e', 'n', 'c', 'v'), MKTAG('e', 'n', 'c', 'a'),
                                    MKTAG('d', 'r', 'm', 'i'), MKTAG('d', 'r', 'm', 's')};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (st->codecpar->codec_tag == tags[i])
            return true;
    return av_versions_side_data(st, AV_PKT_DATA_ENCRYPTION_INIT_INFO) ||
           av_dict_get(st->metadata, "enc_key_id", NULL, 0) || in_bytes(fmt, st);
}
