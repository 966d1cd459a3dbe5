#include "site_captions.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "page_html.h"
#include "page_text.h"

enum {
    PARAGRAPH_MS = 25000,     /* a paragraph ends with the first sentence that ends after it, */
    PARAGRAPH_MAX_MS = 45000, /* or after this time */
    MAX_WORD_CHARS = 40,
};

/* --- texts ------------------------------------------------------------------------------------ */

/* Reads the character reference at p, one of those that cues may have. The place after it. */
static const char *add_reference(struct str *out, const char *p)
{
    static const char *const references[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}};
    for (size_t i = 0; i < 3; i++)
        if (str_starts(p, references[i][0])) {
            str_add(out, references[i][1]);
            return p + strlen(references[i][0]);
        }
    str_add_bytes(out, p, 1);
    return p + 1;
}

static char *plain(const char *text)
{
    AUTO_STR s = {0};
    for (const char *p = text; *p;) {
        const size_t nb = strcspn(p, "<&");
        str_add_bytes(&s, p, nb);
        p += nb;
        const char *end = *p == '<' ? strchr(p, '>') : NULL;
        if (end)
            p = end + 1;
        else if (*p)
            p = add_reference(&s, p);
    }
    AUTO_FREE char *lines = str_take(&s);
    return str_clean_line(lines);
}

void captions_make_plain(struct cues *c)
{
    for (size_t i = 0; i < c->nb; i++) {
        char *text = plain(c->cues[i].text);
        free(c->cues[i].text);
        c->cues[i].text = text;
    }
}

static bool ends_sentence(const char *line)
{
    static const char *const marks[] = {".", "?", "!", "…", "。", "！", "？"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_ends(line, marks[i]))
            return true;
    return false;
}

static void add_seconds(struct str *out, int64_t ms)
{
    char text[TEXT_SECONDS_BYTES];
    str_add(out, text_format_seconds(text, ms));
}

static void add_line(struct str *out, const struct cue *cue)
{
    str_add(out, " <span data-t=\"");
    add_seconds(out, cue->start_ms);
    str_add(out, "\" data-end=\"");
    add_seconds(out, cue->end_ms);
    str_add(out, "\">");
    html_add_text(out, cue->text);
    str_add(out, "</span>");
}

/* Where the paragraph that begins with cue i ends. */
static size_t paragraph_end(const struct cues *c, size_t i)
{
    const int64_t begin_ms = c->cues[i].start_ms;
    for (i++; i < c->nb; i++) {
        const int64_t since_ms = c->cues[i].start_ms - begin_ms;
        if (since_ms >= PARAGRAPH_MAX_MS ||
            (since_ms >= PARAGRAPH_MS && ends_sentence(c->cues[i - 1].text)))
            break;
    }
    return i;
}

json_t *captions_transcript(const struct cues *c, struct html_pieces *pieces)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->nb;) {
        const int64_t begin_ms = c->cues[i].start_ms;
        AUTO_STR lines = {0};
        for (const size_t end = paragraph_end(c, i); i < end; i++)
            add_line(&lines, &c->cues[i]);
        json_array_append_new(list, json_pack("{s:o, s:o, s:I}", "t", text_seconds(begin_ms),
                                              "clock", text_length(begin_ms / 1000 * 1000), "lines",
                                              (json_int_t)pieces->nb));
        pieces->texts = mem_grow(pieces->texts, pieces->nb, sizeof *pieces->texts);
        pieces->texts[pieces->nb++] = str_take(&lines);
    }
    return list;
}

/* --- scripts ---------------------------------------------------------------------------------- */

/* A string of JSON that may stand in any script. The text is valid UTF-8. */
static void add_string(struct str *out, const char *text)
{
    str_add(out, "\"");
    for (const char *p = text; *p;) {
        const size_t nb = strcspn(p, "\"\\<\xe2\n\t");
        str_add_bytes(out, p, nb);
        p += nb;
        if (str_starts(p, "\u2028") ||
            str_starts(p, "\u2029")) { /* once ended a line of a script */
            str_addf(out, "\\u20%02x", (unsigned char)p[2] - 0x80);
            p += 3;
        } else if (*p == '\xe2') {
            str_add_bytes(out, p++, 1);
        } else if (*p) {
            str_addf(out, "\\u%04x", (unsigned char)*p++);
        }
    }
    str_add(out, "\"");
}

