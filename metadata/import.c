#include "import.h"

#include "fs.h"
#include "listing.h"
#include "mem.h"
#include "programme.h"

enum { MAX_FILE_BYTES = 64 << 20 };

int import_read(struct programme *out, const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb_bytes;
    if (fs_read(&bytes, &nb_bytes, path, MAX_FILE_BYTES, err) < 0)
        return err->code;
    return listing_parse(out, bytes, nb_bytes, path, err);
}
