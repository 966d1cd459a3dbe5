/* Links for the pages of talks in pretalx: {REF: [{description, link}]}. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit.h"
#include "kit_parts.h"
#include "mem.h"
#include "str.h"

/* "17.8 MB" */
static char *size_text(int64_t nb_bytes)
{
    return mem_printf("%.1f MB", (double)nb_bytes / 1e6);
}

/* "Video recording (MP4, 1280x720, 17.8 MB)" */
static char *describe(const struct kit_part *p, const json_t *file)
{
    const int64_t width = json_get_int(file, "width", 0), height = json_get_int(file, "height", 0);
    const char *dot = strrchr(kit_file_name(file), '.');
    AUTO_FREE char *container = mem_strdup(dot ? dot + 1 : "file"),
                   *size = size_text(json_get_int(file, "bytes", 0)),
                   *picture =
                       width ? mem_printf("%dx%d, ", (int)width, (int)height) : mem_strdup("");
    for (char *c = container; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return mem_printf("%s: %s (%s, %s%s)", p->title, width ? "video" : "sound", container, picture,
                      size);
}

static void add_links(json_t *list, const struct kit_source *source, const struct kit_part *p)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(p->part, "files"), i, file) {
        if (!kit_is_media(file))
            continue;
        AUTO_FREE char *url = kit_url(source, kit_file_name(file)), *text = describe(p, file);
        json_array_append_new(list, json_pack("{s:s, s:s*}", "description", text, "link", url));
    }
    json_array_foreach(json_object_get(p->part, "captions"), i, file) {
        const char *language = json_get_string(file, "language", NULL);
        AUTO_FREE char *url = kit_url(source, kit_file_name(file)),
                       *text = mem_printf("%s: captions%s%s (WebVTT)", p->title,
                                          language ? ", " : "", language ? language : "");
        json_array_append_new(list, json_pack("{s:s, s:s*}", "description", text, "link", url));
    }
}

int kit_pretalx(struct kit *out, const struct kit_source *source, struct err *err)
{
    (void)err;
    AUTO_KIT_PARTS parts = {0};
    kit_parts_read(&parts, source->published);
    json_t *all = json_object();
    for (size_t i = 0; i < parts.nb; i++) {
        const struct kit_part *p = &parts.list[i];
        AUTO_FREE char *number = mem_printf("%d", p->number);
        const char *ref = json_get_string(p->talk, "ref", NULL);
        if (!ref)
            kit_note(out, p->name, "no code of pretalx: listed under the talk's number");
        json_t *list = json_object_get(all, ref ? ref : number);
        if (!list) {
            list = json_array();
            json_object_set_new(all, ref ? ref : number, list);
        }
        add_links(list, source, p);
    }
    kit_add_json(out, mem_strdup("pretalx.json"), all);
    return 0;
}
