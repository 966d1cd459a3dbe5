#include "site_part.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "language.h"
#include "mem.h"
#include "page_text.h"
#include "site.h"
#include "str.h"
#include "url.h"

/* --- files ------------------------------------------------------------------------------------ */

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

/* "1280×720, H.264 and AAC" */
static json_t *format_text(const json_t *file)
{
    AUTO_STR s = {0};
    const json_int_t width = json_get_int(file, "width", 0),
                     height = json_get_int(file, "height", 0);
    size_t i;
    json_t *codec;
    if (width)
        str_addf(&s, "%lld×%lld, ", (long long)width, (long long)height);
    json_array_foreach(json_object_get(file, "codecs"), i, codec)
        str_addf(&s, "%s%s", i ? " and " : "", codec_name(json_string_value(codec)));
    AUTO_FREE char *text = str_take(&s);
    return json_string(text);
}

/* The order in which a browser should try them: AV1 is smallest, and whoever cannot play it skips
 * it by its type; H.264 plays everywhere. Of one kind the largest picture first. Last a WebM of
 * which only the name is known: Safari would take it, and not play it. */
static int rank(const json_t *file)
{
    const char *mime = json_get_string(file, "mime", "");
    const int height = (int)json_get_int(file, "height", 0);
    const bool mp4 =
        strncmp(mime, "video/mp4", 9) == 0 || str_ends(json_get_string(file, "file", ""), ".mp4");
    const int kind = strstr(mime, "av01") ? 0 : mp4 ? 2 : *mime ? 1 : 3;
    return kind * 100000 - height;
}

static int by_rank(const void *a, const void *b)
{
    const int x = rank(*(json_t *const *)a), y = rank(*(json_t *const *)b);
    return (x > y) - (x < y);
}

/* Of files that stay from before, while new ones are made, only the name is known. */
static bool has_picture(const json_t *file)
{
    const char *name = json_get_string(file, "file", "");
    return json_object_get(file, "mime") ? json_object_get(file, "width") != NULL
                                         : str_ends(name, ".mp4") || str_ends(name, ".webm");
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
            if (has_picture(file) || (pass && json_object_get(file, "mime")))
                list[nb_list++] = file;
    if (nb_list)
        qsort(list, nb_list, sizeof *list, by_rank);
    for (i = 0; i < nb_list; i++)
        json_array_append(out, list[i]);
    return out;
}

static json_t *show_files(const json_t *files)
{
    json_t *list = json_array(), *file;
    size_t i;
    json_array_foreach(files, i, file) {
        json_t *f = json_copy(file);
        if (json_object_get(file, "bytes"))
            json_object_set_new(f, "size", text_size(json_get_int(file, "bytes", 0)));
        if (json_object_get(file, "codecs"))
            json_object_set_new(f, "format", format_text(file));
        json_array_append_new(list, f);
    }
    return list;
}

static json_t *show_captions(const json_t *captions)
{
    json_t *list = show_files(captions), *file;
    size_t i;
    json_array_foreach(list, i, file) {
        char language[LANGUAGE_BYTES];
        language_short(language, json_get_string(file, "language", NULL));
        json_object_set_new(file, "label",
                            json_sprintf("Captions%s%s", *language ? ", " : "", language));
        json_object_set_new(file, "language", *language ? json_string(language) : json_null());
        json_object_set_new(file, "format", json_string("WebVTT"));
    }
    return list;
}

/* --- times ------------------------------------------------------------------------------------ */

static int64_t duration_ms(const json_t *part)
{
    const json_t *files = json_object_get(part, "sources");
    return json_get_int(json_array_get(files, 0), "duration_ms", 0);
}

static json_t *show_chapters(const json_t *chapters)
{
    json_t *list = json_array(), *chapter;
    size_t i;
    json_array_foreach(chapters, i, chapter) {
        const int64_t start_ms = json_get_int(chapter, "start_ms", 0);
        json_array_append_new(list, json_pack("{s:o, s:o, s:O, s:I}", "t", text_seconds(start_ms),
                                              "clock", text_length(start_ms / 1000 * 1000), "title",
                                              json_object_get(chapter, "title"), "start_ms",
                                              (json_int_t)start_ms));
    }
    return list;
}

