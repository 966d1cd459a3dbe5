#include "match_formats.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "file_name.h"
#include "match.h"
#include "mem.h"
#include "str.h"

enum {
    /* Encoders pad; sound may be a moment longer than the picture. */
    NEAR_MS = 2000,
    /* One of them with a title card, an intro, or seconds that an edit left out: only where the
     * names say the same talk. */
    CARD_MS = 60000,
};

/* Words at the end of a name that say how a file is encoded, not what is in it. */
static const char marks[] =
    " hd sd uhd fhd fullhd hq lq high low medium small large mobile iphone ipod hires lores hifi "
    "lofi "
    "video audio audioonly sound "
    "mp4 m4v m4a mov mkv webm ogg ogv oga opus mp3 aac flac wav avi mpg mpeg mpeg1 mpeg2 mpeg4 flv "
    "wmv 3gp h264 x264 avc h265 x265 hevc vp8 vp9 av1 theora vorbis divx xvid prores dnxhd "
    "vbr cbr 2k 4k 8k ia ";

static bool is_listed(const char *word)
{
    AUTO_FREE char *wanted = mem_printf(" %s ", word);
    return strstr(marks, wanted);
}

/* The text after the digits at the start, of which there are at least nb; NULL: there are not. */
static const char *after_digits(const char *s, size_t nb)
{
    const size_t n = strspn(s, "0123456789");
    return n >= nb ? s + n : NULL;
}

/* "720p", "1080p50", "1080i", "1920x1080", "50fps", "512kb", "128kbps", "128k". */
static bool is_measure(const char *word)
{
    static const char *const units[] = {"kb", "kbps", "kbit", "mb", "mbps", "mbit", "fps"};
    const char *unit = after_digits(word, 3), *rest;
    if (unit && (*unit == 'p' || *unit == 'i') && !*after_digits(unit + 1, 0))
        return true;
    if (unit && strcmp(unit, "k") == 0)
        return true;
    if (unit && *unit == 'x' && (rest = after_digits(unit + 1, 3)) && !*rest)
        return true;
    rest = after_digits(word, 1);
    for (size_t i = 0; rest && i < sizeof units / sizeof *units; i++)
        if (strcmp(rest, units[i]) == 0)
            return true;
    return false;
}

/* A bare number is a mark only if it is the picture's height: it may be a talk's number. */
static bool is_height(const char *word, const struct match_recording *r)
{
    const char *rest = after_digits(word, 3);
    return rest && !*rest && r->height > 0 && strlen(word) < 6 && atoi(word) == r->height;
}

static bool is_mark(const char *word, const struct match_recording *r)
{
    return is_listed(word) || is_measure(word) || is_height(word, r);
}

/* Where a name's suffix begins: at its last dot, or its end. */
static size_t stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot > name ? (size_t)(dot - name) : strlen(name);
}

/* The text's words, joined by '-', without the marks at the end of them. */
static void add_unmarked(struct str *out, const char *text, const struct match_recording *r)
{
    size_t nb, nb_kept;
    char **words = file_name_split(&nb, text);
    for (nb_kept = nb; nb_kept > 0 && is_mark(words[nb_kept - 1], r);)
        nb_kept--;
    for (size_t i = 0; i < nb_kept; i++)
        str_addf(out, "%s%s", i ? "-" : "", words[i]);
    mem_free_strings(words, nb);
}

char *match_formats_stem(const struct match_recording *r)
{
    AUTO_FREE char *name = mem_printf("%.*s", (int)stem_length(r->name), r->name);
    AUTO_STR s = {0};
    add_unmarked(&s, name, r);
    return str_take(&s);
}

/* The folders above the file, without those that are named after a format: "h264-hd". */
static void add_folders(struct str *out, const struct match_recording *r)
{
    const char *path = r->path ? r->path : "", *slash;
    for (; (slash = strchr(path, '/')); path = slash + 1) {
        AUTO_FREE char *folder = mem_printf("%.*s", (int)(slash - path), path);
        AUTO_STR kept = {0};
        if (*folder)
            add_unmarked(&kept, folder, r);
        if (kept.len)
            str_addf(out, "%s/", folder); /* as it is: 1 and 01 are two */
    }
}

