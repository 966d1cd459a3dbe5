#include "sound_text.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "probe.h"
#include "reader.h"
#include "sound.h"
#include "speech.h"
#include "str.h"

enum { LISTED = 3, FEW_CLIPPED = 5 /* these may be a dropped microphone, or applause */ };

/* Beyond it, it is said by how much sound is raised; of noise raised by so much, nothing else is
 * left. */
static const double quiet_gain_db = 30;

static const json_t *channel_of(const struct source *source, size_t channel)
{
    return json_array_get(json_object_get(source->analysis, "channels"), channel);
}

static bool channel_is(const struct source *source, size_t channel, const char *content)
{
    return strcmp(json_get_string(channel_of(source, channel), "is", ""), content) == 0;
}

/* Why the channel that is left out is. */
static void add_left_out(struct str *s, const struct source *source, size_t channel)
{
    const json_t *down = json_object_get(source->analysis, "down_db");
    const int opposite_s = (int)json_get_int(source->analysis, "opposite_s", 0);
    char time[CLOCK_BYTES];
    if (!json_is_number(down))
        str_add(s, " (the other is silent)");
    else if (json_number_value(down) > 0)
        str_addf(s, " (the other is %.0f dB quieter)", json_number_value(down));
    else if (channel_is(source, channel, "timecode"))
        str_add(s, " (the other carries timecode)");
    else if (channel_is(source, channel, "tone"))
        str_addf(s, " (the other carries a steady tone of %d Hz)",
                 (int)json_get_int(channel_of(source, channel), "hz", 0));
    else if (channel_is(source, channel, "noise"))
        str_add(s, " (the other carries steady noise)");
    else if (opposite_s)
        str_addf(s, " (left and right are in opposite phase for %s of the time)",
                 clock_format_ms(time, 1000LL * opposite_s, false));
    else
        str_add(s, " (nobody speaks on the other)");
}

/* Of a pair of more than two channels. */
static void add_pair(struct str *s, enum sound_use use, int pair)
{
    if (use == SOUND_LEFT || use == SOUND_RIGHT)
        str_addf(s, "channel %d is on both sides", 2 * pair - (use == SOUND_LEFT));
    else
        str_addf(s, "channels %d and %d are left and right%s", 2 * pair - 1, 2 * pair,
                 use == SOUND_INVERT ? ", the second one inverted" : "");
}

static void add_channel(struct str *s, const struct source *source)
{
    const bool found = strcmp(source->use, json_get_string(source->analysis, "use", "both")) == 0;
    enum sound_use use;
    int pair;
    if (!sound_use_parse(&use, &pair, source->use) || (use == SOUND_BOTH && !pair))
        return;
    if (pair) {
        add_pair(s, use, pair);
        if (found)
            str_add(s, " (chosen by what each channel carries)");
        return;
    }
    if (use == SOUND_INVERT) {
        str_addf(s, "the right channel is inverted%s",
                 found ? " (left and right are in opposite phase)" : "");
        return;
    }
    str_addf(s, "the %s channel is used for both sides", source->use);
    if (found)
        add_left_out(s, source, use == SOUND_LEFT);
}

/* By how much the recording's sound is raised. False: it is silent, or not analysed. */
static bool gain_of(double *gain_db, double *lufs, const struct source *source, double target_lufs)
{
    const json_t *loudness = json_object_get(source->analysis, "loudness_lufs");
    *lufs = json_number_value(loudness);
    *gain_db = target_lufs - *lufs;
    return json_is_number(loudness);
}

/* Whether all channels that are used carry this. */
static bool all_is(const struct source *source, const char *content)
{
    const size_t nb = json_array_size(json_object_get(source->analysis, "channels"));
    enum sound_use use = SOUND_BOTH;
    int pair = 0;
    size_t first = 0, end = nb;
    if (sound_use_parse(&use, &pair, source->use) && nb > 1) {
        if (pair) {
            first = 2 * (size_t)pair - 2;
            end = first + 2;
        }
        first += use == SOUND_RIGHT;
        end = use == SOUND_LEFT || use == SOUND_RIGHT ? first + 1 : end;
    }
    for (size_t c = first; c < end; c++)
        if (!channel_is(source, c, content))
            return false;
    return first < end;
}

