#include <stdio.h>

#include "card.h"
#include "cli.h"
#include "event.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "plan.h"
#include "selector.h"

static void fill_request(struct card_request *out, const struct plan *plan, const struct talk *t,
                         const struct part *part)
{
    const struct settings *s = &plan->event->settings;
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    struct card_text text;
    plan_card_text(&text, &speakers, &date, &label, plan, t, part);
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
        .duration_ms = s->card_ms,
        .fade_ms = s->card_fade_ms,
    };
}

/* The event is closed again when this returns. */
static int read_event(struct card_request *out, const char *dir, const char *words, struct err *err)
{
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    int number, only;
    if (event_open(&event, dir, err) < 0 || plan_load(&plan, &event, err) < 0 ||
        selector_part(&number, &only, &plan.programme, words, err) < 0)
        return err->code;
    const struct talk *t = programme_find(&plan.programme, number);
    fill_request(out, &plan, t, talk_part(t, only ? only : 1));
    return 0;
}

int cmd_card(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    const char *path = NULL, *size = "1280x720";
    const struct cli_option options[] = {{"output", 'o', &path, NULL}, {"size", 0, &size, NULL}};
    const int status = cli_options(&argc, argv, options, 2);
    if (status)
        return status < 0 ? EXIT_OK : status;
    int width, height, end = 0;
    if (argc != 2 || !path)
        return cli_usage(argv[0], "which talk, and into which file (-o)?");
    if (sscanf(size, "%dx%d%n", &width, &height, &end) != 2 || size[end])
        return cli_usage(argv[0], "'%s' is no size: write it as 1280x720", size);
    AUTO_FREE char *program = NULL;
    AUTO_CARD_REQUEST request = {0};
    if (media_program_find(&program, &err) < 0 || read_event(&request, cli->dir, argv[1], &err) < 0)
        return cli_fail(&err);
    request.png_path = mem_strdup(path);
    request.talk = mem_strdup(argv[1]);
    request.width = width;
    request.height = height;
    AUTO_JSON *json = card_request_write(&request);
    media_program_become(program, (char *[]){argv[0], NULL}, json, &err);
    return cli_fail(&err);
}