/* What all formats of a recording have in common. Names that say nothing of a talk repeat from
 * folder to folder: 00000.MTS on every card. */
static char *key_of(const struct match_recording *r, const struct format_clue *clue)
{
    AUTO_FREE char *stem = match_formats_stem(r);
    AUTO_STR key = {0};
    if (clue->talk < 0 || !*stem)
        add_folders(&key, r);
    str_addf(&key, "/%s", stem);
    return str_take(&key);
}

/* --- which one is taken ----------------------------------------------------------------------- */

struct item {
    const struct match_recording *recording;
    const struct format_clue *clue;
    char *key; /* owned */
    int index;
};

static bool has_picture(const struct item *x)
{
    return x->recording->width > 0;
}

static int64_t area(const struct item *x)
{
    return (int64_t)x->recording->width * x->recording->height;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By key; of each key the best first. */
static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    const int by_key = strcmp(x->key, y->key);
    const int better[] = {
        y->clue->chosen - x->clue->chosen,
        has_picture(y) - has_picture(x),
        y->recording->has_sound - x->recording->has_sound,
        compare(area(y), area(x)),
        compare(y->recording->bytes, x->recording->bytes),
    };
    for (size_t i = 0; by_key == 0 && i < sizeof better / sizeof *better; i++)
        if (better[i])
            return better[i];
    return by_key ? by_key : compare(x->index, y->index);
}

static bool near_in_length(const struct item *x, const struct item *y)
{
    const int64_t a = x->recording->duration_ms, b = y->recording->duration_ms;
    if (a < 0 || b < 0)
        return false;
    const bool may_lack_card = has_picture(x) != has_picture(y) && x->clue->talk >= 0;
    return llabs(a - b) <= (may_lack_card ? CARD_MS : NEAR_MS + a / 1000);
}

static const char *suffix_of(const struct item *x)
{
    return x->recording->name + stem_length(x->recording->name);
}

/* Copies of one file, or files of two cameras, differ in nothing that makes a format. */
static bool differ_in_format(const struct item *x, const struct item *y)
{
    const char *a = x->recording->name, *b = y->recording->name;
    const size_t nb = stem_length(a);
    return strcasecmp(suffix_of(x), suffix_of(y)) != 0 || nb != stem_length(b) ||
           strncasecmp(a, b, nb) != 0 || area(x) != area(y);
}

static bool are_formats(const struct item *x, const struct item *y)
{
    return x->clue->talk == y->clue->talk && near_in_length(x, y) && differ_in_format(x, y);
}

/* Among recordings with one key, of which the best come first. */
static void set_aside(int *best, const struct item *items, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        if (best[items[i].index] >= 0)
            continue;
        for (size_t k = i + 1; k < nb; k++)
            if (best[items[k].index] < 0 && !items[k].clue->chosen &&
                are_formats(&items[i], &items[k]))
                best[items[k].index] = items[i].index;
    }
}

void match_formats_find(int *best, const struct match_recording *recordings,
                        const struct format_clue *clues, size_t nb)
{
    AUTO_FREE struct item *items = mem_zalloc(nb + 1, sizeof *items);
    for (size_t i = 0; i < nb; i++) {
        best[i] = -1;
        items[i] = (struct item){.recording = &recordings[i],
                                 .clue = &clues[i],
                                 .key = key_of(&recordings[i], &clues[i]),
                                 .index = (int)i};
    }
    qsort(items, nb, sizeof *items, compare_items);
    for (size_t i = 0, end; i < nb; i = end) {
        for (end = i + 1; end < nb && strcmp(items[i].key, items[end].key) == 0;)
            end++;
        set_aside(best, items + i, end - i);
    }
    for (size_t i = 0; i < nb; i++)
        free(items[i].key);
}
