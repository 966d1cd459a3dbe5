/*
 * Text of a programme, which may contain HTML, as plain text: valid UTF-8 without tags, entities
 * and control characters. Anything that is not HTML stays as it is: a single '<' or '&', and
 * Markdown with its links in angle brackets and its code in back quotes.
 */
#pragma once

/* Both return a new string, or NULL if text is NULL or nothing of it is visible. */

/* For abstracts. Paragraphs are separated by "\n\n"; <br>, list items and table rows begin a line,
 * and in text without block markup each line end stays. */
char *plain_text(const char *text);

/* For titles and names: one line. Entities are decoded, tags are not removed: "Using <details>" is
 * a title. */
char *plain_line(const char *text);

/* The reverse, for exporters: return a new string that plain_text, or plain_line, turns back into
 * the text that it made. Whatever would be read as an entity, and by plain_text as a tag, is
 * escaped; all else stays. NULL for NULL. */
char *plain_text_escape(const char *text);
char *plain_line_escape(const char *line);
