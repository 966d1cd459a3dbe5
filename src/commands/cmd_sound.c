#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "commands.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "reader.h"
#include "results.h"
#include "selector.h"
#include "sound_text.h"
#include "store.h"
#include "table.h"

struct wish {
    const char *audio, *channels;
    bool automatic;
};

static const json_t *measured_of(const struct source *s, int stream)
{
    const json_t *list = json_object_get(s->analysis, "streams");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_get_int(json_array_get(list, i), "stream", -1) == stream)
            return json_array_get(list, i);
    return stream == s->audio_stream ? s->analysis : NULL;
}

static void print_stream(const struct source *s, const json_t *st)
{
    const int index = (int)json_get_int(st, "index", -1);
    const json_t *m = measured_of(s, index);
    const char *language = json_get_string(st, "language", NULL);
    printf("  %s stream %d: %s, %d channel%s, %d Hz", index == s->audio_stream ? "*" : " ", index,
           json_get_string(st, "codec", "?"), (int)json_get_int(st, "channels", 0),
           json_get_int(st, "channels", 0) == 1 ? "" : "s", (int)json_get_int(st, "rate", 0));
    if (language)
        printf(", language %s", language);
    if (m && json_is_number(json_object_get(m, "loudness_lufs")))
        printf(", %.1f LUFS, speech %.2f", json_get_number(m, "loudness_lufs", 0),
               json_get_number(m, "speech", 0));
    else if (m)
        printf(", silent");
    putchar('\n');
}

static int print_sound(const struct source *s, const struct event *event, struct err *err)
{
    AUTO_JSON *probe = NULL;
    if (plan_find_result(&probe, event, STAGE_PROBE, s->probe_key, err) < 0)
        return err->code;
    const json_t *streams = json_object_get(probe, "streams");
    const double target_lufs = event->settings.target_lufs;
    AUTO_FREE char *remarks = sound_remarks(s, target_lufs), *fault = sound_fault(s, target_lufs),
                   *channels = sound_channels(s);
    printf("%s\n", s->recording->path);
    for (size_t i = 0; i < json_array_size(streams); i++)
        if (strcmp(json_get_string(json_array_get(streams, i), "type", ""), "audio") == 0)
            print_stream(s, json_array_get(streams, i));
    if (s->audio_stream < 0)
        puts("  no sound that can be published");
    if (channels)
        table_text("      ", "    %s", channels);
    if (fault)
        table_text("    ", "  %s", fault);
    if (remarks)
        table_text("    ", "  %s", remarks);
    if (s->chosen.stream >= 0 || s->chosen.use[0])
        puts("  (set by hand; --auto removes that)");
    return 0;
}

static json_t *sound_json(const struct source *s, double target_lufs)
{
    AUTO_FREE char *remarks = sound_remarks(s, target_lufs), *fault = sound_fault(s, target_lufs);
    return json_pack("{s:o, s:o, s:s, s:b, s:O?, s:o, s:o}", "recording",
                     json_text(s->recording->path), "stream",
                     s->audio_stream >= 0 ? json_integer(s->audio_stream) : json_null(), "channels",
                     s->use, "by_hand", s->chosen.stream >= 0 || s->chosen.use[0], "analysis",
                     s->analysis, "remarks", json_text(remarks), "fault", json_text(fault));
}

static int choose_stream(struct chosen_sound *chosen, const struct source *s, const char *text,
                         const struct event *event, struct err *err)
{
    AUTO_JSON *probe = NULL;
    if (plan_find_result(&probe, event, STAGE_PROBE, s->probe_key, err) < 0)
        return err->code;
    const json_t *streams = json_object_get(probe, "streams");
    char *end;
    const long n = strtol(text, &end, 10);
    const json_t *st = n >= 0 ? json_array_get(streams, (size_t)n) : NULL;
    if (end == text || *end || !st || strcmp(json_get_string(st, "type", ""), "audio") != 0)
        return err_set(err, ERR_USAGE,
                       "'%s' has no sound stream '%s': 'talkpress sound TALK' lists them", s->name,
                       text);
    chosen->stream = (int)n;
    return 0;
}

