/* The file of loudness blocks, and what is computed from it. */
#include "err.h"
#include "fuzz.h"
#include "loudness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_LOUDNESS l = {0};
    if (fuzz_failed(loudness_read(&l, fuzz_file(data, size), &err), &err))
        return 0;
    loudness_use(&l, SOUND_LEFT);
    (void)loudness_integrated(&l, 0, l.nb);
    (void)loudness_peak_db(&l, 0, l.nb);
    (void)loudness_quietest(&l, 0, l.nb + 10, l.nb / 2);
    return 0;
}
