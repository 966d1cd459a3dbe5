/*
 * A page that came from the web in place of a programme, and the same bytes as an address that
 * somebody pastes. What is fetched is a whole address on the web, and is read as itself again.
 */
#include <string.h>

#include "address.h"
#include "err.h"
#include "fuzz.h"
#include "mem.h"
#include "url.h"
#include "web_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_FREE char *text = fuzz_text(data, size), *address = NULL, *again = NULL;
    web_page_is(text);
    AUTO_FREE char *advice = web_page_advice(text, "https://example.org/conf/?a=1");
    if (!strstr(advice, "import"))
        fuzz_broken("the advice", advice);
    address_lacks_scheme(text);
    if (!address_is(text) || fuzz_failed(address_read(&address, text, &err), &err))
        return 0;
    if (!url_is_web(address) || strpbrk(address, " \t\r\n\"<>\\#"))
        fuzz_broken("the address", address);
    if (address_read(&again, address, &err) < 0 || strcmp(address, again) != 0)
        fuzz_broken("the address, read again", err.msg);
    return 0;
}
