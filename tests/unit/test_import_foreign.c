/* What is no programme, but is handed in as one: the message says what it is and what to do. */
#include "support.h"

#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "import.h"
#include "mem.h"
#include "programme.h"

#define BYTES(text) text, sizeof(text) - 1
#define LONG_ZERO   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define AS_A_PROGRAMME \
    "; expected a programme as schedule.xml, JSON, iCalendar, CSV, Markdown or a web page: "

/* Files that people hand in for a programme, whatever they are called. */
static void foreign_files(void **state)
{
    static const char in_system[] =
        "export the programme from the conference's system, or write its talks into a CSV "
        "file",
                      as_csv[] = "save the table as CSV, with a heading row such as "
                                 "\"number,title,speakers,room,date,start,duration\"",
                      unpack[] = "unpack it, and import the programme that is in it",
                      add[] = "recordings are added with 'talkpress add'";
    static const struct {
        const char *bytes;
        size_t nb;
        const char *what, *advice;
    } rows[] = {
        {BYTES("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"), "a PDF", in_system},
        {BYTES("{\\rtf1\\ansi hello}"), "a text document (RTF)", in_system},
        {BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "a picture (PNG)", in_system},
        {BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0"), "a picture (JPEG)", in_system},
        {BYTES("GIF89a\1\0\1\0"), "a picture (GIF)", in_system},
        {BYTES("RIFF\x10\0\0\0WEBPVP8 "), "a picture (WebP)", in_system},
        {BYTES("\0\0\0\x18"
               "ftypheic"),
         "a picture (HEIC)", in_system},
        {BYTES("\0\0\0\x20"
               "ftypisom\0\0\2\0"),
         "a recording (MP4)", add},
        {BYTES("\x1a\x45\xdf\xa3\x01\0"), "a recording (Matroska or WebM)", add},
        {BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), "an old Office file (XLS or DOC)", as_csv},
        {BYTES("PK\3\4" LONG_ZERO "mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK"),
         "a spreadsheet (ODS)", as_csv},
        {BYTES("PK\3\4" LONG_ZERO "[Content_Types].xml" LONG_ZERO "xl/workbook.xml"),
         "a spreadsheet (XLSX)", as_csv},
        {BYTES("PK\3\4" LONG_ZERO "[Content_Types].xml" LONG_ZERO "word/document.xml"),
         "a text document (DOCX)", in_system},
        {BYTES("PK\3\4" LONG_ZERO "schedule.xml"), "an archive (ZIP)", unpack},
        {BYTES("PK\5\6" LONG_ZERO), "an archive (ZIP)", unpack},
        {BYTES("\x1f\x8b\x08\0\0"), "a compressed file (gzip)", unpack},
        {BYTES("BZh91AY&SY\0"), "a compressed file (bzip2)", unpack},
        {BYTES("SQLite format 3\0\x10\0"), "a database (SQLite)",
         "export the programme from the system that it belongs to"},
    };
    static const char *const names[] = {"programme", "programme.csv", "programme.json"};
    (void)state;
    for (size_t i = 0; i < NB(rows) * NB(names); i++) {
        const size_t row = i / NB(names);
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = folder_path("%s", names[i % NB(names)]);
        AUTO_FREE char *want = mem_printf("'%s': found %s" AS_A_PROGRAMME "%s", path,
                                          rows[row].what, rows[row].advice);
        assert_done(fs_write(path, rows[row].bytes, rows[row].nb, &err));
        assert_int_equal(import_read(&p, path, &err), ERR_INVALID);
        assert_row_str(rows[row].what, err.msg, want);
        assert_int_equal(unlink(path), 0);
    }
}

/* An empty table is not one whose heading row is wrong. */
static void empty_tables(void **state)
{
    static const char *const texts[] = {"", " \n\r\n\t", "\xef\xbb\xbf"};
    (void)state;
    for (size_t i = 0; i < NB(texts); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = folder_path("empty.csv");
        assert_done(fs_write(path, texts[i], strlen(texts[i]), &err));
        assert_int_equal(import_read(&p, path, &err), ERR_INVALID);
        assert_non_null(strstr(err.msg, "found no talk, but an empty file"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(empty_tables),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
