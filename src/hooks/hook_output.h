/* What a hook's program writes: the beginning and the end of it are kept. Inner header. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

/* Zero-initialised is empty. */
struct hook_output {
    struct str head, tail; /* tail: at least the last bytes after the head */
    int64_t nb_bytes;      /* all that was written */
};

/* Reads once. False: there is no more, or none now. */
bool hook_output_take(struct hook_output *output, int fd);

/* What is kept, as text: with a line in place of what is not. */
void hook_output_text(struct str *out, const struct hook_output *output);

/* The last line that is not empty, shortened, for a message: a new string. */
char *hook_output_last_line(const struct hook_output *output);

void hook_output_finish(struct hook_output *output);
