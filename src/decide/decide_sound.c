#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "reader.h"
#include "results.h"

static int choose_stream(struct chosen_sound *chosen, const struct source *s, const json_t *streams,
                         int stream, struct err *err)
{
    const json_t *st = stream >= 0 ? json_array_get(streams, (size_t)stream) : NULL;
    if (!st || strcmp(json_get_string(st, "type", ""), "audio") != 0)
        return err_set(err, ERR_USAGE,
                       "'%s' has no sound stream '%d': 'talkpress sound TALK' lists them", s->name,
                       stream);
    chosen->stream = stream;
    return 0;
}

static int choose_channels(struct chosen_sound *chosen, const struct source *s,
                           const json_t *streams, const char *text, struct err *err)
{
    enum sound_use use;
    int pair;
    if (!sound_use_parse(&use, &pair, text))
        return err_set(err, ERR_USAGE,
                       "'%s': expected both, left or right, or invert; of more than two channels a "
                       "number ('3'), or two ('3+4')",
                       text);
    const int stream = chosen->stream >= 0 ? chosen->stream : s->audio_stream;
    const json_t *st = json_array_get(streams, (size_t)stream);
    const int last = 2 * pair - (use == SOUND_LEFT), nb = (int)json_get_int(st, "channels", 0);
    if (pair && st && last > nb)
        return err_set(err, ERR_USAGE, "'%s' has %d channel%s, not channel %d", s->name, nb,
                       nb == 1 ? "" : "s", last);
    snprintf(chosen->use, sizeof chosen->use, "%s", text);
    return 0;
}

static int choose(const struct source *s, const struct event *event, const struct sound_wish *w,
                  struct err *err)
{
    struct chosen_sound chosen = s->chosen;
    AUTO_JSON *probe = NULL;
    if (w->automatic)
        chosen = (struct chosen_sound){.stream = -1};
    if ((w->stream != -1 || w->use) &&
        plan_find_result(&probe, event, STAGE_PROBE, s->probe_key, err) < 0)
        return err->code;
    const json_t *streams = json_object_get(probe, "streams");
    if ((w->stream != -1 && choose_stream(&chosen, s, streams, w->stream, err) < 0) ||
        (w->use && choose_channels(&chosen, s, streams, w->use, err) < 0))
        return err->code;
    return store_choose_sound(event->store, s->recording->fingerprint, &chosen, err);
}

/* Each once. */
int decide_sound_of(const struct source ***out, size_t *out_nb, const struct plan *plan, int talk,
                    int part, struct err *err)
{
    AUTO_FREE const struct source **list = mem_zalloc(plan->nb_recordings + 1, sizeof *list);
    size_t nb = 0;
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->talk != talk || m->recording < 0 || (part && m->part && m->part != part))
            continue;
        const struct source *s = &plan->sources[m->recording];
        if (s->probe && !json_object_get(s->probe, "error"))
            list[nb++] = s;
    }
    if (!nb)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %d has no recording with sound: see 'talkpress match'", talk);
    *out_nb = nb;
    *out = mem_take(&list);
    return 0;
}

/* All parts that a recording holds. */
static void add_parts(struct decided *out, const struct plan *plan, const struct source *s)
{
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        const struct talk *t = programme_find(&plan->programme, m->talk);
        if (m->recording < 0 || &plan->sources[m->recording] != s || !t)
            continue;
        for (size_t k = 0; k < t->nb_parts; k++)
            if (!m->part || m->part == t->parts[k].number)
                decided_add(out, t->number, t->parts[k].number);
    }
}

int decide_sound(struct decided *out, const struct plan *plan, const struct sound_wish *wish,
                 struct err *err)
{
    AUTO_FREE const struct source **list = NULL;
    size_t nb = 0;
    if (!decide_find(plan, wish->talk, wish->part, err) ||
        decide_sound_of(&list, &nb, plan, wish->talk, wish->part, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        if (choose(list[i], plan->event, wish, err) < 0)
            return err->code;
        add_parts(out, plan, list[i]);
    }
    return 0;
}
