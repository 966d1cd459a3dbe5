#include "versions.h"

#include <elf.h>
#include <fontconfig/fontconfig.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_version.h"
#include "exit_status.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "str.h"

/* --- libraries -------------------------------------------------------------------------------- */

/* Those whose version can change a file that talkpress makes. */
static bool matters(const char *name)
{
    static const char *const names[] = {
        "libavcodec.",    "libavfilter.", "libavformat.", "libavutil.",    "libswscale.",
        "libswresample.", "libx264.",     "libx265.",     "libSvtAv1Enc.", "libvpx.",
        "libaom.",        "libdav1d.",    "libopus.",     "libvorbis.",    "libvorbisenc.",
        "libmp3lame.",    "libass.",      "libfreetype.", "libharfbuzz.",  "libfribidi.",
        "libfontconfig.", "libebur128.",  "libm.",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(name, names[i]))
            return true;
    return false;
}

/* The id that the linker gave the file, from its notes in memory; "" if it has none. Two builds
 * have the same id only if they are the same. */
static char *build_id(const struct dl_phdr_info *info)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_NOTE)
            continue;
        const char *at = (const char *)(uintptr_t)(info->dlpi_addr + part->p_vaddr),
                   *end = at + part->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note;
            memcpy(&note, at, sizeof note);
            const char *name = at + sizeof note, *bytes = name + ((note.n_namesz + 3) & ~3u);
            at = bytes + ((note.n_descsz + 3) & ~3u);
            if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
                memcmp(name, "GNU", 4) != 0 || at > end)
                continue;
            char *text = mem_zalloc(2 * (size_t)note.n_descsz + 1, 1);
            str_hex(text, (const uint8_t *)bytes, note.n_descsz);
            return text;
        }
    }
    return mem_strdup("");
}

/* The name without what follows ".so", and the version "libx264.so.164 0123456789ab". */
static int add_library(struct dl_phdr_info *info, size_t size, void *opaque)
{
    enum { ID_DIGITS = 12 };
    const char *file = *info->dlpi_name ? fs_basename(info->dlpi_name) : "talkpress-media";
    (void)size;
    if (*info->dlpi_name && !matters(file))
        return 0;
    AUTO_FREE char *id = build_id(info);
    AUTO_FREE char *name = mem_printf("%.*s", (int)strcspn(file, "."), file);
    AUTO_FREE char *version = mem_printf("%s %.*s", file, ID_DIGITS, id);
    json_t *all = opaque;
    if (!json_object_get(all, name))
        json_object_set_new(all, name, json_string(version));
    return 0;
}

/* --- fonts ------------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A font by its file's name, its version and its place in the file, wherever the file lies. */
static char *font_name(FcPattern *font)
{
    FcChar8 *file = NULL;
    int version = 0, index = 0;
    (void)FcPatternGetString(font, FC_FILE, 0, &file);
    (void)FcPatternGetInteger(font, FC_FONTVERSION, 0, &version);
    (void)FcPatternGetInteger(font, FC_INDEX, 0, &index);
    return mem_printf("%s %d %d", file ? fs_basename((const char *)file) : "", index, version);
}

static json_t *fonts(void)
{
    const FcFontSet *set = FcInit() ? FcConfigGetFonts(NULL, FcSetSystem) : NULL;
    const size_t nb = set ? (size_t)set->nfont : 0;
    char **names = mem_zalloc(nb + 1, sizeof *names), sum[HASH_BYTES];
    struct hash *hash = hash_create();
    for (size_t i = 0; i < nb; i++)
        names[i] = font_name(set->fonts[i]);
    qsort(names, nb, sizeof *names, by_text);
    for (size_t i = 0; i < nb; i++)
        hash_add_str(hash, names[i]);
    hash_hex(hash, sum);
    hash_destroy(hash);
    mem_free_strings(names, nb);
    AUTO_FREE char *text = mem_printf("%zu fonts %.12s", nb, sum);
    return json_string(text);
}

/* --- the answer ------------------------------------------------------------------------------- */

static int print(const json_t *answer)
{
    AUTO_FREE char *text = json_canonical(answer);
    puts(text);
    return EXIT_OK;
}

int versions_serve(const json_t *request)
{
    (void)request;
    AUTO_JSON *all = json_object();
    dl_iterate_phdr(add_library, all);
    json_object_set_new(all, "fonts", fonts());
    json_object_set_new(all, "encoders", encoder_versions());
    return print(all);
}

int versions_serve_encoders(const json_t *request)
{
    (void)request;
    AUTO_JSON *answer =
        json_pack("{s:o, s:o}", "versions", encoder_versions(), "files", encoder_version_files());
    return print(answer);
}
