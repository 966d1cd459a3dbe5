#include "stand_in.h"

#include <stdio.h>

#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "workdir.h"

static const char hash[] = "0123456789abcdef0123456789abcdef";

/* A new slide each 40 s. */
static json_t *changes(void)
{
    json_t *list = json_array();
    for (int i = 1; i < 25; i++)
        json_array_append_new(list, json_pack("[i, i]", i * 40000, 400));
    return list;
}

/* Files are empty, and outputs count only if their size is that of the result. */
static json_t *result_of(const struct job_spec *spec, const char *key)
{
    if (spec->stage == STAGE_CARD || spec->stage == STAGE_CELL)
        return json_pack("{s:i, s:i, s:s, s:s}", "frames", 600, "bytes", 1000000, "hash", hash,
                         "header", hash);
    if (spec->stage == STAGE_SOUND)
        return json_pack("{s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:b, s:s, s:i, s:i}", "samples",
                         100000000, "lead_in", 1024, "packet_samples", 1024, "source_lufs", -23.0,
                         "gain_db", 7.0, "loudness_lufs", -16.0, "peak_dbtp", -1.5, "limited", 0,
                         "hash", hash, "bytes", 30000000, "moved_samples", 0);
    if (spec->stage == STAGE_STORYBOARD)
        return json_pack("{s:i, s:s+, s:o}", "bytes", 0, "sha256", key, hash, "changes", changes());
    return json_pack("{s:i, s:s+, s:o*}", "bytes", 0, "sha256", key, hash, "duration_ms",
                     spec->stage == STAGE_ASSEMBLE ? json_integer(2000000) : NULL);
}

int stand_in_results(const struct job_spec *spec,
                     int (*each)(void *opaque, const char *key, const char *ext,
                                 const json_t *result, struct err *err),
                     void *opaque, struct err *err)
{
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        const char *key = job_spec_result_key(spec, i);
        AUTO_JSON *result = result_of(spec, key);
        if (each(opaque, key, job_spec_ext(spec), result, err) < 0)
            return err->code;
    }
    return 0;
}

int stand_in_file(const char *work, const char *key, const char *ext, const char *text,
                  struct err *err)
{
    AUTO_FREE char *path = workdir_path(work, key, ext);
    if (workdir_prepare(work, key, err) < 0)
        return err->code;
    FILE *f = fopen(path, "w");
    if (!f || (fputs(text, f), fclose(f)) != 0)
        return err_set(err, ERR_IO, "cannot write '%s'", path);
    return 0;
}
