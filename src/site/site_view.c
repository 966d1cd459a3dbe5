#include "site_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "language.h"
#include "mem.h"
#include "site.h"
#include "str.h"

/* --- texts ------------------------------------------------------------------------------------ */

static json_t *length_text(int64_t ms)
{
    char text[CLOCK_BYTES];
    return json_string(clock_format_ms(text, ms, false));
}

/* "17.8 MB" */
static json_t *size_text(int64_t nb_bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    double size = (double)nb_bytes / 1000;
    size_t unit = 0;
    char text[32];
    while (size >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    snprintf(text, sizeof text, size < 9.95 && unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
    return json_string(text);
}

static const char *codec_name(const char *codec)
{
    static const char *const names[][2] = {{"h264", "H.264"}, {"hevc", "H.265"},   {"av1", "AV1"},
                                           {"vp9", "VP9"},    {"aac", "AAC"},      {"opus", "Opus"},
                                           {"mp3", "MP3"},    {"vorbis", "Vorbis"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(codec, names[i][0]) == 0)
            return names[i][1];
    return codec;
}

/* "1280x720, H.264 and AAC" */
static json_t *format_text(const json_t *file)
{
    AUTO_STR s = {0};
    const json_int_t width = json_get_int(file, "width", 0),
                     height = json_get_int(file, "height", 0);
    size_t i;
    json_t *codec;
    if (width)
        str_addf(&s, "%lldx%lld, ", (long long)width, (long long)height);
    json_array_foreach(json_object_get(file, "codecs"), i, codec)
        str_addf(&s, "%s%s", i ? " and " : "", codec_name(json_string_value(codec)));
    AUTO_FREE char *text = str_take(&s);
    return json_string(text ? text : "");
}

/* An abstract has an empty line between paragraphs. */
static json_t *paragraphs(const char *text)
{
    json_t *list = json_array();
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        const size_t nb = end ? (size_t)(end - text) : strlen(text);
        if (nb)
            json_array_append_new(list, json_stringn(text, nb));
        text += nb + (end ? 2 : 0);
    }
    return list;
}

/* --- a part ----------------------------------------------------------------------------------- */

/* The order in which a browser should try them: AV1 is smallest, and whoever cannot play it skips
 * it by its type; H.264 plays everywhere. Of one kind the largest picture first. */
static int rank(const json_t *file)
{
    const char *mime = json_get_string(file, "mime", "");
    const int height = (int)json_get_int(file, "height", 0);
    const int kind = strstr(mime, "av01") ? 0 : strncmp(mime, "video/mp4", 9) == 0 ? 2 : 1;
    return kind * 100000 - height;
}

static int by_rank(const void *a, const void *b)
{
    const int x = rank(*(json_t *const *)a), y = rank(*(json_t *const *)b);
    return (x > y) - (x < y);
}

/* The files that the page plays: those with a picture, or, if there are none, the sound. */
static json_t *sources(const json_t *files)
{
    const size_t nb = json_array_size(files);
    AUTO_FREE json_t **list = mem_zalloc(nb + 1, sizeof *list);
    size_t nb_list = 0, i;
    json_t *file, *out = json_array();
    for (int pass = 0; pass < 2 && nb_list == 0; pass++)
        json_array_foreach(files, i, file)
            if (json_object_get(file, "mime") && (pass || json_object_get(file, "width")))
                list[nb_list++] = file;
    if (nb_list)
        qsort(list, nb_list, sizeof *list, by_rank);
    for (i = 0; i < nb_list; i++)
        json_array_append(out, list[i]);
    return out;
}

static json_t *view_files(const json_t *files)
{
    json_t *list = json_array(), *file;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)files, i, file) {
        json_t *f = json_copy(file);
        if (json_object_get(file, "bytes"))
            json_object_set_new(f, "size", size_text(json_get_int(file, "bytes", 0)));
        if (json_object_get(file, "codecs"))
            json_object_set_new(f, "format", format_text(file));
        json_array_append_new(list, f);
    }
    return list;
}

static json_t *view_captions(const json_t *captions)
{
    json_t *list = view_files(captions), *file;
    size_t i;
    json_array_foreach(list, i, file) {
        const char *language = json_get_string(file, "language", NULL);
        AUTO_FREE char *label =
            mem_printf("Captions%s%s", language ? ", " : "", language ? language : "");
        json_object_set_new(file, "label", json_string(label));
        json_object_set_new(file, "format", json_string("WebVTT"));
    }
    return list;
}

static void add_measures(json_t *out, const json_t *part, const json_t *first_file)
{
    const json_t *listed = json_object_get(part, "listed_s"),
                 *measured = json_object_get(part, "measured_s");
    if (json_is_integer(listed))
        json_object_set_new(out, "listed", length_text(json_integer_value(listed) * 1000));
    if (json_is_number(measured))
        json_object_set_new(out, "length",
                            length_text((int64_t)llround(json_number_value(measured) * 1000)));
    const json_t *loud = json_object_get(first_file, "loudness_lufs"),
                 *peak = json_object_get(first_file, "peak_dbtp");
    if (json_is_number(loud) && json_is_number(peak)) {
        AUTO_FREE char *text = mem_printf("%.1f LUFS, peak %.1f dBTP", json_number_value(loud),
                                          json_number_value(peak));
        json_object_set_new(out, "loudness", json_string(text));
    }
}

