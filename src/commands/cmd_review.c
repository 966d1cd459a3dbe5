#include <stdlib.h>

#include "commands.h"
#include "event.h"
#include "review.h"
#include "speaker_review.h"

/* *out: 0 if no port was given. */
static int read_port(int *out, const struct command *c)
{
    enum { MOST_PORT = 65535 };
    const char *text = command_value(c, "port");
    char *end = NULL;
    const long port = text ? strtol(text, &end, 10) : 0;
    if (text && (end == text || *end || port < 1 || port > MOST_PORT))
        return command_usage(c, "'%s' is not a port: write a number from 1 to %d", text, MOST_PORT);
    *out = (int)port;
    return EXIT_OK;
}

static struct review_params read_params(const struct command *c, int port)
{
    return (struct review_params){
        .listen = command_value(c, "listen"), .port = port, .open = command_has(c, "open")};
}

int check_review(struct command *c, struct err *err)
{
    int port = 0;
    int status = speaker_review_check(c, err);
    if (!status)
        status = read_port(&port, c);
    const struct review_params params = read_params(c, port);
    return status ? status : review_check(&params, err);
}

int cmd_review(struct command *c, struct err *err)
{
    int port = 0;
    if (command_has(c, "export"))
        return speaker_review_export(c, err);
    if (command_has(c, "import"))
        return speaker_review_import(c, err);
    (void)read_port(&port, c);
    const struct review_params params = read_params(c, port);
    return review_serve(c->event, c->zygote, &params, err);
}
