/*
 * What 'publish' and 'run' say about files that out/ loses, and the question before many of them
 * are removed.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

struct command;
struct publish_result;

/* Says which files were renamed and removed, or stay because they are many. If ask, asks on a
 * terminal whether these are to be removed, and then publishes again, and *result is the new
 * outcome. */
ATTR_NODISCARD int publish_report(struct publish_result *result, struct command *command, bool ask,
                                  struct err *err);

/* The names of files that were removed, or that stay because they are many. */
json_t *publish_removed_json(const struct publish_result *result);
json_t *publish_kept_json(const struct publish_result *result);
/* The names of files of the user that have the name of a page. */
json_t *publish_foreign_json(const struct publish_result *result);
