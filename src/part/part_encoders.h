/*
 * What other versions of the encoders made of an event's parts, so that 'why' and 'status' can say
 * why they are made again, and what machines of another architecture made, which is refused: parts
 * of one event then come from one kind of machine.
 *
 * Nothing is noted for it. The keys that pieces would have with the encoders of an earlier machine
 * (event_encoders.h) are looked up; if a piece is there under one of these, and not under its own,
 * the encoder is the reason.
 */
#pragma once

#include <jansson.h>

#include "attr.h"

struct err;
struct part_plan;
struct plan;

/* Before anything is made. ERR_INVALID if a machine of another architecture made pieces of any
 * part. */
ATTR_NODISCARD int part_check_architecture(const struct plan *plan, struct err *err);

/* Why outputs of the part are made again: [{"reason": "the encoder SVT-AV1 is 2.3.0 here, 1.4.1
 * made it", "outputs": [".av1.webm"]}]; a new list. Empty if no encoder is the reason. */
json_t *part_made_again(const struct part_plan *part);
