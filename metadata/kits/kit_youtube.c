/* A folder per part with what YouTube's page asks for, and the same as the resource of its API. */
#include <stdlib.h>
#include <string.h>

#include "export_chapters.h"
#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "language.h"
#include "licence.h"
#include "mem.h"
#include "str.h"

enum {
    TITLE_CHARS = 100,
    DESCRIPTION_BYTES = 5000,
    TAGS_CHARS = 500,
};

/* Title, description and tags: new strings and a new value. */
struct texts {
    char *title, *description;
    json_t *tags;
};

static void texts_finish(struct texts *t)
{
    free(t->title);
    free(t->description);
    json_decref(t->tags);
}

/* --- the description -------------------------------------------------------------------------- */

static void add_line(struct str *out, const char *before, const char *line)
{
    if (line && *line)
        str_addf(out, "%s%s\n", before, line);
}

/* The text after the abstract, which is never cut, with an empty line before each paragraph. */
static char *end_of_description(struct kit *kit, const struct kit_source *source,
                                const struct kit_part *p)
{
    const json_t *chapters = json_object_get(p->part, "chapters"),
                 *event = json_object_get(source->published, "event");
    AUTO_FREE char *broken = NULL, *speakers = kit_speakers(p),
                   *occasion = kit_occasion(source->published, p), *lines = NULL;
    AUTO_STR s = {0};
    str_add(&s, "\n\n");
    add_line(&s, "", speakers);
    add_line(&s, "", occasion);
    add_line(&s, "", kit_page(p));
    add_line(&s, "", json_get_string(event, "licence", NULL));
    if (json_array_size(chapters))
        lines = export_chapters_youtube(&broken, chapters, p->duration_ms);
    if (broken)
        kit_note(kit, p->name, "chapters left out: %s", broken);
    else if (lines && strlen(lines) > DESCRIPTION_BYTES / 2)
        kit_note(kit, p->name, "chapters left out: they are longer than half a description");
    else if (lines)
        str_addf(&s, "\n%s", lines);
    return str_take(&s);
}

static char *make_description(struct kit *kit, const struct kit_source *source,
                              const struct kit_part *p)
{
    bool cut = false;
    AUTO_FREE char *long_end = end_of_description(kit, source, p), *end = kit_no_angles(long_end),
                   *abstract = kit_no_angles(kit_abstract(p) ? kit_abstract(p) : "");
    const size_t nb_end = strlen(end);
    AUTO_FREE char *begin =
        kit_cut_bytes(abstract, nb_end < DESCRIPTION_BYTES ? DESCRIPTION_BYTES - nb_end : 0, &cut);
    AUTO_FREE char *all = mem_printf("%s%s", begin, *begin ? end : end + strspn(end, "\n"));
    while (*all && str_ends(all, "\n"))
        all[strlen(all) - 1] = '\0';
    if (cut)
        kit_note(kit, p->name, "description shortened to %d bytes", DESCRIPTION_BYTES);
    return kit_cut_bytes(all, DESCRIPTION_BYTES, NULL);
}

/* --- tags ------------------------------------------------------------------------------------- */

/* YouTube counts quotes around a tag with blanks, and the commas between. */
static void add_tag(json_t *tags, size_t *nb_chars, const char *text)
{
    AUTO_FREE char *tag = text ? kit_no_angles(text) : NULL;
    if (!tag || !*tag || strchr(tag, ',') || strchr(tag, '"'))
        return;
    const size_t nb = 1 + kit_nb_chars(tag) + (strchr(tag, ' ') ? 2 : 0);
    if (*nb_chars + nb > TAGS_CHARS)
        return;
    *nb_chars += nb;
    json_array_append_new(tags, json_string(tag));
}