/* NULL: the part has no page, as it has no file. */
static json_t *show_part(const json_t *part, size_t nb_parts)
{
    const json_t *files = json_object_get(part, "files");
    const char *name = json_get_string(json_array_get(files, 0), "file", NULL);
    if (!name)
        return NULL;
    AUTO_FREE char *page = site_page_name(name);
    json_t *out = json_pack("{s:s, s:I, s:s}", "page", page, "part",
                            (json_int_t)json_get_int(part, "part", 1), "verdict",
                            json_get_string(part, "verdict", ""));
    static const char *const same[] = {"poster", "accepted_because", "being_made_anew"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (json_object_get(part, same[i]))
            json_object_set(out, same[i], json_object_get(part, same[i]));
    if (nb_parts > 1)
        json_object_set_new(out, "of", json_integer((json_int_t)nb_parts));
    add_measures(out, part, json_array_get(files, 0));
    json_object_set_new(out, "files", view_files(files));
    json_object_set_new(out, "sources", sources(files));
    json_object_set_new(out, "captions", view_captions(json_object_get(part, "captions")));
    return out;
}

/* --- a talk ----------------------------------------------------------------------------------- */

static json_t *show_talk(const json_t *talk)
{
    json_t *parts = json_object_get(talk, "parts"), *shown = json_array(), *part;
    size_t i;
    json_t *out = json_pack("{s:O, s:O, s:o, s:o}", "number", json_object_get(talk, "number"),
                            "speakers", json_object_get(talk, "speakers"), "paragraphs",
                            paragraphs(json_get_string(talk, "abstract", NULL)), "parts", shown);
    static const char *const same[] = {"title", "section", "start", "room", "language", "url"};
    for (i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(out, same[i], json_object_get(talk, same[i]));
    json_array_foreach(parts, i, part) {
        json_t *p = show_part(part, json_array_size(parts));
        if (p)
            json_array_append_new(shown, p);
    }
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

json_t *view_event(const json_t *published)
{
    const json_t *event = json_object_get(published, "event");
    const char *name = json_get_string(event, "name", "Talks"),
               *place = json_get_string(event, "place", NULL),
               *begin = json_get_string(event, "begin", NULL),
               *end = json_get_string(event, "end", NULL);
    const size_t nb = json_array_size(json_object_get(published, "talks"));
    AUTO_STR s = {0};
    if (place)
        str_addf(&s, "%s · ", place);
    if (begin)
        str_addf(&s, "%s", begin);
    if (end && begin && strcmp(begin, end) != 0)
        str_addf(&s, " to %s", end);
    str_addf(&s, "%s%zu talk%s", begin ? " · " : "", nb, nb == 1 ? "" : "s");
    AUTO_FREE char *summary = str_take(&s);
    return json_pack("{s:s, s:s, s:O*}", "title", name, "summary", summary, "licence",
                     json_object_get(event, "licence"));
}

json_t *view_overview(const json_t *published)
{
    AUTO_JSON *talks = view_talks(published);
    json_t *sections = json_array(), *section = NULL, *talk;
    const char *last = NULL;
    size_t i;
    json_array_foreach(talks, i, talk) {
        const char *name = json_get_string(talk, "section", "");
        if (!section || strcmp(name, last) != 0) {
            AUTO_FREE char *id = mem_printf("section-%zu", json_array_size(sections) + 1);
            section = json_pack("{s:s, s:[]}", "id", id, "talks");
            if (*name)
                json_object_set_new(section, "name", json_string(name));
            json_array_append_new(sections, section);
            last = name;
        }
        json_array_append(json_object_get(section, "talks"), talk);
    }
    return json_pack("{s:o, s:o}", "event", view_event(published), "sections", sections);
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
            return json_pack("{s:O, s:O}", "title", json_object_get(t, "title"), "page",
                             json_object_get(p, "page"));
    }
    return NULL;
}

json_t *view_part(const json_t *event, const json_t *talks, size_t talk, size_t part)
{
    json_t *t = json_array_get(talks, talk), *parts = json_object_get(t, "parts"),
           *others = json_array(), *other;
    size_t i;
    json_array_foreach(parts, i, other)
        if (i != part)
            json_array_append(others, other);
    json_t *shown = json_copy(t);
    json_object_del(shown, "parts");
    json_object_set_new(shown, "others", others);
    json_t *view = json_pack("{s:O, s:o, s:O}", "event", event, "talk", shown, "part",
                             json_array_get(parts, part));
    json_object_set_new(view, "previous", neighbour(talks, talk, -1));
    json_object_set_new(view, "next", neighbour(talks, talk, 1));
    return view;
}
