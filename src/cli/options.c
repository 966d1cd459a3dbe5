#include "options.h"

#include <string.h>

#include "mem.h"

enum { FIRST_LONG = 256 };

void options_begin(struct options *out, const struct verb *verb, int argc, char **argv)
{
    *out = (struct options){.verb = verb, .argc = argc, .argv = argv, .at_fault = -1};
    char *l = out->letters;
    *l++ = ':'; /* the messages are ours */
    int nb = 0;
    for (; nb < VERB_MAX_OPTIONS && verb->options[nb].name; nb++) {
        const struct verb_option *o = &verb->options[nb];
        const int takes = o->takes_value ? required_argument : no_argument;
        out->list[nb] = (struct option){o->name, takes, NULL, FIRST_LONG + nb};
        if (o->letter) {
            *l++ = o->letter;
            if (o->takes_value)
                *l++ = ':';
        }
    }
    out->list[nb] = (struct option){"help", no_argument, NULL, 'h'};
    optind = 0; /* GNU: begin again */
}

/* By the value that getopt_long gives it, or by its letter; -1: there is none. */
static int find(const struct options *o, int got)
{
    const struct verb_option *options = o->verb->options;
    for (int i = 0; i < VERB_MAX_OPTIONS && options[i].name; i++)
        if (got == FIRST_LONG + i || (got && got == options[i].letter))
            return i;
    return -1;
}

/* optopt is the letter, the value of a long option, or 0 for an unknown long option. */
static int fault(struct options *o, int got)
{
    o->at_fault = find(o, optopt);
    o->letter = optopt > 0 && optopt < FIRST_LONG ? (char)optopt : '\0';
    if (got == ':')
        return OPTIONS_LACKS_VALUE;
    return optopt >= FIRST_LONG ? OPTIONS_TAKES_NONE : OPTIONS_UNKNOWN;
}

int options_next(struct options *o)
{
    const int got = getopt_long(o->argc, o->argv, o->letters, o->list, NULL);
    o->nb_read = optind;
    o->value = optarg;
    if (got == -1) {
        o->all_given = optind > 1 && strcmp(o->argv[optind - 1], "--") == 0;
        return OPTIONS_END;
    }
    if (got == '?' || got == ':')
        return fault(o, got);
    return got == 'h' ? OPTIONS_HELP : find(o, got);
}

char *options_typed(const struct options *o)
{
    if (o->letter)
        return mem_printf("-%c", o->letter);
    char *name = mem_strdup(o->argv[o->nb_read - 1]);
    if (o->at_fault >= 0)
        name[strcspn(name, "=")] = '\0';
    return name;
}
