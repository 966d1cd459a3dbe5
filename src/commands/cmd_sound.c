#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "commands.h"
#include "decide.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "results.h"
#include "selector.h"
#include "sound_text.h"
#include "table.h"

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

/* The recordings of the talk's parts that have been probed. */
static int find_recordings(const struct source ***out, size_t *out_nb, int *talk, struct command *c,
                           struct err *err)
{
    int part;
    return selector_part(talk, &part, &c->plan->programme, c->operands[0], err) < 0
               ? err->code
               : decide_sound_of(out, out_nb, c->plan, *talk, part, err);
}

/* The number of a stream. What is none is refused as a stream that is not there is. */
static int read_stream(int *out, const char *text, const struct sound_wish *w,
                       const struct plan *plan, struct err *err)
{
    AUTO_FREE const struct source **list = NULL;
    size_t nb;
    char *end;
    const long n = strtol(text, &end, 10);
    if (end > text && !*end && n >= 0 && n <= INT_MAX) {
        *out = (int)n;
        return 0;
    }
    if (decide_sound_of(&list, &nb, plan, w->talk, w->part, err) < 0)
        return err->code;
    return err_set(err, ERR_USAGE,
                   "'%s' has no sound stream '%s': 'talkpress sound TALK' lists them",
                   list[0]->name, text);
}

static int choose(struct command *c, struct err *err)
{
    const char *audio = command_value(c, "audio");
    AUTO_DECIDED decided = {0};
    struct sound_wish w = {
        .automatic = command_has(c, "auto"), .stream = -1, .use = command_value(c, "channels")};
    if (selector_part(&w.talk, &w.part, &c->plan->programme, c->operands[0], err) < 0 ||
        (audio && read_stream(&w.stream, audio, &w, c->plan, err) < 0))
        return err->code;
    return decide_sound(&decided, c->plan, &w, err);
}

int cmd_sound(struct command *c, struct err *err)
{
    const bool set =
        command_has(c, "auto") || command_has(c, "audio") || command_has(c, "channels");
    struct plan *plan = c->plan;
    AUTO_FREE const struct source **list = NULL;
    AUTO_JSON *all = command_has(c, "json") ? json_array() : NULL;
    struct executor_result total = {0};
    size_t nb = 0;
    int talk;
    if (set && (plan_begin(plan, err) < 0 || plan_end(plan, choose(c, err), err) < 0))
        return err->code;
    if (find_recordings(&list, &nb, &talk, c, err) < 0 ||
        analyse_recordings(&total, plan, c->pool, &talk, 1, true, err) < 0)
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