void captions_script(struct str *out, const char *page, const struct cues *c)
{
    str_add(out, "captionLines({\"page\":");
    add_string(out, page);
    str_add(out, ",\"lines\":[");
    for (size_t i = 0; i < c->nb; i++) {
        char start[32];
        snprintf(start, sizeof start, "%s%" PRId64 ",", i ? "," : "", c->cues[i].start_ms);
        str_add(out, start);
        add_string(out, c->cues[i].text);
    }
    str_add(out, "]});\n");
}

/* --- the index of words ----------------------------------------------------------------------- */

struct word {
    struct word *next; /* of those with the same place in the table */
    uint32_t hash;
    size_t last;      /* the page that was added last */
    struct str pages; /* differences of the pages' numbers, in base 36 */
    char text[];
};

/* An event of a thousand talks has ten million words, of which some ten thousands are different. */
struct word_index {
    struct word **table;
    size_t nb, nb_places; /* places: a power of two */
    json_t *pages;
};

struct word_index *word_index_create(void)
{
    struct word_index *x = mem_zalloc(1, sizeof *x);
    x->nb_places = 1024;
    x->table = mem_zalloc(x->nb_places, sizeof *x->table);
    x->pages = json_array();
    return x;
}

/* A new array of all words, in no order. */
static struct word **all_words(const struct word_index *x)
{
    struct word **list = mem_zalloc(x->nb + 1, sizeof *list);
    size_t nb = 0;
    for (size_t i = 0; i < x->nb_places; i++)
        for (struct word *w = x->table[i]; w; w = w->next)
            list[nb++] = w;
    return list;
}

void word_index_destroy_p(struct word_index **index)
{
    struct word_index *x = *index;
    if (!x)
        return;
    AUTO_FREE struct word **words = all_words(x);
    for (size_t i = 0; i < x->nb; i++) {
        str_finish(&words[i]->pages);
        free(words[i]);
    }
    json_decref(x->pages);
    free(x->table);
    free(x);
}

static void put_into_table(struct word_index *x, struct word *w)
{
    struct word **place = &x->table[w->hash & (x->nb_places - 1)];
    w->next = *place;
    *place = w;
}

static void grow_table(struct word_index *x)
{
    AUTO_FREE struct word **words = all_words(x);
    free(x->table);
    x->nb_places *= 2;
    x->table = mem_zalloc(x->nb_places, sizeof *x->table);
    for (size_t i = 0; i < x->nb; i++)
        put_into_table(x, words[i]);
}

/* A word that is being read. */
struct spelling {
    uint32_t hash;
    size_t nb;
    char text[6 * (MAX_WORD_CHARS + 1) + 1];
};

static void start_word(struct spelling *s)
{
    s->hash = 2166136261; /* FNV-1a */
    s->nb = 0;
}

static void add_letter(struct spelling *s, uint32_t c)
{
    char *p = &s->text[s->nb];
    *p = (char)c;
    s->nb += c < 0x80 ? 1 : (size_t)g_unichar_to_utf8(c, p);
    for (; p < &s->text[s->nb]; p++)
        s->hash = (s->hash ^ (unsigned char)*p) * 16777619;
}

static struct word *find_word(struct word_index *x, const struct spelling *s)
{
    struct word *w = x->table[s->hash & (x->nb_places - 1)];
    while (w && (w->hash != s->hash || strcmp(w->text, s->text) != 0))
        w = w->next;
    if (w)
        return w;
    w = mem_zalloc(1, sizeof *w + s->nb + 1);
    w->hash = s->hash;
    memcpy(w->text, s->text, s->nb);
    put_into_table(x, w);
    if (++x->nb > x->nb_places)
        grow_table(x);
    return w;
}

