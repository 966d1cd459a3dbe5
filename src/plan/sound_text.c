#include "sound_text.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "plan.h"
#include "probe.h"
#include "str.h"

enum { LISTED = 3, FEW_CLIPPED = 5 /* these may be a dropped microphone, or applause */ };

static void add_channel(struct str *s, const struct source *source)
{
    const json_t *down = json_object_get(source->analysis, "down_db");
    const bool found = strcmp(source->use, json_get_string(source->analysis, "use", "both")) == 0;
    if (strcmp(source->use, "both") == 0)
        return;
    str_addf(s, "the %s channel is used for both sides", source->use);
    if (found && json_is_number(down))
        str_addf(s, " (the other is %.0f dB quieter)", json_number_value(down));
    else if (found)
        str_add(s, " (the other is silent)");
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
    if (json_get_int(clipped, "nb", 0) <= FEW_CLIPPED)
        return;
    str_addf(s, "%sthe sound is clipped %lld times, first at %s", s->len ? "; " : "",
             (long long)json_get_int(clipped, "nb", 0),
             clock_format_ms(at, json_get_int(clipped, "first_ms", 0), false));
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
                 clock_format_ms(at, json_integer_value(json_array_get(d, 0)), false));
    }
    if (nb > LISTED)
        str_addf(s, " and %d more times", nb - LISTED);
}

char *sound_remarks(const struct source *source)
{
    AUTO_STR s = {0};
    add_channel(&s, source);
    add_drift(&s, source);
    add_clipping(&s, json_object_get(source->analysis, "clipped"));
    add_hum(&s, json_object_get(source->analysis, "hum"));
    add_dropouts(&s, source->analysis);
    return s.len ? str_take(&s) : NULL;
}
