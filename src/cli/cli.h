/*
 * The command line: the table of commands, options, exit statuses, printing. It reads the words,
 * checks them against the table and calls the command; what a command works with (the event, its
 * lock, the plan) is opened by the program's cli_program.run.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "exit_status.h"

struct event;
struct plan;
struct zygote;

/* --- the table of commands -------------------------------------------------------------------- */

enum { VERB_MAX_OPTIONS = 8, VERB_ANY_NUMBER = 1000000000 };

/* What a command works with, made ready before it is called, in this order. */
enum verb_needs {
    NEEDS_NOTHING = 0,
    NEEDS_EVENT = 1 << 0, /* opened; so it is for each of the others */
    NEEDS_LOCK = 1 << 1,  /* the event's, for the whole command */
    NEEDS_FRESH = 1 << 2, /* recordings that changed on disk noted */
    NEEDS_PLAN = 1 << 3,  /* loaded */
};

struct verb_option {
    const char *name; /* "dry-run" */
    char letter;      /* or 0 */
    bool takes_value;
    bool repeats; /* may be given more than once; at most one option of a verb: see command.list */
};

struct command;

/* Returns an exit status, or an error's code with *err set, which is then printed. */
typedef int command_function(struct command *command, struct err *err);

struct verb {
    const char *name;
    const char *operands; /* in the overview; NULL: none */
    const char *summary;  /* a line of the overview; NULL: the command is not listed */
    const char *help;     /* the synopsis in the first line or lines */
    struct verb_option options[VERB_MAX_OPTIONS];
    struct {
        int least, most;
        const char *complaint; /* where there are fewer or more */
    } takes;
    unsigned needs;          /* enum verb_needs */
    command_function *check; /* of options and operands, before anything is opened; or NULL */
    command_function *run;
};

/* What the program's main file says of it. */
struct cli_program {
    const struct verb *verbs; /* the last has no name */
    command_function *run;    /* opens what command->needs says, runs the command and closes it */
};

/* All of a program: reads what comes before the command and runs it. Returns the exit status. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* --- a command as it was called --------------------------------------------------------------- */

struct command {
    const struct verb *verb;
    const char *dir;
    char **operands; /* nb_operands of them */
    int nb_operands;
    const char *values[VERB_MAX_OPTIONS]; /* as the verb's options; see command_value */
    char **list;                          /* all values of the option that repeats, in order */
    size_t nb_list;
    unsigned needs; /* as the verb's; its check may change them */
    /* NULL where they are not needed, and in check */
    struct event *event;
    struct zygote *zygote; /* starts the event's workers; comes with the event */
    struct plan *plan;
};

/* An option's value, "" where it takes none, NULL where it was not given. */
const char *command_value(const struct command *command, const char *option);
bool command_has(const struct command *command, const char *option);

/* A complaint about usage, with the verb's synopsis. Returns EXIT_USAGE. */
int command_usage(const struct command *command, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* --- printing --------------------------------------------------------------------------------- */

/* Prints the message on stderr and returns the exit status that its code asks for. */
int cli_fail(const struct err *err);

/* What the commands that show talks say where there is none. */
#define CLI_NO_TALKS "the programme is empty: 'talkpress import PROGRAMME' reads one"

/* Prints a value as JSON on stdout. */
void cli_print_json(const json_t *value);
