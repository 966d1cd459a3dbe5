#include "media_request.h"

#include <glib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

static const char where[] = "the request or its answer";

/* --- members ---------------------------------------------------------------------------------- */

/* A member of a struct, and its name in JSON. */
struct member {
    const char *name;
    enum { MEMBER_TEXT, MEMBER_PATH, MEMBER_INT } type; /* char *, char *, int */
    size_t offset;
};

/* A path may have any byte except NUL, but JSON is UTF-8. So '%' and bytes that are not UTF-8 are
 * escaped, as %E9. */
static json_t *path_json(const char *path)
{
    AUTO_FREE char *escaped = path ? g_uri_escape_string(path, "/ ", true) : NULL;
    return path ? json_string(escaped) : json_null();
}

static int read_path(char **out, const json_t *value, struct err *err)
{
    *out = g_uri_unescape_string(json_string_value(value), NULL);
    return *out ? 0 : err_set(err, ERR_INVALID, "%s: a path is malformed", where);
}

static json_t *write_members(const void *from, const struct member *members, size_t nb)
{
    json_t *json = json_object();
    for (size_t i = 0; i < nb; i++) {
        const void *member = (const char *)from + members[i].offset;
        switch (members[i].type) {
        case MEMBER_TEXT:
            json_object_set_new(json, members[i].name, json_text(*(char *const *)member));
            break;
        case MEMBER_PATH:
            json_object_set_new(json, members[i].name, path_json(*(char *const *)member));
            break;
        case MEMBER_INT:
            json_object_set_new(json, members[i].name, json_integer(*(const int *)member));
            break;
        }
    }
    return json;
}

static int read_member(void *out, const struct member *member, const json_t *json, struct err *err)
{
    const json_t *value = json_object_get(json, member->name);
    int64_t number;
    const char *text;
    if (member->type == MEMBER_INT) {
        if (json_need_number(&number, json, member->name, INT_MIN, INT_MAX, where, err) < 0)
            return err->code;
        *(int *)out = (int)number;
        return 0;
    }
    if (json_is_null(value))
        return 0;
    if (json_need_string(&text, json, member->name, where, err) < 0)
        return err->code;
    if (member->type == MEMBER_PATH)
        return read_path(out, value, err);
    *(char **)out = mem_strdup(text);
    return 0;
}

static int read_members(void *out, const struct member *members, size_t nb, const json_t *json,
                        struct err *err)
{
    for (size_t i = 0; i < nb; i++)
        if (read_member((char *)out + members[i].offset, &members[i], json, err) < 0)
            return err->code;
    return 0;
}

static void free_members(void *from, const struct member *members, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (members[i].type != MEMBER_INT)
            free(*(char **)(void *)((char *)from + members[i].offset));
}

/* --- a card ----------------------------------------------------------------------------------- */

static const struct member card_members[] = {
    {"event", MEMBER_TEXT, offsetof(struct card_request, event)},
    {"section", MEMBER_TEXT, offsetof(struct card_request, section)},
    {"title", MEMBER_TEXT, offsetof(struct card_request, title)},
    {"speakers", MEMBER_TEXT, offsetof(struct card_request, speakers)},
    {"part", MEMBER_TEXT, offsetof(struct card_request, part)},
    {"date", MEMBER_TEXT, offsetof(struct card_request, date)},
    {"place", MEMBER_TEXT, offsetof(struct card_request, place)},
    {"template", MEMBER_PATH, offsetof(struct card_request, template_path)},
    {"logo", MEMBER_PATH, offsetof(struct card_request, logo_path)},
    {"background", MEMBER_PATH, offsetof(struct card_request, background_path)},
    {"png", MEMBER_PATH, offsetof(struct card_request, png_path)},
    {"sandbox", MEMBER_TEXT, offsetof(struct card_request, sandbox)},
    {"talk", MEMBER_TEXT, offsetof(struct card_request, talk)},
    {"width", MEMBER_INT, offsetof(struct card_request, width)},
    {"height", MEMBER_INT, offsetof(struct card_request, height)},
    {"duration_ms", MEMBER_INT, offsetof(struct card_request, duration_ms)},
    {"fade_ms", MEMBER_INT, offsetof(struct card_request, fade_ms)},
};
enum { NB_CARD_MEMBERS = sizeof card_members / sizeof *card_members };

void card_request_finish(struct card_request *r)
{
    free_members(r, card_members, NB_CARD_MEMBERS);
    *r = (struct card_request){0};
}

json_t *card_request_write(const struct card_request *r)
{
    return write_members(r, card_members, NB_CARD_MEMBERS);
}

