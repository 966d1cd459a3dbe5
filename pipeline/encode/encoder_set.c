#include "encoder_set.h"

#include <string.h>

#include "json.h"
#include "mem.h"

/* The last one counts for all other encoders. */
static const struct library {
    const char *encoder; /* libavcodec's name */
    const char *name;    /* for the user */
    const char *version; /* of the reference */
} libraries[] = {
    {"libx264", "x264", "164 r3095"},
    {"libsvtav1", "SVT-AV1", "1.4.1"},
    {"libvpx-vp9", "libvpx", "1.12.0"},
    {"libaom-av1", "libaom", "3.6.0"},
    {"libx265", "x265", "3.5+1-f0c1022b6"},
    {"libopus", "libopus", "1.3.1"},
    {"libmp3lame", "LAME", "3.100"},
    {"libvorbis", "libvorbis", "1.3.7"},
    {"libavcodec", "FFmpeg's libavcodec", "59.37.100"},
};
enum { NB_LIBRARIES = sizeof libraries / sizeof *libraries };

static const char architecture[] = "architecture", reference_architecture[] = "x86_64";

static const struct library *library_of(const char *encoder)
{
    size_t i = 0;
    while (i + 1 < NB_LIBRARIES && strcmp(libraries[i].encoder, encoder) != 0)
        i++;
    return &libraries[i];
}

json_t *encoder_set_reference(void)
{
    json_t *set = json_object();
    for (size_t i = 0; i < NB_LIBRARIES; i++)
        json_object_set_new(set, libraries[i].encoder, json_string(libraries[i].version));
    json_object_set_new(set, architecture, json_string(reference_architecture));
    return set;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static void take(json_t *set, const json_t *value, const char *name)
{
    json_t *text = json_object_get(value, name);
    const size_t nb = json_string_length(text);
    size_t i = 0;
    while (i < nb && is_printable(json_string_value(text)[i]))
        i++;
    if (nb && nb <= ENCODER_VERSION_BYTES && i == nb)
        json_object_set(set, name, text);
}

json_t *encoder_set_clean(const json_t *value)
{
    if (!json_is_object(value))
        return NULL;
    json_t *set = json_object();
    for (size_t i = 0; i < NB_LIBRARIES; i++)
        take(set, value, libraries[i].encoder);
    take(set, value, architecture);
    return set;
}

const char *encoder_set_version(const json_t *set, const char *encoder)
{
    const struct library *l = library_of(encoder);
    return set ? json_get_string(set, l->encoder, "unknown") : l->version;
}

const char *encoder_set_architecture(const json_t *set)
{
    return set ? json_get_string(set, architecture, "unknown") : reference_architecture;
}

char *encoder_set_made_by(const json_t *set, const char *encoder)
{
    return mem_printf("%s %s %s", encoder, encoder_set_version(set, encoder),
                      encoder_set_architecture(set));
}

char *encoder_set_other(const json_t *set, const char *encoder)
{
    return encoder_set_equal(set, NULL, encoder) ? NULL : encoder_set_made_by(set, encoder);
}

bool encoder_set_equal(const json_t *a, const json_t *b, const char *encoder)
{
    return strcmp(encoder_set_version(a, encoder), encoder_set_version(b, encoder)) == 0 &&
           strcmp(encoder_set_architecture(a), encoder_set_architecture(b)) == 0;
}

char *encoder_set_difference(const json_t *here, const json_t *then, const char *encoder)
{
    const char *name = library_of(encoder)->name, *now = encoder_set_version(here, encoder),
               *before = encoder_set_version(then, encoder);
    if (encoder_set_equal(here, then, encoder))
        return NULL;
    if (strcmp(now, before) != 0)
        return mem_printf("the encoder %s is %s here, %s made it", name, now, before);
    return mem_printf("this machine is %s, one of %s made it", encoder_set_architecture(here),
                      encoder_set_architecture(then));
}
