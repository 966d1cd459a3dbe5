#include "speaker.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data_file.h"
#include "film.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "page_html.h"
#include "part.h"
#include "plan.h"
#include "speaker_diff.h"
#include "ticket.h"

enum { MOST_PAGE_BYTES = 1 << 20 };

char *speaker_file_name(const struct part_plan *pp, const char *ext)
{
    return pp->talk->nb_parts > 1
               ? mem_printf("review-%d-%d.%s", pp->talk->number, pp->part->number, ext)
               : mem_printf("review-%d.%s", pp->talk->number, ext);
}

/* --- what the page knows ---------------------------------------------------------------------- */

static json_t *drops_json(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_drops; i++)
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)pp->drops[i].begin,
                                              (json_int_t)pp->drops[i].end));
    return list;
}

/* The members that come back as they are. */
static json_t *ticket_json(const struct ticket *t, const struct part_plan *pp)
{
    return json_pack("{s:s, s:i, s:i, s:s, s:[I, I], s:o, s:s, s:s, s:s}", "event", t->event,
                     "talk", t->talk, "part", t->part, "recording", t->recording, "cut",
                     (json_int_t)t->begin, (json_int_t)t->end, "drops", drops_json(pp), "version",
                     t->version, "issued", t->issued, "signature", t->signature);
}

static json_t *page_json(const struct plan *plan, const struct part_plan *pp, const struct film *f,
                         const struct ticket *t)
{
    char name[32];
    AUTO_FREE char *speakers = speaker_names(pp), *file = speaker_file_name(pp, "json");
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:[i, i], s:[I, I], s:o, s:{s:I, s:I, s:I}, s:i, "
                     "s:s}",
                     "ticket", ticket_json(t, pp), "event", json_text(plan->programme.name), "name",
                     plan_part_name(name, pp->talk, pp->part->number), "title",
                     json_text(pp->talk->title), "speakers", json_text(speakers), "fps",
                     pp->grid.fps.num, pp->grid.fps.den, "cut", (json_int_t)pp->begin,
                     (json_int_t)pp->end, "drops", drops_json(pp), "film", "begin",
                     (json_int_t)f->begin, "end", (json_int_t)f->end, "from_ms",
                     (json_int_t)f->from_ms, "peaks_per_s", FILM_PEAKS_PER_S, "file", file);
}

/* JSON in a script element: nothing in it ends the element. */
static void add_json(struct str *out, const json_t *value)
{
    AUTO_FREE char *text = json_compact(value);
    for (const char *p = text; *p; p++)
        if (*p == '<')
            str_add(out, "\\u003c");
        else
            str_add_bytes(out, p, 1);
}

/* --- the page --------------------------------------------------------------------------------- */

struct page {
    char *html, *script, *style; /* owned */
    struct str script_hash, style_hash, title, data;
    const struct film *film;
};

static void page_finish(struct page *p)
{
    free(p->html);
    free(p->script);
    free(p->style);
    str_finish(&p->script_hash);
    str_finish(&p->style_hash);
    str_finish(&p->title);
    str_finish(&p->data);
}
#define AUTO_PAGE ATTR_CLEANUP(page_finish) struct page

static void add_base64(struct str *out, const struct str *bytes)
{
    AUTO_FREE char *text =
        g_base64_encode((const guchar *)(bytes->s ? bytes->s : ""), (gsize)bytes->len);
    str_add(out, text);
}

/* As a Content-Security-Policy names what may run: the SHA-256 sum in base64. */
static void add_hash(struct str *out, const char *text)
{
    char hex[SHA256_BYTES];
    AUTO_STR bytes = {0};
    struct sha256 *sum = sha256_create();
    sha256_add(sum, text, strlen(text));
    sha256_hex(sum, hex);
    sha256_destroy(sum);
    for (size_t i = 0; hex[i]; i += 2) {
        const char byte =
            (char)(g_ascii_xdigit_value(hex[i]) << 4 | g_ascii_xdigit_value(hex[i + 1]));
        str_add_bytes(&bytes, &byte, 1);
    }
    add_base64(out, &bytes);
}

static int read_file(char **out, const char *name, struct err *err)
{
    AUTO_FREE char *path = NULL;
    return data_file_find(&path, NULL, name, err) < 0
               ? err->code
               : fs_read(out, NULL, path, MOST_PAGE_BYTES, err);
}

static int read_page(struct page *out, struct err *err)
{
    if (read_file(&out->html, "speaker/review.html", err) < 0 ||
        read_file(&out->script, "speaker/review.js", err) < 0 ||
        read_file(&out->style, "speaker/review.css", err) < 0)
        return err->code;
    add_hash(&out->script_hash, out->script);
    add_hash(&out->style_hash, out->style);
    return 0;
}

/* Returns false if the page has no such piece. */
static bool add_piece(struct str *out, const struct page *p, const char *name, size_t nb)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"script", p->script},           {"style", p->style},   {"script_hash", p->script_hash.s},
        {"style_hash", p->style_hash.s}, {"title", p->title.s}, {"data", p->data.s}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strlen(texts[i].name) == nb && strncmp(texts[i].name, name, nb) == 0) {
            str_add(out, texts[i].text);
            return true;
        }
    const bool film = nb == 4 && strncmp(name, "film", nb) == 0;
    if (film || (nb == 5 && strncmp(name, "peaks", nb) == 0))
        add_base64(out, film ? &p->film->bytes : &p->film->peaks);
    else
        return false;
    return true;
}

/* Puts the pieces where the page names them: {{film}}. */
static int fill(struct str *out, const struct page *p, struct err *err)
{
    const char *at = p->html;
    for (const char *mark; (mark = strstr(at, "{{")); at = strstr(mark, "}}") + 2) {
        const char *end = strstr(mark, "}}");
        str_add_bytes(out, at, (size_t)(mark - at));
        if (!end || !add_piece(out, p, mark + 2, (size_t)(end - mark) - 2))
            return err_set(err, ERR_BUG, "the page of the review has a piece that is not known");
    }
    str_add(out, at);
    return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

static int check(const struct part_plan *pp, struct err *err)
{
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (pp->state == PART_GONE)
        return err_set(err, ERR_NOT_FOUND, "talk %s is no longer in the programme", name);
    if (!pp->source || !pp->cut_known || pp->begin >= pp->end)
        return err_set(err, ERR_INVALID, "talk %s has nothing to be reviewed yet: %s", name,
                       pp->waiting ? pp->waiting : pp->cause);
    return 0;
}

int speaker_export(struct str *out, const struct plan *plan, struct zygote *zygote,
                   const struct part_plan *pp, bool quiet, struct err *err)
{
    AUTO_FILM film = {.begin = 0};
    AUTO_TICKET ticket = {.talk = 0};
    AUTO_PAGE page = {.film = &film};
    char name[32];
    if (check(pp, err) < 0 || read_page(&page, err) < 0 ||
        film_make(&film, plan, zygote, pp, quiet, err) < 0 ||
        ticket_issue(&ticket, plan, pp, err) < 0)
        return err->code;
    AUTO_JSON *data = page_json(plan, pp, &film, &ticket);
    AUTO_FREE char *title = mem_printf(
        "Review of talk %s: %s", plan_part_name(name, pp->talk, pp->part->number), pp->talk->title);
    add_json(&page.data, data);
    html_add_text(&page.title, title);
    return fill(out, &page, err);
}