static void add_number(struct str *out, size_t number)
{
    char digits[16];
    size_t nb = sizeof digits;
    do {
        digits[--nb] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
        number /= 36;
    } while (number);
    str_add_bytes(out, digits + nb, sizeof digits - nb);
}

/* Adds the word, if it has letters, and starts another. */
static void end_word(struct word_index *x, struct spelling *s)
{
    const size_t page = json_array_size(x->pages);
    s->text[s->nb] = '\0';
    struct word *w = s->nb ? find_word(x, s) : NULL;
    if (w && w->last != page) { /* pages count from 1 here */
        str_add(&w->pages, w->last ? "," : "");
        add_number(&w->pages, page - w->last);
        w->last = page;
    }
    start_word(s);
}

/* Scripts that have no space between words: each character is searched as a word. */
static bool stands_alone(gunichar c)
{
    static const GUnicodeScript scripts[] = {G_UNICODE_SCRIPT_HAN,      G_UNICODE_SCRIPT_HIRAGANA,
                                             G_UNICODE_SCRIPT_KATAKANA, G_UNICODE_SCRIPT_THAI,
                                             G_UNICODE_SCRIPT_LAO,      G_UNICODE_SCRIPT_KHMER,
                                             G_UNICODE_SCRIPT_MYANMAR};
    if (c < 0x0e00)
        return false;
    const GUnicodeScript script = g_unichar_get_script(c);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (script == scripts[i])
            return true;
    return false;
}

/* As fold() of search.js does it: letters without their accents, in lower case. */
static void add_words(struct word_index *x, const char *line)
{
    struct spelling word;
    char *folded = g_str_is_ascii(line) ? NULL : g_utf8_normalize(line, -1, G_NORMALIZE_NFD);
    size_t nb = 0;
    const char *p = folded ? folded : line;
    start_word(&word);
    for (uint32_t c; (c = str_next_utf8(&p));) {
        const bool ascii = c < 0x80;
        if (!ascii && g_unichar_ismark(c))
            continue;
        const bool letter = ascii ? g_ascii_isalnum((char)c) : g_unichar_isalnum(c);
        const bool alone = !ascii && stands_alone(c);
        if (!letter || alone || ++nb > MAX_WORD_CHARS) {
            end_word(x, &word);
            nb = 0;
        }
        if (letter && ascii)
            add_letter(&word, (uint32_t)g_ascii_tolower((char)c));
        else if (letter)
            add_letter(&word, c == 0x3c2 ? 0x3c3 : g_unichar_tolower(c)); /* a final sigma */
        if (alone)
            end_word(x, &word);
    }
    end_word(x, &word);
    g_free(folded);
}

void word_index_add(struct word_index *x, const char *page, const struct cues *c)
{
    json_array_append_new(x->pages, json_string(page));
    for (size_t i = 0; i < c->nb; i++)
        add_words(x, c->cues[i].text);
}

static int by_text(const void *a, const void *b)
{
    struct word *const *x = a, *const *y = b;
    return strcmp((*x)->text, (*y)->text);
}

void word_index_script(struct str *out, const struct word_index *x)
{
    AUTO_STR words = {0}, pages = {0};
    if (json_array_size(x->pages) == 0)
        return;
    AUTO_FREE struct word **sorted = all_words(x);
    qsort(sorted, x->nb, sizeof *sorted, by_text);
    for (size_t i = 0; i < x->nb; i++) {
        str_add(&words, i ? " " : "");
        str_add(&words, sorted[i]->text);
        str_add(&pages, i ? " " : "");
        str_add(&pages, sorted[i]->pages.s);
    }
    AUTO_FREE char *names = json_compact(x->pages);
    /* Words are letters and digits, and names of files have no characters that end a script. */
    str_add(out, "captionIndex({\"pages\":");
    str_add(out, names);
    str_add(out, ",\"words\":");
    add_string(out, words.s ? words.s : "");
    str_add(out, ",\"in\":");
    add_string(out, pages.s ? pages.s : "");
    str_add(out, "});\n");
}
