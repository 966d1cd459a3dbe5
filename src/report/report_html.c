/* The report as one page. */
#include <stdlib.h>

#include "data_file.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "page_html.h"
#include "report_view.h"
#include "str.h"

/* A text as a string of CSS. Everything but letters and digits of ASCII is escaped, so that nothing
 * in it ends the string or the style. */
static void add_css_string(struct str *out, const char *text)
{
    str_add(out, "\"");
    for (uint32_t c; (c = str_next_utf8(&text));) {
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ';
        if (plain)
            str_add_utf8(out, c);
        else
            str_addf(out, "\\%x ", (unsigned)c); /* the space ends it */
    }
    str_add(out, "\"");
}

/* The top of each page on paper. */
static void add_page_head(struct str *out, const json_t *view)
{
    const json_t *event = json_object_get(view, "event");
    str_add(out, "@page{@top-left{content:");
    add_css_string(out, json_get_string(event, "name", ""));
    str_add(out, "}@top-right{content:");
    add_css_string(out, json_get_string(view, "made", ""));
    str_add(out, "}}");
}

static int make_pieces(struct html_pieces *out, const struct report *r, const json_t *view,
                       const char *folder, struct err *err)
{
    enum { MAX_BYTES = 1 << 20 };
    AUTO_STR style = {0};
    AUTO_FREE char *path = fs_join(folder, "report.css"), *css = NULL;
    if (fs_read(&css, NULL, path, MAX_BYTES, err) < 0)
        return err->code;
    str_add(&style, css);
    add_page_head(&style, view);
    out->nb = REPORT_PIECE_FIRST + 2 * r->nb;
    out->texts = mem_zalloc(out->nb, sizeof *out->texts);
    out->texts[REPORT_PIECE_STYLE] = str_take(&style);
    for (size_t i = 0; i < r->nb; i++) {
        const char *const sights[] = {r->sights[i].strip, r->sights[i].waveform};
        for (size_t k = 0; k < 2; k++)
            out->texts[REPORT_PIECE_FIRST + 2 * i + k] = mem_strdup(sights[k] ? sights[k] : "");
    }
    return 0;
}

int report_html(struct str *out, const struct report *r, struct err *err)
{
    AUTO_FREE char *path = NULL, *folder = NULL;
    AUTO_JSON *view = report_view(r);
    AUTO_HTML_PIECES pieces = {0};
    AUTO_TEMPLATE *t = NULL;
    if (data_file_find(&path, NULL, "report/report.xsl", err) < 0)
        return err->code;
    folder = fs_dirname(path);
    return template_open(&t, folder, "report.xsl", err) < 0 ||
                   make_pieces(&pieces, r, view, folder, err) < 0 ||
                   template_apply(out, t, "report", view, &pieces, err) < 0
               ? err->code
               : 0;
}
