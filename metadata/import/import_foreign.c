/* Files that are no programme, but that people hand in as one: known by how they begin. */
#include <glib.h>
#include <string.h>

#include "formats.h"
#include "mem.h"

enum kind { NOTHING, DOCUMENT, SHEET, PICTURE, ARCHIVE, PACKED, RECORDING, DATABASE };

static const char in_csv[] = "save the table as CSV, with a heading row such as "
                             "\"number,title,speakers,room,date,start,duration\"";

static const char *const advice[] = {
    [NOTHING] = "export or download it again",
    [DOCUMENT] =
        "export the programme from the conference's system, or write its talks into a CSV file",
    [PICTURE] =
        "export the programme from the conference's system, or write its talks into a CSV file",
    [SHEET] = in_csv,
    [ARCHIVE] = "unpack it, and import the programme that is in it",
    [PACKED] = "unpack it, and import the programme that is in it",
    [RECORDING] = "recordings are added with 'talkpress add'",
    [DATABASE] = "export the programme from the system that it belongs to",
};

/* What bytes a file has at a place. */
#define AT(at, magic) at, magic, sizeof(magic) - 1
static const struct signature {
    size_t at;
    const char *magic;
    size_t nb;
    enum kind kind;
    const char *what;
} signatures[] = {
    {AT(0, "%PDF-"), DOCUMENT, "a PDF"},
    {AT(0, "%!PS"), DOCUMENT, "a document (PostScript)"},
    {AT(0, "{\\rtf"), DOCUMENT, "a text document (RTF)"},
    {AT(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), SHEET, "an old Office file (XLS or DOC)"},
    {AT(0, "\x89PNG\r\n\x1a\n"), PICTURE, "a picture (PNG)"},
    {AT(0, "\xff\xd8\xff"), PICTURE, "a picture (JPEG)"},
    {AT(0, "GIF87a"), PICTURE, "a picture (GIF)"},
    {AT(0, "GIF89a"), PICTURE, "a picture (GIF)"},
    {AT(0, "II*\0"), PICTURE, "a picture (TIFF)"},
    {AT(0, "MM\0*"), PICTURE, "a picture (TIFF)"},
    {AT(8, "WEBPVP8"), PICTURE, "a picture (WebP)"},
    {AT(4, "ftypavif"), PICTURE, "a picture (AVIF)"},
    {AT(4, "ftyphei"), PICTURE, "a picture (HEIC)"},
    {AT(4, "ftypmif1"), PICTURE, "a picture (HEIC)"},
    {AT(4, "ftyp"), RECORDING, "a recording (MP4)"},
    {AT(0, "\x1a\x45\xdf\xa3"), RECORDING, "a recording (Matroska or WebM)"},
    {AT(0, "OggS\0"), RECORDING, "a recording (Ogg)"},
    {AT(8, "AVI LIST"), RECORDING, "a recording (AVI)"},
    {AT(8, "WAVEfmt "), RECORDING, "a recording (WAV)"},
    {AT(0, "\x1f\x8b"), PACKED, "a compressed file (gzip)"},
    {AT(0, "\xfd"
           "7zXZ\0"),
     PACKED, "a compressed file (xz)"},
    {AT(0, "\x28\xb5\x2f\xfd"), PACKED, "a compressed file (zstd)"},
    {AT(4, "1AY&SY"), PACKED, "a compressed file (bzip2)"},
    {AT(0, "7z\xbc\xaf\x27\x1c"), ARCHIVE, "an archive (7z)"},
    {AT(0, "Rar!\x1a\x07"), ARCHIVE, "an archive (RAR)"},
    {AT(257, "ustar"), ARCHIVE, "an archive (tar)"},
    {AT(0, "SQLite format 3\0"), DATABASE, "a database (SQLite)"},
};

/* ZIP archives, by the name of a file in them, or by what the first one holds. */
static const struct {
    const char *has;
    enum kind kind;
    const char *what;
} archives[] = {
    {"application/vnd.oasis.opendocument.spreadsheet", SHEET, "a spreadsheet (ODS)"},
    {"application/vnd.oasis.opendocument.text", DOCUMENT, "a text document (ODT)"},
    {"application/vnd.oasis.opendocument.presentation", DOCUMENT, "slides (ODP)"},
    {"application/epub+zip", DOCUMENT, "a book (EPUB)"},
    {"xl/workbook.", SHEET, "a spreadsheet (XLSX)"},
    {"word/document.", DOCUMENT, "a text document (DOCX)"},
    {"ppt/presentation.", DOCUMENT, "slides (PPTX)"},
};

static bool has(const char *bytes, size_t nb_bytes, const char *word)
{
    return memmem(bytes, nb_bytes, word, strlen(word)) != NULL;
}

/* NULL: none of these. */
static const char *name_zip(enum kind *out, const char *bytes, size_t nb_bytes)
{
    *out = ARCHIVE;
    if (nb_bytes < 4 || (memcmp(bytes, "PK\3\4", 4) != 0 && memcmp(bytes, "PK\5\6", 4) != 0))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(archives); i++)
        if (has(bytes, nb_bytes, archives[i].has)) {
            *out = archives[i].kind;
            return archives[i].what;
        }
    return "an archive (ZIP)";
}

static const char *name_file(enum kind *out, const char *bytes, size_t nb_bytes)
{
    const char *text = import_skip_mark(bytes);
    if (text + strspn(text, " \t\r\n") == bytes + nb_bytes) {
        *out = NOTHING;
        return "no talk, but an empty file";
    }
    for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
        const struct signature *s = &signatures[i];
        if (s->at + s->nb > nb_bytes || memcmp(bytes + s->at, s->magic, s->nb) != 0)
            continue;
        *out = s->kind;
        return s->what;
    }
    return name_zip(out, bytes, nb_bytes);
}

bool import_foreign_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    enum kind kind;
    (void)name;
    return name_file(&kind, bytes, nb_bytes) != NULL;
}

int import_foreign_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                        struct err *err)
{
    enum kind kind;
    const char *what = name_file(&kind, bytes, nb_bytes);
    (void)out;
    return err_set(err, ERR_INVALID,
                   "'%s': found %s; expected a programme as schedule.xml, JSON, iCalendar, CSV, "
                   "Markdown or a web page: %s",
                   name, what ? what : "no programme", advice[kind]);
}
