#include <stdio.h>
#include <stdlib.h>

#include "card.h"
#include "cli.h"
#include "event.h"
#include "mem.h"
#include "plan.h"
#include "selector.h"

static int draw(const struct plan *plan, const struct talk *t, const struct part *part, int width,
                int height, const char *path, struct err *err)
{
    const struct settings *s = &plan->event->settings;
    struct card_text text;
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    struct card *card = NULL;
    plan_card_text(&text, &speakers, &date, &label, plan, t, part);
    const struct card_params params = {
        .template_path = s->card_template,
        .logo_path = s->card_logo,
        .background_path = s->card_background,
        .width = width,
        .height = height,
        .duration_ms = s->card_ms,
        .fade_in_ms = s->card_fade_ms,
        .fade_out_ms = s->card_fade_ms,
    };
    int ret = card_create(&card, &text, &params, err);
    if (ret == 0)
        ret = card_write_png(card, path, err);
    card_destroy(card);
    return ret;
}

int cmd_card(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    const char *path = NULL, *size = "1280x720";
    const struct cli_option options[] = {{"output", 'o', &path, NULL}, {"size", 0, &size, NULL}};
    const int status = cli_options(&argc, argv, options, 2);
    if (status)
        return status < 0 ? EXIT_OK : status;
    int width, height, end = 0, number, only;
    if (argc != 2 || !path)
        return cli_usage(argv[0], "which talk, and into which file (-o)?");
    if (sscanf(size, "%dx%d%n", &width, &height, &end) != 2 || size[end])
        return cli_usage(argv[0], "'%s' is no size: write it as 1280x720", size);
    AUTO_EVENT event = {.lock = -1};
    AUTO_PLAN plan = {0};
    if (event_open(&event, cli->dir, &err) < 0 || plan_load(&plan, &event, &err) < 0 ||
        selector_part(&number, &only, &plan.programme, argv[1], &err) < 0)
        return cli_fail(&err);
    const struct talk *t = programme_find(&plan.programme, number);
    if (draw(&plan, t, talk_part(t, only ? only : 1), width, height, path, &err) < 0)
        return cli_fail(&err);
    printf("'%s' shows the card of talk %s\n", path, argv[1]);
    return EXIT_OK;
}
