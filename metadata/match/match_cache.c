#include "match.h"

#include <string.h>

#include "hash.h"
#include "json.h"
#include "mem.h"
#include "programme.h"

/* --- the key --------------------------------------------------------------------------------- */

/* NULL and "" differ. */
static void add_text(struct hash *h, const char *s)
{
    hash_add_int(h, s != NULL);
    hash_add_str(h, s ? s : "");
}

/* Also fields that matching does not use, so that it may use them without a change here. */
static void add_talk(struct hash *h, const struct talk *t)
{
    const char *const texts[] = {t->ref,   t->title,    t->section, t->room,
                                 t->start, t->language, t->url,     t->abstract};
    hash_add_int(h, t->number);
    hash_add_int(h, t->gone);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(h, texts[i]);
    hash_add_int(h, (int64_t)t->nb_speakers);
    for (size_t i = 0; i < t->nb_speakers; i++)
        add_text(h, t->speakers[i]);
    hash_add_int(h, (int64_t)t->nb_parts);
    for (size_t i = 0; i < t->nb_parts; i++) {
        hash_add_int(h, t->parts[i].number);
        hash_add_int(h, t->parts[i].listed_s);
        hash_add_int(h, t->parts[i].slot_s);
    }
}

static void add_format(struct hash *h, const struct match_recording *r)
{
    add_text(h, r->path);
    hash_add_int(h, r->width);
    hash_add_int(h, r->height);
    hash_add_int(h, r->has_sound);
    hash_add_int(h, r->bytes);
}

void match_cache_key(char key[33], int version, const struct programme *p,
                     const struct match_recording *recordings, size_t nb_recordings,
                     const struct match_fixed *fixed, size_t nb_fixed)
{
    struct hash *h = hash_create();
    hash_add_int(h, version);
    add_text(h, p->name);
    add_text(h, p->place);
    add_text(h, p->begin);
    add_text(h, p->end);
    hash_add_int(h, (int64_t)p->nb_talks);
    for (size_t i = 0; i < p->nb_talks; i++)
        add_talk(h, &p->talks[i]);
    hash_add_int(h, (int64_t)nb_recordings);
    for (size_t i = 0; i < nb_recordings; i++) {
        add_text(h, recordings[i].name);
        add_text(h, recordings[i].shown);
        hash_add_int(h, recordings[i].duration_ms);
        add_format(h, &recordings[i]);
    }
    hash_add_int(h, (int64_t)nb_fixed);
    for (size_t i = 0; i < nb_fixed; i++) {
        hash_add_int(h, fixed[i].talk);
        hash_add_int(h, fixed[i].part);
        hash_add_int(h, fixed[i].recording);
    }
    hash_hex(h, key);
    hash_destroy(h);
}

/* --- the table ------------------------------------------------------------------------------- */

/* Pairs of recordings: another format, and the one that it is another format of. */
static json_t *write_formats(const struct match_table *table)
{
    json_t *list = json_array();
    for (size_t i = 0; i < table->nb_recordings; i++)
        if (table->format_of[i] >= 0)
            json_array_append_new(list, json_pack("[i, i]", (int)i, table->format_of[i]));
    return list;
}

json_t *match_cache_write(const struct match_table *table, const char *key)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < table->nb_rows; i++) {
        const struct match *m = &table->rows[i];
        json_t *row =
            json_pack("[i, i, i, i, f, f, b, s, s?]", m->talk, m->part, (int)m->state, m->recording,
                      m->score, m->margin, m->by_hand, m->reason, m->suspicion);
        if (json_array_append_new(rows, row) < 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o, s:o}", "key", key, "rows", rows, "formats", write_formats(table));
}

static int integer(const json_t *row, size_t i)
{
    return (int)json_integer_value(json_array_get(row, i));
}

void match_cache_named(bool *named, size_t nb_recordings, const json_t *memo)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(memo, "rows"), i, row) {
        const int recording = integer(row, 3);
        if (recording >= 0 && (size_t)recording < nb_recordings)
            named[recording] = true;
    }
}

static char *text(const json_t *row, size_t i)
{
    return mem_strdup(json_string_value(json_array_get(row, i)));
}

/* Whether match_all can have made the row for this talk. */
static bool sound(const struct match *m, const struct talk *talk, size_t nb_recordings)
{
    return talk->number == m->talk && !talk->gone && m->part >= 0 &&
           m->part <= (int)talk->nb_parts && m->reason &&
           (m->state == MATCH_NONE ? m->recording == -1
                                   : (m->state == MATCH_SURE || m->state == MATCH_UNCLEAR) &&
                                         m->recording >= 0 && (size_t)m->recording < nb_recordings);
}

/* The store may be damaged: rows must be in the programme's order and refer to existing talks and
 * recordings. */
static bool all_sound(const struct match_table *table, const struct programme *p,
                      size_t nb_recordings)
{
    size_t t = 0;
    for (size_t i = 0; i < table->nb_rows; i++) {
        while (t < p->nb_talks && p->talks[t].number != table->rows[i].talk)
            t++;
        if (t == p->nb_talks || !sound(&table->rows[i], &p->talks[t], nb_recordings))
            return false;
    }
    return true;
}

/* Whether each pair names two recordings, of which the second is not set aside itself. */
static bool read_formats(struct match_table *out, const json_t *memo, size_t nb_recordings)
{
    size_t i;
    json_t *pair;
    out->nb_recordings = nb_recordings;
    out->format_of = mem_zalloc(nb_recordings + 1, sizeof *out->format_of);
    for (size_t r = 0; r < nb_recordings; r++)
        out->format_of[r] = -1;
    json_array_foreach(json_object_get(memo, "formats"), i, pair) {
        const int one = integer(pair, 0), of = integer(pair, 1);
        if (one < 0 || (size_t)one >= nb_recordings || of < 0 || (size_t)of >= nb_recordings)
            return false;
        out->format_of[one] = of;
    }
    for (size_t r = 0; r < nb_recordings; r++)
        if (out->format_of[r] >= 0 && out->format_of[out->format_of[r]] >= 0)
            return false;
    return true;
}

bool match_cache_read(struct match_table *out, const json_t *memo, const char *key,
                      const struct programme *p, size_t nb_recordings)
{
    size_t i;
    json_t *row;
    *out = (struct match_table){0};
    if (strcmp(json_get_string(memo, "key", ""), key) != 0)
        return false;
    json_array_foreach(json_object_get(memo, "rows"), i, row) {
        out->rows = mem_grow(out->rows, out->nb_rows, sizeof *out->rows);
        out->rows[out->nb_rows++] = (struct match){
            .talk = integer(row, 0),
            .part = integer(row, 1),
            .state = (enum match_state)integer(row, 2),
            .recording = integer(row, 3),
            .score = json_number_value(json_array_get(row, 4)),
            .margin = json_number_value(json_array_get(row, 5)),
            .by_hand = json_is_true(json_array_get(row, 6)),
            .reason = text(row, 7),
            .suspicion = text(row, 8),
        };
    }
    if (read_formats(out, memo, nb_recordings) && all_sound(out, p, nb_recordings))
        return true;
    match_table_finish(out);
    return false;
}
