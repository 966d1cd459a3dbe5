/* RSS 2.0 with the tags of Apple and of the podcast namespace: a feed of videos, and one of sound.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "language.h"
#include "licence.h"
#include "mem.h"
#include "programme_refs.h"
#include "str.h"
#include "url.h"
#include "xml_out.h"

enum {
    MAX_LINES = 720,           /* of what a player downloads by itself */
    DESCRIPTION_BYTES = 4000,  /* of Apple */
    TITLE_CHARS = 255,         /* the same */
    PERSON_CHARS = 128,        /* of the podcast namespace */
    ALTERNATE_TITLE_CHARS = 32 /* the same */
};

struct feed {
    struct xml_out *x;
    struct kit *kit;
    const struct kit_source *source;
    const struct kit_parts *parts;
    const char *file; /* its name */
    bool sound;
};

static const json_t *enclosure(const struct feed *f, const struct kit_part *p)
{
    return f->sound ? kit_best_sound(p) : kit_best_mp4(p, MAX_LINES);
}

static void url_attribute(const struct feed *f, const char *name, const char *file)
{
    AUTO_FREE char *url = kit_url(f->source, file);
    xml_out_attribute(f->x, name, url);
}

static void int_attribute(const struct feed *f, const char *name, int64_t value)
{
    AUTO_FREE char *text = mem_printf("%lld", (long long)value);
    xml_out_attribute(f->x, name, text);
}

/* --- an item ---------------------------------------------------------------------------------- */

/* RFC 2822, 3.3. -0000: the offset is not known. */
static void publication_date(const struct feed *f, const struct datetime *when)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    struct datetime midnight = {
        .year = when->year, .month = when->month, .day = when->day, .has_day = true};
    if (!when->has_day)
        return;
    const int offset = when->has_offset ? when->offset_min : 0, size = abs(offset);
    AUTO_FREE char *text =
        mem_printf("%s, %02d %.3s %04d %02d:%02d:%02d %c%02d%02d",
                   days[datetime_unix_s(&midnight) / 86400 % 7], when->day,
                   datetime_month_name(when->month), when->year, when->hour, when->minute,
                   when->second, offset < 0 || !when->has_offset ? '-' : '+', size / 60, size % 60);
    xml_out_element(f->x, "pubDate", text);
}

/* Apple's name for M4A; else the MIME type alone, which is what players compare. */
static void type_attribute(const struct feed *f, const json_t *file)
{
    const char *mime = json_get_string(file, "mime", "");
    AUTO_FREE char *plain = kit_is(file, "audio/mp4")
                                ? mem_strdup("audio/x-m4a")
                                : mem_printf("%.*s", (int)strcspn(mime, "; "), mime);
    xml_out_attribute(f->x, "type", plain);
}

static void write_enclosure(const struct feed *f, const json_t *file)
{
    xml_out_start(f->x, "enclosure");
    url_attribute(f, "url", kit_file_name(file));
    int_attribute(f, "length", json_get_int(file, "bytes", 0));
    type_attribute(f, file);
    xml_out_end(f->x);
}

/* A hash in the form of the web's Subresource Integrity: "sha256-BASE64". A new string. */
static char *integrity(const char *hex)
{
    guint8 bytes[32];
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (!g_ascii_isxdigit(hex[2 * i]) || !g_ascii_isxdigit(hex[2 * i + 1]))
            return NULL;
        bytes[i] =
            (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    }
    AUTO_FREE char *base64 = g_base64_encode(bytes, sizeof bytes);
    return mem_printf("sha256-%s", base64);
}

/* The value of codecs="…" in the file's MIME type; NULL: it has none. A new string. */
static char *codecs(const json_t *file)
{
    const char *at = strstr(json_get_string(file, "mime", ""), "codecs=");
    if (!at)
        return NULL;
    at += strlen("codecs=");
    return *at == '"' ? mem_printf("%.*s", (int)strcspn(at + 1, "\""), at + 1) : mem_strdup(at);
}

static void write_alternate(const struct feed *f, const json_t *file, int64_t duration_ms,
                            bool is_default)
{
    const int64_t bytes = json_get_int(file, "bytes", 0);
    const char *rendition = json_get_string(file, "rendition", NULL);
    AUTO_FREE char *sum = integrity(json_get_string(file, "sha256", "")), *list = codecs(file),
                   *title =
                       rendition ? kit_cut_chars(rendition, ALTERNATE_TITLE_CHARS, NULL) : NULL;
    xml_out_start(f->x, "podcast:alternateEnclosure");
    type_attribute(f, file);
    int_attribute(f, "length", bytes);
    if (duration_ms > 0)
        int_attribute(f, "bitrate", bytes * 8000 / duration_ms);
    if (json_object_get(file, "height"))
        int_attribute(f, "height", json_get_int(file, "height", 0));
    xml_out_attribute(f->x, "title", title);
    xml_out_attribute(f->x, "codecs", list);
    if (is_default)
        xml_out_attribute(f->x, "default", "true");
    xml_out_start(f->x, "podcast:source");
    url_attribute(f, "uri", kit_file_name(file));
    xml_out_end(f->x);
    if (sum) {
        xml_out_start(f->x, "podcast:integrity");
        xml_out_attribute(f->x, "type", "sri");
        xml_out_attribute(f->x, "value", sum);
        xml_out_end(f->x);
    }
    xml_out_end(f->x);
}

