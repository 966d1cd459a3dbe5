#include "import.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "formats.h"
#include "fs.h"
#include "listing.h"
#include "mem.h"
#include "programme.h"
#include "programme_limits.h"
#include "text_notes.h"

enum { MAX_FILE_BYTES = 64 << 20 };

/* The first format whose sniff accepts the file reads it; the last one accepts all. */
static const struct {
    bool (*sniff)(const char *bytes, size_t nb_bytes, const char *name);
    int (*read)(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                struct err *err);
} formats[] = {
    {import_schedule_xml_sniff, import_schedule_xml_read},
    {import_schedule_json_sniff, import_schedule_json_read},
    {import_pyvideo_sniff, import_pyvideo_read},
    {import_unknown_json_sniff, import_unknown_json_read},
    {import_unknown_xml_sniff, import_unknown_xml_read},
    {import_ical_sniff, import_ical_read},
    {import_html_sniff, import_html_read},
    {import_csv_sniff, import_csv_read},
    {import_markdown_sniff, import_markdown_read},
    {listing_sniff, listing_parse},
    {import_unknown_sniff, import_unknown_read},
};

/* A path is that of a file; standard input, which the user connected, may be a pipe. */
static int read_bytes(char **out, size_t *out_nb, const char *path, struct err *err)
{
    return strcmp(path, "/dev/stdin") == 0
               ? fs_read_opened(out, out_nb, STDIN_FILENO, path, MAX_FILE_BYTES, err)
               : fs_read(out, out_nb, path, MAX_FILE_BYTES, err);
}

static int read_path(struct programme *out, const char *path, struct err *err)
{
    if (fs_is_dir(path))
        return import_pyvideo_read_folder(out, path, err);
    AUTO_FREE char *bytes = NULL;
    size_t nb_bytes;
    if (read_bytes(&bytes, &nb_bytes, path, err) < 0)
        return err->code;
    size_t i = 0;
    while (!formats[i].sniff(bytes, nb_bytes, path))
        i++;
    return formats[i].read(out, bytes, nb_bytes, path, err);
}

int import_read(struct programme *out, const char *path, struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    if (read_path(&programme, path, err) < 0 || programme_check(&programme, path, err) < 0)
        return err->code;
    text_notes_add(&programme, path);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
