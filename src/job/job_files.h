/* The files that a job makes in work/. */
#pragma once

struct job_spec;

/* The path of the first file that the job should make and that is not there; NULL: all are, and so
 * the job is done. A new string. */
char *job_absent_file(const char *work, const struct job_spec *spec);
