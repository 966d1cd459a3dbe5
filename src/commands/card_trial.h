/*
 * The cards of a whole programme, tried at import: which of them cannot be made, long before a run
 * would stop at them. talkpress-media tries them, because it has the fonts.
 */
#pragma once

#include <jansson.h>

struct card_request;
struct event;
struct part;
struct programme;
struct settings;
struct talk;

/* The request for the card of a part, but for its file, size and name. */
void card_trial_fill(struct card_request *out, const struct settings *settings,
                     const struct programme *programme, const struct talk *talk,
                     const struct part *part);

/* Tries the card of each talk. What the settings say of the event is applied to the programme
 * first. Returns what import adds to its JSON: "cards", what is wrong with which talk's;
 * "card_titles" whose talk does not exist; "cards_failure", a text if no card could be tried. */
json_t *card_trial(const struct event *event, struct programme *programme);

/* Prints it for people, if anything is wrong. */
void card_trial_print(const json_t *trial);
