/*
 * Pictures and sound of a published file against each other, where both come from a stand-in
 * (docs/rehearse.md): which frame numbers are shown when, and how far each second's tone lies from
 * the picture of its number. For tests of the command line.
 *
 *     measure FILE CARD_SECONDS FPS      (FPS: at which the frames were numbered)
 *
 * prints one line:
 *
 *     shown 0..174 step 1..1 off 0..0 tones 7 sync -1..2
 *
 * shown: the least and the greatest number behind the card; step: from one to the next; off: how
 * far a number lies from the one that its time asks for, counted from the first; tones: how many
 * seconds were heard; sync: how many milliseconds their tones come after their pictures. A number
 * that cannot be read is -1. Each second's figure is told on stderr.
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "media_maker.h"
#include "rehearse.h"

enum { SEARCH_MS = 400 /* around the picture */ };

struct range {
    int64_t least, most;
    int64_t nb;
};

static void extend(struct range *r, int64_t v)
{
    if (r->nb == 0 || v < r->least)
        r->least = v;
    if (r->nb++ == 0 || v > r->most)
        r->most = v;
}

static double seconds(const struct media_decoded *d, int64_t frame)
{
    return (double)d->frames[frame].pts * av_q2d(d->video_base);
}

/* The power at a frequency in the tone's length from a sample on, and all that is there. */
static double power(double *all, const struct media_decoded *d, int64_t first, double hz)
{
    const int64_t nb = (int64_t)d->rate * REHEARSE_TONE_MS / 1000;
    double re = 0, im = 0;
    *all = 0;
    for (int64_t i = 0; i < nb; i++) {
        if (first + i < 0 || first + i >= d->nb_samples)
            continue;
        const double v = (double)d->samples[(first + i) * d->channels];
        re += v * cos(2 * M_PI * hz * (double)i / d->rate);
        im += v * sin(2 * M_PI * hz * (double)i / d->rate);
        *all += v * v;
    }
    return 2 * (re * re + im * im) / (double)nb;
}

/* When the second's tone begins, in seconds, near a time. False: it is not there. */
static bool hear(double *out, const struct media_decoded *d, int64_t second, double near)
{
    const double hz = rehearse_second_tone_hz(second);
    const int64_t from = (int64_t)((near - SEARCH_MS / 1000.0) * d->rate) - d->first_sample;
    double most = 0, of = 0, all;
    for (int64_t ms = 0; ms <= 2 * SEARCH_MS; ms++) {
        const int64_t at = from + ms * d->rate / 1000;
        const double p = power(&all, d, at, hz);
        if (p > most) {
            most = p;
            of = all;
            *out = (double)(at + d->first_sample) / d->rate;
        }
    }
    return most > 1e-3 && most > 0.5 * of;
}

static int64_t frame_with(const struct media_decoded *d, int64_t from, int64_t number)
{
    for (int64_t i = from; i < d->nb_frames; i++)
        if (d->frames[i].number == number)
            return i;
    return -1;
}

int main(int argc, char **argv)
{
    AUTO_DECODED d;
    struct range shown = {0}, step = {0}, off = {0}, sync = {0};
    if (argc != 4)
        return 2;
    const double card_s = strtod(argv[2], NULL);
    const int64_t fps = strtoll(argv[3], NULL, 10);
    int64_t card = 0;
    media_decode(&d, argv[1]);
    while (card < d.nb_frames && seconds(&d, card) < card_s - 1e-6)
        card++;
    for (int64_t i = card; i < d.nb_frames; i++) {
        const int64_t number = d.frames[i].number;
        const double at = seconds(&d, i) - seconds(&d, card);
        extend(&shown, number);
        if (i > card)
            extend(&step, number - d.frames[i - 1].number);
        extend(&off, number - d.frames[card].number - (int64_t)floor(at * (double)fps + 1e-6));
    }
    for (int64_t second = 0; second * fps <= shown.most; second++) {
        const int64_t frame = frame_with(&d, card, second * fps);
        double at = 0;
        if (frame < 0 || !hear(&at, &d, second, seconds(&d, frame)))
            continue;
        const int64_t ms = llround((at - seconds(&d, frame)) * 1000);
        fprintf(stderr, "second %lld: %+lld ms\n", (long long)second, (long long)ms);
        extend(&sync, ms);
    }
    printf("shown %lld..%lld step %lld..%lld off %lld..%lld tones %lld sync %lld..%lld\n",
           (long long)shown.least, (long long)shown.most, (long long)step.least,
           (long long)step.most, (long long)off.least, (long long)off.most, (long long)sync.nb,
           (long long)sync.least, (long long)sync.most);
    return 0;
}
