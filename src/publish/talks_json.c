#include "talks_json.h"

#include <string.h>

#include "captions_source.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "programme.h"
#include "programme_identity.h"
#include "programme_refs.h"
#include "storyboard_grid.h"

/* The codecs of a rendition, picture first, as ffprobe calls them. */
static json_t *codecs(const struct rendition *r)
{
    static const char *const names[][2] = {
        {"libx264", "h264"},   {"libx265", "hevc"}, {"libsvtav1", "av1"}, {"libaom-av1", "av1"},
        {"libvpx-vp9", "vp9"}, {"libopus", "opus"}, {"libmp3lame", "mp3"}};
    const json_t *const kinds[] = {r->video, r->audio};
    json_t *list = json_array();
    for (size_t i = 0; i < 2; i++) {
        const char *name = json_get_string(kinds[i], "encoder", NULL);
        for (size_t k = 0; name && k < sizeof names / sizeof *names; k++)
            if (strcmp(name, names[k][0]) == 0)
                name = names[k][1];
        if (name)
            json_array_append_new(list, json_string(name));
    }
    return list;
}

/* With the codecs that the check of the file found, as RFC 6381 writes them. Files that an earlier
 * version checked have those of the rendition, if it states any. */
static json_t *mime_of(const struct output *o)
{
    const char *mime = o->rendition->mime, *found = json_get_string(o->result, "codecs", NULL);
    if (!found)
        return json_string(mime);
    const char *comma = strchr(found, ',');
    return json_sprintf("%.*s; codecs=\"%.*s%s%s\"", (int)strcspn(mime, "; "), mime,
                        (int)strcspn(found, ","), found, comma ? ", " : "", comma ? comma + 1 : "");
}

json_t *talks_json_file(const char *name, const struct output *o)
{
    json_t *d = json_pack("{s:s}", "file", name);
    static const char *const facts[] = {"bytes", "sha256", "duration_ms", "loudness_lufs",
                                        "peak_dbtp"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        json_object_set(d, facts[i], json_object_get(o->result, facts[i]));
    if (o->rendition) {
        json_object_set_new(d, "rendition", json_string(o->rendition->name));
        json_object_set_new(d, "mime", mime_of(o));
        json_object_set_new(d, "codecs", codecs(o->rendition));
    }
    if (o->width) {
        json_object_set_new(d, "width", json_integer(o->width));
        json_object_set_new(d, "height", json_integer(o->height));
    }
    return d;
}

json_t *talks_json_captions(const char *name, const struct output *o)
{
    const char *language = o->captions ? o->captions->language : "";
    json_t *d = json_pack("{s:s, s:o, s:s}", "file", name, "language",
                          *language ? json_string(language) : json_null(), "mime", "text/vtt");
    static const char *const facts[] = {"bytes", "sha256", "cues"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        json_object_set(d, facts[i], json_object_get(o->result, facts[i]));
    return d;
}

json_t *talks_json_storyboard(const char *base, json_t *sheets, int64_t duration_ms)
{
    return json_pack(
        "{s:o, s:O, s:I, s:I, s:i, s:i, s:i, s:i}", "file", json_sprintf("%s.storyboard.vtt", base),
        "pictures", sheets, "interval_ms", (json_int_t)storyboard_interval_ms(duration_ms), "count",
        (json_int_t)storyboard_nb_pictures(duration_ms), "columns", STORYBOARD_COLUMNS, "rows",
        STORYBOARD_ROWS, "width", STORYBOARD_WIDTH, "height", STORYBOARD_HEIGHT);
}

json_t *talks_json_part(const struct part_plan *pp)
{
    json_t *p =
        json_pack("{s:i, s:o, s:o, s:s}", "part", pp->part->number, "listed_s",
                  pp->part->listed_s ? json_integer(pp->part->listed_s) : json_null(), "measured_s",
                  pp->measured_ms >= 0 ? json_real((double)pp->measured_ms / 1000) : json_null(),
                  "verdict", verdict_name(pp->verdict));
    if (pp->accepted)
        json_object_set_new(p, "accepted_because", json_text(pp->acceptance.because));
    return p;
}

json_t *talks_json_chapters_files(const char *base)
{
    AUTO_FREE char *vtt = mem_printf("%s.chapters.vtt", base);
    AUTO_FREE char *podcast = mem_printf("%s.chapters.json", base);
    return json_pack("[s, s]", vtt, podcast);
}

void talks_json_add_absent(json_t *talk, const struct part_plan *pp)
{
    json_t *list = json_object_get(talk, "not_published");
    json_t *p = json_pack("{s:i, s:o}", "part", pp->part->number, "listed_s",
                          pp->part->listed_s ? json_integer(pp->part->listed_s) : json_null());
    if (pp->state == PART_SETTLED)
        json_object_set_new(p, "because", json_text(pp->acceptance.because));
    if (list)
        json_array_append_new(list, p);
    else
        json_object_set_new(talk, "not_published", json_pack("[o]", p));
}

json_t *talks_json_talk(const struct talk *t, const char *event_id)
{
    AUTO_FREE char *identity = talk_identity(t), *guid = programme_ref_uuid(event_id, identity);
    json_t *speakers = json_array();
    for (size_t i = 0; i < t->nb_speakers; i++)
        json_array_append_new(speakers, json_text(t->speakers[i]));
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:[]}", "number",
                     t->number, "guid", guid, "ref", json_text(t->ref), "title",
                     json_text(t->title), "speakers", speakers, "section", json_text(t->section),
                     "start", json_text(t->start), "room", json_text(t->room), "language",
                     json_text(t->language), "url", json_text(t->url), "abstract",
                     json_text(t->abstract), "parts");
}
