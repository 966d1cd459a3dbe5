/* Hooks that fail, for 'status'. */
#pragma once

struct event;

/* Prints a paragraph for each hook whose last call failed, or that is not run; else nothing. */
void hook_table_print(const struct event *event);
