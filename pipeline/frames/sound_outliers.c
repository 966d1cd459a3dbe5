#include "sound_outliers.h"

#include <libavutil/samplefmt.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "av.h"

/* Recorders with 32 bits of floating point keep what is above full scale, by 20 dB and more. Such
 * sound rises to its level over several samples: only a sample that is above far_above (18 dB over
 * full scale) and so many times above all samples of late is an outlier. */
static const double far_above = 8, times_above = 16;
static const double half_life_s = 0.5;

/* Magnitudes compare like the integers that their bits are; what is no number is the largest. */
static float largest(const float *x, int nb)
{
    int32_t most = 0;
    for (int i = 0; i < nb; i++) {
        int32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= INT32_MAX;
        most = bits > most ? bits : most;
    }
    float out;
    memcpy(&out, &most, sizeof out);
    return out;
}

static double largest_double(const double *x, int nb)
{
    double most = 0;
    for (int i = 0; i < nb; i++)
        if (!(fabs(x[i]) <= most))
            most = isnan(x[i]) ? HUGE_VAL : fabs(x[i]);
    return most;
}

static double mend(struct outlier_finder *f, double v, int64_t ms)
{
    const double level = fabs(v);
    if (level <= far_above || level <= times_above * f->level) {
        f->level = fmax(f->level, level);
        return v;
    }
    if (!f->found.nb++)
        f->found.first_ms = ms;
    return isnan(v) ? 0 : copysign(1, v);
}

int outlier_finder_mend(struct outlier_finder *f, AVFrame *frame, int64_t at_ms, struct err *err)
{
    const enum AVSampleFormat packed = av_get_packed_sample_fmt(frame->format);
    const bool doubles = packed == AV_SAMPLE_FMT_DBL, planar = frame->format != (int)packed;
    const int channels = frame->ch_layout.nb_channels;
    const int planes = planar ? channels : 1, nb = frame->nb_samples * (planar ? 1 : channels);
    double most = 0;
    if (!doubles && packed != AV_SAMPLE_FMT_FLT)
        return 0;
    for (int p = 0; p < planes; p++) {
        const void *data = frame->extended_data[p];
        const double here = doubles ? largest_double(data, nb) : (double)largest(data, nb);
        if (!(here <= most))
            most = here;
    }
    f->level *= pow(0.5, (double)frame->nb_samples / frame->sample_rate / half_life_s);
    if (most <= far_above) {
        f->level = fmax(f->level, most);
        return 0;
    }
    if (av_frame_make_writable(frame) < 0)
        return av_fail_nomem(err);
    for (int i = 0; i < nb; i++)
        for (int p = 0; p < planes; p++) {
            const int64_t ms =
                at_ms + (int64_t)i / (planar ? 1 : channels) * 1000 / frame->sample_rate;
            if (doubles) {
                double *v = (double *)(void *)frame->extended_data[p] + i;
                *v = mend(f, *v, ms);
            } else {
                float *v = (float *)(void *)frame->extended_data[p] + i;
                *v = (float)mend(f, (double)*v, ms);
            }
        }
    return 0;
}
