#include "import.h"

#include <stdbool.h>

#include "charset.h"
#include "formats.h"
#include "import_files.h"
#include "listing.h"
#include "programme.h"
#include "programme_limits.h"
#include "text_notes.h"

/* The first format whose sniff accepts the file reads it; the last one accepts all. */
static const struct {
    bool (*sniff)(const char *bytes, size_t nb_bytes, const char *name);
    int (*read)(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                struct err *err);
} formats[] = {
    {import_foreign_sniff, import_foreign_read},
    {import_schedule_xml_sniff, import_schedule_xml_read},
    {import_schedule_json_sniff, import_schedule_json_read},
    {import_pyvideo_sniff, import_pyvideo_read},
    {import_unknown_json_sniff, import_unknown_json_read},
    {import_unknown_xml_sniff, import_unknown_xml_read},
    {import_ical_sniff, import_ical_read},
    {import_microdata_sniff, import_microdata_read},
    {import_html_sniff, import_html_read},
    {import_csv_sniff, import_csv_read},
    {import_markdown_sniff, import_markdown_read},
    {listing_sniff, listing_parse},
    {import_unknown_sniff, import_unknown_read},
};

static int parse(struct programme *out, const struct import_files *in, struct err *err)
{
    if (in->is_folder)
        return import_pyvideo_read_folder(out, in, err);
    const struct import_file *file = &in->files[0];
    size_t i = 0;
    while (!formats[i].sniff(file->bytes, file->nb_bytes, file->path))
        i++;
    return formats[i].read(out, file->bytes, file->nb_bytes, file->path, err);
}

int import_parse(struct programme *out, const struct import_files *in, struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    if (parse(&programme, in, err) < 0 || programme_check(&programme, in->path, err) < 0)
        return err->code;
    text_notes_add(&programme, in->path);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}

/* Only pages of listings declare a charset that charset_decode does not read itself; libxml2 reads
 * more than it does, too. */
void import_prepare(const struct import_files *in)
{
    for (size_t i = 0; i < in->nb && !in->is_folder; i++)
        charset_load_declared(in->files[i].bytes);
}

int import_read(struct programme *out, const char *path, struct err *err)
{
    AUTO_IMPORT_FILES files = {0};
    return import_files_read(&files, path, err) < 0 ? err->code : import_parse(out, &files, err);
}
