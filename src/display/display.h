/*
 * What commands print of an event for people, and the same as JSON: tables of parts, cuts, chapters
 * and recordings, reports of what was published or sent, sentences about what waits. A file for
 * each. They read what they are given and the plan, print to standard output or return text, and
 * decide and change nothing. src/commands uses them, and nobody else.
 */
#pragma once
