#include "site_view.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "language.h"
#include "mem.h"
#include "page_text.h"
#include "site.h"
#include "site_part.h"
#include "str.h"
#include "url.h"

/* --- a talk ----------------------------------------------------------------------------------- */

/* "12:06 / 24:21" for people and, for the importer, PT726S and PT1461S: of all parts, published or
 * not. */
static void add_listed(json_t *out, const json_t *talk)
{
    const json_t *const lists[] = {json_object_get(talk, "parts"),
                                   json_object_get(talk, "not_published")};
    const size_t nb = json_array_size(lists[0]) + json_array_size(lists[1]);
    json_t *durations = json_array(), *part;
    AUTO_STR text = {0};
    bool all = nb > 0;
    for (size_t number = 1; number <= nb; number++)
        for (size_t list = 0; list < 2; list++) {
            size_t i;
            json_array_foreach(lists[list], i, part) {
                const json_t *listed = json_object_get(part, "listed_s");
                if (json_get_int(part, "part", 0) != (json_int_t)number)
                    continue;
                AUTO_JSON *shown = text_length(json_integer_value(listed) * 1000);
                json_array_append_new(durations,
                                      text_iso_length(json_integer_value(listed) * 1000));
                str_addf(&text, "%s%s", number > 1 ? " / " : "", json_string_value(shown));
                all = all && json_is_integer(listed);
            }
        }
    json_object_set_new(out, "durations", durations);
    if (all && text.s)
        json_object_set_new(out, "listed", json_string(text.s));
}

static json_t *show_absent(const json_t *parts, size_t nb_parts)
{
    json_t *list = json_array(), *part;
    size_t i;
    json_array_foreach(parts, i, part) {
        json_t *p = json_copy(part);
        if (nb_parts > 1)
            json_object_set_new(p, "of", json_integer((json_int_t)nb_parts));
        json_array_append_new(list, p);
    }
    return list;
}

static json_t *show_parts(const json_t *parts, size_t nb_parts)
{
    json_t *list = json_array(), *part;
    size_t i;
    json_array_foreach(parts, i, part) {
        json_t *p = part_show(part, nb_parts);
        if (p)
            json_array_append_new(list, p);
    }
    return list;
}

static json_t *show_talk(const json_t *talk)
{
    const json_t *parts = json_object_get(talk, "parts"),
                 *absent = json_object_get(talk, "not_published");
    const size_t nb = json_array_size(parts) + json_array_size(absent);
    char language[LANGUAGE_BYTES];
    json_t *out = json_pack("{s:o, s:o, s:o}", "paragraphs",
                            text_paragraphs(json_get_string(talk, "abstract", NULL)), "parts",
                            show_parts(parts, nb), "absent", show_absent(absent, nb));
    static const char *const same[] = {"number", "ref",  "title",    "speakers", "section",
                                       "start",  "room", "language", "url",      "abstract"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(out, same[i], json_object_get(talk, same[i]));
    language_short(language, json_get_string(talk, "language", NULL));
    if (*language)
        json_object_set_new(out, "lang", json_string(language));
    add_listed(out, talk);
    return out;
}

json_t *view_talks(const json_t *published)
{
    json_t *list = json_array(), *talk;
    size_t i;
    json_array_foreach(json_object_get(published, "talks"), i, talk)
        json_array_append_new(list, show_talk(talk));
    return list;
}

/* --- the event -------------------------------------------------------------------------------- */

/* Of all that can be watched. */
static int64_t total_ms(const json_t *talks)
{
    size_t i, k;
    json_t *talk, *part;
    double s = 0;
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part)
            s += json_get_number(part, "measured_s", 0);
    return llround(s * 1000);
}

static void add_feeds(json_t *out, const struct site_source *source)
{
    const char *const feeds[][2] = {{"feed_video", source->feed_video},
                                    {"feed_sound", source->feed_sound}};
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *url =
            source->base_url && feeds[i][1] ? url_of_file(source->base_url, feeds[i][1]) : NULL;
        if (url)
            json_object_set_new(out, feeds[i][0],
                                json_pack("{s:s, s:s}", "url", url, "file", feeds[i][1]));
    }
}

json_t *view_event(const struct site_source *source, const json_t *talks)
{
    const json_t *event = json_object_get(source->published, "event");
    const size_t nb = json_array_size(talks);
    const int64_t length_ms = total_ms(talks);
    json_t *out = json_pack(
        "{s:s, s:o, s:O*, s:O*, s:O*, s:O*, s:O*}", "title",
        json_get_string(event, "name", "Talks"), "count",
        json_sprintf("%zu talk%s", nb, nb == 1 ? "" : "s"), "name", json_object_get(event, "name"),
        "place", json_object_get(event, "place"), "begin", json_object_get(event, "begin"), "end",
        json_object_get(event, "end"), "licence", json_object_get(event, "licence"));
    AUTO_FREE char *days =
        text_days(json_get_string(event, "begin", NULL), json_get_string(event, "end", NULL));
    if (days)
        json_object_set_new(out, "days", json_string(days));
    if (length_ms)
        json_object_set_new(out, "total", text_total(length_ms));
    if (source->base_url)
        json_object_set_new(out, "base", json_string(source->base_url));
    json_object_set(out, "contact_sheet", json_object_get(source->published, "contact_sheet"));
    add_feeds(out, source);
    return out;
}

