#include "import.h"

#include <stdbool.h>

#include "fs.h"
#include "import_schedule_json.h"
#include "import_schedule_xml.h"
#include "listing.h"
#include "mem.h"
#include "programme.h"

enum { MAX_FILE_BYTES = 64 << 20 };

/* In this order; what none claims is read as a listing page. */
static const struct {
    bool (*sniff)(const char *bytes); /* which end with a NUL */
    int (*read)(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                struct err *err);
} formats[] = {
    {schedule_xml_sniff, schedule_xml_parse},
    {schedule_json_sniff, schedule_json_parse},
};

int import_read(struct programme *out, const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb_bytes;
    if (fs_read(&bytes, &nb_bytes, path, MAX_FILE_BYTES, err) < 0)
        return err->code;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].sniff(bytes))
            return formats[i].read(out, bytes, nb_bytes, path, err);
    return listing_parse(out, bytes, nb_bytes, path, err);
}
