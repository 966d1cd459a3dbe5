/* The contact sheet of an event in out/: the posters of all parts that are published. Inner header
 * of publish/. */
#pragma once

#include <jansson.h>

#include "err.h"

struct publisher;

#define CONTACT_SHEET_NAME "contact-sheet.jpg"

/* Adds it to the texts of out/ and to all, the document of talks.json, unless the site is off. It
 * is made again only if a poster, a title or their order changed. If it cannot be made, out/ is without one, and the
 * result says why. */
ATTR_NODISCARD int contact_sheet_add(struct publisher *publisher, json_t *all, struct err *err);
