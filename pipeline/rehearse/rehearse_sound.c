#include "rehearse_sound.h"

#include <ebur128.h>
#include <libavfilter/buffersink.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "mem.h"
#include "rehearse.h"
#include "str.h"

enum {
    PER_MS = REHEARSE_SAMPLE_RATE / 1000,
    RAMP = 5 * PER_MS,                    /* speech fades over it around a hush: no clicks */
    HUSH = 20 * PER_MS,                   /* silence before and after a tone */
    TONE = REHEARSE_TONE_MS * PER_MS,     /* samples of a tone */
    REST = REHEARSE_REST_MS * PER_MS,     /* silence on either side of a boundary */
    LOOP_MAX = 120 * REHEARSE_SAMPLE_RATE /* a list of a hundred speakers is not read to its end */
};

static const double LOUDNESS_LUFS =
    -23; /* unlike the published target: so gain has to be applied */
static const float PEAK_MAX = 0.7f;
static const float TONE_AMPLITUDE = 0.1f;

struct rehearse_sound {
    float *loop;
    int64_t nb_loop;
    int64_t *boundaries; /* between parts, in samples */
    size_t nb_boundaries;
};

static const char SENTENCES[] =
    "Welcome, and thank you for coming. This is a rehearsal, and nobody is on the stage. "
    "The slides change now and then, and the clock in the corner shows the time. "
    "When the real recording arrives, it takes the place of this one. "
    "First we look at what there was before. Then we look at what has changed, and why. "
    "The figures on this slide are made up, but they are made up with care. "
    "One question comes up again and again, and the short answer is that it depends. "
    "Let us move on to the next slide. As you can see, it resembles the one before. "
    "At the end there will be time for questions. Please wait for the microphone.";

