/* Versions of encoders: found in the libraries, compared, and what is said of a difference. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_set.h"
#include "encoder_version.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "rendition.h"
#include "support.h"

static void is_text(char *text, const char *expected)
{
    if (!text || !expected)
        assert_ptr_equal(text, expected);
    else
        assert_string_equal(text, expected);
    free(text);
}

/* --- found ------------------------------------------------------------------------------------ */

static bool on_reference_system(void)
{
    struct err err = {0};
    AUTO_FREE char *text = NULL;
    AUTO_JSON *found = encoder_version("aac");
    return fs_read(&text, NULL, "/etc/os-release", 1 << 16, &err) == 0 &&
           strstr(text, "VERSION_CODENAME=bookworm") && strstr(text, "\nID=debian") &&
           strcmp(encoder_set_architecture(found), "x86_64") == 0;
}

/* Digits first, and only what versions are written with. */
static void is_version(const char *text)
{
    assert_true(isdigit((unsigned char)text[0]));
    assert_true(strlen(text) < 40);
    assert_int_equal(strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz.-+ "), strlen(text));
}

static void versions_are_found(void **state)
{
    (void)state;
    const char *name;
    json_t *version;
    AUTO_JSON *all = encoder_versions(), *clean = encoder_set_clean(all),
              *reference = encoder_set_reference();
    assert_true(json_equal(all, clean)); /* all of them have a name and a reference */
    json_object_foreach(all, name, version) {
        if (strcmp(name, "architecture") != 0)
            is_version(json_string_value(version));
        if (on_reference_system())
            assert_string_equal(json_string_value(version), json_get_string(reference, name, ""));
    }
    /* Those of the renditions that are installed. */
    const char *const used[] = {"libx264", "libsvtav1", "libvpx-vp9", "libopus", "libmp3lame"};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        AUTO_JSON *one = encoder_version(used[i]);
        assert_non_null(json_object_get(all, used[i]));
        assert_int_equal(json_object_size(one), 3);
        assert_true(encoder_set_equal(one, all, used[i]));
    }
}

static void files_are_found(void **state)
{
    (void)state;
    size_t i, nb_x264 = 0;
    json_t *path;
    AUTO_JSON *files = encoder_version_files();
    assert_true(json_array_size(files) >= 6);
    json_array_foreach(files, i, path) {
        assert_true(fs_exists(json_string_value(path)));
        nb_x264 += strstr(json_string_value(path), "libx264") != NULL;
    }
    assert_int_equal(nb_x264, 1);
}

/* --- compared --------------------------------------------------------------------------------- */

static void reference_is_none(void **state)
{
    (void)state;
    AUTO_JSON *reference = encoder_set_reference();
    const char *const any[] = {"libx264", "libsvtav1", "libopus", "aac", "flac"};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
        assert_null(encoder_set_other(NULL, any[i]));
        assert_null(encoder_set_other(reference, any[i]));
        assert_null(encoder_set_difference(reference, NULL, any[i]));
    }
    is_text(encoder_set_made_by(NULL, "libx264"), "libx264 164 r3095 x86_64");
    is_text(encoder_set_made_by(NULL, "aac"), "aac 59.37.100 x86_64");
}

static void another_version(void **state)
{
    (void)state;
    AUTO_JSON *trixie = encoder_set_reference();
    json_object_set_new(trixie, "libsvtav1", json_string("2.3.0"));
    json_object_set_new(trixie, "libavcodec", json_string("61.19.101"));
    assert_null(encoder_set_other(trixie, "libx264"));
    is_text(encoder_set_other(trixie, "aac"), "aac 61.19.101 x86_64"); /* libavcodec's own */
    is_text(encoder_set_other(trixie, "libsvtav1"), "libsvtav1 2.3.0 x86_64");
    is_text(encoder_set_made_by(trixie, "libsvtav1"), "libsvtav1 2.3.0 x86_64");
    is_text(encoder_set_difference(trixie, NULL, "libx264"), NULL);
    is_text(encoder_set_difference(trixie, NULL, "libsvtav1"),
            "the encoder SVT-AV1 is 2.3.0 here, 1.4.1 made it");
    is_text(encoder_set_difference(NULL, trixie, "libsvtav1"),
            "the encoder SVT-AV1 is 1.4.1 here, 2.3.0 made it");
    is_text(encoder_set_difference(trixie, NULL, "aac"),
            "the encoder FFmpeg's libavcodec is 61.19.101 here, 59.37.100 made it");
}

static void another_architecture(void **state)
{
    (void)state;
    AUTO_JSON *arm = encoder_set_reference();
    json_object_set_new(arm, "architecture", json_string("aarch64"));
    is_text(encoder_set_other(arm, "libopus"), "libopus 1.3.1 aarch64");
    is_text(encoder_set_difference(arm, NULL, "libx264"),
            "this machine is aarch64, one of x86_64 made it");
}

/* Keys of the reference are those that events had before versions counted. */
static void texts_for_keys(void **state)
{
    (void)state;
    AUTO_JSON *other = encoder_set_reference(), *reference = encoder_set_reference(),
              *av1 = json_pack("{s:{s:i}, s:s}", "options", "crf", 38, "encoder", "libsvtav1"),
              *aac = json_pack("{s:s, s:i}", "encoder", "aac", "bit_rate", 96000);
    json_object_set_new(other, "libsvtav1", json_string("2.3.0"));
    static const char plain[] = "{\"encoder\":\"libsvtav1\",\"options\":{\"crf\":38}}";
    is_text(rendition_text(av1, NULL), plain);
    is_text(rendition_text(av1, reference), plain);
    is_text(rendition_text(av1, other),
            "{\"encoder\":\"libsvtav1\",\"options\":{\"crf\":38}}\nlibsvtav1 2.3.0 x86_64");
    is_text(rendition_text(aac, other), "{\"bit_rate\":96000,\"encoder\":\"aac\"}");
    json_object_set_new(other, "architecture", json_string("aarch64"));
    is_text(rendition_text(aac, other),
            "{\"bit_rate\":96000,\"encoder\":\"aac\"}\naac 59.37.100 aarch64");
}

/* A file in work/ may hold anything. */
static void foreign_sets(void **state)
{
    (void)state;
    AUTO_JSON *none = json_array(),
              *odd =
                  json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "libx264", "164 r3095", "libopus", 5,
                            "libsvtav1", "1\033[2J", "libmp3lame", "", "evil", "1", "libvorbis",
                            "0123456789012345678901234567890123456789012345678901234567890123456"),
              *clean = encoder_set_clean(odd);
    assert_null(encoder_set_clean(none));
    assert_null(encoder_set_clean(NULL));
    assert_int_equal(json_object_size(clean), 1);
    assert_string_equal(encoder_set_version(clean, "libopus"), "unknown");
    assert_string_equal(encoder_set_architecture(clean), "unknown");
    is_text(encoder_set_other(clean, "libx264"), "libx264 164 r3095 unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_found),   cmocka_unit_test(files_are_found),
        cmocka_unit_test(reference_is_none),    cmocka_unit_test(another_version),
        cmocka_unit_test(another_architecture), cmocka_unit_test(foreign_sets),
        cmocka_unit_test(texts_for_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
