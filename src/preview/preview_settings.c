#include "preview_settings.h"

#include <libavutil/rational.h>
#include <stdio.h>

/*
 * Play: somebody waits for it. Without reordering, each picture leaves the encoder when it enters,
 * and decodes without those after it. Mail: small, for a speaker who looks for cuts.
 */
static const struct {
    int64_t picture_ms, packets;
    int width, height, crf;
    const char *preset, *profile;
    unsigned profile_bits; /* the first four digits of the codec's name */
    int64_t bit_rate;
} kinds[] = {
    /* 465 packets are 9.92 s, a whole number of milliseconds and of pixels of peaks. */
    [PREVIEW_PLAY] = {2000, 465, 1280, 360, 27, "ultrafast", "baseline", 0x42c0, 96000},
    [PREVIEW_MAIL] = {24000, 1395, 960, 270, 33, "veryfast", "high", 0x6400, 32000},
};

int64_t preview_settings_picture_ms(enum preview_kind kind)
{
    return kinds[kind].picture_ms;
}

int64_t preview_settings_packets(enum preview_kind kind)
{
    return kinds[kind].packets;
}

/* The lowest level (H.264, table A-1) that has room for the pictures, times ten: it is stated, so
 * that the codec's name is known before anything is encoded. */
static int level_of(int width, int height, AVRational fps)
{
    static const struct {
        int level, per_s, per_picture;
    } levels[] = {{30, 40500, 1620},     {31, 108000, 3600},    {32, 216000, 5120},
                  {40, 245760, 8192},    {42, 522240, 8704},    {50, 589824, 22080},
                  {51, 983040, 36864},   {52, 2073600, 36864},  {60, 4177920, 139264},
                  {61, 8355840, 139264}, {62, 16711680, 139264}};
    enum { NB = sizeof levels / sizeof *levels };
    const int blocks = (width + 15) / 16 * ((height + 15) / 16);
    size_t i = 0;
    while (i + 1 < NB && (blocks > levels[i].per_picture || blocks * av_q2d(fps) > levels[i].per_s))
        i++;
    return levels[i].level;
}

void preview_settings_codecs(char out[PREVIEW_CODECS_BYTES], enum preview_kind kind, int width,
                             int height, AVRational fps)
{
    snprintf(out, PREVIEW_CODECS_BYTES, "avc1.%04x%02x", kinds[kind].profile_bits,
             (unsigned)level_of(width, height, fps));
}

json_t *preview_settings_box(enum preview_kind kind)
{
    return json_pack("{s:i, s:i}", "max_width", kinds[kind].width, "max_height",
                     kinds[kind].height);
}

json_t *preview_settings_picture(enum preview_kind kind, int width, int height, AVRational fps)
{
    enum { ONE_KEY_FRAME_S = 60 };
    json_t *options =
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "preset", kinds[kind].preset, "profile",
                  kinds[kind].profile, "level", level_of(width, height, fps), "crf",
                  kinds[kind].crf, "bf", 0, "sc_threshold", 0);
    if (kind == PREVIEW_PLAY)
        json_object_set_new(options, "tune", json_string("zerolatency"));
    return json_pack("{s:s, s:i, s:i, s:i, s:o}", "encoder", "libx264", "max_width",
                     kinds[kind].width, "max_height", kinds[kind].height, "key_frame_s",
                     ONE_KEY_FRAME_S, "options", options);
}

json_t *preview_settings_sound(enum preview_kind kind)
{
    return json_pack("{s:s, s:I, s:{s:s}}", "encoder", "aac", "bit_rate",
                     (json_int_t)kinds[kind].bit_rate, "options", "aac_coder", "fast");
}