static char *silence(const struct source *source, double target_lufs)
{
    double gain_db, lufs;
    if (!source->analysis || source->audio_stream < 0)
        return NULL;
    if (!gain_of(&gain_db, &lufs, source, target_lufs))
        return mem_strdup("its sound is silent");
    if (lufs < SOUND_SILENT_LUFS)
        return mem_printf("its sound is nearly silent (%.0f LUFS): raised by %.0f dB, only noise "
                          "would be heard",
                          lufs, gain_db);
    if (gain_db > quiet_gain_db && all_is(source, "noise"))
        return mem_printf("its sound is nothing but noise (%.0f LUFS), raised by %.0f dB", lufs,
                          gain_db);
    return NULL;
}

static void add_gain(struct str *s, const struct source *source, double target_lufs)
{
    double gain_db, lufs;
    AUTO_FREE char *fault = silence(source, target_lufs);
    if (!fault && gain_of(&gain_db, &lufs, source, target_lufs) && gain_db > quiet_gain_db)
        str_addf(s, "%sthe sound is very quiet (%.0f LUFS) and raised by %.0f dB",
                 s->len ? "; " : "", lufs, gain_db);
}

static void add_drift(struct str *s, const struct source *source)
{
    const int ppm = probe_sound_clock(source->probe, source->audio_stream).drift_ppm;
    const double length_s = (double)json_get_int(source->probe, "duration_ms", 0) / 1000;
    if (ppm)
        str_addf(s, "%sthe sound runs %.2g %% %s against %s (%.2f s in total): resampled",
                 s->len ? "; " : "", abs(ppm) / 1e4, ppm > 0 ? "fast" : "slow",
                 json_is_object(json_object_get(source->probe, "video")) ? "the picture"
                                                                         : "its time stamps",
                 abs(ppm) / 1e6 * length_s);
}

static void add_clipping(struct str *s, const json_t *clipped)
{
    char at[CLOCK_BYTES];
    const long long nb = json_get_int(clipped, "nb", 0);
    if (nb <= FEW_CLIPPED)
        return;
    str_addf(s, "%sthe sound is clipped %lld time%s, first at %s", s->len ? "; " : "", nb,
             nb == 1 ? "" : "s", clock_format_place(at, json_get_int(clipped, "first_ms", 0)));
}

static void add_outliers(struct str *s, const json_t *outliers)
{
    const long long nb = (long long)json_get_int(outliers, "nb", 0);
    char at[CLOCK_BYTES];
    if (nb)
        str_addf(s, "%s%lld sample%s not a number or far above full scale, first at %s: limited",
                 s->len ? "; " : "", nb, nb == 1 ? " is" : "s are",
                 clock_format_place(at, json_get_int(outliers, "first_ms", 0)));
}

static void add_hum(struct str *s, const json_t *hum)
{
    if (json_is_object(hum))
        str_addf(s, "%shum of %d Hz at %.0f dBFS", s->len ? "; " : "",
                 (int)json_get_int(hum, "hz", 0), json_get_number(hum, "dbfs", 0));
}

static void add_dropouts(struct str *s, const json_t *analysis)
{
    const json_t *list = json_object_get(analysis, "dropouts");
    const int nb = (int)json_get_int(analysis, "nb_dropouts", 0);
    for (int i = 0; i < nb && i < LISTED; i++) {
        const json_t *d = json_array_get(list, (size_t)i);
        char at[CLOCK_BYTES];
        str_addf(s, "%s%.1f s at %s",
                 i        ? ", "
                 : s->len ? "; no sound at all for "
                          : "no sound at all for ",
                 (double)json_integer_value(json_array_get(d, 1)) / 1000,
                 clock_format_place(at, json_integer_value(json_array_get(d, 0))));
    }
    if (nb > LISTED)
        str_addf(s, " and %d more times", nb - LISTED);
}

/* --- what needs a decision ------------------------------------------------------------------- */

/* In which other way to use the channels somebody speaks most, as --channels takes it, or NULL. */
static const char *speaking_way(const struct source *source)
{
    const bool opposed = json_get_number(source->analysis, "correlation", 0) < 0;
    const char *way, *best = NULL;
    double most = ANALYSE_SPEAKS;
    json_t *share;
    json_object_foreach(json_object_get(source->analysis, "speech_of"), way, share) {
        enum sound_use use;
        int pair;
        if (json_number_value(share) < most || !sound_use_parse(&use, &pair, way) ||
            (use == SOUND_INVERT && !opposed))
            continue;
        most = json_number_value(share);
        best = way;
    }
    return best;
}

