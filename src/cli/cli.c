#include "cli.h"

#include <assert.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "str.h"

static const struct verb *find_verb(const char *name)
{
    for (const struct verb *v = cli_program.verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "talkpress: %s\n", err->msg);
    if (err->code == ERR_USAGE)
        return EXIT_USAGE;
    if (err->code == ERR_NO_SPACE)
        fputs("talkpress: " CLI_NO_SPACE "\n", stderr);
    return err->code == ERR_NO_SPACE || err->code == ERR_BUSY ? EXIT_TRY_AGAIN : EXIT_FAILED;
}

void cli_print_json(const json_t *value)
{
    AUTO_FREE char *text = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    puts(text ? text : "null");
}

/* --- complaints ------------------------------------------------------------------------------- */

/* Prints the lines of a verb's help that begin with its name, and returns what follows them. */
static const char *print_synopsis(FILE *to, const struct verb *v)
{
    const char *line = v->help ? v->help : v->name, *lead = "usage:";
    for (; str_starts(line, v->name); lead = "      ") {
        fprintf(to, "%s talkpress %.*s\n", lead, (int)strcspn(line, "\n"), line);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return line;
}

static int ATTR_PRINTF(2, 0) complain(const struct verb *v, const char *fmt, va_list args)
{
    fputs("talkpress: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    print_synopsis(stderr, v);
    return EXIT_USAGE;
}

int command_usage(const struct command *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int status = complain(c->verb, fmt, args);
    va_end(args);
    return status;
}

int cli_usage(const char *verb, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int status = complain(find_verb(verb), fmt, args);
    va_end(args);
    return status;
}

/* --- options ---------------------------------------------------------------------------------- */

enum { FIRST_LONG = 256 };

/* optopt is the letter, the value of a long option, or 0 for an unknown long option. */
static int refuse_option(const struct verb *v, const char *word, int got, const struct option *list)
{
    char letter[] = {'-', (char)optopt, '\0'};
    if (optopt > 0 && optopt < FIRST_LONG)
        word = letter;
    AUTO_FREE char *name = mem_strdup(word);
    const struct command c = {.verb = v};
    if (optopt >= FIRST_LONG)
        name[strcspn(name, "=")] = '\0';
    if (got == ':')
        return command_usage(&c, "'%s' of '%s' needs a value", name, v->name);
    for (; list->name; list++)
        if (optopt >= FIRST_LONG && list->val == optopt)
            return command_usage(&c, "'%s' of '%s' takes no value", name, v->name);
    return command_usage(&c, "'%s' has no option '%s'", v->name, name);
}

/* Sets values[i] for each option i that is given. getopt_long moves the operands after the
 * options; they are then moved to the front. */
static int read_options(const char **values, int *argc, char **argv, const struct verb *v,
                        const struct verb_option *options)
{
    struct option list[VERB_MAX_OPTIONS + 2] = {0};
    char letters[2 * VERB_MAX_OPTIONS + 3] = ":", *l = letters + 1; /* ':': the messages are ours */
    int nb = 0;
    for (; nb < VERB_MAX_OPTIONS && options[nb].name; nb++) {
        const struct verb_option *o = &options[nb];
        const int takes = o->takes_value ? required_argument : no_argument;
        list[nb] = (struct option){o->name, takes, NULL, FIRST_LONG + nb};
        if (o->letter) {
            *l++ = o->letter;
            if (o->takes_value)
                *l++ = ':';
        }
    }
    list[nb] = (struct option){"help", no_argument, NULL, 'h'};
    optind = 0; /* GNU: start again */
    int got;
    while ((got = getopt_long(*argc, argv, letters, list, NULL)) != -1) {
        if (got == 'h') {
            puts(print_synopsis(stdout, v));
            return -1;
        }
        if (got == '?' || got == ':')
            return refuse_option(v, argv[optind - 1], got, list);
        int i = 0;
        while (i < nb && got != FIRST_LONG + i && got != options[i].letter)
            i++;
        assert(i < nb);
        values[i] = options[i].takes_value ? optarg : "";
    }
    int n = 1;
    for (int i = optind; i < *argc; i++)
        argv[n++] = argv[i];
    *argc = n;
    argv[n] = NULL;
    return 0;
}

int cli_options(int *argc, char **argv, const struct cli_option *options, size_t nb)
{
    struct verb_option list[VERB_MAX_OPTIONS] = {0};
    const char *values[VERB_MAX_OPTIONS] = {0};
    assert(nb <= VERB_MAX_OPTIONS);
    for (size_t i = 0; i < nb; i++)
        list[i] = (struct verb_option){options[i].name, options[i].letter, options[i].value};
    const int status = read_options(values, argc, argv, find_verb(argv[0]), list);
    for (size_t i = 0; i < nb; i++)
        if (values[i] && options[i].value)
            *options[i].value = values[i];
        else if (values[i])
            *options[i].flag = true;
    return status;
}

const char *command_value(const struct command *c, const char *option)
{
    int i = 0;
    while (i < VERB_MAX_OPTIONS - 1 && c->verb->options[i].name &&
           strcmp(c->verb->options[i].name, option) != 0)
        i++;
    assert(c->verb->options[i].name); /* the option is in the command's row */
    return c->values[i];
}

bool command_has(const struct command *c, const char *option)
{
    return command_value(c, option) != NULL;
}

/* --- a command -------------------------------------------------------------------------------- */

static int run_words(const struct cli *cli, int argc, char **argv, const struct verb *v)
{
    struct command c = {.verb = v, .dir = cli->dir, .needs = v->needs};
    struct err err = {0};
    int status = read_options(c.values, &argc, argv, v, v->options);
    if (status)
        return status < 0 ? EXIT_OK : status;
    c.operands = argv + 1;
    c.nb_operands = argc - 1;
    if (c.nb_operands < v->takes.least || c.nb_operands > v->takes.most)
        return command_usage(&c, "%s", v->takes.complaint);
    if (v->check)
        status = v->check(&c, &err);
    if (status == 0)
        status = cli_program.run(&c, &err);
    return status < 0 ? cli_fail(&err) : status;
}

/* --- what precedes the command ---------------------------------------------------------------- */

static void print_overview(FILE *to)
{
    fputs("usage: talkpress [-C DIR] COMMAND [...]\n"
          "\n"
          "Turns a conference's recordings into checked videos that are ready to publish.\n"
          "\n",
          to);
    for (const struct verb *v = cli_program.verbs; v->name; v++) {
        AUTO_FREE char *called =
            mem_printf("%s%s%s", v->name, v->operands ? " " : "", v->operands ? v->operands : "");
        if (v->summary)
            fprintf(to, "  %-20s %s\n", called, v->summary);
    }
    fputs("\n"
          "Details: 'talkpress COMMAND --help' and 'man talkpress'.\n"
          "Exit status: 0 success, 1 something failed, 2 wrong usage, 3 the user has to\n"
          "decide something, 75 try again (no space, or another talkpress is running).\n",
          to);
}

static void list_commands(void)
{
    for (const struct verb *v = cli_program.verbs; v->name; v++)
        if (v->summary)
            puts(v->name);
}

static int refuse_words(const char *what, const char *word)
{
    fprintf(stderr, "talkpress: there is no %s '%s'\n", what, word);
    print_overview(stderr);
    return EXIT_USAGE;
}

static int run_verb(const struct cli *cli, int argc, char **argv)
{
    const struct verb *v = find_verb(argv[0]);
    if (!v)
        return refuse_words("command", argv[0]);
    return v->words ? v->words(cli, argc, argv) : run_words(cli, argc, argv, v);
}

static int read_words(int argc, char **argv)
{
    struct cli cli = {.dir = "."};
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-C") == 0 && at + 1 < argc) {
            cli.dir = argv[++at];
        } else if (strcmp(argv[at], "-C") == 0) {
            fputs("talkpress: -C needs a folder: talkpress -C DIR COMMAND\n", stderr);
            return EXIT_USAGE;
        } else if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            print_overview(stdout);
            return EXIT_OK;
        } else if (strcmp(argv[at], "--version") == 0) {
            puts("talkpress " TALKPRESS_VERSION);
            return EXIT_OK;
        } else if (strcmp(argv[at], "--list-commands") == 0) {
            list_commands();
            return EXIT_OK;
        } else {
            return refuse_words("option", argv[at]);
        }
    }
    if (at == argc) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    return run_verb(&cli, argc - at, argv + at);
}

int cli_main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* columns are counted for UTF-8, whatever the user's locale */
    signal(SIGPIPE, SIG_IGN);       /* 'talkpress list | head' ends quietly */
    const int status = read_words(argc, argv);
    return fflush(stdout) != 0 && status == EXIT_OK ? EXIT_FAILED : status;
}