/* The name of the chapters' file for browsers; NULL: there is none. */
static const json_t *chapters_track(const json_t *files)
{
    size_t i;
    const json_t *name;
    json_array_foreach(files, i, name)
        if (str_ends(json_string_value(name), ".vtt"))
            return name;
    return NULL;
}

static json_t *show_storyboard(const json_t *storyboard)
{
    if (!storyboard)
        return NULL;
    AUTO_STR names = {0};
    json_t *out = json_deep_copy(storyboard), *name;
    size_t i;
    json_array_foreach(json_object_get(storyboard, "pictures"), i, name)
        str_addf(&names, "%s%s", i ? " " : "", json_string_value(name));
    json_object_set_new(out, "pictures", json_string(names.s ? names.s : ""));
    return out;
}

static void add_measures(json_t *out, const json_t *part, const json_t *first_file)
{
    const json_t *listed = json_object_get(part, "listed_s"),
                 *measured = json_object_get(part, "measured_s");
    if (json_is_integer(listed))
        json_object_set_new(out, "listed", text_length(json_integer_value(listed) * 1000));
    if (json_is_number(measured))
        json_object_set_new(out, "length",
                            text_length(llround(json_number_value(measured) * 1000)));
    const json_t *loud = json_object_get(first_file, "loudness_lufs"),
                 *peak = json_object_get(first_file, "peak_dbtp");
    if (json_is_number(loud) && json_is_number(peak))
        json_object_set_new(out, "loudness",
                            json_sprintf("%.1f LUFS, peak %.1f dBTP", json_number_value(loud),
                                         json_number_value(peak)));
}

/* The file that a link to a time leads to where there is no JavaScript: it plays in any browser. */
static void add_fallback(json_t *out)
{
    const json_t *list = json_object_get(out, "sources");
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    json_object_set(out, "plain", json_object_get(last, "file"));
}

