/* The chapters of published parts as files of their own. Inner header of publish/. */
#pragma once

#include <jansson.h>

struct texts;

/* Adds the texts that a part's "chapters_files" name. all: the document of talks.json. */
void chapter_texts_add(struct texts *texts, const json_t *all);
