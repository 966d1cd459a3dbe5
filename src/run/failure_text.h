/* Says what a job did when it failed: the stage, the file and the time in it. Private to run/. */
#pragma once

struct job_spec;

/* "encoding 0:24 to 0:48 of '/cam/a.mp4', at about 0:31"; a new string. done: how much of the job
 * was reported, 0 to 1; negative: nothing, or it does not matter. */
char *failure_place(const struct job_spec *spec, double done);

/* The message with the place, unless it names the file itself; a new string. */
char *failure_with_place(const char *message, const struct job_spec *spec);
