/* Tables for people, on stdout: columns as wide as their widest cell, the last one cut or wrapped
 * to the terminal. Text is cleaned of control characters. */
#pragma once

#include <stddef.h>

struct table; /* freed by table_print or table_destroy */

/* Headings, NULL-terminated; a heading that begins with '>' aligns its column right. */
struct table *table_create(const char *const *headings);
/* A row: as many cells as headings; NULL is empty. */
void table_add(struct table *table, const char *const *cells);
/* Prints and frees; nothing is printed where no row was added. The last column is wrapped under
 * itself at the terminal's width (80 where stdout is none). */
void table_print(struct table *table);
void table_destroy(struct table *table);
