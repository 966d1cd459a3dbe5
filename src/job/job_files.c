#include "job_files.h"

#include "fs.h"
#include "job_spec.h"
#include "mem.h"
#include "workdir.h"

char *job_absent_file(const char *work, const struct job_spec *spec)
{
    const char *const exts[] = {job_spec_ext(spec), "json"};
    for (size_t i = 0; i < job_spec_nb_results(spec); i++)
        for (size_t k = 0; k < sizeof exts / sizeof *exts; k++) {
            AUTO_FREE char *path =
                exts[k] ? workdir_path(work, job_spec_result_key(spec, i), exts[k]) : NULL;
            if (path && !fs_exists(path))
                return mem_take(&path);
        }
    return NULL;
}
