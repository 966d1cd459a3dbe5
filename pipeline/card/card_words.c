#include "card_words.h"

#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "str.h"

static const struct {
    const char *token, *name;
    size_t offset; /* in struct card_text */
} fields[CARD_NB_FIELDS] = {
    [CARD_EVENT] = {"@EVENT@", "event", offsetof(struct card_text, event)},
    [CARD_SECTION] = {"@SECTION@", "section", offsetof(struct card_text, section)},
    [CARD_TITLE] = {"@TITLE@", "title", offsetof(struct card_text, title)},
    [CARD_SPEAKERS] = {"@SPEAKERS@", "speakers", offsetof(struct card_text, speakers)},
    [CARD_PART] = {"@PART@", "part", offsetof(struct card_text, part)},
    [CARD_DATE] = {"@DATE@", "date", offsetof(struct card_text, date)},
    [CARD_PLACE] = {"@PLACE@", "place", offsetof(struct card_text, place)},
};

void card_words_init(struct card_words *out, const struct card_text *text)
{
    for (int i = 0; i < CARD_NB_FIELDS; i++) {
        const char *said;
        memcpy(&said, (const char *)text + fields[i].offset, sizeof said);
        out->of[i] = str_clean(said ? said : "");
        str_fold_space(out->of[i]);
    }
}

void card_words_finish(struct card_words *words)
{
    for (int i = 0; i < CARD_NB_FIELDS; i++)
        free(words->of[i]);
    free(words->left_out);
}

const char *card_field_name(enum card_field field)
{
    return fields[field].name;
}

const char *card_field_find(const char *line, size_t *len, enum card_field *field)
{
    for (const char *at = line; (at = strchr(at, '@')); at++) {
        const size_t nb = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (!nb || at[nb + 1] != '@')
            continue;
        *len = nb + 2;
        *field = CARD_NB_FIELDS;
        for (int i = 0; i < CARD_NB_FIELDS; i++)
            if (str_starts(at, fields[i].token))
                *field = i;
        return at;
    }
    return NULL;
}

bool card_field_among(const char *line, enum card_field field)
{
    return strstr(line, fields[field].token) != NULL;
}

enum card_field card_field_longest(const char *line, const struct card_words *words)
{
    enum card_field longest = CARD_NB_FIELDS;
    for (int i = 0; i < CARD_NB_FIELDS; i++)
        if (card_field_among(line, i) &&
            (longest == CARD_NB_FIELDS || strlen(words->of[i]) > strlen(words->of[longest])))
            longest = i;
    return longest;
}
