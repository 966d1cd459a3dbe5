/*
 * The text of a programme, which may hold HTML, as plain text: valid UTF-8 without tags, entities
 * and control characters. What is no HTML stays as it is: a stray '<' or '&', Markdown with its
 * links in angle brackets and its code in back quotes.
 */
#pragma once

/* Both return a new string, NULL where text is NULL or nothing of it is visible. */

/* Paragraphs apart by "\n\n"; a line of its own for each <br>, list item and table row, and in text
 * without block markup for each line that it has. */
char *plain_text(const char *text);

/* A title or a name, on one line. Entities are read, tags are not: "Using <details>" is a title. */
char *plain_line(const char *text);

/* The way back, for exporters: a new text of which plain_text, and plain_line, make text again
 * where text came from them. What reads like an entity, and for plain_text like a tag, is escaped;
 * all else stays. NULL for NULL. */
char *plain_text_escape(const char *text);
char *plain_line_escape(const char *line);
