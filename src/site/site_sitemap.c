#include "site_sitemap.h"

#include "json.h"
#include "mem.h"
#include "site_part.h"
#include "url.h"
#include "xml_out.h"

/* Google's extension of sitemaps. It needs a description: the title replaces a missing one. */
static void write_video(struct xml_out *x, const json_t *talk, const json_t *part,
                        const char *base_url)
{
    AUTO_JSON *links = part_links(part, base_url);
    const char *title = json_get_string(talk, "title", "Untitled"),
               *poster = json_get_string(links, "poster", NULL),
               *video = json_get_string(links, "video", NULL);
    if (!poster || !video)
        return;
    xml_out_start(x, "video:video");
    xml_out_element(x, "video:thumbnail_loc", poster);
    xml_out_element(x, "video:title", title);
    xml_out_element(x, "video:description", json_get_string(talk, "abstract", title));
    xml_out_element(x, "video:content_loc", video);
    xml_out_end(x);
}

/* part NULL: the overview. */
static void write_page(struct xml_out *x, const json_t *talk, const json_t *part,
                       const char *base_url)
{
    AUTO_FREE char *url = url_of_file(base_url, json_get_string(part, "page", ""));
    xml_out_start(x, "url");
    xml_out_element(x, "loc", url);
    if (part)
        write_video(x, talk, part, base_url);
    xml_out_end(x);
}

int sitemap_make(char **out, const char *base_url, const json_t *talks, struct err *err)
{
    struct xml_out x;
    size_t i, k;
    json_t *talk, *part;
    xml_out_open(&x);
    xml_out_start(&x, "urlset");
    xml_out_attribute(&x, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
    xml_out_attribute(&x, "xmlns:video", "http://www.google.com/schemas/sitemap-video/1.1");
    write_page(&x, NULL, NULL, base_url);
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part)
            write_page(&x, talk, part, base_url);
    xml_out_end(&x);
    return xml_out_close(out, &x, err);
}
