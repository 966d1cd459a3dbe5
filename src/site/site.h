/*
 * The site: pages that show in a browser what is published. A page per part, an overview, and the
 * files that pages share. This room makes texts from the list of what is published (talks.json),
 * from the captions and from templates, which are data (pipeline/site/). It reads only the
 * templates and writes nothing; src/publish puts the texts into out/.
 *
 * A template is XSLT 1.0. It sees the data as XML and cannot print a text without escaping it. See
 * docs/site.md.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cues.h"
#include "err.h"
#include "hash.h"

/* What the site is made from. All of it is the caller's. */
struct site_source {
    const json_t *published; /* the document of talks.json, valid */
    const char *templates;   /* the folder with overview.xsl, part.xsl and what pages refer to */
    const char *base_url; /* address of out/ on the web, with a slash at its end; NULL: unknown, and
                             nothing that needs absolute links is made */
    const char *feed_video, *feed_sound; /* names of feeds in out/ that pages name; NULL: none */
    /* Reads captions that the document names; ERR_INVALID: they are damaged, and left out. NULL:
     * pages have no transcripts. */
    int (*captions)(struct cues *out, const char *file, void *opaque, struct err *err);
    /* Whether out/ has the page as it was made of the same data, which made_of is a hash of: it is
     * then not made again. NULL: never. */
    bool (*is_current)(const char *name, const char *made_of, void *opaque);
    void *opaque; /* for both */
};

/* The page to look at first. */
#define SITE_OVERVIEW "index.html"

struct site_page {
    char *name;               /* of the file in out/ */
    char *text;               /* NULL: out/ has it */
    size_t nb;                /* bytes of text */
    char made_of[HASH_BYTES]; /* "": not known */
};

struct site {
    struct site_page *pages; /* in order of their names */
    size_t nb;
};

/* To be raised whenever the same data and templates give other pages. */
enum { SITE_VERSION = 1 };

/* Makes all pages. ERR_INVALID or ERR_NOT_FOUND names the template that is wrong or missing. *out
 * is untouched on failure; free it with site_finish. */
ATTR_NODISCARD int site_make(struct site *out, const struct site_source *source, struct err *err);
void site_finish(struct site *site);
#define AUTO_SITE ATTR_CLEANUP(site_finish) struct site

/* The name of a part's page. file: the name of one of its published files. A new string. */
char *site_page_name(const char *file);
