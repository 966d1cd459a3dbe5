#include "card_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "cli.h"
#include "event.h"
#include "event_about.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "part.h"
#include "programme.h"
#include "sandbox.h"
#include "table.h"

/* The size that most are made in. On cards of other sizes and shapes about as much text fits. */
enum { WIDTH = 1280, HEIGHT = 720 };

void card_trial_fill(struct card_request *out, const struct settings *s,
                     const struct programme *programme, const struct talk *talk,
                     const struct part *part)
{
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    struct card_text text;
    part_card_text(&text, &speakers, &date, &label, s, programme, talk, part);
    *out = (struct card_request){
        .event = mem_strdup(text.event),
        .section = mem_strdup(text.section),
        .title = mem_strdup(text.title),
        .speakers = mem_strdup(text.speakers),
        .part = mem_strdup(text.part),
        .date = mem_strdup(text.date),
        .place = mem_strdup(text.place),
        .template_path = mem_strdup(s->card_template),
        .logo_path = mem_strdup(s->card_logo),
        .background_path = mem_strdup(s->card_background),
        .sandbox = mem_strdup(sandbox_mode_name(s->sandbox)),
        .duration_ms = s->card_ms,
        .fade_ms = s->card_fade_ms,
    };
}

/* --- trying ----------------------------------------------------------------------------------- */

/* The cards of a talk's parts differ in a digit: its first one represents them. */
static int ask(struct trial_answer *out, const struct settings *s, const struct programme *p,
               struct err *err)
{
    AUTO_FREE char *program = NULL;
    AUTO_JSON *answer = NULL;
    AUTO_TRIAL_REQUEST request = {.cards = mem_zalloc(p->nb_talks, sizeof *request.cards)};
    char verb[] = "worker", what[] = "--try-cards";
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct card_request *card = &request.cards[request.nb_cards++];
        card_trial_fill(card, s, p, &p->talks[i], talk_part(&p->talks[i], 1));
        card->width = WIDTH;
        card->height = HEIGHT;
    }
    AUTO_JSON *json = trial_request_write(&request);
    if (media_program_find(&program, err) < 0 ||
        media_program_ask(&answer, program, (char *[]){verb, what, NULL}, json, err) < 0)
        return err->code;
    return trial_answer_read(out, answer, err);
}

/* Numbers of talks that the programme does not have. */
static json_t *unknown_titles(const struct settings *s, const struct programme *p)
{
    json_t *unknown = json_array(), *title;
    const char *number;
    json_object_foreach(s->card_titles, number, title)
        if (!programme_find(p, (int)strtol(number, NULL, 10)))
            json_array_append_new(unknown, json_string(number));
    return unknown;
}

/* Takes the list. */
static void add_list(json_t *to, const char *key, json_t *list)
{
    if (json_array_size(list))
        json_object_set(to, key, list);
    json_decref(list);
}

json_t *card_trial(const struct event *event, struct programme *p)
{
    const struct settings *s = &event->settings;
    struct err err = {0};
    AUTO_TRIAL_ANSWER answer = {0};
    event_about_apply(&s->about, p);
    if (p->nb_talks && ask(&answer, s, p, &err) < 0)
        answer.failure = mem_strdup(err.msg);
    json_t *cards = json_array();
    for (size_t i = 0; i < answer.nb_findings; i++) {
        const struct trial_finding *f = &answer.findings[i];
        if (f->card >= 0 && (size_t)f->card < p->nb_talks)
            json_array_append_new(
                cards, json_pack("{s:i, s:o, s:o}", "talk", p->talks[f->card].number, "problem",
                                 json_text(f->problem), "left_out", json_text(f->left_out)));
    }
    json_t *all = json_object();
    add_list(all, "cards", cards);
    add_list(all, "card_titles_unknown", unknown_titles(s, p));
    if (answer.failure)
        json_object_set_new(all, "cards_failure", json_text(answer.failure));
    return all;
}

/* --- printing --------------------------------------------------------------------------------- */

enum { MOST_ROWS = 10 };

static int talk_of(const json_t *card)
{
    return (int)json_get_int(card, "talk", 0);
}

/* Whether the card has what an earlier one has too, as with the event's name. */
static bool is_repeated(const json_t *cards, size_t at, const char *key, const char *text)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(json_get_string(json_array_get(cards, i), key, ""), text) == 0)
            return true;
    return false;
}

/* "12", or "12 and 40 more". */
static char *talks_with(const json_t *cards, size_t at, const char *key, const char *text)
{
    size_t more = 0;
    for (size_t i = at + 1; i < json_array_size(cards); i++)
        more += strcmp(json_get_string(json_array_get(cards, i), key, ""), text) == 0;
    const int first = talk_of(json_array_get(cards, at));
    return more ? mem_printf("%d and %zu more", first, more) : mem_printf("%d", first);
}

/* A table of the talks with a text under the key. Returns the first talk, 0: there is none. */
static int print_cards(const json_t *cards, const char *key, const char *heading,
                       const char *column)
{
    struct table *t = table_create((const char *const[]){">talk", column, NULL});
    size_t nb_rows = 0, i;
    int first = 0;
    const json_t *card;
    json_array_foreach(cards, i, card) {
        const char *text = json_get_string(card, key, NULL);
        if (!text || is_repeated(cards, i, key, text))
            continue;
        first = first ? first : talk_of(card);
        AUTO_FREE char *talks = talks_with(cards, i, key, text);
        if (nb_rows++ < MOST_ROWS)
            table_add(t, (const char *const[]){talks, text});
    }
    if (first)
        printf("\n%s\n", heading);
    table_print(t);
    if (nb_rows > MOST_ROWS)
        printf("and %zu more: 'talkpress import --json' lists all\n", nb_rows - MOST_ROWS);
    return first;
}

void card_trial_print(const json_t *trial)
{
    const json_t *cards = json_object_get(trial, "cards"), *number;
    const char *failure = json_get_string(trial, "cards_failure", NULL);
    size_t i;
    if (failure) {
        putchar('\n');
        table_text("", "The title cards could not be tried: %s", failure);
    }
    const int first = print_cards(cards, "problem", "These title cards cannot be made:", "problem");
    if (first) {
        table_text(
            "",
            "'talkpress card %d -o card.png' says more. To change a title on its card alone, "
            "write into talkpress.yaml, and import again:",
            first);
        printf("  card: {titles: {%d: \"A shorter title\"}}\n", first);
    }
    print_cards(cards, "left_out",
                "No installed font has an outline of these emoji:", "the card is without");
    json_array_foreach(json_object_get(trial, "card_titles_unknown"), i, number)
        table_text("  ", "talkpress.yaml has a card title for talk %s, but there is no such talk",
                   json_string_value(number));
}
