/*
 * The answers of a speaker, as the page of a review writes them (docs/speaker-review.md): a JSON
 * file, or the text of a mail that holds them. Strangers may have written them, so a child process
 * in the sandbox parses them, and what it says is checked here again: lengths, ranges, UTF-8.
 * Control characters are removed. Nothing here knows whether the ticket is genuine: ticket_check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "part_clock.h"
#include "sandbox.h"
#include "str.h"
#include "ticket.h"

enum { ANSWERS_MOST_BYTES = 1 << 20, ANSWERS_MOST_REMARKS = 200 };

struct speaker_remark {
    int64_t at_ms; /* in the recording; -1: about all of it */
    char *text;
};

struct answers {
    struct ticket ticket;
    /* What the speaker wants. Frames of the recording; -1: as it is. */
    int64_t begin, end;
    bool has_breaks; /* false: as they are */
    struct part_drop *breaks;
    size_t nb_breaks;
    bool accepts; /* it may be published so */
    /* For the team. NULL: nothing was said. */
    char *by, *title, *speakers, *comment;
    struct speaker_remark *remarks;
    size_t nb_remarks;
};
void answers_finish(struct answers *answers);
#define AUTO_ANSWERS ATTR_CLEANUP(answers_finish) struct answers

/* Reads a file. *out is untouched on failure. ERR_INVALID: the message names the file and says what
 * is wrong with it. */
ATTR_NODISCARD int answers_read(struct answers *out, const char *path, enum sandbox_mode mode,
                                struct err *err);

/* The two halves of it. What the child does: turns nb bytes into pairs of names and values, each
 * with a NUL at its end. */
ATTR_NODISCARD int answers_parse(struct str *out, const char *bytes, size_t nb, struct err *err);
/* And what the parent does with these. */
ATTR_NODISCARD int answers_take(struct answers *out, const char *pairs, size_t nb, struct err *err);