/* The enclosure again, for its sum, and all other files of the feed's kind; sound also in the feed
 * of videos. */
static void write_alternates(const struct feed *f, const struct kit_part *p, const json_t *first)
{
    size_t i;
    json_t *file;
    write_alternate(f, first, p->duration_ms, true);
    json_array_foreach(json_object_get(p->part, "files"), i, file)
        if (file != first && kit_is_media(file) && (!f->sound || !json_object_get(file, "height")))
            write_alternate(f, file, json_get_int(file, "duration_ms", 0), false);
}

/* Captions count from the beginning of the video, which sound alone does not have. */
static void write_texts(const struct feed *f, const struct kit_part *p)
{
    size_t i;
    json_t *file;
    if (f->sound)
        return;
    json_array_foreach(json_object_get(p->part, "captions"), i, file) {
        xml_out_start(f->x, "podcast:transcript");
        url_attribute(f, "url", kit_file_name(file));
        xml_out_attribute(f->x, "type", "text/vtt");
        xml_out_attribute(f->x, "language", json_get_string(file, "language", NULL));
        xml_out_attribute(f->x, "rel", "captions");
        xml_out_end(f->x);
    }
    json_array_foreach(json_object_get(p->part, "chapters_files"), i, file)
        if (str_ends(json_string_value(file), ".json")) {
            xml_out_start(f->x, "podcast:chapters");
            url_attribute(f, "url", json_string_value(file));
            xml_out_attribute(f->x, "type", "application/json+chapters");
            xml_out_end(f->x);
        }
}

static void write_persons(const struct feed *f, const struct kit_part *p)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(p->talk, "speakers"), i, name) {
        AUTO_FREE char *text = kit_cut_chars(json_string_value(name), PERSON_CHARS, NULL);
        xml_out_start(f->x, "podcast:person");
        xml_out_attribute(f->x, "role", "guest");
        xml_out_text(f->x, text);
        xml_out_end(f->x);
    }
}

static void write_item(const struct feed *f, const struct kit_part *p)
{
    const json_t *file = enclosure(f, p);
    const int64_t ms = json_get_int(file, "duration_ms", 0);
    bool cut = false;
    AUTO_FREE char *title = kit_cut_chars(p->title, TITLE_CHARS, &cut), *speakers = kit_speakers(p),
                   *duration = mem_printf("%lld", (long long)(ms + 500) / 1000),
                   *episode = mem_printf("%d", p->episode),
                   *short_speakers = kit_cut_chars(speakers, TITLE_CHARS, NULL),
                   *html = kit_html_within(kit_abstract(p), DESCRIPTION_BYTES);
    const char *page = kit_page(p);
    if (cut)
        kit_note(f->kit, p->name, "title shortened to %d characters", TITLE_CHARS);
    xml_out_start(f->x, "item");
    xml_out_element(f->x, "title", title);
    if (page)
        xml_out_element(f->x, "link", page);
    if (kit_abstract(p)) /* readers take it for HTML */
        xml_out_element(f->x, "description", html);
    write_enclosure(f, file);
    xml_out_start(f->x, "guid");
    xml_out_attribute(f->x, "isPermaLink", "false");
    xml_out_text(f->x, p->guid);
    xml_out_end(f->x);
    publication_date(f, &p->when);
    xml_out_element(f->x, "itunes:episodeType", "full");
    xml_out_element(f->x, "itunes:episode", episode);
    xml_out_element(f->x, "itunes:duration", duration);
    if (*short_speakers)
        xml_out_element(f->x, "itunes:author", short_speakers);
    write_texts(f, p);
    write_persons(f, p);
    write_alternates(f, p, file);
    xml_out_end(f->x);
}

/* --- the channel ------------------------------------------------------------------------------ */

/* The language that most talks have; "": none is known. */
static void main_language(char out[LANGUAGE_BYTES], const struct kit_parts *parts)
{
    AUTO_JSON *counts = json_object();
    json_int_t most = 0;
    out[0] = '\0';
    for (size_t i = 0; i < parts->nb; i++) {
        char language[LANGUAGE_BYTES];
        language_short(language, parts->list[i].language);
        const json_int_t nb = json_get_int(counts, language, 0) + 1;
        if (!language[0])
            continue;
        json_object_set_new(counts, language, json_integer(nb));
        if (nb > most) {
            most = nb;
            memcpy(out, language, LANGUAGE_BYTES);
        }
    }
}

static void write_image(const struct feed *f, const char *title)
{
    AUTO_FREE char *url = f->source->image ? kit_url(f->source, f->source->image) : NULL;
    if (!url) {
        kit_note(f->kit, f->file, "no picture, which Apple needs: see 'image' of 'site'");
        return;
    }
    xml_out_start(f->x, "itunes:image");
    xml_out_attribute(f->x, "href", url);
    xml_out_end(f->x);
    xml_out_start(f->x, "image");
    xml_out_element(f->x, "url", url);
    xml_out_element(f->x, "title", title);
    xml_out_element(f->x, "link", f->source->base_url);
    xml_out_end(f->x);
}

