/* Tables for people, on stdout: columns as wide as their widest cell, the last one wrapped to the
 * width of the terminal, and the widest others where these leave no place for it. Control
 * characters are dropped from the text. */
#pragma once

#include <stddef.h>

#include "attr.h"

struct table; /* freed by table_print or table_destroy */

/* Headings, NULL-terminated; a heading that begins with '>' aligns its column right. */
struct table *table_create(const char *const *headings);
/* A row: as many cells as headings; NULL is empty. */
void table_add(struct table *table, const char *const *cells);
/* Colours a cell of the last row, on a terminal and without NO_COLOR in the environment. */
enum table_colour { TABLE_GOOD, TABLE_BAD, TABLE_OPEN };
void table_colour(struct table *table, size_t column, enum table_colour colour);
/* Puts a line of its own before the rows that follow; the first one comes before any row. */
void table_section(struct table *table, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* Prints and frees; prints nothing if no row was added. The width is 80 if stdout is no terminal.
 */
void table_print(struct table *table);
void table_destroy(struct table *table);

/* Prints a paragraph of text, wrapped to the same width; the first line begins with the spaces of
 * the text, the others with the indent, which is spaces. Control characters are dropped from it. */
void table_text(const char *indent, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Prints each line of a text, which may be NULL, so. */
void table_lines(const char *indent, const char *text);
