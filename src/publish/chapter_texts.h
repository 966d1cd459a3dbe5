/* The chapters of published parts as files of their own. Inner header of publish/. */
#pragma once

#include <jansson.h>

struct texts;

/* Adds the texts that a part's "chapters_files" name. all: the document of talks.json, which then
 * names no files of the user. */
void chapter_texts_add(struct texts *texts, json_t *all);
