#include "file_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

/* The meaning that a word gives to the number after it. */
enum role {
    ROLE_NONE,
    ROLE_NUMBER, /* it is a talk's */
    ROLE_PART,
    ROLE_CAMERA, /* the camera's counter */
    ROLE_ASIDE,  /* something else */
    ROLE_FILLER, /* none, and the word itself has no meaning either */
};

static const struct {
    enum role role;
    const char *words; /* each with a space before and after it */
} roles[] = {
    {ROLE_NUMBER, " ep episode folge lecture nr no num number talk vortrag "},
    {ROLE_PART, " part pt parte partie teil "},
    {ROLE_CAMERA,
     " c clip dji dsc dscf dscn gh gopr gp gx hdv img m2u mah mov mvi p pxl stream vid "
     "zoom "},
    {ROLE_ASIDE, " cam camera day disc disk hall mic room rev saal session stage tag take tape "
                 "track v version "},
    {ROLE_FILLER, " avi backup copy cut edit edited export final fixed fullhd fps hd low main "
                  "master mkv mp4 mts new old original output raw rec recorded recording screen "
                  "slides uhd untitled video web webm "
                  "a an and as at by for from in into is its of on or the to with your "
                  "das der des die ein eine fur im ist mit und von zu "
                  "au aux con de del des du el en et la las le les los para por pour un una une "},
};

static const int resolutions[] = {240, 360, 480, 540, 576, 720, 1080, 1440, 2160};

static bool lists(const char *words, const char *word, size_t nb)
{
    for (const char *at = words; (at = strstr(at, " ")); at++)
        if (!strncmp(at + 1, word, nb) && at[1 + nb] == ' ')
            return true;
    return false;
}

static enum role role_of(const char *word, size_t nb)
{
    for (size_t i = 0; nb && i < sizeof roles / sizeof *roles; i++)
        if (lists(roles[i].words, word, nb))
            return roles[i].role;
    return ROLE_NONE;
}

static size_t nb_digits(const char *s)
{
    return strspn(s, "0123456789");
}

static bool all_digits(const char *s)
{
    return *s && !s[nb_digits(s)];
}

static bool holds(char *const *words, size_t nb, const char *word)
{
    for (size_t i = 0; i < nb; i++)
        if (!strcmp(words[i], word))
            return true;
    return false;
}

char **file_name_split(size_t *out_nb, const char *text)
{
    AUTO_FREE char *slug = str_slug(text, 4 * strlen(text) + 16);
    char **words = NULL, *rest = NULL;
    *out_nb = 0;
    for (char *word = strtok_r(slug, "-", &rest); word; word = strtok_r(NULL, "-", &rest))
        mem_add_string(&words, out_nb, word);
    return words;
}

static bool is_talk_word(const char *word, const struct file_name_context *context)
{
    return strlen(word) > 1 && !all_digits(word) && role_of(word, strlen(word)) == ROLE_NONE &&
           !holds(context->event_words, context->nb_event_words, word);
}

char **file_name_words(size_t *out_nb, const char *text, const struct file_name_context *context)
{
    size_t nb_all;
    char **words = file_name_split(&nb_all, text);
    *out_nb = 0;
    for (size_t i = 0; i < nb_all; i++) {
        if (is_talk_word(words[i], context) && !holds(words, *out_nb, words[i]))
            words[(*out_nb)++] = words[i];
        else
            free(words[i]);
    }
    return words;
}

/* The name's words, with "ep15" and "1of2" taken apart: "ep", "15", "1", "of", "2". */
static char **tokens_of(size_t *out_nb, const char *name)
{
    const char *dot = strrchr(name, '.');
    const bool extension = dot && dot > name && strlen(dot) <= 5 && !all_digits(dot + 1);
    AUTO_STR stem = {0};
    str_add_bytes(&stem, name, extension ? (size_t)(dot - name) : strlen(name));

    size_t nb;
    char **words = file_name_split(&nb, stem.s);
    AUTO_STR parted = {0};
    for (size_t i = 0; i < nb; i++) {
        const char *rest = words[i];
        size_t nb_letters = 0;
        while (isalpha((unsigned char)rest[nb_letters]))
            nb_letters++;
        if (nb_digits(rest + nb_letters) && role_of(rest, nb_letters) != ROLE_NONE) {
            str_addf(&parted, "-%.*s", (int)nb_letters, rest);
            rest += nb_letters;
        }
        const size_t n = nb_digits(rest);
        if (n && !strncmp(rest + n, "of", 2) && all_digits(rest + n + 2))
            str_addf(&parted, "-%.*s-of-%s", (int)n, rest, rest + n + 2);
        else
            str_addf(&parted, "-%s", rest);
    }
    mem_free_strings(words, nb);
    return file_name_split(out_nb, parted.s ? parted.s : "");
}

struct reader {
    struct file_name *out;
    const struct file_name_context *context;
    char **tokens;
    size_t nb_tokens;
    bool leading; /* no word or number of a talk so far */
};