/* The words of text as the English voices can say them, then a full stop. */
static void add_spoken(struct str *out, const char *text)
{
    if (!text || !*text)
        return;
    AUTO_FREE char *slug = str_slug(text, 400);
    for (char *c = slug; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')))
            *c = ' ';
    str_addf(out, "%s. ", slug);
}

static AVFilterContext *add_filter(AVFilterGraph *graph, const char *name, const char *args,
                                   AVFilterContext *from, struct err *err)
{
    AVFilterContext *f = NULL;
    int ret = avfilter_graph_create_filter(&f, avfilter_get_by_name(name), name, args, NULL, graph);
    if (ret >= 0 && from)
        ret = avfilter_link(from, 0, f, 0);
    if (ret < 0)
        av_fail(err, ret, "cannot set up the filter '%s'", name);
    return ret < 0 ? NULL : f;
}

static int open_speech(AVFilterContext **out, AVFilterGraph *graph, const char *text,
                       struct err *err)
{
    const AVFilter *flite = avfilter_get_by_name("flite");
    AVFilterContext *voice = avfilter_graph_alloc_filter(graph, flite, "voice");
    if (!voice)
        return av_fail_nomem(err);
    /* As an option of its own, since text in a filter string would have to be escaped. */
    int ret = av_opt_set(voice, "text", text, AV_OPT_SEARCH_CHILDREN);
    if (ret >= 0)
        ret = av_opt_set(voice, "voice", "slt", AV_OPT_SEARCH_CHILDREN);
    if (ret >= 0)
        ret = avfilter_init_str(voice, NULL);
    if (ret < 0)
        return av_fail(err, ret, "cannot set up the filter 'flite'");
    AVFilterContext *f = add_filter(graph, "aresample", "48000", voice, err);
    if (f)
        f = add_filter(graph, "aformat", "sample_fmts=flt:channel_layouts=mono", f, err);
    if (f)
        f = add_filter(graph, "abuffersink", NULL, f, err);
    if (!f)
        return err->code;
    ret = avfilter_graph_config(graph, NULL);
    *out = f;
    return ret < 0 ? av_fail(err, ret, "cannot set up the speech") : 0;
}

static int speak(struct rehearse_sound *s, const struct rehearse_spec *spec, struct err *err)
{
    AUTO_STR text = {0};
    add_spoken(&text, spec->title);
    add_spoken(&text, spec->speakers);
    str_add(&text, SENTENCES);
    AUTO_GRAPH *graph = avfilter_graph_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    if (!graph || !frame)
        return av_fail_nomem(err);
    AVFilterContext *sink = NULL;
    if (open_speech(&sink, graph, text.s, err) < 0)
        return err->code;
    s->loop = mem_zalloc(LOOP_MAX, sizeof *s->loop);
    int ret = 0;
    while (s->nb_loop < LOOP_MAX && (ret = av_buffersink_get_frame(sink, frame)) >= 0) {
        const int64_t room = LOOP_MAX - s->nb_loop;
        const int64_t nb = frame->nb_samples < room ? frame->nb_samples : room;
        memcpy(s->loop + s->nb_loop, frame->data[0], (size_t)nb * sizeof *s->loop);
        s->nb_loop += nb;
        av_frame_unref(frame);
    }
    if (ret < 0 && ret != AVERROR_EOF)
        return av_fail(err, ret, "cannot speak");
    if (s->nb_loop == 0)
        return err_set(err, ERR_EXTERNAL, "the filter 'flite' gave no speech");
    return 0;
}

/* Two low notes that swell 2.5 times a second, as syllables do; 40 s hold whole periods of all. */
static void hum(struct rehearse_sound *s)
{
    s->nb_loop = 40 * REHEARSE_SAMPLE_RATE;
    s->loop = mem_zalloc((size_t)s->nb_loop, sizeof *s->loop);
    for (int64_t i = 0; i < s->nb_loop; i++) {
        const double t = 2 * M_PI * (double)i / REHEARSE_SAMPLE_RATE;
        const double swell = 0.5 - 0.5 * cos(2.5 * t);
        s->loop[i] = (float)(0.1 * swell * (sin(180 * t) + sin(270 * t)));
    }
}

static int level(struct rehearse_sound *s, struct err *err)
{
    ebur128_state *meter = ebur128_init(1, REHEARSE_SAMPLE_RATE, EBUR128_MODE_I);
    if (!meter)
        return err_set(err, ERR_NOMEM, "out of memory");
    double lufs = -HUGE_VAL;
    if (ebur128_add_frames_float(meter, s->loop, (size_t)s->nb_loop) == EBUR128_SUCCESS)
        ebur128_loudness_global(meter, &lufs);
    ebur128_destroy(&meter);
    float peak = 0;
    for (int64_t i = 0; i < s->nb_loop; i++)
        peak = fmaxf(peak, fabsf(s->loop[i]));
    if (!isfinite(lufs) || peak <= 0)
        return err_set(err, ERR_EXTERNAL, "the filter 'flite' gave silence in place of speech");
    const float gain = fminf((float)pow(10, (LOUDNESS_LUFS - lufs) / 20), PEAK_MAX / peak);
    for (int64_t i = 0; i < s->nb_loop; i++)
        s->loop[i] *= gain;
    return 0;
}

int rehearse_sound_create(struct rehearse_sound **out, const struct rehearse_spec *spec,
                          struct err *err)
{
    struct rehearse_sound *s = mem_zalloc(1, sizeof *s);
    s->boundaries = mem_zalloc(spec->nb_parts, sizeof *s->boundaries);
    int64_t ms = 0;
    for (size_t i = 0; i + 1 < spec->nb_parts; i++)
        s->boundaries[s->nb_boundaries++] = (ms += spec->part_ms[i]) * PER_MS;
    if (spec->tones || !avfilter_get_by_name("flite"))
        hum(s);
    else
        speak(s, spec, err);
    if (err->code != ERR_OK || level(s, err) < 0) {
        rehearse_sound_destroy(s);
        return err->code;
    }
    *out = s;
    return 0;
}

void rehearse_sound_destroy(struct rehearse_sound *s)
{
    if (!s)
        return;
    free(s->loop);
    free(s->boundaries);
    free(s);
}

/* Part of a signal: nb samples from number first on. */
struct range {
    float *samples;
    int64_t first;
    int nb;
};

static void hush(struct range r, int64_t from, int64_t to)
{
    const int64_t start = from - RAMP > r.first ? from - RAMP : r.first;
    const int64_t end = to + RAMP < r.first + r.nb ? to + RAMP : r.first + r.nb;
    for (int64_t i = start; i < end; i++) {
        const int64_t away = i < from ? from - i : i >= to ? i - to + 1 : 0;
        r.samples[i - r.first] *= (float)away / RAMP;
    }
}

static void add_tone(struct range r, int64_t second)
{
    const int64_t at = second * REHEARSE_SAMPLE_RATE;
    const int64_t start = at > r.first ? at : r.first;
    const int64_t end = at + TONE < r.first + r.nb ? at + TONE : r.first + r.nb;
    const double step = 2 * M_PI * rehearse_second_tone_hz(second) / REHEARSE_SAMPLE_RATE;
    for (int64_t i = start; i < end; i++)
        r.samples[i - r.first] += TONE_AMPLITUDE * (float)sin(step * (double)(i - at));
}

static bool rests(const struct rehearse_sound *s, int64_t from, int64_t to)
{
    for (size_t i = 0; i < s->nb_boundaries; i++)
        if (from < s->boundaries[i] + REST && to > s->boundaries[i] - REST)
            return true;
    return false;
}

void rehearse_sound_read(const struct rehearse_sound *s, float *out, int64_t first, int nb)
{
    const struct range r = {out, first, nb};
    for (int64_t i = 0, from = first % s->nb_loop; i < nb; from = 0) {
        const int64_t run = nb - i < s->nb_loop - from ? nb - i : s->nb_loop - from;
        memcpy(out + i, s->loop + from, (size_t)run * sizeof *out);
        i += run;
    }
    for (size_t i = 0; i < s->nb_boundaries; i++)
        hush(r, s->boundaries[i] - REST, s->boundaries[i] + REST);
    /* The hush of the next second's tone may begin in this range already. */
    const int64_t last = (first + nb + HUSH + RAMP) / REHEARSE_SAMPLE_RATE;
    for (int64_t second = first / REHEARSE_SAMPLE_RATE; second <= last; second++) {
        const int64_t at = second * REHEARSE_SAMPLE_RATE;
        hush(r, at - HUSH, at + TONE + HUSH);
        if (!rests(s, at, at + TONE))
            add_tone(r, second);
    }
}

double rehearse_second_tone_hz(int64_t second)
{
    return 1000 + 100 * (double)(second % 40);
}
