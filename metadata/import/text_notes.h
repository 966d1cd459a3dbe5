/*
 * Notes about titles and names that look wrong, whatever the format: broken characters, HTML tags,
 * and talks that are cancelled by their titles. Nothing is changed.
 */
#pragma once

struct programme;

/* name is the file in the notes. */
void text_notes_add(struct programme *programme, const char *name);