static int choose_channels(struct chosen_sound *chosen, const struct source *s, const char *text,
                           const struct event *event, struct err *err)
{
    AUTO_JSON *probe = NULL;
    enum sound_use use;
    int pair;
    if (!sound_use_parse(&use, &pair, text))
        return err_set(err, ERR_USAGE,
                       "'%s': expected both, left or right, or invert; of more than two channels a "
                       "number ('3'), or two ('3+4')",
                       text);
    if (plan_find_result(&probe, event, STAGE_PROBE, s->probe_key, err) < 0)
        return err->code;
    const int stream = chosen->stream >= 0 ? chosen->stream : s->audio_stream;
    const json_t *st = json_array_get(json_object_get(probe, "streams"), (size_t)stream);
    const int last = 2 * pair - (use == SOUND_LEFT), nb = (int)json_get_int(st, "channels", 0);
    if (pair && st && last > nb)
        return err_set(err, ERR_USAGE, "'%s' has %d channel%s, not channel %d", s->name, nb,
                       cli_s((size_t)nb), last);
    snprintf(chosen->use, sizeof chosen->use, "%s", text);
    return 0;
}

static int choose(const struct source *s, const struct event *event, const struct wish *wish,
                  struct err *err)
{
    struct chosen_sound chosen = s->chosen;
    if (wish->automatic)
        chosen = (struct chosen_sound){.stream = -1};
    if (wish->audio && choose_stream(&chosen, s, wish->audio, event, err) < 0)
        return err->code;
    if (wish->channels && choose_channels(&chosen, s, wish->channels, event, err) < 0)
        return err->code;
    return store_choose_sound(event->store, s->recording->fingerprint, &chosen, err);
}

/* The recordings of a talk's parts, each once; a new list. */
static size_t recordings_of(const struct source ***out, struct plan *plan, int talk, int part)
{
    size_t nb = 0;
    *out = mem_zalloc(plan->nb_recordings + 1, sizeof **out);
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->talk != talk || m->recording < 0 || (part && m->part && m->part != part))
            continue;
        const struct source *s = &plan->sources[m->recording];
        if (s->probe && !json_object_get(s->probe, "error"))
            (*out)[nb++] = s;
    }
    return nb;
}

/* The recordings of the talk's parts that have been probed. */
static int find_recordings(const struct source ***out, size_t *out_nb, int *talk, struct command *c,
                           struct err *err)
{
    int part;
    if (selector_part(talk, &part, &c->plan->programme, c->operands[0], err) < 0)
        return err->code;
    *out_nb = recordings_of(out, c->plan, *talk, part);
    return *out_nb ? 0
                   : err_set(err, ERR_NOT_FOUND,
                             "talk %d has no recording with sound: see 'talkpress match'", *talk);
}

static int choose_all(struct command *c, const struct wish *wish, struct err *err)
{
    AUTO_FREE const struct source **list = NULL;
    size_t nb = 0;
    int talk, ret = find_recordings(&list, &nb, &talk, c, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = choose(list[i], c->event, wish, err);
    return ret;
}

int cmd_sound(struct command *c, struct err *err)
{
    const struct wish wish = {.audio = command_value(c, "audio"),
                              .channels = command_value(c, "channels"),
                              .automatic = command_has(c, "auto")};
    const bool set = wish.automatic || wish.audio || wish.channels;
    struct plan *plan = c->plan;
    AUTO_FREE const struct source **list = NULL;
    AUTO_JSON *all = command_has(c, "json") ? json_array() : NULL;
    struct executor_result total = {0};
    size_t nb = 0;
    int talk;
    if (set && (plan_begin(plan, err) < 0 || plan_end(plan, choose_all(c, &wish, err), err) < 0))
        return err->code;
    if (find_recordings(&list, &nb, &talk, c, err) < 0 ||
        analyse_recordings(&total, plan, c->zygote, &talk, 1, true, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        if (all)
            json_array_append_new(all, sound_json(list[i], plan->event->settings.target_lufs));
        else if (print_sound(list[i], plan->event, err) < 0)
            return err->code;
    if (all)
        cli_print_json(all);
    return EXIT_OK;
}
