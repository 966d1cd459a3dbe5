#include "site_sitemap.h"

#include <libxml/tree.h>

#include "json.h"
#include "mem.h"
#include "site_part.h"
#include "site_text.h"
#include "str.h"
#include "url.h"

static xmlNode *add(xmlNode *parent, xmlNs *ns, const char *name, const char *text)
{
    return mem_need(xmlNewTextChild(parent, ns, (const xmlChar *)name, (const xmlChar *)text));
}

static xmlNode *add_page(xmlNode *root, const char *base_url, const char *page)
{
    AUTO_FREE char *url = url_of_file(base_url, page);
    xmlNode *node = add(root, root->ns, "url", NULL);
    add(node, root->ns, "loc", url);
    return node;
}

/* Google's extension of sitemaps. It needs a description: the title stands for a missing one. */
static void add_video(xmlNode *url, xmlNs *ns, const json_t *talk, const json_t *part,
                      const char *base_url)
{
    AUTO_JSON *links = part_links(part, base_url);
    const char *title = json_get_string(talk, "title", "Untitled"),
               *poster = json_get_string(links, "poster", NULL),
               *video = json_get_string(links, "video", NULL);
    if (!poster || !video)
        return;
    xmlNode *node = add(url, ns, "video", NULL);
    add(node, ns, "thumbnail_loc", poster);
    add(node, ns, "title", title);
    add(node, ns, "description", json_get_string(talk, "abstract", title));
    add(node, ns, "content_loc", video);
}

void sitemap_write(struct str *out, const char *base_url, const json_t *talks)
{
    xmlDoc *doc = mem_need(xmlNewDoc((const xmlChar *)"1.0"));
    xmlNode *root = mem_need(xmlNewNode(NULL, (const xmlChar *)"urlset"));
    xmlDocSetRootElement(doc, root);
    xmlSetNs(root,
             xmlNewNs(root, (const xmlChar *)"http://www.sitemaps.org/schemas/sitemap/0.9", NULL));
    xmlNs *video =
        xmlNewNs(root, (const xmlChar *)"http://www.google.com/schemas/sitemap-video/1.1",
                 (const xmlChar *)"video");
    size_t i, k;
    json_t *talk, *part;
    add_page(root, base_url, "");
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part)
            add_video(add_page(root, base_url, json_get_string(part, "page", "")), video, talk,
                      part, base_url);
    xmlChar *text = NULL;
    int nb = 0;
    xmlDocDumpFormatMemoryEnc(doc, &text, &nb, "UTF-8", 1);
    if (text)
        str_add_bytes(out, (const char *)text, (size_t)nb);
    xmlFree(text);
    xmlFreeDoc(doc);
}