json_t *part_show(const json_t *part, size_t nb_parts)
{
    const json_t *files = json_object_get(part, "files");
    const char *name = json_get_string(json_array_get(files, 0), "file", NULL);
    if (!name)
        return NULL;
    AUTO_FREE char *page = site_page_name(name);
    json_t *out =
        json_pack("{s:s, s:o, s:o, s:o}", "page", page, "files", show_files(files), "sources",
                  sources(files), "captions", show_captions(json_object_get(part, "captions")));
    static const char *const same[] = {"part",       "verdict",          "poster",
                                       "measured_s", "accepted_because", "being_made_anew"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(out, same[i], json_object_get(part, same[i]));
    if (nb_parts > 1)
        json_object_set_new(out, "of", json_integer((json_int_t)nb_parts));
    add_measures(out, part, json_array_get(files, 0));
    add_fallback(out);
    const json_t *first = json_array_get(json_object_get(out, "sources"), 0);
    json_object_set_new(out, "sound", json_boolean(first && !has_picture(first)));
    if (json_array_size(json_object_get(part, "chapters")))
        json_object_set_new(out, "chapters", show_chapters(json_object_get(part, "chapters")));
    json_object_set(out, "chapters_track",
                    (json_t *)(uintptr_t)chapters_track(json_object_get(part, "chapters_files")));
    json_object_set_new(out, "storyboard", show_storyboard(json_object_get(part, "storyboard")));
    return out;
}

/* --- for programs ----------------------------------------------------------------------------- */

json_t *part_links(const json_t *part, const char *base_url)
{
    const json_t *list = json_object_get(part, "sources");
    const json_t *video = json_array_get(list, json_array_size(list) - 1);
    const char *const files[][2] = {{"page", json_get_string(part, "page", NULL)},
                                    {"poster", json_get_string(part, "poster", NULL)},
                                    {"video", json_get_string(video, "file", NULL)}};
    json_t *out = json_object();
    for (size_t i = 0; i < 3; i++) {
        AUTO_FREE char *url = files[i][1] ? url_of_file(base_url, files[i][1]) : NULL;
        if (url)
            json_object_set_new(out, files[i][0], json_string(url));
    }
    static const char *const same[][2] = {
        {"type", "mime"}, {"width", "width"}, {"height", "height"}};
    for (size_t i = 0; i < 3; i++)
        json_object_set(out, same[i][0], json_object_get(video, same[i][1]));
    return out;
}

static json_t *clips(const json_t *part, const char *page)
{
    json_t *list = json_array(), *chapter;
    const json_t *chapters = json_object_get(part, "chapters");
    size_t i;
    json_array_foreach(chapters, i, chapter) {
        const int64_t start_ms = json_get_int(chapter, "start_ms", 0),
                      end_ms = json_get_int(json_array_get(chapters, i + 1), "start_ms",
                                            duration_ms(part));
        json_array_append_new(
            list, json_pack("{s:s, s:O, s:f, s:f, s:o}", "@type", "Clip", "name",
                            json_object_get(chapter, "title"), "startOffset",
                            (double)start_ms / 1000, "endOffset", (double)end_ms / 1000, "url",
                            json_sprintf("%s?t=%lld", page, (long long)(start_ms / 1000))));
    }
    return list;
}

static json_t *people(const json_t *names)
{
    json_t *list = json_array(), *name;
    size_t i;
    json_array_foreach(names, i, name)
        json_array_append_new(list, json_pack("{s:s, s:O}", "@type", "Person", "name", name));
    return list;
}

/* Sets a member whose value is known and not empty. Takes over value. */
static void set(json_t *object, const char *key, json_t *value)
{
    const bool empty =
        !value || json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
    if (empty)
        json_decref(value);
    else
        json_object_set_new(object, key, value);
}

static json_t *recorded_at(const json_t *event)
{
    json_t *out = json_pack("{s:s}", "@type", "Event");
    static const char *const keys[][2] = {
        {"name", "name"}, {"location", "place"}, {"startDate", "begin"}, {"endDate", "end"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        set(out, keys[i][0], json_incref(json_object_get(event, keys[i][1])));
    return out;
}

/* Nothing says when a file was put online, so that a second publish changes nothing: the talk's day
 * stands for it. */
static json_t *video_object(const json_t *event, const json_t *talk, const json_t *part,
                            const char *base_url)
{
    AUTO_JSON *links = part_links(part, base_url);
    const json_t *start = json_object_get(talk, "start"), *begin = json_object_get(event, "begin");
    const json_t *day = json_is_string(start) ? start : begin;
    json_t *out = json_pack("{s:s, s:s, s:O}", "@context", "https://schema.org", "@type",
                            "VideoObject", "name", json_object_get(talk, "heading"));
    set(out, "description", json_incref(json_object_get(talk, "abstract")));
    set(out, "thumbnailUrl", json_incref(json_object_get(links, "poster")));
    set(out, "uploadDate", json_incref((json_t *)(uintptr_t)day));
    set(out, "duration", text_iso_length(duration_ms(part)));
    set(out, "contentUrl", json_incref(json_object_get(links, "video")));
    set(out, "encodingFormat", json_incref(json_object_get(links, "type")));
    set(out, "inLanguage", json_incref(json_object_get(talk, "lang")));
    set(out, "creator", people(json_object_get(talk, "speakers")));
    set(out, "license", json_incref(json_object_get(event, "licence")));
    set(out, "recordedAt", recorded_at(event));
    set(out, "hasPart", clips(part, json_get_string(links, "page", "")));
    return out;
}

json_t *part_json_ld(const json_t *event, const json_t *talk, const json_t *part,
                     const char *base_url)
{
    AUTO_JSON *object = video_object(event, talk, part, base_url);
    AUTO_FREE char *text = json_print(object, (struct json_style){.compact = true, .digits = 12});
    return json_string(text ? text : "{}");
}
