#include "site.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "page_html.h"
#include "site_captions.h"
#include "site_sitemap.h"
#include "site_view.h"
#include "str.h"

static const char index_name[] = "captions-index.js";

enum { MAX_SHARED_BYTES = 16 << 20 }; /* of a file that pages share */

char *site_page_name(const char *file)
{
    return mem_printf("%.*s.html", (int)strcspn(file, "."), file);
}

/* What all pages are made from. */
struct making {
    const struct site_source *source;
    json_t *talks, *event; /* as shown; owned */
    struct word_index *words;
    char templates[HASH_BYTES]; /* a hash of them */
    char index[HASH_BYTES];     /* of all captions */
    bool index_is_current;
    bool lacks_captions;   /* some could not be read: what was made without them is made again */
    struct template *part; /* owned; NULL: not needed so far */
};

static void making_finish(struct making *m)
{
    json_decref(m->talks);
    json_decref(m->event);
    word_index_destroy_p(&m->words);
    template_close_p(&m->part);
}

/* Takes over both strings. */
static struct site_page *add(struct site *s, char *name, char *text, size_t nb)
{
    s->pages = mem_grow(s->pages, s->nb, sizeof *s->pages);
    s->pages[s->nb] = (struct site_page){.name = name, .text = text, .nb = nb};
    return &s->pages[s->nb++];
}

/* Takes over name and text. made_of NULL: not known. */
static void add_text(struct site *s, char *name, struct str *text, const char *made_of)
{
    const size_t nb = text->len;
    struct site_page *p = add(s, name, str_take(text), nb);
    snprintf(p->made_of, sizeof p->made_of, "%s", made_of ? made_of : "");
}

/* Adds a page that is in out/ already, if it is. */
static bool add_current(struct site *s, const struct making *m, const char *name,
                        const char *made_of)
{
    const struct site_source *source = m->source;
    if (!source->is_current || !source->is_current(name, made_of, source->opaque))
        return false;
    struct site_page *p = add(s, mem_strdup(name), NULL, 0);
    snprintf(p->made_of, sizeof p->made_of, "%s", made_of);
    return true;
}

/* Takes over data. pieces may be NULL. made_of NULL: not known. */
static int add_page(struct site *s, const char *name, const struct template *t, json_t *data,
                    const struct html_pieces *pieces, const char *made_of, struct err *err)
{
    AUTO_STR text = {0};
    const int ret = template_apply(&text, t, "site", data, pieces, err);
    json_decref(data);
    if (ret == 0)
        add_text(s, mem_strdup(name), &text, made_of);
    return ret;
}

/* --- a part ----------------------------------------------------------------------------------- */

static char *script_name(const char *page)
{
    return mem_printf("%.*s.captions.js", (int)strcspn(page, "."), page);
}

/* Reads the captions of a part, in all languages, for the search; and the transcripts of its page,
 * one for each. Damaged ones are left out: 'publish --verify' is what finds damage. */
static int read_captions(struct cues *all, json_t *transcripts, struct html_pieces *pieces,
                         bool *lacks, struct making *m, const json_t *part, struct err *err)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(part, "captions"), i, file) {
        AUTO_CUES cues = {0};
        struct err why = {0};
        const char *name = json_get_string(file, "file", "");
        if (m->source->captions(&cues, name, m->source->opaque, &why) < 0) {
            if (why.code != ERR_INVALID) {
                *err = why;
                return err->code;
            }
            m->lacks_captions = *lacks = true;
            continue;
        }
        captions_make_plain(&cues);
        json_array_append_new(transcripts,
                              json_pack("{s:O, s:O*, s:o}", "label", json_object_get(file, "label"),
                                        "lang", json_object_get(file, "language"), "paragraphs",
                                        captions_transcript(&cues, pieces)));
        for (size_t k = 0; k < cues.nb; k++)
            cues_add(all, cues.cues[k].start_ms, cues.cues[k].end_ms, mem_take(&cues.cues[k].text));
    }
    cues_sort(all);
    return 0;
}

static void hash_json(char out[HASH_BYTES], const struct making *m, const json_t *data)
{
    struct hash *h = hash_create();
    AUTO_FREE char *text = data ? json_canonical(data) : NULL;
    hash_add_int(h, SITE_VERSION);
    hash_add_str(h, m->templates);
    hash_add_str(h, text ? text : "");
    hash_hex(h, out);
    hash_destroy(h);
}

static int make_part(struct site *s, struct making *m, json_t *view, const json_t *part,
                     const char *made_of, bool page_is_current, struct err *err)
{
    const char *page = json_get_string(part, "page", "");
    json_t *transcripts = json_array();
    AUTO_HTML_PIECES pieces = {0};
    AUTO_CUES cues = {0};
    AUTO_STR script = {0};
    bool lacks = false;
    json_object_set_new(view, "transcripts", transcripts);
    if (m->source->captions && read_captions(&cues, transcripts, &pieces, &lacks, m, part, err) < 0)
        return err->code;
    if (cues.nb) {
        captions_script(&script, page, &cues);
        add_text(s, script_name(page), &script, m->index);
        word_index_add(m->words, page, &cues);
    }
    if (page_is_current)
        return 0;
    if (!m->part && template_open(&m->part, m->source->templates, "part.xsl", err) < 0)
        return err->code;
    return add_page(s, page, m->part, json_incref(view), &pieces, lacks ? NULL : made_of, err);
}

/* A page whose data are those of before is not made again, and its captions are not read: an event
 * of a thousand talks has 60 MB of them. The data name the captions by their SHA-256. */
