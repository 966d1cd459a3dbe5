/*
 * Whether the text of a captions file is language (telemetry.h). The file may come from a stranger.
 * So it is parsed in the sandbox, in a child of its own: one file cannot change the verdict on
 * another. This costs milliseconds, so captions_note keeps the verdict in the store, by the file's
 * content. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;

/* Sets *no_language to why it is no language (static), or NULL: it may be one. False where there is
 * no verdict, because this machine has no process or no sandbox to read it in: *no_language is NULL
 * then. path determines the format; hash is that of the bytes, which end with a NUL. */
bool captions_judge(const char **no_language, const struct event *event, const char *path,
                    const char *bytes, size_t nb_bytes, const char *hash);

/* Writes a verdict to the store, unless it has it. */
ATTR_NODISCARD int captions_keep_verdict(const struct event *event, const char *path,
                                         const char *hash, const char *no_language,
                                         struct err *err);
