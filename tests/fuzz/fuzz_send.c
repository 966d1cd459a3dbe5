/* What a target says is there: the bytes as a listing of rsync, of rclone, and as the list of what
 * was sent, whose text reads back as it was. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "listing.h"
#include "manifest.h"
#include "mem.h"

static void read_list(const char *text, size_t size)
{
    struct err err = {0};
    AUTO_MANIFEST m = {0}, back = {0};
    if (fuzz_failed(manifest_parse(&m, text, size, &err), &err))
        return;
    AUTO_FREE char *written = manifest_text(&m);
    if (manifest_parse(&back, written, strlen(written), &err) < 0)
        fuzz_broken("manifest", err.msg);
    if (back.nb != m.nb)
        fuzz_broken("manifest", "it has another number of files");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_LISTING rsync = {0}, rclone = {0};
    listing_read_rsync(&rsync, text);
    (void)fuzz_failed(listing_read_rclone(&rclone, text, size, &err), &err);
    read_list(text, size);
    return 0;
}
