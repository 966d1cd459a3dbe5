/* Which talk a recording holds, as 'add' and 'watch' say it. */
#pragma once

#include <stddef.h>

struct match;
struct plan;

/* The first match of each recording of the plan, or NULL. The caller frees the list. */
const struct match **match_text_list(const struct plan *plan);

/* "talk 15: its name says so"; match: of that list. A new string. */
char *match_text(const struct plan *plan, size_t recording, const struct match *match);