int card_request_read(struct card_request *out, const json_t *json, struct err *err)
{
    *out = (struct card_request){0};
    return read_members(out, card_members, NB_CARD_MEMBERS, json, err);
}

/* --- a trial of cards ------------------------------------------------------------------------- */

static const struct member finding_members[] = {
    {"card", MEMBER_INT, offsetof(struct trial_finding, card)},
    {"problem", MEMBER_TEXT, offsetof(struct trial_finding, problem)},
    {"left_out", MEMBER_TEXT, offsetof(struct trial_finding, left_out)},
};
enum { NB_FINDING_MEMBERS = sizeof finding_members / sizeof *finding_members };

void trial_request_finish(struct trial_request *r)
{
    for (size_t i = 0; i < r->nb_cards; i++)
        card_request_finish(&r->cards[i]);
    free(r->cards);
    *r = (struct trial_request){0};
}

json_t *trial_request_write(const struct trial_request *r)
{
    json_t *cards = json_array();
    for (size_t i = 0; i < r->nb_cards; i++)
        json_array_append_new(cards, card_request_write(&r->cards[i]));
    return json_pack("{s:o}", "cards", cards);
}

int trial_request_read(struct trial_request *out, const json_t *json, struct err *err)
{
    json_t *cards;
    *out = (struct trial_request){0};
    if (json_need_array(&cards, json, "cards", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(cards);
    out->cards = mem_zalloc(nb, sizeof *out->cards);
    while (out->nb_cards < nb) {
        const json_t *card = json_array_get(cards, out->nb_cards);
        if (card_request_read(&out->cards[out->nb_cards++], card, err) < 0)
            return err->code;
    }
    return 0;
}

void trial_answer_finish(struct trial_answer *a)
{
    for (size_t i = 0; i < a->nb_findings; i++)
        free_members(&a->findings[i], finding_members, NB_FINDING_MEMBERS);
    free(a->findings);
    free(a->failure);
    *a = (struct trial_answer){0};
}

json_t *trial_answer_write(const struct trial_answer *a)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < a->nb_findings; i++)
        json_array_append_new(findings,
                              write_members(&a->findings[i], finding_members, NB_FINDING_MEMBERS));
    return json_pack("{s:o, s:o}", "findings", findings, "failure", json_text(a->failure));
}

