#include "codec_string.h"

#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>

#include "mem.h"
#include "str.h"

/* ISO/IEC 14496-15: version, profile, constraints, level. */
static char *of_h264(const AVCodecParameters *p)
{
    const uint8_t *d = p->extradata;
    return p->extradata_size >= 4 && d[0] == 1 ? mem_printf("avc1.%02x%02x%02x", d[1], d[2], d[3])
                                               : NULL;
}

/* ISO/IEC 14496-15, annex E. */
static char *of_hevc(const AVCodecParameters *p)
{
    static const char *const spaces[] = {"", "A", "B", "C"};
    const uint8_t *d = p->extradata;
    if (p->extradata_size < 13 || d[0] != 1)
        return NULL;
    uint32_t compatible = 0;
    for (int i = 0; i < 32; i++)
        compatible |= (AV_RB32(d + 2) >> i & 1) << (31 - i);
    AUTO_STR s = {0};
    str_addf(&s, "%s.%s%d.%X.%c%d", p->codec_tag == MKTAG('h', 'e', 'v', '1') ? "hev1" : "hvc1",
             spaces[d[1] >> 6], d[1] & 31, compatible, d[1] & 32 ? 'H' : 'L', d[12]);
    int nb = 6;
    while (nb > 0 && d[6 + nb - 1] == 0)
        nb--;
    for (int i = 0; i < nb; i++)
        str_addf(&s, ".%X", d[6 + i]);
    return str_take(&s);
}

/* AV1 Codec ISO Media File Format Binding, 2.3 and 5. */
static char *of_av1(const AVCodecParameters *p)
{
    const uint8_t *d = p->extradata;
    if (p->extradata_size < 4 || d[0] != 0x81)
        return NULL;
    const int depth = !(d[2] & 0x40) ? 8 : d[2] & 0x20 ? 12 : 10;
    return mem_printf("av01.%d.%02d%c.%02d", d[1] >> 5, d[1] & 31, d[2] & 0x80 ? 'H' : 'M', depth);
}

/* VP9 Bitstream & Decoding Process Specification, annex A: the level by luma samples of a picture
 * and of a second. */
static int vp9_level(int64_t samples, double a_second)
{
    static const struct {
        int level;
        int64_t samples;
        double a_second;
    } levels[] = {{10, 36864, 829440},        {11, 73728, 2764800},      {20, 122880, 4608000},
                  {21, 245760, 9216000},      {30, 552960, 20736000},    {31, 983040, 36864000},
                  {40, 2228224, 83558400},    {41, 2228224, 160432128},  {50, 8912896, 311951360},
                  {51, 8912896, 588251136},   {52, 8912896, 1176502272}, {60, 35651584, 1176502272},
                  {61, 35651584, 2353004544}, {62, 35651584, 4706009088}};
    enum { NB = sizeof levels / sizeof *levels };
    size_t i = 0;
    while (i + 1 < NB && (samples > levels[i].samples || a_second > levels[i].a_second))
        i++;
    return levels[i].level;
}

/* VP Codec ISO Media File Format Binding, "Codecs Parameter String". */
static char *of_vp9(const AVCodecParameters *p, AVRational fps)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(p->format);
    const int64_t samples = (int64_t)p->width * p->height;
    if (p->profile < 0 || p->profile > 3 || !format)
        return NULL;
    return mem_printf("vp09.%02d.%02d.%02d", p->profile,
                      vp9_level(samples, (double)samples * av_q2d(fps)), format->comp[0].depth);
}

/* ISO/IEC 14496-3: AudioSpecificConfig begins with the object type. */
static char *of_aac(const AVCodecParameters *p)
{
    const uint8_t *d = p->extradata;
    if (p->extradata_size < 2)
        return NULL;
    const int type = d[0] >> 3;
    return mem_printf("mp4a.40.%d", type == 31 ? 32 + ((d[0] & 7) << 3 | d[1] >> 5) : type);
}

char *codec_string(const AVCodecParameters *p, AVRational fps)
{
    switch ((int)p->codec_id) {
    case AV_CODEC_ID_H264:
        return of_h264(p);
    case AV_CODEC_ID_HEVC:
        return of_hevc(p);
    case AV_CODEC_ID_AV1:
        return of_av1(p);
    case AV_CODEC_ID_VP9:
        return of_vp9(p, fps);
    case AV_CODEC_ID_AAC:
        return of_aac(p);
    case AV_CODEC_ID_OPUS:
        return mem_strdup("opus");
    case AV_CODEC_ID_MP3:
        return mem_strdup("mp3");
    case AV_CODEC_ID_VORBIS:
        return mem_strdup("vorbis");
    case AV_CODEC_ID_FLAC:
        return mem_strdup("flac");
    default:
        return NULL;
    }
}
