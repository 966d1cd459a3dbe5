/*
 * The text of a programme, which may hold HTML, as plain text: valid UTF-8 without tags, entities
 * and control characters. What is no HTML stays as it is: a stray '<' or '&', Markdown with its
 * links in angle brackets and its code in back quotes.
 */
#pragma once

/* Paragraphs apart by "\n\n"; a line of its own for each <br>, list item and table row, and in text
 * without block markup for each line that it has. A new string, empty where nothing is visible. */
char *plain_text(const char *text);

/* A title or a name, on one line. Entities are read, tags are not: "Using <details>" is a title. A
 * new string. */
char *plain_line(const char *text);
