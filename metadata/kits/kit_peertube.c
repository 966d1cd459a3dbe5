/* Bodies for the API of PeerTube (6 and later): the upload, chapters and captions of each part. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "language.h"
#include "licence.h"
#include "mem.h"
#include "plain_text.h"
#include "str.h"

enum {
    NAME_LEAST = 3,
    NAME_CHARS = 120,
    DESCRIPTION_CHARS = 10000,
    NB_TAGS = 5,
    TAG_LEAST = 2,
    TAG_CHARS = 30,
    CHAPTER_CHARS = 100,
};

/* PeerTube's number for a licence (GET /api/v1/videos/licences); NULL: it has none for it. */
static json_t *licence_id(const struct kit_source *source)
{
    static const char *const ids[] = {"by",       "by-sa",    "by-nd", "by-nc",
                                      "by-nc-sa", "by-nc-nd", "zero"};
    struct licence l;
    if (kit_licence(&l, source))
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
            if (strcmp(l.terms, ids[i]) == 0)
                return json_integer((json_int_t)i + 1);
    return NULL;
}

static void add_tag(json_t *tags, const char *tag)
{
    if (!tag || json_array_size(tags) >= NB_TAGS)
        return;
    const size_t nb = kit_nb_chars(tag);
    if (nb >= TAG_LEAST && nb <= TAG_CHARS)
        json_array_append_new(tags, json_string(tag));
}

static json_t *make_tags(const struct kit_source *source, const struct kit_part *p)
{
    json_t *tags = json_array(), *name;
    size_t i;
    add_tag(tags, json_get_string(json_object_get(source->published, "event"), "name", NULL));
    add_tag(tags, json_get_string(p->talk, "section", NULL));
    json_array_foreach(json_object_get(p->talk, "speakers"), i, name)
        add_tag(tags, json_string_value(name));
    return tags;
}

/* Markdown, in which what looks like HTML is escaped. */
static char *make_description(struct kit *kit, const struct kit_source *source,
                              const struct kit_part *p)
{
    bool cut = false;
    AUTO_FREE char *speakers = kit_speakers(p), *occasion = kit_occasion(source->published, p),
                   *abstract = plain_text_escape(kit_abstract(p));
    AUTO_FREE char *all = mem_printf("%s%s%s%s%s", abstract ? abstract : "", abstract ? "\n\n" : "",
                                     speakers, *speakers ? "\n\n" : "", occasion);
    char *text = kit_cut_chars(all, DESCRIPTION_CHARS, &cut);
    if (cut)
        kit_note(kit, p->name, "description shortened to %d characters", DESCRIPTION_CHARS);
    return text;
}

static json_t *make_body(struct kit *kit, const struct kit_source *source, const struct kit_part *p)
{
    char language[LANGUAGE_BYTES];
    bool cut = false;
    AUTO_FREE char *name = kit_cut_chars(p->title, NAME_CHARS, &cut),
                   *description = make_description(kit, source, p),
                   *at = p->when_is_stated ? datetime_format(&p->when) : NULL,
                   *long_name = mem_printf("%d: %s", p->number, p->title);
    if (cut)
        kit_note(kit, p->name, "name shortened to %d characters", NAME_CHARS);
    language_short(language, p->language);
    return json_pack("{s:s, s:s, s:o, s:o*, s:o*, s:o*}", "name",
                     kit_nb_chars(name) < NAME_LEAST ? long_name : name, "description", description,
                     "tags", make_tags(source, p), "language",
                     *language ? json_string(language) : NULL, "licence", licence_id(source),
                     "originallyPublishedAt", at ? json_string(at) : NULL);
}

/* The limit of a chapter's title is PeerTube's too. */
static json_t *make_chapters(const json_t *chapters)
{
    json_t *list = json_array(), *chapter;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)chapters, i, chapter) {
        AUTO_FREE char *title =
            kit_cut_chars(json_get_string(chapter, "title", ""), CHAPTER_CHARS, NULL);
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "timecode",
                                        (json_int_t)json_get_int(chapter, "start_ms", 0) / 1000,
                                        "title", title));
    }
    return json_pack("{s:o}", "chapters", list);
}

static json_t *list_captions(const struct kit_part *p)
{
    json_t *list = json_array(), *file;
    size_t i;
    json_array_foreach(json_object_get(p->part, "captions"), i, file)
        json_array_append_new(list, json_pack("{s:O, s:O?}", "file", json_object_get(file, "file"),
                                              "language", json_object_get(file, "language")));
    return list;
}

int kit_peertube(struct kit *out, const struct kit_source *source, struct err *err)
{
    (void)err;
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    for (size_t i = 0; i < parts.nb; i++) {
        const struct kit_part *p = &parts.list[i];
        const json_t *chapters = json_object_get(p->part, "chapters");
        json_t *body = make_body(out, source, p);
        const json_t *video = kit_upload(out, p);
        AUTO_FREE char *url = video ? kit_url(source, kit_file_name(video)) : NULL;
        if (url)
            json_object_set_new(body, "targetUrl", json_string(url));
        kit_add_json(out, mem_printf("%s/upload.json", p->name), body);
        if (json_array_size(chapters))
            kit_add_json(out, mem_printf("%s/chapters.json", p->name), make_chapters(chapters));
        if (json_array_size(json_object_get(p->part, "captions")))
            kit_add_json(out, mem_printf("%s/captions.json", p->name), list_captions(p));
    }
    return 0;
}
