#include "encoder_version.h"

#include <ctype.h>
#include <dlfcn.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "av.h"
#include "encoder_set.h"
#include "json.h"
#include "mem.h"

/* How a library states its version. The libraries are loaded with libavcodec, which links them; so
 * talkpress needs neither their headers nor a link to them. A library that is not found counts as
 * part of libavcodec. */
static const struct library {
    const char *encoder; /* libavcodec's name */
    enum { BY_FUNCTION, BY_VARIABLE, BY_PICTURE } way;
    const char *symbol; /* of the function or variable */
} libraries[] = {
    {"libx264", BY_PICTURE, NULL},
    {"libsvtav1", BY_FUNCTION, "svt_av1_get_version"},
    {"libvpx-vp9", BY_FUNCTION, "vpx_codec_version_str"},
    {"libaom-av1", BY_FUNCTION, "aom_codec_version_str"},
    {"libx265", BY_VARIABLE, "x265_version_str"},
    {"libopus", BY_FUNCTION, "opus_get_version_string"},
    {"libmp3lame", BY_FUNCTION, "get_lame_version"},
    {"libvorbis", BY_FUNCTION, "vorbis_version_string"},
};
enum { NB_LIBRARIES = sizeof libraries / sizeof *libraries };

/* --- x264 ------------------------------------------------------------------------------------- */

/* Encodes a grey picture. The packet begins with a message of the encoder (ITU-T H.264, D.2.7). */
static int encode_picture(AVPacket *out, AVCodecContext *enc, AVFrame *frame)
{
    enc->width = enc->height = frame->width = frame->height = 64;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    frame->format = enc->pix_fmt;
    enc->time_base = (AVRational){1, 25};
    enc->thread_count = 1;
    enc->log_level_offset = AV_LOG_TRACE; /* nothing of it is printed at any level */
    AVDictionary *options = NULL;
    int ret = av_dict_set(&options, "preset", "ultrafast", 0);
    if (ret >= 0)
        ret = av_dict_set(&options, "tune", "zerolatency", 0);
    if (ret >= 0)
        ret = avcodec_open2(enc, enc->codec, &options);
    av_dict_free(&options);
    if (ret < 0 || av_frame_get_buffer(frame, 0) < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        memset(frame->data[i], 128, (size_t)frame->linesize[i] * (i ? 32 : 64));
    frame->pts = 0;
    return avcodec_send_frame(enc, frame) < 0 || avcodec_send_frame(enc, NULL) < 0 ||
                   avcodec_receive_packet(enc, out) < 0
               ? -1
               : 0;
}

/* "x264 - core 164 r3095 baee400 - H.264…" as "164 r3095", and "x264 - core 165 - H.264…" as
 * "165". */
static char *read_message(const AVPacket *packet)
{
    static const char begin[] = "x264 - core ";
    char build[8] = "", revision[16] = "", text[64] = "";
    const uint8_t *at =
        packet->size > 0 ? memmem(packet->data, (size_t)packet->size, begin, strlen(begin)) : NULL;
    if (!at)
        return NULL;
    const size_t left = (size_t)(packet->data + packet->size - at);
    memcpy(text, at, left < sizeof text ? left : sizeof text - 1);
    if (sscanf(text + strlen(begin), "%7[0-9] %15[r0-9]", build, revision) < 1)
        return NULL;
    return revision[0] == 'r' ? mem_printf("%s %s", build, revision) : mem_strdup(build);
}

static char *version_in_picture(const AVCodec *codec)
{
    AVCodecContext *enc = avcodec_alloc_context3(codec);
    AUTO_PACKET *packet = av_packet_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    char *version = enc && packet && frame && encode_picture(packet, enc, frame) == 0
                        ? read_message(packet)
                        : NULL;
    avcodec_free_context(&enc);
    return version;
}

/* --- any library ------------------------------------------------------------------------------ */

/* Where the library is in memory, or NULL. x264 has its build in the name of a function. */
static void *address_of(const struct library *l)
{
    enum { LEAST_BUILD = 100, MOST_BUILD = 400 };
    char name[64];
    if (l->way != BY_PICTURE)
        return dlsym(RTLD_DEFAULT, l->symbol);
    for (int i = LEAST_BUILD; i < MOST_BUILD; i++) {
        snprintf(name, sizeof name, "x264_encoder_open_%d", i);
        void *found = dlsym(RTLD_DEFAULT, name);
        if (found)
            return found;
    }
    return NULL;
}

/* "v1.4.1" as "1.4.1", "libopus 1.3.1" as "1.3.1". What encoder_set_clean would drop is cut off, or
 * is '?'. */
static char *number_in(const char *text)
{
    const char *at = text;
    while (*at && !isdigit((unsigned char)*at))
        at++;
    char *version = mem_printf("%.*s", ENCODER_VERSION_BYTES, *at ? at : text);
    for (char *p = version; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    return version;
}

/* The version of an encoder's own library; NULL: it has none, or the library does not say it. */
static char *version_of(const struct library *l, const AVCodec *codec)
{
    const char *(*say)(void);
    void *address = address_of(l);
    if (!address)
        return NULL;
    if (l->way == BY_PICTURE)
        return version_in_picture(codec);
    if (l->way == BY_VARIABLE)
        return number_in(*(const char *const *)address);
    memcpy(&say, &address, sizeof say); /* C has no cast from an object's address to a function's */
    return number_in(say());
}

static void add(json_t *set, const struct library *l)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(l->encoder);
    AUTO_FREE char *version = codec ? version_of(l, codec) : NULL;
    if (version && *version)
        json_object_set_new(set, l->encoder, json_text(version));
}

static json_t *begin_set(void)
{
    const unsigned v = avcodec_version();
    struct utsname machine;
    AUTO_FREE char *text = mem_printf("%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
    json_t *set = json_pack("{s:s}", "libavcodec", text);
    if (uname(&machine) == 0)
        json_object_set_new(set, "architecture", json_text(machine.machine));
    return set;
}

json_t *encoder_versions(void)
{
    json_t *set = begin_set();
    for (size_t i = 0; i < NB_LIBRARIES; i++)
        add(set, &libraries[i]);
    return set;
}

json_t *encoder_version(const char *encoder)
{
    json_t *set = begin_set();
    for (size_t i = 0; i < NB_LIBRARIES; i++)
        if (strcmp(libraries[i].encoder, encoder) == 0)
            add(set, &libraries[i]);
    return set;
}

static void add_file(json_t *list, const void *address)
{
    Dl_info info;
    if (address && dladdr(address, &info) && info.dli_fname)
        json_array_append_new(list, json_text(info.dli_fname));
}

json_t *encoder_version_files(void)
{
    json_t *list = json_array();
    add_file(list, dlsym(RTLD_DEFAULT, "avcodec_version"));
    for (size_t i = 0; i < NB_LIBRARIES; i++)
        add_file(list, address_of(&libraries[i]));
    return list;
}
