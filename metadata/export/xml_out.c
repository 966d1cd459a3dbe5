#include "xml_out.h"

#include <libxml/chvalid.h>
#include <stdlib.h>

#include "err.h"
#include "mem.h"
#include "str.h"

static void check(struct xml_out *x, int rc)
{
    x->failed |= rc < 0;
}

void xml_out_open(struct xml_out *x)
{
    *x = (struct xml_out){.buffer = xmlBufferCreate()};
    x->xml = x->buffer ? xmlNewTextWriterMemory(x->buffer, 0) : NULL;
    if (!x->xml) {
        x->failed = true;
        return;
    }
    check(x, xmlTextWriterSetIndent(x->xml, 1));
    check(x, xmlTextWriterStartDocument(x->xml, "1.0", "UTF-8", NULL));
}

int xml_out_close(char **out, struct xml_out *x, struct err *err)
{
    if (x->xml) {
        check(x, xmlTextWriterEndDocument(x->xml));
        xmlFreeTextWriter(x->xml);
    }
    const bool failed = x->failed;
    if (!failed)
        *out = mem_strdup((const char *)xmlBufferContent(x->buffer));
    xmlBufferFree(x->buffer);
    *x = (struct xml_out){.failed = true};
    return failed ? err_set(err, ERR_NOMEM, "no memory for a document of XML") : 0;
}

/* U+FFFD instead of characters that no document may contain, even escaped (XML 1.0, 2.2). A new
 * string. */
static char *valid_text(const char *text)
{
    AUTO_STR out = {0};
    for (uint32_t cp; (cp = str_next_utf8(&text));)
        str_add_utf8(&out, xmlIsCharQ(cp) ? cp : 0xfffd);
    return str_take(&out);
}

void xml_out_start(struct xml_out *x, const char *name)
{
    if (!x->failed)
        check(x, xmlTextWriterStartElement(x->xml, (const xmlChar *)name));
}

void xml_out_end(struct xml_out *x)
{
    if (!x->failed)
        check(x, xmlTextWriterEndElement(x->xml));
}

void xml_out_attribute(struct xml_out *x, const char *name, const char *value)
{
    if (!value || x->failed)
        return;
    AUTO_FREE char *text = valid_text(value);
    check(x, xmlTextWriterWriteAttribute(x->xml, (const xmlChar *)name, (const xmlChar *)text));
}

void xml_out_text(struct xml_out *x, const char *text)
{
    AUTO_FREE char *clean = valid_text(text);
    if (*clean && !x->failed)
        check(x, xmlTextWriterWriteString(x->xml, (const xmlChar *)clean));
}

void xml_out_element(struct xml_out *x, const char *name, const char *text)
{
    xml_out_start(x, name);
    xml_out_text(x, text ? text : "");
    xml_out_end(x);
}
