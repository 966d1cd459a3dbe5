/*
 * An importer, built once for each: IMPORTER is its name, "import_csv"; the listing reader takes
 * files that no other accepts, and has no sniff.
 */
#include "err.h"
#include "formats.h"
#include "fuzz.h"
#include "listing.h"
#include "mem.h"
#include "programme.h"
#include "programme_bytes.h"
#include "programme_limits.h"
#include "programme_numbers.h"
#include "str.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b)  JOIN_(a, b)

#ifdef IMPORTER
#define READ  JOIN(IMPORTER, _read)
#define SNIFF JOIN(IMPORTER, _sniff)
#else
#define READ                         listing_parse
#define SNIFF(bytes, nb_bytes, name) true
#endif

/* For any content: the sniff of tables also looks at the name. */
static const char name[] = "programme.csv";

/* What an importer accepts gets out of the sandbox. */
static void pass_on(const struct programme *p)
{
    struct err err = {0};
    AUTO_STR bytes = {0};
    AUTO_PROGRAMME passed = {0};
    programme_to_bytes(&bytes, p);
    if (fuzz_failed(programme_from_bytes(&passed, bytes.s, bytes.len, &err), &err))
        fuzz_broken("a programme that was read", err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_PROGRAMME programme = {0};
    if (SNIFF(text, size, name) && !fuzz_failed(READ(&programme, text, size, name, &err), &err) &&
        !fuzz_failed(programme_check(&programme, name, &err), &err)) {
        pass_on(&programme);
        programme_number_talks(&programme, &programme);
    }
    return 0;
}
