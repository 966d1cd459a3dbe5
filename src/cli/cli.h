/*
 * The command line: the table of commands, options, exit statuses, printing. It reads the words,
 * checks them against the table and calls the command. It opens nothing: cli_program.run opens what
 * a command works with (the event, its lock, the plan).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "exit_status.h"

struct event;
struct hooks;
struct plan;
struct pool;
struct zygote;

/* --- the table of commands -------------------------------------------------------------------- */

enum { VERB_MAX_OPTIONS = 8, VERB_ANY_NUMBER = 1000000000 };

/* What a command works with, prepared in this order before it is called. */
enum verb_needs {
    NEEDS_NOTHING = 0,
    NEEDS_EVENT = 1 << 0, /* opened; implied by each of the others */
    NEEDS_LOCK = 1 << 1,  /* the event's, for the whole command */
    NEEDS_FRESH = 1 << 2, /* recordings that changed on disk are looked at again */
    NEEDS_PLAN = 1 << 3,  /* loaded */
    NEEDS_HOOKS = 1 << 4, /* the event's hooks are called when it ends */
    /* With its event: a pool of the machines that the settings name, not of this one. */
    NEEDS_MACHINES = 1 << 5,
};

/* What an operand, or an option's value, can be the name of: what the shell's completion proposes
 * (src/complete). Several may be possible. */
enum verb_names {
    NAMES_NOTHING = 0, /* a time, a number, a text: nothing is proposed */
    NAMES_FILE = 1 << 0,
    NAMES_FOLDER = 1 << 1,
    NAMES_TALK = 1 << 2, /* 15, or talks: 3-7 */
    NAMES_PART = 1 << 3, /* 15, or a part of it: 15/2 */
    NAMES_RECORDING = 1 << 4,
    NAMES_MATCH = 1 << 5, /* TALK[/PART]=RECORDING */
    NAMES_ROOM = 1 << 6,
    NAMES_LANGUAGE = 1 << 7,
    NAMES_DECISION = 1 << 8, /* its number in 'talkpress undo' */
};

struct verb_option {
    const char *name; /* "dry-run" */
    char letter;      /* or 0 */
    bool takes_value;
    bool repeats; /* may be given more than once; at most one option of a verb: see command.list */
    unsigned names;          /* its value: enum verb_names */
    const char *words;       /* that it can be besides, separated by spaces; or NULL */
    unsigned operands_named; /* what operands name if it is given; 0: the same as else */
};

struct command;

/* Returns an exit status, or an error's code with *err set, which is then printed. */
typedef int command_function(struct command *command, struct err *err);

struct verb {
    const char *name;
    const char *operands; /* as the overview shows them; NULL: none */
    const char *summary;  /* a line of the overview; NULL: the command is not listed */
    const char *help;     /* the synopsis in the first line or lines */
    struct verb_option options[VERB_MAX_OPTIONS];
    struct {
        int least, most;
        const char *complaint; /* if there are fewer or more */
    } takes;
    unsigned names[2]; /* its first and second operand, enum verb_names; all, if it takes any number
                          of them, are as the first */
    const char *words; /* that its operands can be besides, separated by spaces; or NULL */
    unsigned needs;    /* enum verb_needs */
    command_function *check; /* checks options and operands before anything is opened; or NULL */
    command_function *run;
};

/* Defined by the main file of the program. */
struct cli_program {
    const struct verb *verbs; /* the last has no name */
    command_function *run;    /* opens what command->needs says, runs the command and closes it */
};

/* NULL: there is none. */
const struct verb *cli_find_verb(const struct verb *verbs, const char *name);

/* An option that precedes the command. */
struct cli_general {
    const char *name; /* "--help" */
    bool takes_dir;
    const char *summary; /* NULL: it is not proposed */
};
extern const struct cli_general cli_general[]; /* the last has no name */

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
    /* NULL if not needed, and in check */
    struct event *event;
    struct zygote *zygote; /* starts the event's workers on this machine */
    struct pool *pool;     /* runs the event's jobs; both come with the event */
    struct plan *plan;
    struct hooks *hooks; /* held until the command ends; NULL also if none are called */
};

/* An option's value, "" if it takes none, NULL if it was not given. */
const char *command_value(const struct command *command, const char *option);
bool command_has(const struct command *command, const char *option);

/* Prints an error of usage and the verb's synopsis. Returns EXIT_USAGE. */
int command_usage(const struct command *command, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* --- printing --------------------------------------------------------------------------------- */

/* Messages of several commands. */
#define CLI_NO_TALKS "the programme is empty: 'talkpress import PROGRAMME' reads one"

/* "s", or "" after a 1: "%zu talk%s". */
const char *cli_s(size_t nb);

/* A message on a file without the "'PATH' " that it begins with, for tables that name the file. */
const char *cli_after_path(const char *message, const char *path);

/* Asks a question on a terminal and waits for the answer; true: yes. Asks nothing, and returns
 * false, if stdin or stdout is no terminal. */
bool cli_confirm(const char *fmt, ...) ATTR_PRINTF(1, 2);

/* The same for a question of several, whose answer may hold for the others: "[y/N/all/quit]".
 * CLI_QUIT also where there is no terminal, and at the end of the input. */
enum cli_answer { CLI_NO, CLI_YES, CLI_ALL, CLI_QUIT };
enum cli_answer cli_ask(const char *fmt, ...) ATTR_PRINTF(1, 2);
/* Whether both ask: stdin and stdout are a terminal. */
bool cli_asks(void);

/* Prints a value as JSON on stdout. */
void cli_print_json(const json_t *value);
