#include "page.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xslt.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "fs.h"
#include "mem.h"
#include "page_html.h"
#include "str.h"

struct template
{
    char *path;
    xsltStylesheet *sheet;
    xsltSecurityPrefs *limits;
};

/* Collects what libxslt and libxml2 report, which is one message in several pieces. */
static void hear(void *opaque, const char *format, ...) ATTR_PRINTF(2, 3);
static void hear(void *opaque, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    str_add(opaque, text);
    free(text);
}

static int fail(const struct template *t, struct str *heard, struct err *err)
{
    AUTO_FREE char *text = str_clean(heard->s ? heard->s : "");
    str_fold_space(text);
    return err_set(err, ERR_INVALID, "the template '%s' cannot be used: %s", t->path,
                   *text ? text : "it is no XSLT style sheet");
}

static xsltSecurityPrefs *read_only(void)
{
    xsltSecurityPrefs *p = mem_need(xsltNewSecurityPrefs());
    static const xsltSecurityOption forbidden[] = {
        XSLT_SECPREF_WRITE_FILE, XSLT_SECPREF_CREATE_DIRECTORY, XSLT_SECPREF_READ_NETWORK,
        XSLT_SECPREF_WRITE_NETWORK};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        xsltSetSecurityPrefs(p, forbidden[i], xsltSecurityForbid);
    return p;
}

/* Files only, never the network. */
static xmlParserInput *load_file(const char *url, const char *id, xmlParserCtxt *ctxt)
{
    (void)id;
    const bool remote =
        url && (strncasecmp(url, "http:", 5) == 0 || strncasecmp(url, "ftp:", 4) == 0);
    return remote ? NULL : xmlNewInputFromFile(ctxt, url);
}

/* While a template is compiled, the limits do not count yet. */
static xsltStylesheet *compile(const char *path, struct str *heard)
{
    const xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
    xmlSetExternalEntityLoader(load_file);
    xmlSetGenericErrorFunc(heard, hear);
    xsltSetGenericErrorFunc(heard, hear);
    xsltStylesheet *sheet = xsltParseStylesheetFile((const xmlChar *)path);
    xmlSetGenericErrorFunc(NULL, NULL);
    xsltSetGenericErrorFunc(NULL, NULL);
    xmlSetExternalEntityLoader(loader);
    return sheet;
}

int template_open(struct template **out, const char *folder, const char *name, struct err *err)
{
    AUTO_TEMPLATE *t = mem_zalloc(1, sizeof *t);
    AUTO_STR heard = {0};
    t->path = fs_join(folder, name);
    if (!fs_exists(t->path))
        return err_set(err, ERR_NOT_FOUND, "there is no template '%s'", t->path);
    t->limits = read_only();
    t->sheet = compile(t->path, &heard);
    if (!t->sheet || t->sheet->errors)
        return fail(t, &heard, err);
    *out = mem_take(&t);
    return 0;
}

void template_close_p(struct template **template)
{
    struct template *t = *template;
    if (!t)
        return;
    xsltFreeStylesheet(t->sheet);
    xsltFreeSecurityPrefs(t->limits);
    free(t->path);
    free(t);
}

/* --- data as XML ------------------------------------------------------------------------------ */

static void add_value(xmlNode *parent, const char *name, const json_t *value);

static void add_members(xmlNode *parent, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
        add_value(parent, name, value);
}

static void add_value(xmlNode *parent, const char *name, const json_t *value)
{
    size_t i;
    json_t *item;
    char number[32];
    if (json_is_null(value) || json_is_false(value))
        return;
    xmlNode *node = mem_need(xmlNewChild(parent, NULL, (const xmlChar *)name, NULL));
    if (json_is_object(value))
        add_members(node, value);
    json_array_foreach(value, i, item)
        add_value(node, "item", item);
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    }
    if (text)
        xmlAddChild(node, mem_need(xmlNewText((const xmlChar *)text)));
}

static xmlDoc *as_xml(const char *name, const json_t *data)
{
    xmlDoc *doc = mem_need(xmlNewDoc((const xmlChar *)"1.0"));
    xmlNode *root = mem_need(xmlNewNode(NULL, (const xmlChar *)name));
    xmlDocSetRootElement(doc, root);
    add_members(root, data);
    return doc;
}

/* --- applying --------------------------------------------------------------------------------- */

static xmlDoc *transform(const struct template *t, xmlDoc *from, struct str *heard)
{
    xsltTransformContext *c = mem_need(xsltNewTransformContext(t->sheet, from));
    xsltSetCtxtSecurityPrefs(t->limits, c);
    xsltSetTransformErrorFunc(c, heard, hear);
    xsltSetGenericErrorFunc(heard, hear); /* for what the other one does not get */
    xmlDoc *page = xsltApplyStylesheetUser(t->sheet, from, NULL, NULL, NULL, c);
    xsltSetGenericErrorFunc(NULL, NULL);
    if (c->state != XSLT_STATE_OK) {
        xmlFreeDoc(page);
        page = NULL;
    }
    xsltFreeTransformContext(c);
    return page;
}

int template_apply(struct str *out, const struct template *t, const char *root, const json_t *data,
                   const struct html_pieces *pieces, struct err *err)
{
    AUTO_STR heard = {0};
    xmlDoc *from = as_xml(root, data), *page = transform(t, from, &heard);
    if (page)
        html_write(out, page, pieces);
    else
        fail(t, &heard, err);
    xmlFreeDoc(page);
    xmlFreeDoc(from);
    return err->code;
}
