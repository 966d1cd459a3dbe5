/* Writing XML, in which every text is escaped. Failures are remembered, for the end. */
#pragma once

#include <libxml/xmlwriter.h>
#include <stdbool.h>

#include "attr.h"

struct err;

struct xml_out {
    xmlTextWriter *xml;
    xmlBuffer *buffer;
    bool failed; /* out of memory */
};

void xml_out_open(struct xml_out *x);
/* Ends the document and closes x. The text is in *out, a new string. The only error is ERR_NOMEM.
 */
ATTR_NODISCARD int xml_out_close(char **out, struct xml_out *x, struct err *err);

void xml_out_start(struct xml_out *x, const char *name);
void xml_out_end(struct xml_out *x);
/* Of the element that was started last. No attribute for NULL. Characters that no document may
 * contain become U+FFFD, here and below. */
void xml_out_attribute(struct xml_out *x, const char *name, const char *value);
void xml_out_text(struct xml_out *x, const char *text);
/* An element with a text; empty for NULL. */
void xml_out_element(struct xml_out *x, const char *name, const char *text);
