/* A rendition, and with it the reader of YAML that the settings have too. */
#include "err.h"
#include "fuzz.h"
#include "rendition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct rendition rendition;
    int width, height;
    if (fuzz_failed(rendition_read(&rendition, fuzz_file(data, size), RENDITION_FAST, NULL, &err),
                    &err))
        return 0;
    if (rendition.video)
        rendition_size(&width, &height, rendition.video, 1920, 1080, 4, 3, 90);
    rendition_finish(&rendition);
    return 0;
}
