/* What the commands share: options, exit statuses, the event, printing. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "exit_status.h"

/* What stood before the verb. */
struct cli {
    const char *dir; /* -C DIR, default "." */
};

/* One command: the words after the verb, argv[0] being the verb. Returns the exit status. */
typedef int cli_verb(const struct cli *cli, int argc, char **argv);

struct cli_verb_entry {
    const char *name;
    cli_verb *run;
    const char *help; /* the synopsis in the first line */
};

/* The program's commands, as its main file lists them; the last has no name. */
extern const struct cli_verb_entry cli_verbs[];

/* All of a program: reads what stands before the command and runs it. Returns the exit status. */
int cli_main(int argc, char **argv, const char *overview);

cli_verb cmd_add, cmd_card, cmd_cut, cmd_export, cmd_gc, cmd_import, cmd_init, cmd_list, cmd_match,
    cmd_publish, cmd_rehearse, cmd_remove, cmd_run, cmd_sound, cmd_status, cmd_verify, cmd_why;

/* Prints the message on stderr and returns the exit status that its code asks for. */
int cli_fail(const struct err *err);

/* Options: a letter-less table for getopt_long in a simpler shape. */
struct cli_option {
    const char *name;   /* "dry-run" */
    char letter;        /* or 0 */
    const char **value; /* takes a value, stored here; or NULL */
    bool *flag;         /* set; or NULL */
};

/* Takes the options out of argv; *argc and argv are left with the operands, the verb still first.
 * Returns 0, or EXIT_USAGE after a message. --help prints the verb's help and returns -1. */
int cli_options(int *argc, char **argv, const struct cli_option *options, size_t nb_options);

/* A complaint about usage, with the verb's synopsis. Returns EXIT_USAGE. */
int cli_usage(const char *verb, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* What the commands that show talks say where there is none. */
#define CLI_NO_TALKS "the programme is empty: 'talkpress import PROGRAMME' reads one"

/* Prints a value as JSON on stdout. */
void cli_print_json(const json_t *value);

/* A command's help text: synopsis and a line or more. NULL: no such verb. */
const char *cli_help(const char *verb);
