#include "encoder.h"

#include <libavutil/cpu.h>
#include <libavutil/opt.h>
#include <malloc.h>
#include <string.h>

#include "av.h"
#include "json.h"
#include "mem.h"

bool encoder_known(const char *name)
{
    return avcodec_find_encoder_by_name(name) != NULL;
}

int encoder_find(const AVCodec **out, const json_t *settings, struct err *err)
{
    const char *name = json_get_string(settings, "encoder", "(none)");
    *out = avcodec_find_encoder_by_name(name);
    return *out ? 0 : err_set(err, ERR_INVALID, "this FFmpeg has no encoder '%s'", name);
}

int encoder_lead_frames(const AVCodec *codec)
{
    return strcmp(codec->name, "libx264") == 0 ? 8 : 0;
}

static int to_dictionary(AVDictionary **dict, const json_t *options, struct err *err)
{
    for (void *it = json_object_iter((json_t *)(uintptr_t)options); it;
         it = json_object_iter_next((json_t *)(uintptr_t)options, it)) {
        const json_t *value = json_object_iter_value(it);
        AUTO_FREE char *text =
            json_is_string(value) ? mem_strdup(json_string_value(value)) : json_canonical(value);
        if (av_dict_set(dict, json_object_iter_key(it), text, 0) < 0)
            return av_fail_nomem(err);
    }
    return 0;
}

/* x264 (to build 164 at least) reads past the end of a row in its macroblock tree with AVX-512: the
 * same pictures give other bytes from run to run. All its other code gives the same bytes on every
 * machine. Settings that name "asm" themselves are left alone. */
static int keep_to_avx2(AVDictionary **dict, const char *encoder, struct err *err)
{
    if (strcmp(encoder, "libx264") != 0 || !(av_get_cpu_flags() & AV_CPU_FLAG_AVX512))
        return 0;
    const AVDictionaryEntry *set = av_dict_get(*dict, "x264-params", NULL, 0);
    if (set && strstr(set->value, "asm="))
        return 0;
    AUTO_FREE char *params =
        mem_printf("%s%sasm=AVX2,FMA3,BMI2", set ? set->value : "", set && *set->value ? ":" : "");
    return av_dict_set(dict, "x264-params", params, 0) < 0 ? av_fail_nomem(err) : 0;
}

/* With screen content tools, SVT-AV1 1.4.1 allocates 31 MB of zeros for each picture of 1280x720
 * and uses few of them. By default, glibc soon takes them from the heap and has to clear them, a
 * quarter of the encoder's time. Fresh pages are zero already, and cost only when used. */
static void have_fresh_zeros(const char *encoder)
{
    if (strcmp(encoder, "libsvtav1") != 0)
        return;
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20); /* the value that glibc would have reached */
}

/* Before opening: SVT-AV1 that is closed before a picture came may wait for ever. */
static int check_names(AVCodecContext *enc, const AVDictionary *options, struct err *err)
{
    const AVDictionaryEntry *e = NULL;
    while ((e = av_dict_get(options, "", e, AV_DICT_IGNORE_SUFFIX)))
        if (!av_opt_find(enc, e->key, NULL, 0, AV_OPT_SEARCH_CHILDREN))
            return err_set(err, ERR_INVALID, "encoder '%s' has no option '%s'", enc->codec->name,
                           e->key);
    return 0;
}

int encoder_open(AVCodecContext *enc, const json_t *settings, struct err *err)
{
    enc->thread_count = 1; /* one worker per core: threads would wait for each other */
    enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    have_fresh_zeros(enc->codec->name);
    AVDictionary *options = NULL;
    int ret = to_dictionary(&options, json_object_get(settings, "options"), err);
    if (ret == 0)
        ret = keep_to_avx2(&options, enc->codec->name, err);
    if (ret == 0)
        ret = check_names(enc, options, err);
    if (ret == 0) {
        const char *name = enc->codec->name; /* a failure takes the codec away */
        const bool video = enc->codec->type == AVMEDIA_TYPE_VIDEO;
        ret = avcodec_open2(enc, enc->codec, &options);
        if (ret < 0 && video)
            av_fail(err, ret,
                    "encoder '%s' does not take the rendition's settings for pictures of %dx%d",
                    name, enc->width, enc->height);
        else if (ret < 0)
            av_fail(err, ret,
                    "encoder '%s' does not take the rendition's settings for sound of %d Hz", name,
                    enc->sample_rate);
    }
    av_dict_free(&options);
    return err->code;
}
