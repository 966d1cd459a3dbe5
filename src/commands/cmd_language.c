#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "captions_wish.h"
#include "commands.h"
#include "decide.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "language.h"
#include "mem.h"
#include "named_parts.h"
#include "part.h"
#include "plan.h"
#include "programme.h"
#include "selector.h"
#include "str.h"

enum { FILE_BYTES = 2 << 20 };

/* --- the language of a talk ------------------------------------------------------------------- */

static int show_language(const struct plan *plan, int talk, bool json)
{
    const struct talk *t = programme_find(&plan->programme, talk);
    const char *chosen = plan_language(plan, talk);
    const char *language = chosen ? chosen : t->language;
    if (json) {
        AUTO_JSON *o = json_pack("{s:i, s:o, s:s}", "talk", talk, "language", json_text(language),
                                 "by", chosen ? "hand" : "talkpress");
        cli_print_json(o);
    } else if (chosen) {
        printf("%d: %s, set by hand\n", talk, chosen);
    } else if (language) {
        AUTO_FREE char *text = str_clean_line(language);
        printf("%d: %s, as the programme says; files have that of the settings, or of the "
               "recording\n",
               talk, text);
    } else {
        printf("%d: not set; files have that of the settings, or of the recording\n", talk);
    }
    return EXIT_OK;
}

static int change_language(const struct command *c, struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct language_wish w = {.language = c->nb_operands == 2 ? c->operands[1] : NULL};
    int part;
    return selector_part(&w.talk, &part, &c->plan->programme, c->operands[0], err) < 0
               ? err->code
               : decide_language(&decided, c->plan, &w, err);
}

int check_language(struct command *c, struct err *err)
{
    (void)err;
    return command_has(c, "auto") && c->nb_operands == 2
               ? command_usage(c, "--auto removes what was set: it cannot be used with a LANGUAGE")
               : 0;
}

int cmd_language(struct command *c, struct err *err)
{
    int talk, part;
    if ((command_has(c, "auto") || c->nb_operands == 2) &&
        (plan_begin(c->plan, err) < 0 || plan_end(c->plan, change_language(c, err), err) < 0))
        return err->code;
    if (selector_part(&talk, &part, &c->plan->programme, c->operands[0], err) < 0)
        return err->code;
    return show_language(c->plan, talk, command_has(c, "json"));
}

/* --- captions --------------------------------------------------------------------------------- */

static json_t *captions_list(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_captions; i++) {
        const struct caption_source *c = &pp->captions[i];
        json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:s}", "language",
                                              json_text(*c->language ? c->language : NULL), "file",
                                              json_text(c->text ? NULL : c->path), "corrected",
                                              c->text != NULL, "suffix", c->suffix));
    }
    return list;
}

static int list_part(const struct part_plan *pp, const struct plan *plan, void *json,
                     struct err *err)
{
    (void)plan;
    (void)err;
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (json) {
        json_array_append_new(json, json_pack("{s:i, s:i, s:o}", "talk", pp->talk->number, "part",
                                              pp->part->number, "captions", captions_list(pp)));
        return 0;
    }
    if (!pp->nb_captions)
        printf("%s: %s\n", name,
               pp->source && pp->source->probe
                   ? "no captions"
                   : "its captions are not known yet: see 'talkpress why'");
    for (size_t i = 0; i < pp->nb_captions; i++) {
        AUTO_FREE char *from = captions_describe(&pp->captions[i]);
        printf("%s: %s%s\n", name, pp->captions[i].text ? "captions " : "", from);
    }
    return 0;
}

/* The language given, or that of the only captions, or none. */
static const char *which(const struct part_plan *pp, const struct command *c)
{
    const char *language = command_value(c, "language");
    return language ? language : pp->nb_captions == 1 ? pp->captions[0].language : "";
}

/* What a part that has captions has instead of those of the language. */
static int refuse_language(const struct part_plan *pp, const char *language, struct err *err)
{
    char name[32];
    AUTO_STR list = {0};
    for (size_t i = 0; i < pp->nb_captions; i++)
        str_addf(&list, "%s%s", i ? ", " : "",
                 *pp->captions[i].language ? pp->captions[i].language : "without a language");
    return err_set(err, ERR_NOT_FOUND, "talk %s has no captions %s%s; it has: %s",
                   plan_part_name(name, pp->talk, pp->part->number),
                   *language ? "of the language " : "without a language", language, list.s);
}

static int show_text(const struct part_plan *pp, const struct plan *plan, void *opaque,
                     struct err *err)
{
    const char *language = which(pp, opaque);
    AUTO_FREE char *text = NULL;
    size_t i = 0;
    while (i < pp->nb_captions && strcmp(pp->captions[i].language, language) != 0)
        i++;
    if (i == pp->nb_captions && i)
        return refuse_language(pp, language, err);
    if (captions_read_made(&text, pp, plan, i, err) < 0)
        return err->code;
    fputs(text, stdout);
    return 0;
}

struct change {
    const struct command *c;
    const char *text; /* NULL: clear */
};

static int change_part(const struct part_plan *pp, const struct plan *plan, void *opaque,
                       struct err *err)
{
    const struct change *change = opaque;
    AUTO_DECIDED decided = {0};
    const struct captions_wish w = {.talk = pp->talk->number,
                                    .part = pp->part->number,
                                    .language = which(pp, change->c),
                                    .text = change->text};
    return decide_captions(&decided, plan, &w, err);
}

static int change_captions(struct command *c, struct err *err)
{
    const char *path = command_value(c, "set");
    AUTO_FREE char *bytes = NULL, *text = NULL;
    size_t nb = 0;
    if (path && (fs_read(&bytes, &nb, path, FILE_BYTES, err) < 0 ||
                 captions_check(&text, c->event, path, bytes, nb, err) < 0))
        return err->code;
    struct change change = {c, text};
    if (plan_begin(c->plan, err) < 0)
        return err->code;
    return plan_end(
        c->plan, named_parts_each(c->plan, c->operands[0], true, change_part, &change, err), err);
}

int check_captions(struct command *c, struct err *err)
{
    (void)err;
    const char *language = command_value(c, "language");
    char code[LANGUAGE_BYTES];
    language_short(code, language);
    if (language && strcmp(code, language) != 0)
        return command_usage(c, "--language takes a code of ISO 639 as short as there is one: en");
    if (command_has(c, "set") + command_has(c, "clear") + command_has(c, "show") > 1)
        return command_usage(c, "--set, --clear and --show exclude each other");
    return 0;
}

int cmd_captions(struct command *c, struct err *err)
{
    if (command_has(c, "show"))
        return named_parts_each(c->plan, c->operands[0], true, show_text, c, err);
    if ((command_has(c, "set") || command_has(c, "clear")) && change_captions(c, err) < 0)
        return err->code;
    AUTO_JSON *json = command_has(c, "json") ? json_array() : NULL;
    if (named_parts_each(c->plan, c->operands[0], false, list_part, json, err) < 0)
        return err->code;
    if (json)
        cli_print_json(json);
    return EXIT_OK;
}
