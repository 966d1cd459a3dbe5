/* The published files of one talk or part, for the exporters. */
#pragma once

#include <stddef.h>

struct export_file;

/* The files of one part, or of all parts where part is 0: *out points into files, which must be
 * sorted by talk and part. Returns how many there are. */
size_t export_files_of(const struct export_file **out, const struct export_file *files, size_t nb,
                       int talk, int part);
