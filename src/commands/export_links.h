/* The published files as metadata/export wants them, read from the document of talks.json, which
 * says what is in out/ now; a plan may be ahead of it. */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct export_links {
    struct export_file *files; /* in the order of the talks' numbers; strings of the document */
    char **urls;               /* of files, owned */
    size_t nb;
};

/* published: outlives *out. base_url ends with a slash. */
void export_links_read(struct export_links *out, const json_t *published, const char *base_url);
void export_links_finish(struct export_links *links);
#define AUTO_EXPORT_LINKS ATTR_CLEANUP(export_links_finish) struct export_links