/* In which other stream somebody speaks; -1: in none. */
static int speaking_stream(const struct source *source)
{
    const json_t *streams = json_object_get(source->analysis, "streams");
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        const int index = (int)json_get_int(stream, "stream", -1);
        if (index != source->audio_stream && json_get_number(stream, "speech", 0) >= ANALYSE_SPEAKS)
            return index;
    }
    return -1;
}

bool sound_says_nothing(const struct source *source)
{
    const json_t *speech = json_object_get(source->analysis, "speech_of");
    return json_get_number(speech, source->use, 1) < ANALYSE_SAYS_NOTHING;
}

/* Where somebody speaks in what would not be published. A stream that the user chose needs no
 * decision any more: it is a remark. */
static char *speech_elsewhere(const struct source *source, bool remark)
{
    const bool chosen = source->chosen.stream >= 0;
    if (!remark && strcmp(source->use, "both") == 0 &&
        json_get_number(source->analysis, "correlation", 0) <= ANALYSE_OPPOSITE)
        return mem_strdup("left and right are in opposite phase: on one loudspeaker nobody is "
                          "heard: 'talkpress sound TALK --channels invert'");
    const char *way = sound_says_nothing(source) ? speaking_way(source) : NULL;
    const int stream = sound_says_nothing(source) && !way ? speaking_stream(source) : -1;
    if (way && !remark)
        return mem_printf("nobody speaks in the sound that would be published, but somebody does "
                          "in other channels: 'talkpress sound TALK --channels %s'",
                          way);
    if (stream >= 0 && remark == chosen)
        return mem_printf("nobody speaks in the sound that would be published, but somebody does "
                          "in stream %d: 'talkpress sound TALK --audio %d'",
                          stream, stream);
    return NULL;
}

char *sound_fault(const struct source *source, double target_lufs)
{
    if (all_is(source, "timecode"))
        return mem_strdup("its sound is timecode: nobody speaks in it");
    char *fault = speech_elsewhere(source, false);
    return fault ? fault : silence(source, target_lufs);
}

char *sound_remarks(const struct source *source, double target_lufs)
{
    AUTO_STR s = {0};
    AUTO_FREE char *elsewhere = speech_elsewhere(source, true);
    add_channel(&s, source);
    if (elsewhere)
        str_addf(&s, "%s%s", s.len ? "; " : "", elsewhere);
    add_gain(&s, source, target_lufs);
    add_drift(&s, source);
    add_clipping(&s, json_object_get(source->analysis, "clipped"));
    add_outliers(&s, json_object_get(source->analysis, "outliers"));
    add_hum(&s, json_object_get(source->analysis, "hum"));
    add_dropouts(&s, source->analysis);
    return s.len ? str_take(&s) : NULL;
}

char *sound_channels(const struct source *source)
{
    const size_t nb = json_array_size(json_object_get(source->analysis, "channels"));
    const json_t *speech = json_object_get(source->analysis, "speech_of");
    AUTO_STR s = {0};
    for (size_t c = 0; nb > 1 && c < nb; c++) {
        const enum sound_use use = c % 2 ? SOUND_RIGHT : SOUND_LEFT;
        char side[SOUND_USE_BYTES];
        const char *is = json_get_string(channel_of(source, c), "is", "sound");
        if (c >= SOUND_MAX_CHANNELS)
            break;
        sound_use_format(side, use, nb > 2 ? (int)c / 2 + 1 : 0);
        str_addf(&s, "%s%s: ", c ? "; " : "", side);
        if (strcmp(is, "tone") == 0)
            str_addf(&s, "a steady tone of %d Hz",
                     (int)json_get_int(channel_of(source, c), "hz", 0));
        else if (strcmp(is, "sound") == 0)
            str_addf(&s, "speech %.2f", json_get_number(speech, side, 0));
        else
            str_addf(&s, "%s%s", strcmp(is, "noise") == 0 ? "steady " : "", is);
    }
    return s.len ? str_take(&s) : NULL;
}