static int add_part(struct site *s, struct making *m, size_t talk, size_t k, struct err *err)
{
    AUTO_JSON *view = view_part(m->source, m->event, m->talks, talk, k);
    const json_t *part = json_object_get(view, "part");
    const char *page = json_get_string(part, "page", "");
    AUTO_FREE char *script = script_name(page);
    const bool captions = m->source->captions && json_array_size(json_object_get(part, "captions"));
    char made_of[HASH_BYTES];
    hash_json(made_of, m, view);
    const bool current = add_current(s, m, page, made_of);
    if (current && (!captions || (m->index_is_current && add_current(s, m, script, m->index))))
        return 0;
    return make_part(s, m, view, part, made_of, current, err);
}

static int add_parts(struct site *s, struct making *m, struct err *err)
{
    size_t i;
    json_t *talk;
    json_array_foreach(m->talks, i, talk) {
        const size_t nb = json_array_size(json_object_get(talk, "parts"));
        for (size_t k = 0; k < nb; k++)
            if (add_part(s, m, i, k, err) < 0)
                return err->code;
    }
    return 0;
}

/* --- what all share --------------------------------------------------------------------------- */

static int add_overview(struct site *s, struct making *m, bool captions, struct err *err)
{
    AUTO_TEMPLATE *t = NULL;
    AUTO_STR index = {0};
    if (captions && !(m->index_is_current && add_current(s, m, index_name, m->index))) {
        word_index_script(&index, m->words);
        add_text(s, mem_strdup(index_name), &index, m->lacks_captions ? NULL : m->index);
    }
    return template_open(&t, m->source->templates, "overview.xsl", err) < 0
               ? err->code
               : add_page(s, SITE_OVERVIEW, t, view_overview(m->event, m->talks, captions), NULL,
                          NULL, err);
}

/* Calls back for each file of the templates' folder, in the order of their names. */
static int each_file(const char *templates,
                     int (*call)(void *opaque, const char *name, const char *path, struct err *err),
                     void *opaque, struct err *err)
{
    struct dirent **entries;
    const int nb = scandir(templates, &entries, NULL, alphasort);
    if (nb < 0)
        return err_errno(err, errno, "cannot open the folder '%s'", templates);
    for (int i = 0; i < nb; i++) {
        const char *name = entries[i]->d_name;
        AUTO_FREE char *path = fs_join(templates, name);
        if (err->code == 0 && name[0] != '.' && fs_is_regular(path))
            (void)call(opaque, name, path, err);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

static bool is_template(const char *name)
{
    return str_ends(name, ".xsl");
}

static int hash_template(void *opaque, const char *name, const char *path, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb;
    if (!is_template(name))
        return 0;
    if (fs_read(&text, &nb, path, MAX_SHARED_BYTES, err) < 0)
        return err->code;
    hash_add_str(opaque, name);
    hash_add(opaque, text, nb);
    return 0;
}

/* Style, scripts and pictures: everything in the folder that is no template. */
static int add_shared(void *opaque, const char *name, const char *path, struct err *err)
{
    char *text = NULL;
    size_t nb;
    if (is_template(name) || !strchr(name, '.'))
        return 0;
    if (fs_read(&text, &nb, path, MAX_SHARED_BYTES, err) == 0)
        add(opaque, mem_strdup(name), text, nb);
    return err->code;
}

static int add_sitemap(struct site *s, const struct making *m, struct err *err)
{
    char *text = NULL;
    if (!m->source->base_url)
        return 0;
    if (sitemap_make(&text, m->source->base_url, m->talks, err) < 0)
        return err->code;
    add(s, mem_strdup("sitemap.xml"), text, strlen(text));
    return 0;
}

/* --- the site --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct site_page *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* The captions of all pages, by their sums. */
static json_t *list_captions(const json_t *talks)
{
    json_t *list = json_array(), *talk, *part;
    size_t i, k;
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part)
            if (json_array_size(json_object_get(part, "captions")))
                json_array_append_new(list, json_pack("[O, O]", json_object_get(part, "page"),
                                                      json_object_get(part, "captions")));
    return list;
}

static int prepare(struct making *m, bool *captions, struct err *err)
{
    struct hash *h = hash_create();
    m->talks = view_talks(m->source->published);
    m->event = view_event(m->source, m->talks);
    m->words = word_index_create();
    if (each_file(m->source->templates, hash_template, h, err) == 0)
        hash_hex(h, m->templates);
    hash_destroy(h);
    AUTO_JSON *list = list_captions(m->talks);
    hash_json(m->index, m, list);
    *captions = m->source->captions && json_array_size(list);
    m->index_is_current =
        m->source->is_current && m->source->is_current(index_name, m->index, m->source->opaque);
    return err->code;
}

int site_make(struct site *out, const struct site_source *source, struct err *err)
{
    AUTO_SITE s = {0};
    ATTR_CLEANUP(making_finish) struct making m = {.source = source};
    bool captions;
    if (prepare(&m, &captions, err) < 0 || add_parts(&s, &m, err) < 0 ||
        add_overview(&s, &m, captions, err) < 0 ||
        each_file(source->templates, add_shared, &s, err) < 0 || add_sitemap(&s, &m, err) < 0)
        return err->code;
    if (s.nb)
        qsort(s.pages, s.nb, sizeof *s.pages, by_name);
    *out = s;
    s = (struct site){0};
    return 0;
}

void site_finish(struct site *s)
{
    for (size_t i = 0; i < s->nb; i++) {
        free(s->pages[i].name);
        free(s->pages[i].text);
    }
    free(s->pages);
    *s = (struct site){0};
}
