#include "card_fonts.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "card_words.h"
#include "mem.h"
#include "str.h"

/* Spaces, joiners, direction marks and variation selectors: text that has no glyph of its own. */
static bool is_invisible(uint32_t cp)
{
    static const uint32_t ranges[][2] = {
        {' ', ' '},       {0xa0, 0xa0},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xe0000, 0xe01ef},
    };
    return STR_IN_RANGES(cp, ranges);
}

/* The blocks that emoji are in (Unicode, emoji-data.txt), with the symbols among them. */
static bool is_emoji(uint32_t cp)
{
    static const uint32_t ranges[][2] = {
        {0x2300, 0x23ff}, {0x25a0, 0x27bf}, {0x2b00, 0x2bff}, {0x3030, 0x3030}, {0x1f000, 0x1faff},
    };
    return STR_IN_RANGES(cp, ranges);
}

enum { JOINER = 0x200d, KEY = 0x20e3 };

/* What would be drawn as a sign of its own beside what it modifies: skin tones; after a joiner,
 * genders and hair (Unicode, emoji-zwj-sequences.txt); the key around a digit, which fonts put over
 * its neighbours. And the selectors of outlines or colours. */
static bool is_modifier(uint32_t cp, uint32_t before, bool after_emoji)
{
    static const uint32_t tones[][2] = {{0x1f3fb, 0x1f3ff}};
    static const uint32_t joined[][2] = {{0x2640, 0x2640}, {0x2642, 0x2642}, {0x1f9b0, 0x1f9b3}};
    return cp == KEY || cp == 0xfe0e || cp == 0xfe0f ||
           (after_emoji &&
            (STR_IN_RANGES(cp, tones) || (before == JOINER && STR_IN_RANGES(cp, joined))));
}

/* --- fonts ------------------------------------------------------------------------------------ */

/* fontconfig keeps the set for the life of the process: the first call reads its caches. */
static const FcFontSet *installed(void)
{
    return FcInit() ? FcConfigGetFonts(NULL, FcSetSystem) : NULL;
}

static bool has_char(FcPattern *font, uint32_t cp)
{
    FcCharSet *set = NULL;
    return FcPatternGetCharSet(font, FC_CHARSET, 0, &set) == FcResultMatch &&
           FcCharSetHasChar(set, cp);
}

static bool is_outline(FcPattern *font)
{
    FcBool outline = FcFalse, colour = FcFalse;
    return FcPatternGetBool(font, FC_OUTLINE, 0, &outline) == FcResultMatch && outline &&
           !(FcPatternGetBool(font, FC_COLOR, 0, &colour) == FcResultMatch && colour);
}

static bool font_shows(FcPattern *font, uint32_t cp)
{
    return is_outline(font) && has_char(font, cp);
}

/* The first font that shows the character; the set's size: none does. */
static int find_font(const FcFontSet *fonts, uint32_t cp)
{
    int i = 0;
    while (i < fonts->nfont && !font_shows(fonts->fonts[i], cp))
        i++;
    return i;
}

char *card_fonts_instead(uint32_t cp)
{
    const FcFontSet *fonts = is_emoji(cp) ? installed() : NULL;
    bool coloured = false;
    FcChar8 *family = NULL;
    for (int i = 0; fonts && i < fonts->nfont && !coloured; i++)
        coloured = !is_outline(fonts->fonts[i]) && has_char(fonts->fonts[i], cp);
    const int i = coloured ? find_font(fonts, cp) : 0;
    if (!coloured || i == fonts->nfont ||
        FcPatternGetString(fonts->fonts[i], FC_FAMILY, 0, &family) != FcResultMatch)
        return NULL;
    return mem_strdup((const char *)family);
}

/* --- the card's text -------------------------------------------------------------------------- */

