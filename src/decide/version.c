#include "version.h"

#include "event.h"
#include "hash.h"
#include "mem.h"
#include "part.h"
#include "plan.h"

static void add_text(struct hash *h, const char *text)
{
    hash_add_str(h, text ? text : "");
}

static void add_source(struct hash *h, const struct source *s)
{
    hash_add_str(h, s->recording->fingerprint);
    hash_add_int(h, s->probe != NULL);
    hash_add_int(h, s->analysis != NULL);
    hash_add_int(h, s->absent != NULL);
    hash_add_str(h, s->probe_key);
    hash_add_str(h, s->analysis_key);
    hash_add_int(h, s->audio_stream);
    hash_add_int(h, s->chosen.stream);
    hash_add_str(h, s->chosen.use);
    hash_add_str(h, s->use);
    add_text(h, s->place.start);
    add_text(h, s->place.room);
}

static void add_match(struct hash *h, const struct match *m, const struct plan *plan)
{
    hash_add_int(h, m->state);
    hash_add_int(h, m->part);
    hash_add_int(h, m->by_hand);
    hash_add_int(h, m->shared);
    hash_add_str(h, m->recording >= 0 ? plan->recordings[m->recording].fingerprint : "");
    add_text(h, m->reason);
    add_text(h, m->suspicion);
}

static void add_cut(struct hash *h, const struct part_plan *pp)
{
    hash_add_int(h, pp->cut_known);
    hash_add_int(h, pp->cut_by_hand);
    hash_add_int(h, pp->cut_proposed);
    hash_add_int(h, pp->begin);
    hash_add_int(h, pp->end);
    for (size_t i = 0; i < pp->nb_drops; i++) {
        hash_add_int(h, pp->drops[i].begin);
        hash_add_int(h, pp->drops[i].end);
    }
    hash_add_int(h, pp->sound_offset_ms);
    hash_add_int(h, pp->poster_frame);
    hash_add_int(h, (int64_t)pp->nb_chapters_waiting);
    hash_add_int(h, pp->chapters_typed);
    for (size_t i = 0; i < pp->chapters.nb; i++) {
        hash_add_int(h, pp->chapters.list[i].at_ms);
        add_text(h, pp->chapters.list[i].title);
    }
}

static void add_state(struct hash *h, const struct part_plan *pp)
{
    hash_add_int(h, pp->state);
    hash_add_int(h, pp->verdict);
    hash_add_int(h, pp->accepted);
    hash_add_int(h, pp->measured_ms);
    add_text(h, pp->cause);
    add_text(h, pp->waiting);
    add_text(h, pp->acceptance.because);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        hash_add_str(h, pp->outputs[i].key);
        hash_add_int(h, pp->outputs[i].result != NULL);
    }
}

int part_version(char out[HASH_BYTES], const struct part_plan *pp, const struct plan *plan,
                 struct err *err)
{
    const struct talk *t = pp->talk;
    int64_t newest;
    if (store_newest_decision(&newest, plan->event->store, t->number, pp->part->number, err) < 0)
        return err->code;
    struct hash *h = hash_create();
    hash_add_int(h, newest);
    hash_add_int(h, t->number);
    hash_add_int(h, pp->part->number);
    hash_add_int(h, pp->part->listed_s);
    hash_add_int(h, (int64_t)t->nb_parts);
    hash_add_int(h, t->gone);
    add_text(h, t->title);
    add_text(h, t->language);
    for (size_t i = 0; i < t->nb_speakers; i++)
        add_text(h, t->speakers[i]);
    if (pp->match)
        add_match(h, pp->match, plan);
    if (pp->source)
        add_source(h, pp->source);
    add_cut(h, pp);
    add_state(h, pp);
    hash_hex(h, out);
    hash_destroy(h);
    return 0;
}
