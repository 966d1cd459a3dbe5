/* A programme that a reader in the sandbox passes on, and may have made up. */
#include "err.h"
#include "fuzz.h"
#include "mem.h"
#include "programme.h"
#include "programme_bytes.h"
#include "programme_limits.h"
#include "programme_numbers.h"
#include "str.h"

static void pass_on_again(const struct programme *p)
{
    struct err err = {0};
    AUTO_STR bytes = {0};
    AUTO_PROGRAMME again = {0};
    programme_to_bytes(&bytes, p);
    if (fuzz_failed(programme_from_bytes(&again, bytes.s, bytes.len, &err), &err))
        fuzz_broken("a programme that was accepted", err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_PROGRAMME programme = {0};
    if (fuzz_failed(programme_from_bytes(&programme, text, size, &err), &err))
        return 0;
    pass_on_again(&programme);
    if (!fuzz_failed(programme_check(&programme, "made-up", &err), &err))
        programme_number_talks(&programme, &programme);
    return 0;
}
