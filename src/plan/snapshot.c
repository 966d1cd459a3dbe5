#include "plan.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "card.h"
#include "chapters_source.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "loudness.h"
#include "mem.h"
#include "recording_names.h"
#include "results.h"
#include "room_cuts.h"
#include "work_listing.h"
#include "workdir.h"

/* --- loading --------------------------------------------------------------------------------- */

static int read_probe(struct source *s, bool whole, const struct event *event, struct err *err)
{
    return whole ? plan_find_probe(&s->probe, event, s->probe_key, err)
                 : plan_find_summary(&s->probe, event, s->probe_key, err);
}

/* Whether the file of loudness blocks is as long as the analysis says; results of early versions do
 * not say it. */
static bool has_blocks(const struct source *s, const struct event *event)
{
    AUTO_FREE char *path = workdir_path(event->work, s->analysis_key, "bin");
    const int64_t nb = json_get_int(s->analysis, "blocks", -1);
    return nb < 0 || fs_size(path) == LOUDNESS_HEAD_BYTES + nb * LOUDNESS_BLOCK_BYTES;
}

static int read_analysis(struct source *s, const struct event *event, struct err *err)
{
    if (workdir_has(event->work_dir, s->analysis_key, "bin") &&
        plan_find_result(&s->analysis, event, STAGE_ANALYSE, s->analysis_key, err) < 0)
        return err->code;
    if (s->analysis && !has_blocks(s, event)) {
        json_decref(s->analysis);
        s->analysis = NULL;
    }
    const char *found = json_get_string(s->analysis, "use", "both");
    s->audio_stream = (int)json_get_int(s->analysis, "stream", -1);
    snprintf(s->use, sizeof s->use, "%s", s->chosen.use[0] ? s->chosen.use : found);
    return 0;
}

static int read_source(struct source *s, bool whole, const struct event *event, struct err *err)
{
    json_decref(s->probe);
    json_decref(s->analysis);
    s->probe = s->analysis = NULL;
    s->whole = whole;
    if (read_probe(s, whole, event, err) < 0)
        return err->code;
    if (!s->probe || json_object_get(s->probe, "error"))
        return 0;
    if (store_chosen_sound(&s->chosen, event->store, s->recording->fingerprint, err) < 0)
        return err->code;
    keys_analysis(s->analysis_key, json_get_string(s->probe, "hash", ""), s->chosen.stream);
    return whole ? read_analysis(s, event, err) : 0;
}

static void find_absent_file(struct source *s)
{
    s->absent = NULL;
    for (size_t i = s->recording->nb_files; i-- > 0;)
        if (!fs_exists(s->recording->files[i].path))
            s->absent = s->recording->files[i].path;
}

/* Maps fingerprints to indices of recordings plus 1; of equal fingerprints, to the first one. */
static GHashTable *index_fingerprints(const struct plan *p)
{
    GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = p->nb_recordings; i-- > 0;)
        g_hash_table_replace(index, p->recordings[i].fingerprint, GSIZE_TO_POINTER(i + 1));
    return index;
}

/* Relies on the order of the rows, which is the programme's. */
static void index_matches(struct plan *p)
{
    const struct match_table *m = &p->matches;
    free(p->first_match);
    p->first_match = mem_zalloc(p->programme.nb_talks, sizeof *p->first_match);
    for (size_t t = 0, row = 0; t < p->programme.nb_talks; t++) {
        const int number = p->programme.talks[t].number;
        p->first_match[t] = row < m->nb_rows && m->rows[row].talk == number ? row : m->nb_rows;
        while (row < m->nb_rows && m->rows[row].talk == number)
            row++;
    }
}

/* *out NULL: no matches are cached, or they are damaged and must be computed again. */
static int read_cached(json_t **out, const struct event *event, struct err *err)
{
    char row[33];
    struct err why = {0};
    keys_matches(row);
    if (store_result(out, event->store, row, &why) < 0 && why.code != ERR_INVALID)
        *err = why;
    return err->code;
}

/* Uses the cached matches if they are of the same programme, recordings and decisions. */
static void find_matches(struct plan *p, const json_t *cached, const struct match_recording *list,
                         const struct match_fixed *fixed, size_t nb_fixed)
{
    char key[33];
    match_cache_key(key, MATCH_VERSION, &p->programme, list, p->nb_recordings, fixed, nb_fixed);
    match_table_finish(&p->matches);
    if (match_cache_read(&p->matches, cached, key, &p->programme, p->nb_recordings))
        return;
    match_all(&p->matches, &p->programme, list, p->nb_recordings, fixed, nb_fixed);
    json_decref(p->new_matches);
    p->new_matches = match_cache_write(&p->matches, key);
}

