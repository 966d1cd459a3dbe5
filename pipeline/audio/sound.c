#include "sound.h"

#include <math.h>
#include <stdio.h>

#include "loudness.h"
#include "mem.h"
#include "sound_parts.h"

/* After four passes with the AAC encoder of FFmpeg 9, peaks were still 0.2 dB above the ceiling. */
enum { MAX_TRIALS = 12, MAX_PASSES = 6 };

/* A pass is accepted within tolerance_lu of the target. If it must be repeated for its peaks,
 * differences above corrected_lu are corrected too. Beyond promised_lu the user is warned. */
static const double tolerance_lu = 0.2, corrected_lu = 0.05, promised_lu = 0.5;
/* A trial within tolerance_lu whose peaks exceed the ceiling by at most this is corrected without
 * another trial: the encoded sound is measured anyway. */
static const double near_db = 0.3;
/* Headroom that the first pass leaves below the ceiling, because lossy coding raises peaks: AAC at
 * 128 kb/s and Opus at 96 kb/s by 0.2 to 0.8 dB, as measured with speech. */
static const double coding_margin_db = 0.8;
/* The most gain: a recording that needs more holds noise, not speech. */
static const double max_gain_db = 60;
/* The most gain beyond the target's that makes up for the limiter. Sound with higher peaks (clicks,
 * sparse bursts) would be distorted by more: it stays below the target, and the user is warned. */
static const double max_drive_db = 12;
/* The lowest assumed change of loudness per change of gain, so that a step is at most five times
 * the missing loudness even where the limiter removes nearly all of the gain. */
static const double least_slope = 0.2;

/* --- progress -------------------------------------------------------------------------------- */

/* How far progress is after the trials, if there are any, and after encoding. How many trials and
 * corrections follow is not known: each takes a quarter of what is left. With the most of them, the
 * last still takes 1/300, as progress must rise from time to time. */
static const double after_trials = 0.3, after_encoding = 0.6, of_the_rest = 0.25;

/* Where a pass is in all of them. */
struct pace {
    const struct sound_spec *spec;
    double begin, end; /* of the pass */
};

static int report_pass(void *opaque, double fraction)
{
    const struct pace *p = opaque;
    return p->spec->progress
               ? p->spec->progress(p->spec->opaque, p->begin + (p->end - p->begin) * fraction)
               : 0;
}

/* The spec of the next pass, which takes progress to until. */
static struct sound_spec next_pass(struct pace *p, double until)
{
    struct sound_spec spec = *p->spec;
    p->begin = p->end;
    p->end = until;
    spec.progress = report_pass;
    spec.opaque = p;
    return spec;
}

static struct sound_spec next_of_many(struct pace *p, double until)
{
    return next_pass(p, p->end + (until - p->end) * of_the_rest);
}

/* --- levelling ------------------------------------------------------------------------------- */

/* The blocks of the part, without its breaks. */
static void part_blocks(struct loudness *out, const struct loudness *all,
                        const struct sound_spec *spec)
{
    const int64_t nb_all = (int64_t)all->nb;
    out->blocks = mem_zalloc(all->nb + 1, sizeof *out->blocks);
    for (size_t i = 0; i <= spec->nb_drops; i++) {
        const struct sound_stretch s = sound_stretch(spec, i);
        const int64_t begin = s.begin > 0 ? s.begin / LOUDNESS_BLOCK : 0,
                      end = s.end > 0 ? s.end / LOUDNESS_BLOCK + 1 : 0;
        for (int64_t k = begin; k < end && k < nb_all && out->nb < all->nb; k++)
            out->blocks[out->nb++] = all->blocks[k];
    }
}

/* Loudness and peak of the part before any gain. */
static int measure_source(double *lufs, double *peak_db, struct pace *pace, struct err *err)
{
    const struct sound_spec *spec = pace->spec;
    AUTO_LOUDNESS blocks = {0}, left = {0};
    struct sound_result r = {0};
    if (spec->pair) { /* the blocks may be of other channels */
        const struct sound_setting as_it_is = {0};
        const struct sound_spec pass = next_of_many(pace, after_trials);
        if (sound_pass_try(&r, &pass, &as_it_is, err) < 0)
            return err->code;
        *lufs = r.loudness_lufs;
        *peak_db = r.peak_dbtp;
        return 0;
    }
    if (loudness_read(&blocks, spec->blocks_path, err) < 0)
        return err->code;
    loudness_use(&blocks, spec->use);
    part_blocks(&left, &blocks, spec);
    *lufs = loudness_integrated(&left, 0, left.nb);
    *peak_db = loudness_peak_db(&left, 0, left.nb);
    return 0;
}

/* The first setting, from the recording's blocks. Returns 1, 0 where there is only silence, or an
 * error. */
static int first_setting(struct sound_setting *setting, double *source_lufs, struct pace *pace,
                         struct err *err)
{
    const struct sound_spec *spec = pace->spec;
    *setting = (struct sound_setting){.limit_db = spec->ceiling_dbtp - coding_margin_db};
    if (spec->stream < 0 || !spec->blocks_path)
        return 0;
    double lufs = NAN, peak_db = NAN;
    if (measure_source(&lufs, &peak_db, pace, err) < 0)
        return err->code;
    if (!isfinite(lufs))
        return 0; /* silence stays silence */
    *source_lufs = lufs;
    setting->gain_db = spec->target_lufs - lufs;
    setting->most_gain_db = fmin(setting->gain_db + max_drive_db, max_gain_db);
    setting->limit = peak_db + setting->gain_db > setting->limit_db;
    return 1;
}

