/* What the user writes about cuts, read. Inner header of commands/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "part_clock.h"

/* A time in the recording, as a frame: "1:02:03.500", "90.5" or "1500f". ERR_USAGE. */
ATTR_NODISCARD int cut_words_time(int64_t *out, const char *text, const struct frame_grid *grid,
                                  struct err *err);
/* "21:10-36:40", "1500f-2000f". */
ATTR_NODISCARD int cut_words_range(struct part_drop *out, const char *text,
                                   const struct frame_grid *grid, struct err *err);
/* "+120ms", "-0.04s" or "0", in milliseconds. */
ATTR_NODISCARD int cut_words_offset(int *out_ms, const char *text, struct err *err);