/* Only the process that holds the event's lock writes the cache. If writing fails, the next command
 * matches again. */
static void cache_matches(struct plan *p)
{
    char row[33];
    struct err ignored = {0};
    keys_matches(row);
    if (p->new_matches && p->event->lock >= 0)
        (void)!store_set_result(p->event->store, row, "match", p->new_matches, &ignored);
    json_decref(p->new_matches);
    p->new_matches = NULL;
}

/* A member of the probe's picture or sound, in the probe or in its summary. */
static int member_of(const json_t *probe, const char *stream, const char *member)
{
    const json_t *there = json_object_get(probe, stream);
    return (int)json_get_int(json_is_object(there) ? there : probe, member, 0);
}

static struct match_recording describe(const struct source *s)
{
    return (struct match_recording){
        .name = fs_basename(s->recording->path),
        .shown = s->name,
        .duration_ms = json_get_int(s->probe, "duration_ms", -1),
        .path = s->recording->path,
        .width = member_of(s->probe, "video", "width"),
        .height = member_of(s->probe, "video", "height"),
        .has_sound = member_of(s->probe, "audio", "channels") > 0,
        .bytes = s->recording->size,
    };
}

static int match_recordings(struct plan *p, const json_t *cached, struct err *err)
{
    struct chosen_match *chosen = NULL;
    size_t nb_chosen = 0, nb_fixed = 0;
    if (store_chosen_matches(&chosen, &nb_chosen, p->event->store, err) < 0)
        return err->code;
    AUTO_FREE struct match_fixed *fixed = mem_zalloc(nb_chosen, sizeof *fixed);
    GHashTable *index = index_fingerprints(p);
    for (size_t i = 0; i < nb_chosen; i++) {
        const int at = GPOINTER_TO_INT(g_hash_table_lookup(index, chosen[i].recording)) - 1;
        /* Decisions about a recording that is not in the event (any more) are ignored. */
        if (at >= 0 || !chosen[i].recording[0])
            fixed[nb_fixed++] = (struct match_fixed){chosen[i].talk, chosen[i].part, at};
    }
    g_hash_table_destroy(index);
    free(chosen);
    AUTO_FREE struct match_recording *list = mem_zalloc(p->nb_recordings, sizeof *list);
    for (size_t i = 0; i < p->nb_recordings; i++)
        list[i] = describe(&p->sources[i]);
    find_matches(p, cached, list, fixed, nb_fixed);
    index_matches(p);
    return 0;
}

size_t plan_candidates(struct match_candidate *out, size_t room, const struct plan *p,
                       const struct talk *talk, int part)
{
    AUTO_FREE struct match_recording *list = mem_zalloc(p->nb_recordings + 1, sizeof *list);
    for (size_t i = 0; i < p->nb_recordings; i++)
        list[i] = describe(&p->sources[i]);
    return match_candidates(out, room, &p->programme, list, p->nb_recordings, talk->number, part);
}

/* By the recordings that certainly hold one talk, or one part of it, each. */
static void find_lead_in(struct plan *p)
{
    AUTO_FREE struct lead_in_talk *talks = mem_zalloc(p->matches.nb_rows + 1, sizeof *talks);
    size_t nb = 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->state != MATCH_SURE || m->shared)
            continue;
        const struct talk *t = programme_find(&p->programme, m->talk);
        const int listed_s = m->part ? talk_part(t, m->part)->listed_s : talk_listed_s(t);
        const int64_t ms = json_get_int(p->sources[m->recording].probe, "duration_ms", -1);
        if (listed_s && ms >= 0)
            talks[nb++] = (struct lead_in_talk){listed_s, ms};
    }
    lead_in_find(&p->lead_in, talks, nb);
}

static int note_published(void *opaque, const struct published *file)
{
    struct plan *p = opaque;
    struct published_from *last = p->nb_published ? &p->published[p->nb_published - 1] : NULL;
    if (last && last->talk == file->talk && last->part == file->part)
        return 0;
    p->published = mem_grow(p->published, p->nb_published, sizeof *p->published);
    last = &p->published[p->nb_published++];
    *last = (struct published_from){.talk = file->talk, .part = file->part};
    snprintf(last->recording, sizeof last->recording, "%s", file->recording);
    return 0;
}

static int by_talk(const void *a, const void *b)
{
    const struct published_from *x = a, *y = b;
    return x->talk != y->talk ? (x->talk > y->talk) - (x->talk < y->talk)
                              : (x->part > y->part) - (x->part < y->part);
}

