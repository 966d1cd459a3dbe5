/* Why a part waits for the user, as 'run' and 'watch' say it. */
#pragma once

struct part_plan;

/* Of a part that is PART_WAITING or PART_HELD: what to do, and in brackets what is wrong. A new
 * string. */
char *waiting_text(const struct part_plan *part);
