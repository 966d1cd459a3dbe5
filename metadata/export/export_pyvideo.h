/*
 * The form of pyvideo.org's data: category.json for the event, and in videos/ a file for each part.
 * See export.h and docs/export.md.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct export_file;
struct programme;

struct export_text {
    char *path; /* in the folder: "category.json", "videos/a-talk.json" */
    char *text;
};

struct export_texts {
    struct export_text *texts;
    size_t nb;
};

void export_pyvideo(struct export_texts *out, const struct programme *programme,
                    const struct export_file *files, size_t nb_files);
void export_texts_finish(struct export_texts *texts);
#define AUTO_EXPORT_TEXTS ATTR_CLEANUP(export_texts_finish) struct export_texts