static int read_published(struct plan *p, struct err *err)
{
    bool wanted = false;
    p->nb_published = 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        wanted = wanted || !plan_holds_talk(&p->matches.rows[i]);
    if (wanted && store_each_published(p->event->store, note_published, p, err) < 0)
        return err->code;
    if (p->nb_published)
        qsort(p->published, p->nb_published, sizeof *p->published, by_talk);
    return 0;
}

/* Reads all recordings. Those that the cached matches name are read whole at once: most likely they
 * are still matched. */
static int read_sources(struct plan *p, const json_t *cached, struct err *err)
{
    AUTO_FREE bool *whole = mem_zalloc(p->nb_recordings, sizeof *whole);
    match_cache_named(whole, p->nb_recordings, cached);
    for (size_t i = 0; i < p->nb_recordings; i++) {
        struct source *s = &p->sources[i];
        find_absent_file(s);
        keys_probe(s->probe_key, s->recording->fingerprint);
        if (read_source(s, whole[i], p->event, err) < 0)
            return err->code;
    }
    return 0;
}

/* Reads the rest of each recording that a match names, certain or not. */
static int read_matched(struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const int at = p->matches.rows[i].recording;
        if (at >= 0 && !p->sources[at].whole &&
            read_source(&p->sources[at], true, p->event, err) < 0)
            return err->code;
    }
    return 0;
}

static int read_languages(struct plan *p, struct err *err)
{
    free(mem_take(&p->languages));
    p->nb_languages = 0;
    return store_chosen_languages(&p->languages, &p->nb_languages, p->event->store, err);
}

static int refresh(struct plan *p, struct err *err)
{
    AUTO_JSON *cached = NULL;
    if (read_languages(p, err) < 0 || read_cached(&cached, p->event, err) < 0 ||
        read_sources(p, cached, err) < 0 || match_recordings(p, cached, err) < 0 ||
        room_cuts_find_shared(p, err) < 0)
        return err->code;
    find_lead_in(p);
    return read_matched(p, err) < 0 || read_published(p, err) < 0 ||
                   captions_find(p->sources, p->nb_recordings, p->event, err) < 0
               ? err->code
               : room_cuts_propose(p, err);
}

/* All of the plan is of one state of the store, whatever other processes do meanwhile. */
static int read_as_one(struct plan *p, int (*read)(struct plan *p, struct err *err),
                       struct err *err)
{
    if (store_begin_reading(p->event->store, err) < 0)
        return err->code;
    const int ret = read(p, err);
    store_end_reading(p->event->store);
    if (ret == 0)
        cache_matches(p);
    return ret;
}

int plan_refresh(struct plan *p, struct err *err)
{
    return read_as_one(p, refresh, err);
}

static void name_sources(struct plan *p)
{
    AUTO_FREE const char **names = mem_zalloc(p->nb_recordings + 1, sizeof *names);
    AUTO_FREE const char **paths = mem_zalloc(p->nb_recordings + 1, sizeof *paths);
    for (size_t i = 0; i < p->nb_recordings; i++)
        paths[i] = p->recordings[i].path;
    recording_names_find(names, paths, p->nb_recordings);
    for (size_t i = 0; i < p->nb_recordings; i++)
        p->sources[i].name = names[i];
}

static int load(struct plan *p, struct err *err)
{
    struct store *store = p->event->store;
    if (store_check_decisions(store, err) < 0 || store_programme(&p->programme, store, err) < 0 ||
        store_recordings(&p->recordings, &p->nb_recordings, store, err) < 0 ||
        store_version(&p->version, store, err) < 0)
        return err->code;
    event_about_apply(&p->event->settings.about, &p->programme);
    p->sources = mem_zalloc(p->nb_recordings, sizeof *p->sources);
    for (size_t i = 0; i < p->nb_recordings; i++)
        p->sources[i].recording = &p->recordings[i];
    name_sources(p);
    return refresh(p, err);
}

int plan_load(struct plan *out, struct event *event, struct err *err)
{
    AUTO_PLAN p = {.event = event};
    const struct settings *s = &event->settings;
    if (read_as_one(&p, load, err) < 0)
        return err->code;
    const struct card_params look = {.template_path = s->card_template,
                                     .logo_path = s->card_logo,
                                     .background_path = s->card_background};
    if (card_look_hash(p.look, &look, &p.look_err) < 0)
        p.look[0] = '\0';
    *out = p;
    p = (struct plan){0};
    return 0;
}

