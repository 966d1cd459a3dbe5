/* Bodies for the API of voctoweb (media.ccc.de): an event for each part, and its recordings. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "language.h"
#include "mem.h"
#include "str.h"

enum { HD_LINES = 720, ACRONYM_BYTES = 80 };

/* ISO 639-3 as in its list, which has the bibliographic code of Chinese. */
static json_t *long_language(const char *code)
{
    char buf[LANGUAGE_BYTES];
    const char *text = code ? language_long(buf, code) : NULL;
    return text ? json_string(strcmp(text, "zho") == 0 ? "chi" : text) : NULL;
}

static json_t *talk_language(const struct kit_part *p)
{
    return long_language(p->language);
}

/* How voctoweb calls a file, by its kind; NULL: it does not take such files. */
static const char *mime_of(const char **folder, const json_t *file)
{
    const bool hd = json_get_int(file, "height", 0) >= HD_LINES;
    *folder = hd ? "webm-hd" : "webm-sd";
    if (kit_is(file, "video/webm"))
        return kit_has_codec(file, "av1") ? "video/webm;codecs=av01" : "video/webm";
    *folder = hd ? "h264-hd" : "h264-sd";
    if (kit_is(file, "video/mp4"))
        return "video/mp4";
    *folder = "mp3";
    if (kit_is(file, "audio/mpeg"))
        return "audio/mpeg";
    *folder = "opus";
    return kit_is(file, "audio/ogg") && kit_has_codec(file, "opus") ? "audio/opus" : NULL;
}

static json_t *make_event(const char *acronym, const struct kit_part *p)
{
    const char *poster = json_get_string(p->part, "poster", NULL);
    AUTO_FREE char *description = kit_html(kit_abstract(p));
    AUTO_FREE char *release = datetime_format_day(&p->when), *stated = datetime_format(&p->when);
    const char *date = p->when_is_stated ? stated : release;
    json_t *tags = json_array();
    if (json_is_string(json_object_get(p->talk, "section")))
        json_array_append(tags, json_object_get(p->talk, "section"));
    json_t *e = json_pack("{s:s, s:s, s:s, s:o*, s:o*, s:s, s:o*, s:o*, s:O, s:o}", "guid", p->guid,
                          "slug", p->name, "title", p->title, "link", json_text(kit_page(p)),
                          "original_language", talk_language(p), "description", description, "date",
                          json_text(date), "release_date", json_text(release), "persons",
                          json_object_get(p->talk, "speakers"), "tags", tags);
    if (poster) {
        json_object_set_new(e, "thumb_filename", json_string(poster));
        json_object_set_new(e, "poster_filename", json_string(poster));
    }
    return json_pack("{s:s, s:o}", "acronym", acronym, "event", e);
}

/* Takes over recording. */
static void add_recording(struct kit *out, const char *acronym, const struct kit_part *p,
                          const json_t *file, json_t *recording)
{
    static const char *const facts[] = {"width", "height"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        json_object_set(recording, facts[i], json_object_get(file, facts[i]));
    json_object_set(recording, "size", json_object_get(file, "bytes"));
    json_object_set_new(recording, "filename", json_string(kit_file_name(file)));
    kit_add_json(
        out, mem_printf("%s/%s.json", p->name, kit_file_name(file)),
        json_pack("{s:s, s:s, s:o}", "guid", p->guid, "acronym", acronym, "recording", recording));
}

static void add_files(struct kit *out, const char *acronym, const struct kit_part *p)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(p->part, "files"), i, file) {
        const char *folder, *mime = mime_of(&folder, file);
        if (!kit_is_media(file))
            continue;
        if (!mime) {
            const char *own = json_get_string(file, "mime", "");
            kit_note(out, p->name, "%s left out: voctoweb takes no '%.*s'",
                     json_get_string(file, "rendition", "a file"), (int)strcspn(own, "; "), own);
            continue;
        }
        const json_int_t seconds = (json_get_int(file, "duration_ms", 0) + 500) / 1000;
        add_recording(out, acronym, p, file,
                      json_pack("{s:s, s:s, s:o*, s:b, s:b, s:b, s:I, s:s}", "folder", folder,
                                "mime_type", mime, "language", talk_language(p), "translated", 0,
                                "high_quality", str_ends(folder, "-hd"), "html5", 1, "length",
                                seconds, "state", "new"));
    }
    json_array_foreach(json_object_get(p->part, "captions"), i, file) {
        json_t *language = long_language(json_get_string(file, "language", NULL));
        add_recording(out, acronym, p, file,
                      json_pack("{s:s, s:s, s:o, s:b, s:b, s:b}", "folder", "", "mime_type",
                                "text/vtt", "language", language ? language : json_string("orig"),
                                "translated", 0, "high_quality", 0, "html5", 0));
    }
}

int kit_voctoweb(struct kit *out, const struct kit_source *source, struct err *err)
{
    (void)err;
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    AUTO_FREE char *acronym = str_slug(
        json_get_string(json_object_get(source->published, "event"), "name", ""), ACRONYM_BYTES);
    for (size_t i = 0; i < parts.nb; i++) {
        const struct kit_part *p = &parts.list[i];
        char language[LANGUAGE_BYTES];
        language_short(language, p->language);
        if (!*language)
            kit_note(out, p->name, "no language, which voctoweb needs");
        kit_add_json(out, mem_printf("%s/event.json", p->name), make_event(acronym, p));
        add_files(out, acronym, p);
    }
    return 0;
}
