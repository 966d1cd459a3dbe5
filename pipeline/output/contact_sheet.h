/*
 * The contact sheet of an event: the posters of all parts, small, each with its number and title
 * below. One thread per call.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct str;

/* To be raised whenever the same posters and labels would give other bytes. */
enum { CONTACT_SHEET_VERSION = 1, CONTACT_SHEET_MOST = 20000 };

struct contact_cell {
    const char *poster; /* path of a JPEG file */
    const char *label;  /* "15/1  GoGrid and Xen" */
};

/* The size of a sheet of nb posters, 1 to CONTACT_SHEET_MOST, in pixels. */
void contact_sheet_size(int *width, int *height, size_t nb);

/* Appends the sheet as JPEG. */
ATTR_NODISCARD int contact_sheet_make(struct str *out, const struct contact_cell *cells, size_t nb,
                                      struct err *err);
