#include "kit_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit.h"
#include "licence.h"
#include "mem.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "str.h"
#include "url.h"

/* --- the list --------------------------------------------------------------------------------- */

/* Part 1 has the talk's, so that it stays if a part 2 is added. */
static char *make_guid(const struct kit_part *p)
{
    AUTO_FREE char *part = mem_printf("part-%d", p->part_number);
    const char *talk = json_get_string(p->talk, "guid", "");
    return p->part_number > 1 ? programme_ref_uuid(talk, part) : mem_strdup(talk);
}

/* Without a time of its own, the talk has its place in the order of the programme, a minute each
 * from the event's first midnight on. */
static void set_time(struct kit_part *p, const json_t *event, int place)
{
    const char *start = json_get_string(p->talk, "start", NULL),
               *begin = json_get_string(event, "begin", NULL);
    const bool has_start = start && datetime_parse_iso(&p->when, start);
    p->when_is_stated = has_start && p->when.has_time;
    if (has_start || (begin && datetime_parse_iso(&p->when, begin)))
        if (!p->when_is_stated)
            datetime_add_s(&p->when, (int64_t)place * 60);
}

static char *part_name(const json_t *part)
{
    const char *file = kit_file_name(json_array_get(json_object_get(part, "files"), 0));
    return mem_printf("%.*s", (int)strcspn(file, "."), file);
}

/* NULL: none is known. */
static const json_t *first_file(const json_t *part)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(part, "files"), i, file)
        if (kit_is_media(file))
            return file;
    return NULL;
}

/* What is not published is only counted, so that the others keep their places. */
static void add_part(struct kit_parts *out, const json_t *event, const json_t *talk,
                     const json_t *part, size_t nb_parts)
{
    out->list = mem_grow(out->list, out->nb, sizeof *out->list);
    struct kit_part *p = &out->list[out->nb++];
    *p = (struct kit_part){.talk = talk,
                           .part = first_file(part) ? part : NULL,
                           .nb_parts = nb_parts,
                           .number = (int)json_get_int(talk, "number", 0),
                           .part_number = (int)json_get_int(part, "part", 1)};
    set_time(p, event, (int)out->nb);
    if (!p->part)
        return;
    const char *title = json_get_string(talk, "title", "");
    AUTO_FREE char *line = str_clean_line(title);
    p->language = json_get_string(talk, "language", json_get_string(event, "language", NULL));
    p->name = part_name(part);
    p->title = nb_parts > 1 ? mem_printf("%s (part %d)", line, p->part_number) : mem_strdup(line);
    p->guid = make_guid(p);
    p->duration_ms = json_get_int(first_file(part), "duration_ms", 0);
}

static int by_time(const void *va, const void *vb)
{
    const struct kit_part *a = va, *b = vb;
    const int64_t x = datetime_unix_s(&a->when), y = datetime_unix_s(&b->when);
    if (a->when.has_day != b->when.has_day)
        return a->when.has_day ? -1 : 1;
    if (a->when.has_day && x != y)
        return x < y ? -1 : 1;
    return a->episode - b->episode; /* the place in the programme, until it is replaced */
}

static const json_t *find_part(const json_t *list, int number)
{
    size_t i;
    json_t *part;
    json_array_foreach((json_t *)(uintptr_t)list, i, part)
        if (json_get_int(part, "part", 1) == number)
            return part;
    return NULL;
}

/* All parts of the talk in order, whether published or not. */
static void add_talk(struct kit_parts *out, const json_t *event, const json_t *talk)
{
    const json_t *parts = json_object_get(talk, "parts"),
                 *absent = json_object_get(talk, "not_published");
    const size_t nb = json_array_size(parts) + json_array_size(absent), end = out->nb + nb;
    for (int number = 1; out->nb < end && number <= PROGRAMME_MAX_PARTS; number++) {
        const json_t *part = find_part(parts, number);
        part = part ? part : find_part(absent, number);
        if (part)
            add_part(out, event, talk, part, nb);
    }
}

void kit_parts_read(struct kit_parts *out, const json_t *published)
{
    struct kit_parts all = {0};
    size_t i;
    json_t *talk;
    json_array_foreach(json_object_get(published, "talks"), i, talk)
        add_talk(&all, json_object_get(published, "event"), talk);
    for (i = 0; i < all.nb; i++)
        all.list[i].episode = (int)i + 1;
    if (all.nb)
        qsort(all.list, all.nb, sizeof *all.list, by_time);
    for (i = 0; i < all.nb; i++) {
        all.list[i].episode = (int)i + 1;
        if (all.list[i].part)
            all.list[out->nb++] = all.list[i];
    }
    out->list = all.list;
}

