/* 'publish --send', after publishing: sends, and tells the user what was done at each target. */
#pragma once

#include <jansson.h>

#include "err.h"

struct command;

/* Sends by the command's options. Prints the report, or adds it to json as "sent" if that is not
 * NULL. Errors at targets are printed. Returns an exit status, or an error's code. */
ATTR_NODISCARD int send_and_report(struct command *command, json_t *json, struct err *err);
