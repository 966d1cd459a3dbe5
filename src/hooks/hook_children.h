/* Ends a program with all that it started. The caller is the reaper of its descendants
 * (PR_SET_CHILD_SUBREAPER) and has no other children. Inner header. */
#pragma once

#include <sys/types.h>

/* Returns the program's status as a shell has it: 128 and more for a signal. */
int hook_children_end(pid_t program);
