/*
 * The options of a verb in the words of a command line, as getopt_long reads them. The parser uses
 * it, and the shell's completion, for the words before the one that is typed. One at a time:
 * getopt_long has one state for the whole process.
 */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "cli.h"

enum options_result {
    OPTIONS_END = -1, /* the operands follow, from argv[nb_read] on */
    OPTIONS_HELP = -2,
    OPTIONS_LACKS_VALUE = -3, /* the last word is an option whose value is missing */
    OPTIONS_TAKES_NONE = -4,  /* a value was given to an option that takes none */
    OPTIONS_UNKNOWN = -5,     /* or an abbreviation of several options */
};

struct options {
    const struct verb *verb;
    int argc;
    char **argv; /* the verb and what follows it, ended by NULL; operands are moved to the end */
    struct option list[VERB_MAX_OPTIONS + 2];
    char letters[2 * VERB_MAX_OPTIONS + 3];
    int nb_read;    /* words */
    int at_fault;   /* with LACKS_VALUE: the option's index in verb->options */
    char letter;    /* the letter that is at fault, or 0 if it is a long option */
    char *value;    /* of the option that was read, in argv; NULL: it takes none */
    bool all_given; /* at the end: the operands were preceded by "--" */
};

void options_begin(struct options *out, const struct verb *verb, int argc, char **argv);
/* Returns an index into verb->options, or an enum options_result. */
int options_next(struct options *options);
/* The option that is at fault, as a new string, as it was typed: "-o", "--output". */
char *options_typed(const struct options *options);
