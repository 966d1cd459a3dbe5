/* talkpress.yaml, as an event with it is opened. */
#include <stdlib.h>

#include "err.h"
#include "event.h"
#include "fuzz.h"
#include "fuzz_event.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1};
    AUTO_FREE char *dir = fuzz_event();
    fuzz_put(data, size, "%s/talkpress.yaml", dir);
    (void)fuzz_failed(event_open(&event, dir, &err), &err);
    return 0;
}