int plan_begin(struct plan *p, struct err *err)
{
    int64_t version = 0;
    AUTO_PLAN now = {0};
    if (store_begin(p->event->store, err) < 0)
        return err->code;
    if (store_version(&version, p->event->store, err) == 0 && version == p->version)
        return 0;
    if (err->code || plan_load(&now, p->event, err) < 0) {
        store_rollback(p->event->store);
        return err->code;
    }
    const struct plan old = *p;
    *p = now;
    now = old;
    return 0;
}

int plan_end(struct plan *p, int ret, struct err *err)
{
    if (ret == 0)
        ret = plan_refresh(p, err);
    if (ret == 0)
        ret = store_commit(p->event->store, err);
    if (ret < 0)
        store_rollback(p->event->store);
    return ret;
}

void plan_list_work(struct plan *p, bool on)
{
    work_listing_destroy(p->listing);
    p->listing = on ? work_listing_create(p->event->work_dir) : NULL;
}

void plan_finish(struct plan *p)
{
    plan_list_work(p, false);
    match_table_finish(&p->matches);
    json_decref(p->new_matches);
    free(p->first_match);
    free(p->published);
    free(p->languages);
    for (size_t i = 0; i < p->nb_recordings && p->sources; i++) {
        json_decref(p->sources[i].probe);
        json_decref(p->sources[i].analysis);
        captions_free(&p->sources[i]);
        chapters_free(&p->sources[i]);
        room_cuts_finish(&p->sources[i]);
        chosen_place_finish(&p->sources[i].place);
    }
    free(p->sources);
    recordings_free(p->recordings, p->nb_recordings);
    programme_finish(&p->programme);
    *p = (struct plan){0};
}

char *plan_absence(const struct source *source)
{
    return source->absent ? mem_printf("'%s' was not found: is its disk connected?", source->absent)
                          : NULL;
}

const char *plan_refusal(const json_t *probe)
{
    const json_t *video = json_object_get(probe, "video");
    const char *error = json_get_string(probe, "error", NULL);
    if (error)
        return error;
    if (!json_is_object(video)) /* no picture: the card is shown */
        return NULL;
    const json_t *sar = json_object_get(video, "sar");
    int w, h;
    rendition_size(
        &w, &h, NULL, (int)json_get_int(video, "width", 0), (int)json_get_int(video, "height", 0),
        (int)json_integer_value(json_array_get(sar, 0)),
        (int)json_integer_value(json_array_get(sar, 1)), (int)json_get_int(video, "rotation", 0));
    if (w < RENDITION_MIN_SIDE || h < RENDITION_MIN_SIDE)
        return "its picture is smaller than 64 pixels, which encoders do not support";
    return NULL;
}

bool plan_holds_talk(const struct match *m)
{
    return m && m->recording >= 0 && (m->state == MATCH_SURE || m->shared);
}

const struct match *plan_match(const struct plan *p, const struct talk *talk, int part)
{
    for (size_t i = p->first_match[talk - p->programme.talks];
         i < p->matches.nb_rows && p->matches.rows[i].talk == talk->number; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->part == 0 || m->part == part)
            return m;
    }
    return NULL;
}

int plan_may_hold(const struct plan *p, const struct match *match, const char *fingerprint)
{
    size_t at = 0;
    if (!match || match->by_hand)
        return -1;
    while (at < p->nb_recordings && strcmp(p->recordings[at].fingerprint, fingerprint) != 0)
        at++;
    if (at == p->nb_recordings)
        return -1;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (plan_holds_talk(&p->matches.rows[i]) && p->matches.rows[i].recording == (int)at)
            return -1;
    return (int)at;
}

int plan_published_from(bool *as_one, const struct plan *p, const struct talk *talk, int part)
{
    const struct published_from *own = NULL, wanted = {.talk = talk->number, .part = part};
    if (p->nb_published)
        own = bsearch(&wanted, p->published, p->nb_published, sizeof wanted, by_talk);
    if (!own || !own->recording[0])
        return -1;
    *as_one = true;
    for (const struct published_from *o = p->published; o < p->published + p->nb_published; o++)
        if (o->talk == own->talk && strcmp(o->recording, own->recording) != 0)
            *as_one = false;
    return plan_may_hold(p, plan_match(p, talk, part), own->recording);
}

const char *plan_language(const struct plan *p, int talk)
{
    for (size_t i = 0; i < p->nb_languages && p->languages[i].talk <= talk; i++)
        if (p->languages[i].talk == talk)
            return p->languages[i].language;
    return NULL;
}

const char *plan_part_name(char *buf, const struct talk *talk, int part)
{
    if (talk->nb_parts > 1)
        snprintf(buf, 32, "%d/%d", talk->number, part);
    else
        snprintf(buf, 32, "%d", talk->number);
    return buf;
}
