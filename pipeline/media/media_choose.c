/* Which streams belong together. */
#include <stddef.h>

#include "av.h"
#include "media.h"

static bool is_cover(const AVFormatContext *fmt, int stream)
{
    return fmt->streams[stream]->disposition & AV_DISPOSITION_ATTACHED_PIC;
}

static int best(AVFormatContext *fmt, enum AVMediaType type, int related)
{
    const int i = av_find_best_stream(fmt, type, -1, related, NULL, 0);
    return i < 0 || is_cover(fmt, i) ? -1 : i;
}

/* Whether the streams are in one programme of a transport stream. A stream that is in none belongs
 * to all. */
static bool together(AVFormatContext *fmt, int a, int b)
{
    if (!av_find_program_from_stream(fmt, NULL, a) || !av_find_program_from_stream(fmt, NULL, b))
        return true;
    for (AVProgram *p = NULL; (p = av_find_program_from_stream(fmt, p, a));)
        for (unsigned i = 0; i < p->nb_stream_indexes; i++)
            if ((int)p->stream_index[i] == b)
                return true;
    return false;
}

static int sound_with(AVFormatContext *fmt, int video)
{
    const int audio = best(fmt, AVMEDIA_TYPE_AUDIO, video);
    return audio >= 0 && video >= 0 && !together(fmt, audio, video) ? -1 : audio;
}

void media_choose(int *video, int *audio, AVFormatContext *fmt)
{
    *video = best(fmt, AVMEDIA_TYPE_VIDEO, -1);
    *audio = sound_with(fmt, *video);
    /* A programme with picture and sound is preferred to one without sound. */
    for (unsigned i = 0; *video >= 0 && *audio < 0 && i < fmt->nb_programs; i++) {
        const AVProgram *p = fmt->programs[i];
        if (p->nb_stream_indexes == 0)
            continue;
        const int other = best(fmt, AVMEDIA_TYPE_VIDEO, (int)p->stream_index[0]);
        const int with = other >= 0 ? sound_with(fmt, other) : -1;
        if (with < 0)
            continue;
        *video = other;
        *audio = with;
    }
}

const char *media_apart(AVFormatContext *fmt, int with, int stream)
{
    static const struct {
        int disposition;
        const char *why;
    } kinds[] = {
        {AV_DISPOSITION_VISUAL_IMPAIRED, "for the visually impaired"},
        {AV_DISPOSITION_DESCRIPTIONS, "an audio description"},
        {AV_DISPOSITION_COMMENT, "a commentary"},
    };
    const AVStream *st = fmt->streams[stream];
    if (with < 0 || with == stream)
        return NULL;
    if (!together(fmt, with, stream))
        return "of another programme";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (st->codecpar->codec_type == AVMEDIA_TYPE_AUDIO &&
            st->disposition & kinds[i].disposition)
            return kinds[i].why;
    return NULL;
}
