/* The names by which browsers ask for codecs. */
#include "codec_string.h"
#include "support.h"

#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

static void test_names(void **state)
{
    (void)state;
    static const struct {
        enum AVCodecID id;
        const char *header;
        int nb, width, height, fps, format;
        uint32_t tag;
        const char *says; /* NULL: no name */
    } cases[] = {
        {AV_CODEC_ID_H264, "\x01\x64\x00\x1f\xff", 5, .says = "avc1.64001f"},
        {AV_CODEC_ID_H264, "\x01\x4d\x40\x28\xff", 5, .says = "avc1.4d4028"},
        {AV_CODEC_ID_H264, "\0\0\0\1\x67\x64\0\x1f", 8, .says = NULL},
        {AV_CODEC_ID_H264, "\x01\x64", 2, .says = NULL},
        {AV_CODEC_ID_H264, "", 0, .says = NULL},
        {AV_CODEC_ID_HEVC, "\x01\x01\x60\0\0\0\xb0\0\0\0\0\0\x5d", 13, .says = "hvc1.1.6.L93.B0"},
        {AV_CODEC_ID_HEVC, "\x01\x22\x20\0\0\0\x90\x01\0\0\0\0\x99", 13,
         .tag = MKTAG('h', 'e', 'v', '1'), .says = "hev1.2.4.H153.90.1"},
        {AV_CODEC_ID_HEVC, "\x01\x41\x60\0\0\0\0\0\0\0\0\0\x5d", 13, .says = "hvc1.A1.6.L93"},
        {AV_CODEC_ID_HEVC, "\x01\x01\x60", 3, .says = NULL},
        {AV_CODEC_ID_AV1, "\x81\x05\x0c\x00", 4, .says = "av01.0.05M.08"},
        {AV_CODEC_ID_AV1, "\x81\x2d\xcc\x00", 4, .says = "av01.1.13H.10"},
        {AV_CODEC_ID_AV1, "\x81\x48\x60\x00", 4, .says = "av01.2.08M.12"},
        {AV_CODEC_ID_AV1, "\x0a\x0b\x00\x00", 4, .says = NULL},
        {AV_CODEC_ID_VP9, "", 0, 1280, 720, 25, AV_PIX_FMT_YUV420P, .says = "vp09.00.31.08"},
        {AV_CODEC_ID_VP9, "", 0, 1920, 1080, 30, AV_PIX_FMT_YUV420P, .says = "vp09.00.40.08"},
        {AV_CODEC_ID_VP9, "", 0, 1920, 1080, 60, AV_PIX_FMT_YUV420P, .says = "vp09.00.41.08"},
        {AV_CODEC_ID_VP9, "", 0, 1280, 720, 25, AV_PIX_FMT_NONE, .says = NULL},
        {AV_CODEC_ID_AAC, "\x11\x90", 2, .says = "mp4a.40.2"},
        {AV_CODEC_ID_AAC, "\x2b\x92", 2, .says = "mp4a.40.5"},
        {AV_CODEC_ID_AAC, "\xf9\x40", 2, .says = "mp4a.40.42"},
        {AV_CODEC_ID_AAC, "", 0, .says = NULL},
        {AV_CODEC_ID_OPUS, "", 0, .says = "opus"},
        {AV_CODEC_ID_MP3, "", 0, .says = "mp3"},
        {AV_CODEC_ID_THEORA, "", 0, .says = NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AVCodecParameters *par = avcodec_parameters_alloc();
        par->codec_id = cases[i].id;
        par->codec_tag = cases[i].tag;
        par->width = cases[i].width;
        par->height = cases[i].height;
        par->format = cases[i].format;
        par->profile = 0;
        par->extradata = av_mallocz((size_t)cases[i].nb + AV_INPUT_BUFFER_PADDING_SIZE);
        par->extradata_size = cases[i].nb;
        memcpy(par->extradata, cases[i].header, (size_t)cases[i].nb);
        char *name = codec_string(par, (AVRational){cases[i].fps, 1});
        if (cases[i].says)
            assert_string_equal(name ? name : "none", cases[i].says);
        else
            assert_null(name);
        free(name);
        avcodec_parameters_free(&par);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
