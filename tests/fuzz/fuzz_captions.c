/*
 * Captions: the bytes as each of the three formats; what can be read goes the whole way to a WebVTT
 * file, which captions_write reads back and holds against what it wrote.
 */
#include "captions.h"
#include "err.h"
#include "fs.h"
#include "fuzz.h"
#include "mem.h"

static void read_as(const char *name, const char *text, size_t size)
{
    struct err err = {0};
    AUTO_CUES cues = {0};
    AUTO_CUES flat = {0};
    AUTO_FREE char *path = fs_join(fuzz_folder(), "captions.vtt");
    if (fuzz_failed(captions_read_text(&cues, name, text, size, &err), &err))
        return;
    captions_cut(&cues, 1000, 60000, 500);
    if (fuzz_failed(captions_flatten(&flat, &cues, &err), &err))
        err = (struct err){0};
    if (captions_write(path, &cues, &err) < 0)
        fuzz_broken("captions", err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = fuzz_text(data, size);
    read_as("talk.srt", text, size);
    read_as("talk.vtt", text, size);
    read_as("talk.ass", text, size);
    return 0;
}
