/* The characters that have a name in HTML. libxml2 has such a table too, but will not show it for
 * long. */
#pragma once

#include <stdint.h>

/* The code point of a name as in "&eacute;", without "&" and ";". Names differ in case. 0: no
 * character has this name. */
uint32_t html_entity(const char *name);
