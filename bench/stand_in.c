#include "stand_in.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "workdir.h"

static const char hash[] = "0123456789abcdef0123456789abcdef";

static json_t *result_of(const char *stage, const char *key, const json_t *spec)
{
    if (strcmp(stage, "card") == 0 || strcmp(stage, "cell") == 0)
        return json_pack("{s:i, s:i, s:s, s:s}", "frames", 600, "bytes", 1000000, "hash", hash,
                         "header", hash);
    if (strcmp(stage, "sound") == 0)
        return json_pack("{s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:b, s:s, s:i, s:i}", "samples",
                         100000000, "lead_in", 1024, "packet_samples", 1024, "source_lufs", -23.0,
                         "gain_db", 7.0, "loudness_lufs", -16.0, "peak_dbtp", -1.5, "limited", 0,
                         "hash", hash, "bytes", 30000000, "moved_samples", 0);
    return json_pack("{s:i, s:s+, s:o*}", "bytes", 100000000, "sha256", key, hash, "duration_ms",
                     json_object_get(spec, "segments") ? json_integer(2000000) : NULL);
}

static const char *suffix_of(const char *stage, const json_t *spec)
{
    return strcmp(stage, "poster") == 0     ? "jpg"
           : strcmp(stage, "captions") == 0 ? "vtt"
           : strcmp(stage, "assemble") == 0 ? json_get_string(spec, "container", "mp4")
                                            : "mp4";
}

int stand_in_results(const json_t *spec,
                     int (*each)(void *opaque, const char *key, const char *ext,
                                 const json_t *result, struct err *err),
                     void *opaque, struct err *err)
{
    const char *stage = json_get_string(spec, "stage", ""), *ext = suffix_of(stage, spec);
    const json_t *outputs = json_object_get(spec, "outputs");
    const size_t nb = outputs ? json_array_size(outputs) : 1;
    for (size_t i = 0; i < nb; i++) {
        const char *key = json_get_string(outputs ? json_array_get(outputs, i) : spec, "key", "");
        AUTO_JSON *result = result_of(stage, key, spec);
        if (each(opaque, key, ext, result, err) < 0)
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
