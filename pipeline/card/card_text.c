#include "card_text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "card_fonts.h"
#include "card_words.h"
#include "mem.h"
#include "str.h"

/* Scripts that put no spaces between words and may be broken between any two characters: CJK
 * radicals, ideographs, kana, bopomofo, their punctuation and full-width forms. */
static bool breaks_anywhere(uint32_t cp)
{
    static const uint32_t ranges[][2] = {
        {0x2e80, 0x2fdf}, {0x3001, 0x312f}, {0x3190, 0x4dbf},   {0x4e00, 0x9fff},
        {0xf900, 0xfaff}, {0xff01, 0xff9f}, {0x20000, 0x3ffff},
    };
    return STR_IN_RANGES(cp, ranges);
}

/* Japanese line breaking (JIS X 4051, JLREQ 3.1.7): closing marks, small kana, the long vowel mark
 * and iteration marks do not begin a line; nor does other punctuation. */
static bool may_begin_line(uint32_t cp)
{
    static const char *const never =
        "、。，．・：；？！）］｝〕〉》」』】〙〗〟’”％‰℃ー々〻ゝゞヽヾ゠〜～…‥"
        "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
        "｡｣､･ｧｨｩｪｫｬｭｮｯｰﾞﾟ!),.:;?]}%\"'";
    for (const char *p = never; *p;)
        if (str_next_utf8(&p) == cp)
            return false;
    return cp != 0x3099 && cp != 0x309a && !(cp >= 0x300 && cp < 0x370);
}

static bool may_end_line(uint32_t cp)
{
    for (const char *p = "（［｛〔〈《「『【〘〖〝‘“｢([{\"'"; *p;)
        if (str_next_utf8(&p) == cp)
            return false;
    return true;
}

static bool is_katakana(uint32_t cp)
{
    return (cp >= 0x30a1 && cp <= 0x30fa) || cp == 0x30fc || (cp >= 0xff66 && cp <= 0xff9f);
}

/* Katakana spells foreign words, which read badly when broken; only a long run may be. */
static bool in_katakana_word(uint32_t before, uint32_t cp, const char *rest, int *run)
{
    enum { LONGEST_WORD = 12 };
    if (!is_katakana(cp))
        return false;
    if (!is_katakana(before)) {
        *run = 1;
        while (is_katakana(str_next_utf8(&rest)))
            ++*run;
        return false;
    }
    return *run <= LONGEST_WORD;
}

/* libass breaks lines at U+0020 alone: a space without width lets it break elsewhere. An empty
 * \fscx goes back to the style's width. */
static const char break_here[] = "{\\fscx0} {\\fscx}";

/* An empty \fn goes back to the style's font. */
static void add_in_its_font(struct str *out, uint32_t cp)
{
    AUTO_FREE char *family = card_fonts_instead(cp);
    if (family)
        str_addf(out, "{\\fn%s}", family);
    str_add_utf8(out, cp);
    if (family)
        str_add(out, "{\\fn}");
}

/* A space, or a line end. */
static bool ends_word(uint32_t cp)
{
    return cp == ' ' || cp == 0x2028;
}

/* Addresses and names of files: a word too long for most lines may be broken after its marks. */
static bool in_long_word(const char *rest)
{
    enum { LONG_WORD = 28 };
    int nb = 0;
    for (uint32_t cp; nb < LONG_WORD && (cp = str_next_utf8(&rest)) && !ends_word(cp);)
        nb++;
    return nb == LONG_WORD;
}

static bool breaks_after_mark(uint32_t before, uint32_t cp)
{
    const bool is_mark = before < 0x80 && strchr("-/_.?&=:#@+", (int)before);
    return is_mark && (cp >= 0x80 || isalnum((int)cp));
}

/* A line may end between the two. ZERO WIDTH SPACE is how Thai and Khmer mark where. */
static bool may_break(uint32_t before, uint32_t cp, const char *rest, bool long_word,
                      int *katakana_run)
{
    const bool in_word = in_katakana_word(before, cp, rest, katakana_run);
    if (ends_word(before) || ends_word(cp))
        return false;
    return cp == 0x200b || (long_word && breaks_after_mark(before, cp)) ||
           (!in_word && (breaks_anywhere(cp) || breaks_anywhere(before)) && may_end_line(before) &&
            may_begin_line(cp));
}

static void add_escaped(struct str *out, const char *text)
{
    uint32_t before = ' ';
    int katakana_run = 0;
    bool long_word = false;
    const char *at = text;
    for (uint32_t cp; (cp = str_next_utf8(&text)); before = cp, at = text) {
        if (ends_word(before))
            long_word = in_long_word(at);
        if (may_break(before, cp, text, long_word, &katakana_run))
            str_add(out, break_here);
        if (cp == '{' || cp == '}')
            str_add(out, "\\");
        if (cp == 0x2028)
            str_add(out, "\\N");
        else if (cp != 0x200b)
            add_in_its_font(out, cp);
        if (cp == '\\') /* no escape exists; U+2060 WORD JOINER keeps it from starting one */
            str_add_utf8(out, 0x2060);
    }
}

/* Adds the text between two fields; if not wanted, only its {markup}. */
static void add_between(struct str *out, const char *from, const char *to, bool wanted)
{
    bool markup = false;
    for (; from < to; from++) {
        markup = markup || *from == '{';
        if (wanted || markup)
            str_add_bytes(out, from, 1);
        markup = markup && *from != '}';
    }
}

bool card_text_fill(struct str *out, const char *line, const struct card_words *words)
{
    bool first = true, any = false;
    size_t len;
    enum card_field field;
    for (const char *at; (at = card_field_find(line, &len, &field)); line = at + len) {
        const char *text = field < CARD_NB_FIELDS ? words->of[field] : "";
        add_between(out, line, at, first || (any && *text));
        add_escaped(out, text);
        any = any || *text;
        first = false;
    }
    str_add(out, line);
    return first || any;
}

bool card_text_is_rtl(const char *text)
{
    static const uint32_t rtl[][2] = {
        {0x590, 0x8ff}, {0xfb1d, 0xfdff}, {0xfe70, 0xfeff}, {0x10800, 0x10fff}, {0x1e800, 0x1efff},
    };
    static const uint32_t neutral[][2] = {
        {0, 0x40}, {0x5b, 0x60}, {0x7b, 0xbf}, {0x2000, 0x2bff}, {0x3000, 0x3004}, {0x3008, 0x3020},
    };
    for (uint32_t cp; (cp = str_next_utf8(&text));) {
        if (cp == 0x200f)
            return true;
        if (cp == 0x200e)
            return false;
        if (!STR_IN_RANGES(cp, neutral))
            return STR_IN_RANGES(cp, rtl);
    }
    return false;
}

bool card_text_is_tall(const char *text)
{
    /* Arabic to Thaana, Indic to Myanmar, Khmer to Limbu, Javanese and its neighbours … */
    static const uint32_t tall[][2] = {
        {0x600, 0x109f}, {0x1700, 0x1cff}, {0xa8e0, 0xaaff}, {0xfb50, 0xfdff}, {0xfe70, 0xfefe},
    };
    for (uint32_t cp; (cp = str_next_utf8(&text));)
        if (STR_IN_RANGES(cp, tall))
            return true;
    return false;
}