/* --- the overview ----------------------------------------------------------------------------- */

static json_t *by_section(const json_t *talks)
{
    json_t *sections = json_array(), *section = NULL, *talk;
    const char *last = NULL;
    size_t i;
    json_array_foreach(talks, i, talk) {
        const char *name = json_get_string(talk, "section", "");
        if (!section || strcmp(name, last) != 0) {
            section =
                json_pack("{s:o, s:[]}", "id",
                          json_sprintf("section-%zu", json_array_size(sections) + 1), "talks");
            if (*name)
                json_object_set_new(section, "name", json_string(name));
            json_array_append_new(sections, section);
            last = name;
        }
        json_array_append(json_object_get(section, "talks"), talk);
    }
    return sections;
}

static int by_name(const void *a, const void *b)
{
    const char *x = json_get_string(*(json_t *const *)a, "sort", ""),
               *y = json_get_string(*(json_t *const *)b, "sort", "");
    return strcmp(x, y);
}

/* A new array of the object's values in the order of their member "sort". */
static json_t *sorted(const json_t *object)
{
    AUTO_FREE json_t **list = mem_zalloc(json_object_size(object) + 1, sizeof *list);
    json_t *out = json_array(), *value;
    const char *key;
    size_t nb = 0;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        list[nb++] = value;
    if (nb)
        qsort(list, nb, sizeof *list, by_name);
    for (size_t i = 0; i < nb; i++)
        json_array_append(out, list[i]);
    return out;
}

/* Sorted by their last names, as lists of people are. */
static json_t *speakers(const json_t *talks)
{
    AUTO_JSON *all = json_object();
    size_t i, k;
    json_t *talk, *name;
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "speakers"), k, name) {
            const char *text = json_string_value(name), *space = strrchr(text, ' ');
            json_t *speaker = json_object_get(all, text);
            if (!speaker) {
                AUTO_FREE char *sort = str_slug(space ? space + 1 : text, 80);
                speaker = json_pack("{s:O, s:o, s:[]}", "name", name, "sort",
                                    json_sprintf("%s %s", sort, text), "talks");
                json_object_set_new(all, text, speaker);
            }
            json_array_append_new(json_object_get(speaker, "talks"),
                                  json_pack("{s:O, s:O}", "number", json_object_get(talk, "number"),
                                            "title", json_object_get(talk, "title")));
        }
    return sorted(all);
}

json_t *view_overview(const json_t *event, const json_t *talks, bool captions)
{
    return json_pack("{s:O, s:o, s:o, s:b}", "event", event, "sections", by_section(talks),
                     "speakers", speakers(talks), "captions", captions);
}

/* --- a part's page ---------------------------------------------------------------------------- */

/* The first part with a page of the nearest talk in that direction; NULL: there is none. */
static json_t *neighbour(const json_t *talks, size_t talk, int step)
{
    const size_t nb = json_array_size(talks);
    for (size_t i = talk + (size_t)step; i < nb; i += (size_t)step) {
        const json_t *t = json_array_get(talks, i);
        const json_t *p = json_array_get(json_object_get(t, "parts"), 0);
        if (p)
            return json_pack("{s:O, s:O, s:O*}", "title", json_object_get(t, "title"), "page",
                             json_object_get(p, "page"), "lang", json_object_get(t, "lang"));
    }
    return NULL;
}

/* The talk with the other parts, and the name of this part for titles and lists of videos. */
static json_t *talk_of_part(const json_t *talk, size_t part)
{
    const json_t *parts = json_object_get(talk, "parts"), *p = json_array_get(parts, part);
    const char *title = json_get_string(talk, "title", "Untitled");
    const json_int_t of = json_get_int(p, "of", 0);
    json_t *out = json_copy((json_t *)(uintptr_t)talk), *others = json_array(), *other;
    size_t i;
    json_array_foreach(parts, i, other)
        if (i != part)
            json_array_append(others, other);
    json_object_del(out, "parts");
    json_object_set_new(out, "others", others);
    json_object_set_new(out, "heading",
                        of ? json_sprintf("%s (part %lld of %lld)", title,
                                          (long long)json_get_int(p, "part", 1), (long long)of)
                           : json_string(title));
    return out;
}

json_t *view_part(const struct site_source *source, const json_t *event, const json_t *talks,
                  size_t talk, size_t part)
{
    const json_t *t = json_array_get(talks, talk);
    json_t *p = json_array_get(json_object_get(t, "parts"), part);
    json_t *view =
        json_pack("{s:O, s:o, s:O}", "event", event, "talk", talk_of_part(t, part), "part", p);
    json_object_set_new(view, "previous", neighbour(talks, talk, -1));
    json_object_set_new(view, "next", neighbour(talks, talk, 1));
    if (source->base_url) {
        json_object_set_new(view, "links", part_links(p, source->base_url));
        json_object_set_new(view, "json_ld",
                            part_json_ld(json_object_get(source->published, "event"),
                                         json_object_get(view, "talk"), p, source->base_url));
    }
    return view;
}
