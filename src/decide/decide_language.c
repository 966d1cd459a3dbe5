#include <string.h>

#include "captions_source.h"
#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "language.h"
#include "programme.h"
#include "str.h"

int decide_language(struct decided *out, const struct plan *plan, const struct language_wish *w,
                    struct err *err)
{
    char code[LANGUAGE_BYTES] = "", buf[LANGUAGE_BYTES];
    const struct talk *t = decide_find(plan, w->talk, 0, err);
    if (!t)
        return err->code;
    if (w->language)
        language_short(code, w->language);
    if (w->language && (!*code || !language_long(buf, code)))
        return err_set(err, ERR_USAGE,
                       "'%s' is no language: write its code of ISO 639, such as en or deu",
                       w->language);
    if (store_choose_language(plan->event->store, w->talk, w->language ? code : NULL, err) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb_parts; i++)
        decided_add(out, t->number, t->parts[i].number);
    return 0;
}

static const struct caption_source *find_captions(const struct part_plan *pp, const char *language)
{
    for (size_t i = 0; i < pp->nb_captions; i++)
        if (strcmp(pp->captions[i].language, language) == 0)
            return &pp->captions[i];
    return NULL;
}

/* Names the captions that were. */
static int refuse_clear(const struct part_plan *pp, const char *name, const char *language,
                        struct err *err)
{
    AUTO_STR list = {0};
    for (size_t i = 0; i < pp->nb_captions; i++)
        if (pp->captions[i].text)
            str_addf(&list, "%s%s", list.len ? ", " : "; corrected are: ",
                     *pp->captions[i].language ? pp->captions[i].language : "without a language");
    return err_set(err, ERR_NOT_FOUND, "talk %s: no captions %s%s were corrected%s", name,
                   *language ? "of the language " : "without a language", language,
                   list.s ? list.s : "");
}

/* Captions without a language are shown with the talk's, where the user set it. */
static const char *stored_language(const struct part_plan *pp, const struct plan *plan,
                                   const char *language)
{
    const char *talks = plan_language(plan, pp->talk->number);
    if (!talks || strcmp(talks, language) != 0)
        return language;
    for (size_t i = 0; i < pp->source->nb_captions; i++)
        if (strcmp(pp->source->captions[i].language, language) == 0)
            return language;
    for (size_t i = 0; i < pp->source->nb_captions; i++)
        if (!pp->source->captions[i].language[0])
            return "";
    return language;
}

static int captions_part(struct decided *out, const struct part_plan *pp, const struct plan *plan,
                         const void *wish, struct err *err)
{
    (void)out;
    const struct captions_wish *w = wish;
    char name[32], buf[LANGUAGE_BYTES];
    plan_part_name(name, pp->talk, pp->part->number);
    const struct caption_source *c = find_captions(pp, w->language);
    if (w->text && !c && *w->language && !language_long(buf, w->language))
        return err_set(err, ERR_USAGE,
                       "'%s' is no language: write its code of ISO 639, such as en or deu",
                       w->language);
    if (!pp->source || !pp->grid.nb_frames)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s has no recording that is known: see 'talkpress match'", name);
    if (!w->text && !(c && c->text))
        return refuse_clear(pp, name, w->language, err);
    struct chosen_captions chosen = {0};
    memcpy(chosen.recording, pp->source->recording->fingerprint, sizeof chosen.recording);
    strncat(chosen.language, stored_language(pp, plan, w->language), sizeof chosen.language - 1);
    union {
        const char *given;
        char *text;
    } u = {.given = w->text};
    chosen.text = u.text;
    return store_choose_captions(plan->event->store, pp->talk->number, pp->part->number, &chosen,
                                 err);
}

int decide_captions(struct decided *out, const struct plan *plan, const struct captions_wish *wish,
                    struct err *err)
{
    return decide_each_part(out, plan, wish->talk, wish->part, captions_part, wish, err);
}