int trial_answer_read(struct trial_answer *out, const json_t *json, struct err *err)
{
    json_t *findings;
    *out = (struct trial_answer){.failure = mem_strdup(json_get_string(json, "failure", NULL))};
    if (json_need_array(&findings, json, "findings", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(findings);
    out->findings = mem_zalloc(nb, sizeof *out->findings);
    while (out->nb_findings < nb) {
        const json_t *finding = json_array_get(findings, out->nb_findings);
        struct trial_finding *to = &out->findings[out->nb_findings++];
        if (read_members(to, finding_members, NB_FINDING_MEMBERS, finding, err) < 0)
            return err->code;
    }
    return 0;
}

/* --- a contact sheet -------------------------------------------------------------------------- */

static const struct member contact_members[] = {
    {"path", MEMBER_PATH, offsetof(struct contact_request, path)},
    {"sandbox", MEMBER_TEXT, offsetof(struct contact_request, sandbox)},
};
enum { NB_CONTACT_MEMBERS = sizeof contact_members / sizeof *contact_members };

void contact_request_finish(struct contact_request *r)
{
    free_members(r, contact_members, NB_CONTACT_MEMBERS);
    mem_free_strings(r->posters, r->nb);
    mem_free_strings(r->labels, r->nb);
    *r = (struct contact_request){0};
}

json_t *contact_request_write(const struct contact_request *r)
{
    json_t *json = write_members(r, contact_members, NB_CONTACT_MEMBERS), *cells = json_array();
    for (size_t i = 0; i < r->nb; i++)
        json_array_append_new(
            cells, json_pack("[o, o]", path_json(r->posters[i]), json_text(r->labels[i])));
    json_object_set_new(json, "cells", cells);
    return json;
}

int contact_request_read(struct contact_request *out, const json_t *json, struct err *err)
{
    json_t *cells;
    *out = (struct contact_request){0};
    if (read_members(out, contact_members, NB_CONTACT_MEMBERS, json, err) < 0 ||
        json_need_array(&cells, json, "cells", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(cells);
    out->posters = mem_zalloc(nb, sizeof *out->posters);
    out->labels = mem_zalloc(nb, sizeof *out->labels);
    while (out->nb < nb) {
        const json_t *cell = json_array_get(cells, out->nb);
        const char *label = json_string_value(json_array_get(cell, 1));
        out->labels[out->nb] = mem_strdup(label ? label : "");
        if (read_path(&out->posters[out->nb++], json_array_get(cell, 0), err) < 0)
            return err->code;
    }
    return out->path ? 0 : err_set(err, ERR_INVALID, "%s: 'path' is missing", where);
}

/* --- strips ----------------------------------------------------------------------------------- */

static const struct member strips_members[] = {
    {"path", MEMBER_PATH, offsetof(struct strips_request, path)},
    {"sandbox", MEMBER_TEXT, offsetof(struct strips_request, sandbox)},
};
enum { NB_STRIPS_MEMBERS = sizeof strips_members / sizeof *strips_members };

static const struct member picture_members[] = {
    {"sheet", MEMBER_PATH, offsetof(struct strip_request_picture, sheet)},
    {"index", MEMBER_INT, offsetof(struct strip_request_picture, index)},
    {"columns", MEMBER_INT, offsetof(struct strip_request_picture, columns)},
    {"width", MEMBER_INT, offsetof(struct strip_request_picture, width)},
    {"height", MEMBER_INT, offsetof(struct strip_request_picture, height)},
};
enum { NB_PICTURE_MEMBERS = sizeof picture_members / sizeof *picture_members };

void strips_request_finish(struct strips_request *r)
{
    free_members(r, strips_members, NB_STRIPS_MEMBERS);
    for (size_t i = 0; i < r->nb; i++) {
        for (size_t k = 0; k < r->strips[i].nb; k++)
            free(r->strips[i].pictures[k].sheet);
        free(r->strips[i].pictures);
    }
    free(r->strips);
    *r = (struct strips_request){0};
}

json_t *strips_request_write(const struct strips_request *r)
{
    json_t *json = write_members(r, strips_members, NB_STRIPS_MEMBERS), *strips = json_array();
    for (size_t i = 0; i < r->nb; i++) {
        json_t *pictures = json_array();
        for (size_t k = 0; k < r->strips[i].nb; k++)
            json_array_append_new(pictures, write_members(&r->strips[i].pictures[k],
                                                          picture_members, NB_PICTURE_MEMBERS));
        json_array_append_new(strips, pictures);
    }
    json_object_set_new(json, "strips", strips);
    return json;
}

static int read_strip(struct strip_request *out, const json_t *pictures, struct err *err)
{
    const size_t nb = json_array_size(pictures);
    out->pictures = mem_zalloc(nb + 1, sizeof *out->pictures);
    while (out->nb < nb) {
        const json_t *picture = json_array_get(pictures, out->nb);
        struct strip_request_picture *to = &out->pictures[out->nb++];
        if (read_members(to, picture_members, NB_PICTURE_MEMBERS, picture, err) < 0)
            return err->code;
        if (!to->sheet)
            return err_set(err, ERR_INVALID, "%s: 'sheet' is missing", where);
    }
    return 0;
}

int strips_request_read(struct strips_request *out, const json_t *json, struct err *err)
{
    json_t *strips;
    *out = (struct strips_request){0};
    if (read_members(out, strips_members, NB_STRIPS_MEMBERS, json, err) < 0 ||
        json_need_array(&strips, json, "strips", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(strips);
    out->strips = mem_zalloc(nb + 1, sizeof *out->strips);
    while (out->nb < nb) {
        const json_t *pictures = json_array_get(strips, out->nb);
        if (read_strip(&out->strips[out->nb++], pictures, err) < 0)
            return err->code;
    }
    return out->path ? 0 : err_set(err, ERR_INVALID, "%s: 'path' is missing", where);
}

/* --- stand-in recordings ---------------------------------------------------------------------- */

static const struct member rehearse_members[] = {
    {"width", MEMBER_INT, offsetof(struct rehearse_request, width)},
    {"height", MEMBER_INT, offsetof(struct rehearse_request, height)},
    {"fps", MEMBER_INT, offsetof(struct rehearse_request, fps)},
    {"cores", MEMBER_INT, offsetof(struct rehearse_request, cores)},
};
enum { NB_REHEARSE_MEMBERS = sizeof rehearse_members / sizeof *rehearse_members };

static const struct member recording_members[] = {
    {"talk", MEMBER_INT, offsetof(struct recording_request, talk)},
    {"path", MEMBER_PATH, offsetof(struct recording_request, path)},
    {"title", MEMBER_TEXT, offsetof(struct recording_request, title)},
    {"speakers", MEMBER_TEXT, offsetof(struct recording_request, speakers)},
    {"subtitle", MEMBER_TEXT, offsetof(struct recording_request, subtitle)},
};
enum { NB_RECORDING_MEMBERS = sizeof recording_members / sizeof *recording_members };

static const struct member estimate_members[] = {
    {"talks", MEMBER_INT, offsetof(struct estimate_request, nb_talks)},
    {"scratch", MEMBER_PATH, offsetof(struct estimate_request, scratch)},
};
enum { NB_ESTIMATE_MEMBERS = sizeof estimate_members / sizeof *estimate_members };

void rehearse_request_finish(struct rehearse_request *r)
{
    for (size_t i = 0; i < r->nb_recordings; i++) {
        free_members(&r->recordings[i], recording_members, NB_RECORDING_MEMBERS);
        free(r->recordings[i].part_ms);
    }
    free(r->recordings);
    mem_free_strings(r->estimate.renditions, r->estimate.nb_renditions);
    free_members(&r->estimate, estimate_members, NB_ESTIMATE_MEMBERS);
    *r = (struct rehearse_request){0};
}

static json_t *write_recording(const struct recording_request *r)
{
    json_t *json = write_members(r, recording_members, NB_RECORDING_MEMBERS);
    json_t *lengths = json_array();
    for (size_t i = 0; i < r->nb_parts; i++)
        json_array_append_new(lengths, json_integer(r->part_ms[i]));
    json_object_set_new(json, "part_ms", lengths);
    return json;
}

static int read_recording(struct recording_request *out, const json_t *json, struct err *err)
{
    json_t *lengths;
    if (read_members(out, recording_members, NB_RECORDING_MEMBERS, json, err) < 0 ||
        json_need_array(&lengths, json, "part_ms", where, err) < 0)
        return err->code;
    out->nb_parts = json_array_size(lengths);
    out->part_ms = mem_zalloc(out->nb_parts, sizeof *out->part_ms);
    for (size_t i = 0; i < out->nb_parts; i++)
        out->part_ms[i] = json_integer_value(json_array_get(lengths, i));
    return 0;
}

static json_t *write_estimate(const struct estimate_request *e)
{
    json_t *json = write_members(e, estimate_members, NB_ESTIMATE_MEMBERS);
    json_t *files = json_array();
    for (size_t i = 0; i < e->nb_renditions; i++)
        json_array_append_new(files, path_json(e->renditions[i]));
    json_object_set_new(json, "renditions", files);
    json_object_set_new(json, "all_ms", json_integer(e->all_ms));
    return json;
}

static int read_estimate(struct estimate_request *out, const json_t *json, struct err *err)
{
    json_t *files;
    if (read_members(out, estimate_members, NB_ESTIMATE_MEMBERS, json, err) < 0 ||
        json_need_number(&out->all_ms, json, "all_ms", 0, INT64_MAX, where, err) < 0 ||
        json_need_array(&files, json, "renditions", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(files);
    out->renditions = mem_zalloc(nb, sizeof *out->renditions);
    for (; out->nb_renditions < nb; out->nb_renditions++) {
        const json_t *file = json_array_get(files, out->nb_renditions);
        if (read_path(&out->renditions[out->nb_renditions], file, err) < 0)
            return err->code;
    }
    return 0;
}

json_t *rehearse_request_write(const struct rehearse_request *r)
{
    json_t *json = write_members(r, rehearse_members, NB_REHEARSE_MEMBERS);
    json_t *recordings = json_array();
    for (size_t i = 0; i < r->nb_recordings; i++)
        json_array_append_new(recordings, write_recording(&r->recordings[i]));
    json_object_set_new(json, "tones", json_boolean(r->tones));
    json_object_set_new(json, "recordings", recordings);
    if (r->estimate.nb_renditions)
        json_object_set_new(json, "estimate", write_estimate(&r->estimate));
    return json;
}

int rehearse_request_read(struct rehearse_request *out, const json_t *json, struct err *err)
{
    json_t *recordings;
    const json_t *estimate = json_object_get(json, "estimate");
    *out = (struct rehearse_request){.tones = json_get_bool(json, "tones", false)};
    if (read_members(out, rehearse_members, NB_REHEARSE_MEMBERS, json, err) < 0 ||
        json_need_array(&recordings, json, "recordings", where, err) < 0)
        return err->code;
    const size_t nb = json_array_size(recordings);
    out->recordings = mem_zalloc(nb, sizeof *out->recordings);
    for (out->nb_recordings = 0; out->nb_recordings < nb;) {
        const json_t *recording = json_array_get(recordings, out->nb_recordings);
        if (read_recording(&out->recordings[out->nb_recordings++], recording, err) < 0)
            return err->code;
    }
    return estimate ? read_estimate(&out->estimate, estimate, err) : 0;
}