static void write_licence(const struct feed *f)
{
    const char *text =
        json_get_string(json_object_get(f->source->published, "event"), "licence", NULL);
    struct licence l;
    if (!text)
        return;
    xml_out_element(f->x, "copyright", text);
    if (!licence_parse(&l, text))
        return;
    AUTO_FREE char *spdx = licence_spdx(&l), *url = licence_url(&l);
    xml_out_start(f->x, "podcast:license");
    xml_out_attribute(f->x, "url", url);
    xml_out_text(f->x, spdx);
    xml_out_end(f->x);
}

static void write_event(const struct feed *f)
{
    const json_t *event = json_object_get(f->source->published, "event");
    const char *name = json_get_string(event, "name", "Talks"),
               *place = json_get_string(event, "place", NULL),
               *begin = json_get_string(event, "begin", NULL),
               *end = json_get_string(event, "end", NULL);
    AUTO_FREE char *full = mem_printf("%s (%s)", name, f->sound ? "sound" : "video"),
                   *title = kit_cut_chars(full, TITLE_CHARS, NULL),
                   *author = kit_cut_chars(name, TITLE_CHARS, NULL),
                   *about = mem_printf("The talks of %s%s%s%s%s%s%s.", name, place ? ", " : "",
                                       place ? place : "", begin ? ", " : "", begin ? begin : "",
                                       end && begin && strcmp(begin, end) != 0 ? " to " : "",
                                       end && begin && strcmp(begin, end) != 0 ? end : "");
    char language[LANGUAGE_BYTES];
    xml_out_element(f->x, "title", title);
    xml_out_element(f->x, "link", f->source->base_url);
    xml_out_element(f->x, "description", about);
    main_language(language, f->parts);
    if (*language)
        xml_out_element(f->x, "language", language);
    else
        kit_note(f->kit, f->file, "no language, which Apple needs: see 'language' of 'event'");
    xml_out_element(f->x, "itunes:author", author);
    write_image(f, title);
}

static void write_channel(const struct feed *f)
{
    const char *event = json_get_string(json_object_get(f->source->published, "event"), "id", NULL);
    AUTO_FREE char *self = kit_url(f->source, f->file),
                   *guid = programme_ref_uuid(event, f->file); /* stays if the address changes */
    xml_out_start(f->x, "channel");
    write_event(f);
    write_licence(f);
    xml_out_start(f->x, "atom:link");
    xml_out_attribute(f->x, "href", self);
    xml_out_attribute(f->x, "rel", "self");
    xml_out_attribute(f->x, "type", "application/rss+xml");
    xml_out_end(f->x);
    xml_out_start(f->x, "itunes:category");
    xml_out_attribute(f->x, "text", "Education");
    xml_out_end(f->x);
    xml_out_element(f->x, "itunes:explicit", "false");
    xml_out_element(f->x, "itunes:type", "serial");
    xml_out_element(f->x, "podcast:guid", guid);
    xml_out_element(f->x, "podcast:medium", f->sound ? "podcast" : "video");
    for (size_t i = 0; i < f->parts->nb; i++)
        if (enclosure(f, &f->parts->list[i]))
            write_item(f, &f->parts->list[i]);
    xml_out_end(f->x);
}

/* --- the feeds -------------------------------------------------------------------------------- */

static bool is_empty(const struct feed *f)
{
    for (size_t i = 0; i < f->parts->nb; i++)
        if (enclosure(f, &f->parts->list[i]))
            return false;
    return true;
}

static int add_feed(struct kit *out, struct feed f, struct err *err)
{
    static const char *const spaces[][2] = {
        {"xmlns:atom", "http://www.w3.org/2005/Atom"},
        {"xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"},
        {"xmlns:podcast", "https://podcastindex.org/namespace/1.0"},
    };
    struct xml_out x;
    char *text = NULL;
    if (is_empty(&f)) {
        kit_note(out, f.file,
                 f.sound ? "no feed of sound: no part has the rendition m4a or mp3"
                         : "no feed of videos: no part has H.264 in MP4");
        return 0;
    }
    xml_out_open(&x);
    f.x = &x;
    f.kit = out;
    xml_out_start(&x, "rss");
    xml_out_attribute(&x, "version", "2.0");
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        xml_out_attribute(&x, spaces[i][0], spaces[i][1]);
    write_channel(&f);
    xml_out_end(&x);
    if (xml_out_close(&text, &x, err) < 0)
        return err->code;
    kit_add_text(out, mem_strdup(f.file), text);
    return 0;
}

int kit_podcast(struct kit *out, const struct kit_source *source, struct err *err)
{
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    const struct feed video = {.source = source, .parts = &parts, .file = KIT_FEED_VIDEO},
                      sound = {
                          .source = source, .parts = &parts, .file = KIT_FEED_SOUND, .sound = true};
    return add_feed(out, video, err) < 0 || add_feed(out, sound, err) < 0 ? err->code : 0;
}