void kit_parts_finish(struct kit_parts *parts)
{
    for (size_t i = 0; i < parts->nb; i++) {
        free(parts->list[i].name);
        free(parts->list[i].title);
        free(parts->list[i].guid);
    }
    free(parts->list);
    *parts = (struct kit_parts){0};
}

/* --- files ------------------------------------------------------------------------------------ */

char *kit_url(const struct kit_source *s, const char *name)
{
    return s->base_url ? url_of_file(s->base_url, name) : NULL;
}

const char *kit_file_name(const json_t *file)
{
    return json_get_string(file, "file", "");
}

bool kit_is_media(const json_t *file)
{
    return json_object_get(file, "mime") && json_object_get(file, "bytes");
}

bool kit_is(const json_t *file, const char *mime)
{
    const char *own = json_get_string(file, "mime", "");
    const size_t nb = strcspn(own, "; ");
    return nb == strlen(mime) && strncmp(own, mime, nb) == 0;
}

bool kit_has_codec(const json_t *file, const char *codec)
{
    size_t i;
    json_t *own;
    json_array_foreach(json_object_get(file, "codecs"), i, own)
        if (strcmp(json_string_value(own), codec) == 0)
            return true;
    return false;
}

/* The shorter side: an upright picture of 720x1280 has 720 lines too. */
static int64_t lines(const json_t *file)
{
    const int64_t w = json_get_int(file, "width", 0), h = json_get_int(file, "height", 0);
    return w < h ? w : h;
}

const json_t *kit_best_mp4(const struct kit_part *p, int max_lines)
{
    const json_t *best = NULL;
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(p->part, "files"), i, f) {
        if (!kit_is(f, "video/mp4") || !kit_has_codec(f, "h264"))
            continue;
        const bool fits = lines(f) <= max_lines, best_fits = best && lines(best) <= max_lines;
        if (!best || (fits && !best_fits) ||
            (fits == best_fits && (lines(f) > lines(best)) == fits && lines(f) != lines(best)))
            best = f;
    }
    return best;
}

const json_t *kit_upload(struct kit *kit, const struct kit_part *p)
{
    enum { ANY_LINES = 8192 };
    const json_t *video = kit_best_mp4(p, ANY_LINES);
    if (!video)
        kit_note(kit, p->name, "no H.264 in MP4 to upload");
    return video;
}

const json_t *kit_best_sound(const struct kit_part *p)
{
    static const char *const mimes[] = {"audio/mp4", "audio/mpeg"};
    size_t i;
    json_t *f;
    for (size_t k = 0; k < sizeof mimes / sizeof *mimes; k++)
        json_array_foreach(json_object_get(p->part, "files"), i, f)
            if (kit_is(f, mimes[k]))
                return f;
    return NULL;
}

/* --- texts ------------------------------------------------------------------------------------ */

bool kit_licence(struct licence *out, const struct kit_source *source)
{
    const json_t *event = json_object_get(source->published, "event");
    return licence_parse(out, json_get_string(event, "licence", NULL));
}

const char *kit_abstract(const struct kit_part *p)
{
    return json_get_string(p->talk, "abstract", NULL);
}

const char *kit_page(const struct kit_part *p)
{
    const char *url = json_get_string(p->talk, "url", NULL);
    return url && url_is_web(url) && !strpbrk(url, " \t\n\"<>") ? url : NULL;
}

char *kit_speakers(const struct kit_part *p)
{
    AUTO_STR s = {0};
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(p->talk, "speakers"), i, name)
        str_addf(&s, "%s%s", i ? ", " : "", json_string_value(name));
    return str_take(&s);
}

char *kit_occasion(const json_t *published, const struct kit_part *p)
{
    const json_t *event = json_object_get(published, "event");
    AUTO_FREE char *date = datetime_format_day(&p->when);
    const char *const pieces[] = {json_get_string(event, "name", NULL),
                                  json_get_string(event, "place", NULL), date};
    AUTO_STR s = {0};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (pieces[i])
            str_addf(&s, "%s%s", s.len ? ", " : "", pieces[i]);
    return str_take(&s);
}
