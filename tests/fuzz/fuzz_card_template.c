/* A card's template. What libass makes of the markup in it is not talkpress's. */
#include "card_template.h"
#include "err.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_CARD_TEMPLATE *template = NULL;
    (void)fuzz_failed(card_template_read(&template, fuzz_file(data, size), &err), &err);
    return 0;
}
