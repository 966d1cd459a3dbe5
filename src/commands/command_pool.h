/* Chooses where a command's jobs run: on this machine, or for 'run' where the settings or its
 * option
 * --executor say. Nothing else in talkpress knows which it is. Private to commands/. */
#pragma once

#include "attr.h"

struct command;
struct err;
struct event;
struct pool;
struct zygote;

/* *out: a new pool, which borrows event and zygote. */
ATTR_NODISCARD int command_pool_create(struct pool **out, const struct command *command,
                                       const struct event *event, struct zygote *zygote,
                                       struct err *err);

/* Checks the option --executor, if the command has it. Returns EXIT_OK or EXIT_USAGE. */
int command_pool_check(struct command *command);
