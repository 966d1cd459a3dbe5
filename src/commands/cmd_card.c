#include <stdio.h>

#include "card_trial.h"
#include "commands.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "plan.h"
#include "selector.h"

static const char *size_of(const struct command *c)
{
    return command_has(c, "size") ? command_value(c, "size") : "1280x720";
}

static bool read_size(int *width, int *height, const char *size)
{
    int end = 0;
    return sscanf(size, "%dx%d%n", width, height, &end) == 2 && !size[end];
}

int check_card(struct command *c, struct err *err)
{
    int width, height;
    (void)err;
    if (!command_has(c, "output"))
        return command_usage(c, "%s", c->verb->takes.complaint);
    return read_size(&width, &height, size_of(c))
               ? 0
               : command_usage(c, "'%s' is no size: write it as 1280x720", size_of(c));
}

int cmd_card(struct command *c, struct err *err)
{
    AUTO_FREE char *program = NULL;
    AUTO_CARD_REQUEST request = {0};
    const char *talk = c->operands[0];
    char verb[] = "card";
    int number, only;
    if (fs_check_output(command_value(c, "output"), err) < 0 ||
        media_program_find(&program, err) < 0 ||
        selector_part(&number, &only, &c->plan->programme, talk, err) < 0)
        return err->code;
    const struct talk *t = programme_find(&c->plan->programme, number);
    card_trial_fill(&request, &c->event->settings, &c->plan->programme, t,
                    talk_part(t, only ? only : 1));
    request.png_path = mem_strdup(command_value(c, "output"));
    request.talk = mem_strdup(talk);
    read_size(&request.width, &request.height, size_of(c));
    AUTO_JSON *json = card_request_write(&request);
    media_program_become(program, (char *[]){verb, NULL}, json, err);
    return err->code;
}
