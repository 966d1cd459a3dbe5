/*
 * A look at XML or HTML before libxml2 parses it, for what takes that much time: it compares each
 * attribute of an element with all others. Pure; owns nothing.
 */
#pragma once

/* Of one element: ten times those of the richest web pages. */
enum { MARKUP_MAX_ATTRIBUTES = 1000 };

/* The line, from 1, of the first element with more; 0: there is none. */
int markup_crowded_line(const char *text);
