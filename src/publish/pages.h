/* Puts the site (site.h) into out/. Inner header of publish/. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;

/* The pages of a publish, and those of the one before, which the store names. */
struct pages;

/* Makes the pages in memory, and checks that none would replace a file that talkpress did not
 * write (ERR_INVALID). Changes nothing. published: the document of talks.json; it must stay valid
 * until pages_finish. */
ATTR_NODISCARD int pages_prepare(struct pages **out, struct event *event, const json_t *published,
                                 struct err *err);

/* Writes the pages whose text differs from that in out/, and removes those that are no longer
 * wanted. Adds the number of written ones to *nb_written. */
ATTR_NODISCARD int pages_put(size_t *nb_written, struct pages *pages, struct err *err);

/* Whether a page has that name now or had it before. */
bool pages_have(const struct pages *pages, const char *name);

void pages_finish_p(struct pages **pages);
#define AUTO_PAGES ATTR_CLEANUP(pages_finish_p) struct pages