static void add_number(struct reader *r, const char *token, enum file_number_kind kind)
{
    const size_t n = nb_digits(token);
    if (n > 9)
        return;
    size_t digits_of_a_talk = 1;
    for (int greatest = r->context->greatest_number; greatest >= 10; greatest /= 10)
        digits_of_a_talk++;
    if (n > (digits_of_a_talk > 3 ? digits_of_a_talk : 3))
        kind = FILE_NUMBER_COUNTER;
    struct file_name *out = r->out;
    out->numbers = mem_grow(out->numbers, out->nb_numbers, sizeof *out->numbers);
    out->numbers[out->nb_numbers++] = (struct file_number){.value = atoi(token), .kind = kind};
    if (kind != FILE_NUMBER_COUNTER)
        r->leading = false;
}

/* How many tokens the date at the start takes, "2010-04-28", "28-04-2010" or "20100428"; 0: there
 * is none. */
static size_t date_length(char *const *tokens, size_t nb)
{
    if (nb_digits(tokens[0]) == 8 && all_digits(tokens[0]))
        return (!strncmp(tokens[0], "19", 2) || !strncmp(tokens[0], "20", 2)) ? 1 : 0;
    if (nb < 3 || !all_digits(tokens[0]) || !all_digits(tokens[1]) || !all_digits(tokens[2]))
        return 0;
    const int a = atoi(tokens[0]), b = atoi(tokens[1]), c = atoi(tokens[2]);
    const bool year_first = a >= 1990 && a < 2100 && c <= 31;
    const bool year_last = c >= 1990 && c < 2100 && a <= 31;
    return (year_first || year_last) && b <= 31 ? 3 : 0;
}

static bool is_resolution(const char *token)
{
    for (size_t i = 0; i < sizeof resolutions / sizeof *resolutions; i++)
        if (atoi(token) == resolutions[i])
            return true;
    return false;
}

/* Reads a number without a word before it that explains it. Returns how many tokens it takes. */
static size_t read_bare_number(struct reader *r, size_t i)
{
    char *const *t = &r->tokens[i];
    const size_t left = r->nb_tokens - i;
    const size_t date = date_length(t, left);
    if (date)
        return date;
    if (left >= 3 && !strcmp(t[1], "of") && all_digits(t[2])) {
        r->out->part = atoi(t[0]);
        return 3;
    }
    const bool of_event =
        nb_digits(t[0]) == 4 && holds(r->context->event_words, r->context->nb_event_words, t[0]);
    if (!of_event && !(i && is_resolution(t[0])))
        add_number(r, t[0], r->leading ? FILE_NUMBER_LEADING : FILE_NUMBER_INSIDE);
    return 1;
}

/* Reads a number after a word that explains it, and "of 2" after a part. Returns how many tokens it
 * takes. */
static size_t read_explained_number(struct reader *r, size_t i, enum role role)
{
    const char *number = r->tokens[i];
    const size_t left = r->nb_tokens - i;
    if (role == ROLE_NUMBER) {
        add_number(r, number, FILE_NUMBER_MARKED);
    } else if (role == ROLE_CAMERA) {
        add_number(r, number, FILE_NUMBER_COUNTER);
    } else if (role == ROLE_PART) {
        r->out->part = nb_digits(number) <= 2 ? atoi(number) : 0;
        return left >= 3 && !strcmp(r->tokens[i + 1], "of") && all_digits(r->tokens[i + 2]) ? 3 : 1;
    }
    return 1;
}

/* "15a", "015b": a talk's number with a letter for the part. */
static bool is_lettered_number(const char *token)
{
    const size_t n = nb_digits(token);
    return n && n <= 4 && token[n] >= 'a' && token[n] <= 'c' && !token[n + 1];
}

static void read_tokens(struct reader *r)
{
    for (size_t i = 0; i < r->nb_tokens;) {
        const char *token = r->tokens[i];
        const enum role role = role_of(token, strlen(token));
        if (all_digits(token)) {
            i += read_bare_number(r, i);
        } else if (role != ROLE_NONE) {
            i++;
            if (role != ROLE_FILLER && i < r->nb_tokens && all_digits(r->tokens[i]))
                i += read_explained_number(r, i, role);
        } else if (is_lettered_number(token)) {
            r->out->part = token[nb_digits(token)] - 'a' + 1;
            add_number(r, token, r->leading ? FILE_NUMBER_LEADING : FILE_NUMBER_INSIDE);
            i++;
        } else {
            if (is_talk_word(token, r->context) && !isdigit((unsigned char)token[0])) /* "720p" */
                r->leading = false;
            i++;
        }
    }
}

void file_name_read(struct file_name *out, const char *name,
                    const struct file_name_context *context)
{
    *out = (struct file_name){0};
    struct reader r = {.out = out, .context = context, .leading = true};
    r.tokens = tokens_of(&r.nb_tokens, name);
    read_tokens(&r);

    AUTO_STR text = {0};
    for (size_t i = 0; i < r.nb_tokens; i++)
        str_addf(&text, "%s ", r.tokens[i]);
    out->words = file_name_words(&out->nb_words, text.s ? text.s : "", context);
    mem_free_strings(r.tokens, r.nb_tokens);
}

void file_name_finish(struct file_name *name)
{
    mem_free_strings(name->words, name->nb_words);
    free(name->numbers);
    *name = (struct file_name){0};
}