/* The last pass, to learn how loudness responds to gain: by 1 LU per dB as long as the limiter
 * leaves most peaks alone, by less the more it reduces. */
struct response {
    double gain_db, loudness_lufs;
    bool known;
};

static double next_step(struct response *r, double gain_db, double loudness_lufs, double off)
{
    double slope = 1;
    if (r->known && fabs(gain_db - r->gain_db) > 0.01)
        slope = (loudness_lufs - r->loudness_lufs) / (gain_db - r->gain_db);
    *r = (struct response){gain_db, loudness_lufs, true};
    return off / fmin(fmax(slope, least_slope), 1);
}

/* Corrects the setting for another pass; false where this pass is accepted. */
static bool correct(struct sound_setting *setting, struct response *response,
                    const struct sound_result *r, const struct sound_spec *spec, double ceiling_db)
{
    if (!isfinite(r->loudness_lufs))
        return false;
    bool again = false;
    if (r->peak_dbtp > ceiling_db) {
        setting->limit_db -= r->peak_dbtp - ceiling_db + 0.1;
        setting->limit = again = true;
    }
    const double off = spec->target_lufs - r->loudness_lufs;
    if (fabs(off) > (again ? corrected_lu : tolerance_lu)) {
        const double step = next_step(response, setting->gain_db, r->loudness_lufs, off);
        const double gain_db = fmin(setting->gain_db + step, setting->most_gain_db);
        again = again || fabs(gain_db - setting->gain_db) > 0.05;
        setting->limit = setting->limit || again;
        setting->gain_db = gain_db;
    }
    return again;
}

static bool is_near(const struct sound_result *r, const struct sound_spec *spec, double ceiling_db)
{
    return fabs(r->loudness_lufs - spec->target_lufs) <= tolerance_lu &&
           r->peak_dbtp <= ceiling_db + near_db;
}

/* What the user should listen to: a part of a recording that holds no sound, or noise only; sound
 * that consists of peaks, which cannot be made as loud as the target. */
static void remark_loudness(struct sound_result *r, const struct sound_spec *spec)
{
    if (spec->stream >= 0 && !isfinite(r->loudness_lufs))
        snprintf(r->remark, sizeof r->remark, "its sound is silent");
    else if (r->source_lufs < SOUND_SILENT_LUFS)
        snprintf(r->remark, sizeof r->remark,
                 "its sound is nearly silent (%.0f LUFS): raised by %.0f dB, only noise would be "
                 "heard",
                 r->source_lufs, r->gain_db);
    else if (isfinite(r->loudness_lufs) &&
             (fabs(r->loudness_lufs - spec->target_lufs) > promised_lu ||
              r->peak_dbtp > spec->ceiling_dbtp))
        snprintf(r->remark, sizeof r->remark,
                 "its sound comes to %.1f LUFS with peaks of %.1f dBTP, not to %.1f and at most "
                 "%.1f",
                 r->loudness_lufs, r->peak_dbtp, spec->target_lufs, spec->ceiling_dbtp);
}

/* Limiting lowers loudness: the gain that makes up for it is found before encoding. */
static int find_setting(struct sound_setting *setting, struct response *response, struct pace *pace,
                        struct err *err)
{
    const struct sound_spec *spec = pace->spec;
    const double ceiling_db = spec->ceiling_dbtp - coding_margin_db;
    bool near = false;
    for (int i = 0; setting->limit && !near && i < MAX_TRIALS; i++) {
        struct sound_result trial = {0};
        const struct sound_spec pass = next_of_many(pace, after_trials);
        if (sound_pass_try(&trial, &pass, setting, err) < 0)
            return err->code;
        near = is_near(&trial, spec, ceiling_db);
        if (!correct(setting, response, &trial, spec, ceiling_db))
            break;
    }
    return 0;
}

/* After the first pass, which all outputs share: corrects the effects of coding on this one. until:
 * of its progress. */
static int make_hold(struct sound_output *output, struct pace *pace, double until,
                     struct sound_setting setting, struct response response, struct err *err)
{
    const struct sound_spec *spec = pace->spec;
    struct sound_result *r = &output->result;
    for (int i = 1;; i++) {
        const struct sound_spec measure = next_of_many(pace, until);
        if (sound_pass_measure(output, &measure, err) < 0)
            return err->code;
        r->gain_db = setting.gain_db;
        r->limited = setting.limit;
        if (i == MAX_PASSES || !correct(&setting, &response, r, spec, spec->ceiling_dbtp))
            break;
        const struct sound_spec again = next_of_many(pace, until);
        if (sound_pass_encode(output, 1, &again, &setting, err) < 0)
            return err->code;
    }
    remark_loudness(r, spec);
    return track_summarise(&r->summary, output->path, err);
}

int sound_encode(struct sound_output *outputs, size_t nb, const struct sound_spec *spec,
                 struct err *err)
{
    struct sound_setting setting;
    struct response response = {0};
    struct pace pace = {.spec = spec};
    double source_lufs = 0;
    if (first_setting(&setting, &source_lufs, &pace, err) < 0 ||
        find_setting(&setting, &response, &pace, err) < 0)
        return err->code;
    const struct sound_spec first = next_pass(&pace, after_encoding);
    for (size_t i = 0; i < nb; i++)
        outputs[i].result = (struct sound_result){.source_lufs = source_lufs};
    int ret = sound_pass_encode(outputs, nb, &first, &setting, err);
    for (size_t i = 0; ret == 0 && i < nb; i++) {
        const double until = after_encoding + (1 - after_encoding) * (double)(i + 1) / (double)nb;
        ret = make_hold(&outputs[i], &pace, until, setting, response, err);
    }
    return ret;
}