static json_t *make_tags(const struct kit_source *source, const struct kit_part *p)
{
    json_t *tags = json_array();
    size_t nb_chars = 0, i;
    json_t *name;
    add_tag(tags, &nb_chars,
            json_get_string(json_object_get(source->published, "event"), "name", NULL));
    add_tag(tags, &nb_chars, json_get_string(p->talk, "section", NULL));
    json_array_foreach(json_object_get(p->talk, "speakers"), i, name)
        add_tag(tags, &nb_chars, json_string_value(name));
    return tags;
}

static char *tags_text(const json_t *tags)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < json_array_size(tags); i++)
        str_addf(&s, "%s%s", i ? ", " : "", json_string_value(json_array_get(tags, i)));
    str_add(&s, "\n");
    return str_take(&s);
}

/* --- a part ----------------------------------------------------------------------------------- */

static void make_texts(struct texts *out, struct kit *kit, const struct kit_source *source,
                       const struct kit_part *p)
{
    bool cut = false;
    AUTO_FREE char *title = kit_no_angles(p->title);
    out->title = kit_cut_chars(title, TITLE_CHARS, &cut);
    out->description = make_description(kit, source, p);
    out->tags = make_tags(source, p);
    if (cut)
        kit_note(kit, p->name, "title shortened to %d characters", TITLE_CHARS);
}

/* private: whoever uploads it decides when it is seen. */
static json_t *make_resource(const struct texts *t, const struct kit_source *source,
                             const struct kit_part *p)
{
    char language[LANGUAGE_BYTES];
    struct licence l;
    const bool cc_by = kit_licence(&l, source) && strcmp(l.terms, "by") == 0;
    AUTO_FREE char *date =
        mem_printf("%04d-%02d-%02dT00:00:00Z", p->when.year, p->when.month, p->when.day);
    json_t *snippet = json_pack("{s:s, s:s, s:O, s:s}", "title", t->title, "description",
                                t->description, "tags", t->tags, "categoryId", "27");
    language_short(language, p->language);
    if (*language) {
        json_object_set_new(snippet, "defaultLanguage", json_string(language));
        json_object_set_new(snippet, "defaultAudioLanguage", json_string(language));
    }
    json_t *resource =
        json_pack("{s:o, s:{s:s, s:s, s:b, s:b}}", "snippet", snippet, "status", "privacyStatus",
                  "private", "license", cc_by ? "creativeCommon" : "youtube", "embeddable", 1,
                  "selfDeclaredMadeForKids", 0);
    if (p->when.has_day)
        json_object_set_new(resource, "recordingDetails",
                            json_pack("{s:s}", "recordingDate", date));
    return resource;
}

static void add_copies(struct kit *out, const struct kit_part *p)
{
    const char *poster = json_get_string(p->part, "poster", NULL);
    size_t i;
    json_t *file;
    if (poster)
        kit_add_copy(out, mem_printf("%s/thumbnail.jpg", p->name), poster);
    json_array_foreach(json_object_get(p->part, "captions"), i, file)
        kit_add_copy(out, mem_printf("%s/%s", p->name, kit_file_name(file)), kit_file_name(file));
}

static void add_part(struct kit *out, const struct kit_source *source, const struct kit_part *p)
{
    ATTR_CLEANUP(texts_finish) struct texts t = {0};
    make_texts(&t, out, source, p);
    const json_t *video = kit_upload(out, p);
    kit_add_text(out, mem_printf("%s/title.txt", p->name), mem_printf("%s\n", t.title));
    kit_add_text(out, mem_printf("%s/description.txt", p->name), mem_printf("%s\n", t.description));
    kit_add_text(out, mem_printf("%s/tags.txt", p->name), tags_text(t.tags));
    if (video)
        kit_add_text(out, mem_printf("%s/video.txt", p->name),
                     mem_printf("%s\n", kit_file_name(video)));
    kit_add_json(out, mem_printf("%s/video.json", p->name), make_resource(&t, source, p));
    add_copies(out, p);
}

int kit_youtube(struct kit *out, const struct kit_source *source, struct err *err)
{
    (void)err;
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    for (size_t i = 0; i < parts.nb; i++)
        add_part(out, source, &parts.list[i]);
    return 0;
}
