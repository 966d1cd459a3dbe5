/*
 * The site: pages that show in a browser what is published. A page per part, an overview, and the
 * files that all pages share. This room makes texts from the list of what is published (talks.json)
 * and from templates, which are data (pipeline/site/). It reads only the templates and writes
 * nothing; src/publish puts the pages into out/.
 *
 * A template is XSLT 1.0. It sees the data as XML and cannot print a text without escaping it.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "err.h"

struct site_page {
    char *name; /* of the file in out/ */
    char *text;
    size_t nb; /* bytes of text */
};

struct site {
    struct site_page *pages; /* in order of their names */
    size_t nb;
};

/* Makes all pages. published: the document of talks.json, valid. templates: the folder with
 * overview.xsl, part.xsl and the files that pages refer to. ERR_INVALID or ERR_NOT_FOUND names the
 * template that is wrong or missing. *out is untouched on failure; free it with site_finish. */
ATTR_NODISCARD int site_make(struct site *out, const json_t *published, const char *templates,
                             struct err *err);
void site_finish(struct site *site);
#define AUTO_SITE ATTR_CLEANUP(site_finish) struct site

/* The name of a part's page. file: the name of one of its published files. A new string. */
char *site_page_name(const char *file);
