/* What the readers of caption files share (captions_file.c, captions_webvtt.c). Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "captions.h"

struct reader {
    const char *path;
    char **lines; /* into the text, without their ends */
    size_t nb;
    struct cues *out;
    struct err *err;
};

/* ERR_INVALID, with file, line (from 0) and its text. */
ATTR_NODISCARD int captions_wrong(const struct reader *reader, size_t line, const char *fault);
bool captions_has_arrow(const struct reader *reader, size_t line);
/* Appends the cue with the text of lines [begin, end). strict: WebVTT. */
void captions_add_cue(struct reader *reader, const struct cue *times, size_t begin, size_t end,
                      bool strict);

ATTR_NODISCARD int captions_read_webvtt(struct reader *reader);
