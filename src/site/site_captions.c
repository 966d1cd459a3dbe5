#include "site_captions.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "site_text.h"

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

json_t *captions_transcript(const struct cues *c)
{
    json_t *list = json_array(), *paragraph = NULL;
    int64_t begin_ms = 0;
    bool sentence = false;
    for (size_t i = 0; i < c->nb; i++) {
        const struct cue *cue = &c->cues[i];
        const int64_t since_ms = cue->start_ms - begin_ms;
        if (!paragraph || since_ms >= PARAGRAPH_MAX_MS || (sentence && since_ms >= PARAGRAPH_MS)) {
            begin_ms = cue->start_ms;
            paragraph = json_pack("{s:o, s:o, s:[]}", "t", text_seconds(begin_ms), "clock",
                                  text_length(begin_ms / 1000 * 1000), "cues");
            json_array_append_new(list, paragraph);
        }
        json_array_append_new(json_object_get(paragraph, "cues"),
                              json_pack("{s:o, s:o, s:s}", "t", text_seconds(cue->start_ms), "end",
                                        text_seconds(cue->end_ms), "text", cue->text));
        sentence = ends_sentence(cue->text);
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
    size_t last;      /* the page that was added last */
    struct str pages; /* differences of the pages' numbers, in base 36 */
    size_t nb;
};

struct word_index {
    GHashTable *words; /* of struct word */
    json_t *pages;
};

static void free_word(void *opaque)
{
    struct word *w = opaque;
    str_finish(&w->pages);
    free(w);
}

struct word_index *word_index_create(void)
{
    struct word_index *x = mem_zalloc(1, sizeof *x);
    x->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_word);
    x->pages = json_array();
    return x;
}

void word_index_destroy_p(struct word_index **index)
{
    struct word_index *x = *index;
    if (!x)
        return;
    g_hash_table_destroy(x->words);
    json_decref(x->pages);
    free(x);
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

static void add_word(struct word_index *x, struct str *word)
{
    if (word->len == 0)
        return;
    const size_t page = json_array_size(x->pages);
    struct word *w = g_hash_table_lookup(x->words, word->s);
    if (!w) {
        w = mem_zalloc(1, sizeof *w);
        g_hash_table_insert(x->words, g_strdup(word->s), w);
    }
    if (w->last != page) { /* pages count from 1 here */
        str_add(&w->pages, w->nb++ ? "," : "");
        add_number(&w->pages, page - w->last);
        w->last = page;
    }
    str_clear(word);
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
    AUTO_STR word = {0};
    char *folded =
        g_str_is_ascii(line) ? g_strdup(line) : g_utf8_normalize(line, -1, G_NORMALIZE_NFD);
    size_t nb = 0;
    for (const char *p = folded; p && *p; p = g_utf8_next_char(p)) {
        const gunichar c = g_unichar_tolower(g_utf8_get_char(p));
        if (g_unichar_ismark(c))
            continue;
        if (!g_unichar_isalnum(c) || stands_alone(c) || ++nb > MAX_WORD_CHARS) {
            add_word(x, &word);
            nb = 0;
        }
        if (g_unichar_isalnum(c))
            str_add_utf8(&word, c == 0x3c2 ? 0x3c3 : c); /* a final sigma */
        if (stands_alone(c))
            add_word(x, &word);
    }
    add_word(x, &word);
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
    return strcmp(a, b);
}

void word_index_script(struct str *out, const struct word_index *x)
{
    AUTO_STR words = {0}, pages = {0};
    if (json_array_size(x->pages) == 0)
        return;
    GList *sorted = g_list_sort(g_hash_table_get_keys(x->words), by_text);
    for (const GList *i = sorted; i; i = i->next) {
        const struct word *w = g_hash_table_lookup(x->words, i->data);
        str_add(&words, i == sorted ? "" : " ");
        str_add(&words, i->data);
        str_add(&pages, i == sorted ? "" : " ");
        str_add(&pages, w->pages.s);
    }
    g_list_free(sorted);
    AUTO_FREE char *names = json_dumps(x->pages, JSON_COMPACT);
    /* Words are letters and digits, and names of files have no characters that end a script. */
    str_add(out, "captionIndex({\"pages\":");
    str_add(out, names ? names : "[]");
    str_add(out, ",\"words\":");
    add_string(out, words.s ? words.s : "");
    str_add(out, ",\"in\":");
    add_string(out, pages.s ? pages.s : "");
    str_add(out, "});\n");
}