static int refuse(const char *at, size_t nb, uint32_t cp, enum card_field field, struct err *err)
{
    const bool own_use = (cp >= 0xe000 && cp < 0xf900) || cp >= 0xf0000;
    return err_set(err, ERR_INVALID,
                   "no installed font has the character '%.*s' (U+%04X) of the %s; %s, or write it "
                   "another way",
                   (int)nb, at, cp, card_field_name(field),
                   own_use ? "Unicode leaves it to private fonts: install the one that has it"
                           : "install one that has it (most are in Debian's fonts-noto-core, "
                             "fonts-noto-cjk, fonts-noto-extra and fonts-symbola)");
}

static void leave_out(struct card_words *words, const char *at, size_t nb, uint32_t cp)
{
    AUTO_FREE char *before = words->left_out;
    words->left_out =
        mem_printf("%s%s%.*s (U+%04X)", before ? before : "", before ? ", " : "", (int)nb, at, cp);
}

struct check {
    struct card_words *words;
    const FcFontSet *fonts;
    enum card_field field;
    int last; /* the font of the last character: neighbours mostly share one */
};

/* Returns 1 if the card can show the character, 0 if it is left out, or an error. */
static int check_char(struct check *c, const char *at, size_t nb, uint32_t cp, struct err *err)
{
    if (is_invisible(cp) || font_shows(c->fonts->fonts[c->last], cp))
        return 1;
    const int found = find_font(c->fonts, cp);
    if (found < c->fonts->nfont) {
        c->last = found;
        return 1;
    }
    if (!is_emoji(cp))
        return refuse(at, nb, cp, c->field, err);
    leave_out(c->words, at, nb, cp);
    return 0;
}

/* Checks a field, and rewrites it if something is left out. A joiner is kept between two emoji. */
static int check_field(struct check *c, struct err *err)
{
    char **text = &c->words->of[c->field];
    AUTO_STR kept = {0};
    bool after_emoji = false, after_kept = false;
    uint32_t before = 0, cp;
    str_add(&kept, "");
    const char *p = *text;
    for (const char *at = p; *p; at = p, before = cp) {
        cp = str_next_utf8(&p);
        if (is_modifier(cp, before, after_emoji) || (after_emoji && cp == JOINER))
            continue;
        const int shown = check_char(c, at, (size_t)(p - at), cp, err);
        if (shown < 0)
            return shown;
        if (shown && is_emoji(cp) && before == JOINER && after_kept)
            str_add_utf8(&kept, JOINER);
        if (shown)
            str_add_bytes(&kept, at, (size_t)(p - at));
        after_emoji = is_emoji(cp) || (after_emoji && is_invisible(cp));
        after_kept = after_emoji && shown;
    }
    if (kept.len != strlen(*text)) {
        free(*text);
        *text = str_take(&kept);
        str_fold_space(*text);
    }
    return 0;
}

int card_fonts_check(struct card_words *words, struct err *err)
{
    const FcFontSet *fonts = installed();
    if (!fonts || fonts->nfont == 0)
        return err_set(err, ERR_EXTERNAL,
                       "no fonts are installed; a card needs some (Debian: fonts-noto-core)");
    struct check c = {.words = words, .fonts = fonts};
    for (int i = 0; i < CARD_NB_FIELDS; i++) {
        c.field = (enum card_field)i;
        if (check_field(&c, err) < 0)
            return err->code;
    }
    return 0;
}

static void add_paths(char ***paths, size_t *nb, FcStrList *list)
{
    for (const FcChar8 *path; list && (path = FcStrListNext(list));)
        mem_add_string(paths, nb, (const char *)path);
    if (list)
        FcStrListDone(list);
}

char **card_font_paths(size_t *out_nb)
{
    const char *own = getenv("FONTCONFIG_PATH");
    char **paths = mem_zalloc(1, sizeof *paths);
    *out_nb = 1;
    paths[0] = mem_strdup(own ? own : "/etc/fonts"); /* libass lists it again */
    if (!FcInit())
        return paths;
    add_paths(&paths, out_nb, FcConfigGetConfigFiles(NULL));
    add_paths(&paths, out_nb, FcConfigGetFontDirs(NULL));
    add_paths(&paths, out_nb, FcConfigGetCacheDirs(NULL));
    return paths;
}
