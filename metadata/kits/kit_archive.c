/* The table that 'ia upload --spreadsheet' of archive.org reads: a line for each file, the texts in
 * the first line of each part (an item there). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "language.h"
#include "licence.h"
#include "mem.h"
#include "str.h"

enum { EVENT_BYTES = 60, NB_SUBJECTS = 2 };

struct table {
    struct str text;
    const struct kit_source *source;
    size_t nb_creators; /* columns for speakers */
};

/* Quoted always. A blank before a sign with which spreadsheets let a formula begin: archive.org
 * takes it away. */
static void add_cell(struct table *t, const char *text)
{
    AUTO_FREE char *clean = str_clean(text ? text : "");
    if (t->text.len && t->text.s[t->text.len - 1] != '\n')
        str_add(&t->text, ",");
    str_add(&t->text, *clean && strchr("=+-@\t", *clean) ? "\" " : "\"");
    for (const char *c = clean; *c; c++)
        str_add_bytes(&t->text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    str_add(&t->text, "\"");
}

static void end_line(struct table *t)
{
    str_add(&t->text, "\n");
}

static void add_head(struct table *t)
{
    static const char *const before[] = {"identifier", "file",       "REMOTE_NAME",
                                         "mediatype",  "collection", "title"};
    static const char *const after[] = {"subject[0]",  "subject[1]", "date",
                                        "description", "language",   "licenseurl"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        add_cell(t, before[i]);
    for (size_t i = 0; i < t->nb_creators; i++) {
        AUTO_FREE char *name = mem_printf("creator[%zu]", i);
        add_cell(t, name);
    }
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        add_cell(t, after[i]);
    end_line(t);
}

/* Letters, digits, '-', '_' and '.' of ASCII. It does not change with the title. A new string. */
static char *identifier(const struct kit_source *source, const struct kit_part *p)
{
    AUTO_FREE char *slug = str_slug(
        json_get_string(json_object_get(source->published, "event"), "name", ""), EVENT_BYTES);
    AUTO_STR id = {0};
    for (const char *c = slug; *c; c++)
        if (isascii((unsigned char)*c) && (*c != '-' || id.len))
            str_add_bytes(&id, c, 1);
    str_addf(&id, "%s%02d", id.len ? "-" : "talk-", p->number);
    if (p->nb_parts > 1)
        str_addf(&id, "-part-%d", p->part_number);
    return str_take(&id);
}

/* archive.org has MARC's codes, which are the bibliographic ones of ISO 639-2. NULL for NULL. */
static const char *marc_code(char buf[LANGUAGE_BYTES], const char *language)
{
    static const char codes[][2][4] = {
        {"sqi", "alb"}, {"hye", "arm"}, {"eus", "baq"}, {"mya", "bur"}, {"zho", "chi"},
        {"ces", "cze"}, {"nld", "dut"}, {"fra", "fre"}, {"kat", "geo"}, {"deu", "ger"},
        {"ell", "gre"}, {"isl", "ice"}, {"mkd", "mac"}, {"mri", "mao"}, {"msa", "may"},
        {"fas", "per"}, {"ron", "rum"}, {"slk", "slo"}, {"bod", "tib"}, {"cym", "wel"},
    };
    const char *code = language ? language_long(buf, language) : NULL;
    for (size_t i = 0; code && i < sizeof codes / sizeof *codes; i++)
        if (strcmp(code, codes[i][0]) == 0)
            return codes[i][1];
    return code;
}

/* With the speakers and what comes after them. */
static void add_texts(struct table *t, const struct kit_part *p)
{
    const json_t *event = json_object_get(t->source->published, "event"),
                 *speakers = json_object_get(p->talk, "speakers");
    struct licence l;
    char buf[LANGUAGE_BYTES];
    AUTO_FREE char *html = kit_html(kit_abstract(p)), *date = datetime_format_day(&p->when),
                   *licence = kit_licence(&l, t->source) ? licence_url(&l) : NULL;
    add_cell(t, p->title);
    for (size_t i = 0; i < t->nb_creators; i++)
        add_cell(t, json_string_value(json_array_get(speakers, i)));
    add_cell(t, json_get_string(event, "name", NULL));
    add_cell(t, json_get_string(p->talk, "section", NULL));
    add_cell(t, date);
    add_cell(t, html);
    add_cell(t, marc_code(buf, p->language));
    add_cell(t, licence);
}

/* first: with the item's texts. */
static void add_file(struct table *t, const struct kit_part *p, const char *id, const char *name,
                     bool first)
{
    const bool movie =
        json_object_get(json_array_get(json_object_get(p->part, "files"), 0), "height") != NULL;
    const size_t nb_rest = 1 + t->nb_creators + NB_SUBJECTS + 4;
    add_cell(t, id);
    add_cell(t, name);
    add_cell(t, name);
    add_cell(t, !first ? NULL : movie ? "movies" : "audio");
    add_cell(t, !first ? NULL : movie ? "opensource_movies" : "opensource_audio");
    if (first)
        add_texts(t, p);
    for (size_t i = 0; !first && i < nb_rest; i++)
        add_cell(t, NULL);
    end_line(t);
}

static void add_part(struct table *t, const struct kit_part *p)
{
    static const char *const lists[] = {"files", "captions"};
    AUTO_FREE char *id = identifier(t->source, p);
    const char *poster = json_get_string(p->part, "poster", NULL);
    bool first = true;
    size_t i;
    json_t *file;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        json_array_foreach(json_object_get(p->part, lists[k]), i, file) {
            add_file(t, p, id, kit_file_name(file), first);
            first = false;
        }
    if (poster)
        add_file(t, p, id, poster, false);
}

int kit_archive(struct kit *out, const struct kit_source *source, struct err *err)
{
    (void)err;
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    struct table t = {.source = source, .nb_creators = 1};
    for (size_t i = 0; i < parts.nb; i++) {
        const size_t nb = json_array_size(json_object_get(parts.list[i].talk, "speakers"));
        t.nb_creators = nb > t.nb_creators ? nb : t.nb_creators;
    }
    add_head(&t);
    for (size_t i = 0; i < parts.nb; i++)
        add_part(&t, &parts.list[i]);
    kit_add_text(out, mem_strdup("archive.csv"), str_take(&t.text));
    return 0;
}
