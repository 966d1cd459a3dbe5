/*
 * The probe of a recording. A finding inside libav is not talkpress's to mend: workers that open
 * recordings are processes of their own.
 */
#include "err.h"
#include "frame_grid.h"
#include "fuzz.h"
#include "json.h"
#include "probe.h"

#include <libavutil/log.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct frame_grid grid;
    AUTO_JSON *result = NULL;
    av_log_set_level(AV_LOG_QUIET);
    if (fuzz_failed(probe_files(&result, fuzz_file(data, size), NULL, 0, NULL, NULL, &err), &err) ||
        json_object_get(result, "error"))
        return 0;
    /* What it found has to be good enough for itself. */
    if (probe_grid(&grid, result, &err) < 0)
        fuzz_broken("a probe's result", err.msg);
    return 0;
}
