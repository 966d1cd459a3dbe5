/*
 * Each stretch of the part is read a little beyond its end, into the break, and the next one from a
 * little before its begin: at a joint both sound at once for 20 ms, half of it on either side,
 * while one fades out and the other in. So every sample outside of a crossfade is where it belongs,
 * and the length is that of the stretches.
 *
 * The fades are of equal power (a sine and a cosine): the two sides were recorded minutes apart, so
 * even the noise of one room has nothing in common in them, and with linear fades it would dip by 3
 * dB at each joint. Only a tone that is the same on both sides, and in phase by chance, rises by 3
 * dB for an instant; the limiter, and the check of the encoded sound, see to its peak.
 */
#include <math.h>
#include <stdlib.h>

#include "media.h"
#include "mem.h"
#include "sound_parts.h"

enum { HALF_FADE = SOUND_RATE / 100 }; /* 10 ms on either side of a joint */

struct sound_joined {
    const struct sound_spec *spec;
    struct media *media;
    struct sound_reader *reader; /* of the present stretch */
    size_t stretch;
    int64_t left;    /* samples of it before the next crossfade */
    int half;        /* of the crossfade at its end; 0: it is the last one */
    float *fade;     /* the crossfade that was mixed last */
    int nb_fade, at; /* its length, and how much of it was delivered */
    /* of the stretches before */
    struct damage damage;
    int64_t moved;
};

/* --- stretches -------------------------------------------------------------------------------- */

static struct part_clock clock_of(const struct sound_spec *s)
{
    return (struct part_clock){&s->grid, s->begin, s->end, s->drops, s->nb_drops};
}

/* On the file's clock, from the first sample of the talk: where a frame of the part begins. */
static int64_t place(const struct sound_spec *s, int64_t frame)
{
    return sound_samples_at(&s->grid, s->card_frames + frame) -
           sound_samples_at(&s->grid, s->card_frames);
}

/* It begins at the sample of its first frame, and is as long as its frames are in the file. */
struct sound_stretch sound_stretch(const struct sound_spec *s, size_t i)
{
    const struct part_clock clock = clock_of(s);
    const struct part_stretch of = part_clock_stretch(&clock, i);
    const int64_t begin =
        sound_samples_at(&s->grid, of.begin) - (int64_t)s->offset_ms * (SOUND_RATE / 1000);
    return (struct sound_stretch){begin,
                                  begin + place(s, of.at + of.end - of.begin) - place(s, of.at)};
}

/* Half the length of the crossfade after stretch i: no more than half of either stretch. */
static int half_after(const struct sound_spec *s, size_t i)
{
    int64_t half = HALF_FADE;
    if (i >= s->nb_drops)
        return 0;
    for (size_t k = i; k <= i + 1; k++) {
        const struct sound_stretch of = sound_stretch(s, k);
        half = (of.end - of.begin) / 2 < half ? (of.end - of.begin) / 2 : half;
    }
    return (int)half;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void add_damage(struct damage *sum, const struct damage *d)
{
    const int64_t nb = sum->nb + d->nb;
    if (d->nb && (!sum->nb || d->first_ms < sum->first_ms))
        *sum = *d;
    sum->nb = nb;
}

static void close_stretch(struct sound_joined *j)
{
    if (j->reader) {
        add_damage(&j->damage, sound_reader_damage(j->reader));
        j->moved += sound_reader_moved(j->reader);
    }
    sound_reader_close_p(&j->reader);
    media_close_p(&j->media);
    j->reader = NULL;
    j->media = NULL;
}

/* Opens stretch i, before samples early. */
static int open_stretch(struct sound_joined *j, size_t i, int before, struct err *err)
{
    const struct sound_spec *s = j->spec;
    const struct sound_stretch of = sound_stretch(s, i);
    j->stretch = i;
    j->half = half_after(s, i);
    j->left = of.end - of.begin - before - j->half;
    const struct sound_range range = {
        .stream = s->stream,
        .grid = s->grid,
        .begin = of.begin - before,
        .end = of.end + j->half,
        .clock = s->clock,
        .use = s->use,
        .pair = s->pair,
    };
    return media_open(&j->media, s->recording, s->files, err) < 0
               ? err->code
               : sound_reader_open(&j->reader, j->media, &range, err);
}

/* Reads nb samples; the reader's range has them. */
static int read_all(struct sound_joined *j, float *samples, int nb, struct err *err)
{
    const int got = sound_reader_read(j->reader, samples, nb, err);
    return got < 0    ? got
           : got < nb ? err_set(err, ERR_BUG, "the sound of a stretch ended early")
                      : 0;
}

/* Goes on to the next stretch, and mixes its begin with the end of this one. */
static int cross(struct sound_joined *j, struct err *err)
{
    const int nb = 2 * j->half, half = j->half;
    AUTO_FREE float *next = mem_zalloc((size_t)nb * SOUND_CHANNELS + 1, sizeof *next);
    if (read_all(j, j->fade, nb, err) < 0)
        return err->code;
    close_stretch(j);
    if (open_stretch(j, j->stretch + 1, half, err) < 0 || read_all(j, next, nb, err) < 0)
        return err->code;
    for (int i = 0; i < nb; i++) {
        const double angle = M_PI_2 * (i + 0.5) / nb;
        const float out = (float)cos(angle), in = (float)sin(angle);
        for (int c = 0; c < SOUND_CHANNELS; c++) {
            float *sample = &j->fade[i * SOUND_CHANNELS + c];
            *sample = *sample * out + next[i * SOUND_CHANNELS + c] * in;
        }
    }
    j->nb_fade = nb;
    j->at = 0;
    return 0;
}

static int take_fade(struct sound_joined *j, float *samples, int nb)
{
    const int step = nb < j->nb_fade - j->at ? nb : j->nb_fade - j->at;
    for (int i = 0; i < step * SOUND_CHANNELS; i++)
        samples[i] = j->fade[j->at * SOUND_CHANNELS + i];
    j->at += step;
    return step;
}

int sound_joined_read(struct sound_joined *j, float *samples, int nb, struct err *err)
{
    int done = 0;
    while (done < nb) {
        float *to = samples + (size_t)done * SOUND_CHANNELS;
        const int want = nb - done;
        int got = take_fade(j, to, want);
        if (!got && j->left > 0) {
            got = sound_reader_read(j->reader, to, j->left < want ? (int)j->left : want, err);
            if (got <= 0)
                return got < 0 ? got : done;
            j->left -= got;
        } else if (!got && j->stretch == j->spec->nb_drops) {
            break;
        } else if (!got && cross(j, err) < 0) {
            return err->code;
        }
        done += got;
    }
    return done;
}

void sound_joined_report(struct sound_result *out, const struct sound_joined *j)
{
    out->damage = j->damage;
    add_damage(&out->damage, sound_reader_damage(j->reader));
    out->moved_samples = j->moved + sound_reader_moved(j->reader);
}

int sound_joined_open(struct sound_joined **out, const struct sound_spec *spec, struct err *err)
{
    struct sound_joined *j = mem_zalloc(1, sizeof *j);
    j->spec = spec;
    j->fade = mem_zalloc((size_t)2 * HALF_FADE * SOUND_CHANNELS, sizeof *j->fade);
    if (open_stretch(j, 0, 0, err) < 0) {
        sound_joined_close_p(&j);
        return err->code;
    }
    *out = j;
    return 0;
}

void sound_joined_close_p(struct sound_joined **joined)
{
    struct sound_joined *j = *joined;
    if (!j)
        return;
    close_stretch(j);
    free(j->fade);
    free(j);
}
