#include "export_files.h"

#include <stdbool.h>

#include "export.h"

static bool before(const struct export_file *file, int talk, int part)
{
    return file->talk != talk ? file->talk < talk : file->part < part;
}

/* The index of the part's first file. */
static size_t lower_bound(const struct export_file *files, size_t nb, int talk, int part)
{
    size_t from = 0;
    while (from < nb) {
        const size_t middle = from + (nb - from) / 2;
        if (before(&files[middle], talk, part))
            from = middle + 1;
        else
            nb = middle;
    }
    return from;
}

size_t export_files_of(const struct export_file **out, const struct export_file *files, size_t nb,
                       int talk, int part)
{
    const size_t from = lower_bound(files, nb, talk, part);
    const size_t to =
        part ? lower_bound(files, nb, talk, part + 1) : lower_bound(files, nb, talk + 1, 0);
    *out = files ? files + from : NULL;
    return to - from;
}
