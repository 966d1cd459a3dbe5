#include "cli.h"

#include <assert.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "json.h"
#include "mem.h"
#include "options.h"
#include "process.h"
#include "str.h"

const struct verb *cli_find_verb(const struct verb *verbs, const char *name)
{
    for (const struct verb *v = verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

const char *cli_s(size_t nb)
{
    return nb == 1 ? "" : "s";
}

const char *cli_after_path(const char *message, const char *path)
{
    const size_t nb = strlen(path);
    if (message[0] != '\'' || strncmp(message + 1, path, nb) != 0 || message[nb + 1] != '\'')
        return message;
    const char *rest = message + nb + 2 + strspn(message + nb + 2, ": ");
    return str_starts(rest, "and ") ? message : rest; /* it is about several files */
}

void cli_print_json(const json_t *value)
{
    AUTO_FREE char *text = json_print(value, (struct json_style){.indent = 2});
    puts(text ? text : "null");
}

bool cli_asks(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* False at the end of the input. */
static bool ask(char answer[64], const char *choice, const char *question)
{
    printf("%s [%s] ", question, choice);
    fflush(stdout);
    if (!fgets(answer, 64, stdin))
        return false;
    str_fold_space(answer);
    return true;
}

static bool is_word(const char *answer, const char *word)
{
    return strcasecmp(answer, word) == 0 ||
           (strlen(answer) == 1 && strncasecmp(answer, word, 1) == 0);
}

/* answer has 64 bytes. False if there is nobody to ask. */
static bool ATTR_PRINTF(3, 0)
    ask_about(char *answer, const char *choices, const char *fmt, va_list args)
{
    AUTO_FREE char *question = mem_vprintf(fmt, args);
    return cli_asks() && ask(answer, choices, question);
}

bool cli_confirm(const char *fmt, ...)
{
    char answer[64];
    va_list args;
    va_start(args, fmt);
    const bool answered = ask_about(answer, "y/N", fmt, args);
    va_end(args);
    return answered && is_word(answer, "yes");
}

enum cli_answer cli_ask(const char *fmt, ...)
{
    char answer[64];
    va_list args;
    va_start(args, fmt);
    const bool answered = ask_about(answer, "y/N/all/quit", fmt, args);
    va_end(args);
    if (!answered || is_word(answer, "quit"))
        return CLI_QUIT;
    return is_word(answer, "all") ? CLI_ALL : is_word(answer, "yes") ? CLI_YES : CLI_NO;
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

int command_usage(const struct command *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("talkpress: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    print_synopsis(stderr, c->verb);
    return EXIT_USAGE;
}

/* --- options ---------------------------------------------------------------------------------- */

/* got: what options_next() returned. */
static int refuse_option(const struct command *c, int got, const struct options *o)
{
    AUTO_FREE char *name = options_typed(o);
    const char *verb = c->verb->name;
    if (got == OPTIONS_LACKS_VALUE)
        return command_usage(c, "'%s' of '%s' needs a value", name, verb);
    if (got == OPTIONS_TAKES_NONE)
        return command_usage(c, "'%s' of '%s' takes no value", name, verb);
    return command_usage(c, "'%s' has no option '%s'", verb, name);
}

/* Refused is an option with two values, of which only one would count. */
static int take_option(struct command *c, int index, char *value)
{
    const struct verb_option *o = &c->verb->options[index];
    const char **at = &c->values[index];
    if (*at && o->takes_value && !o->repeats)
        return command_usage(c, "'--%s' of '%s' was given twice: '%s' and '%s'", o->name,
                             c->verb->name, *at, value);
    *at = o->takes_value ? value : "";
    if (!o->repeats)
        return 0;
    c->list = mem_grow(c->list, c->nb_list, sizeof *c->list);
    c->list[c->nb_list++] = value;
    return 0;
}

/* Returns 0, EXIT_USAGE after a message, or -1 after --help. */
static int read_options(struct command *c, int argc, char **argv)
{
    struct options o;
    options_begin(&o, c->verb, argc, argv);
    int got;
    while ((got = options_next(&o)) != OPTIONS_END) {
        if (got == OPTIONS_HELP) {
            puts(print_synopsis(stdout, c->verb));
            return -1;
        }
        const int status = got < 0 ? refuse_option(c, got, &o) : take_option(c, got, o.value);
        if (status)
            return status;
    }
    c->operands = argv + o.nb_read;
    c->nb_operands = argc - o.nb_read;
    return 0;
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

static int run_command(struct command *c, const struct cli_program *program, int argc, char **argv,
                       struct err *err)
{
    const struct verb *v = c->verb;
    int status = read_options(c, argc, argv);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (c->nb_operands < v->takes.least || c->nb_operands > v->takes.most)
        return command_usage(c, "%s", v->takes.complaint);
    if (v->check)
        status = v->check(c, err);
    return status ? status : program->run(c, err);
}

static int run_verb(const struct cli_program *program, const struct verb *v, const char *dir,
                    int argc, char **argv)
{
    struct command c = {.verb = v, .dir = dir, .needs = v->needs};
    struct err err = {0};
    const int status = run_command(&c, program, argc, argv, &err);
    free(c.list);
    return status < 0 ? exit_status_report(&err) : status;
}

/* --- what precedes the command ---------------------------------------------------------------- */

static void print_overview(const struct cli_program *program, FILE *to)
{
    fputs("usage: talkpress [-C DIR] COMMAND [...]\n"
          "\n"
          "Turns a conference's recordings into checked videos that are ready to publish.\n"
          "\n",
          to);
    for (const struct verb *v = program->verbs; v->name; v++) {
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

static void list_commands(const struct cli_program *program)
{
    for (const struct verb *v = program->verbs; v->name; v++)
        if (v->summary)
            puts(v->name);
}

static int refuse_words(const struct cli_program *program, const char *what, const char *word)
{
    fprintf(stderr, "talkpress: there is no %s '%s'\n", what, word);
    print_overview(program, stderr);
    return EXIT_USAGE;
}

const struct cli_general cli_general[] = {
    {"-C", true, "work in the event folder DIR"},
    {"--help", false, "show all commands"},
    {"-h", false, NULL},
    {"--version", false, "show the version of talkpress"},
    {"--list-commands", false, NULL},
    {NULL, false, NULL},
};

/* Of one that takes no value. */
static int answer(const struct cli_program *program, const char *option)
{
    if (strcmp(option, "--version") == 0)
        puts("talkpress " TALKPRESS_VERSION);
    else if (strcmp(option, "--list-commands") == 0)
        list_commands(program);
    else
        print_overview(program, stdout);
    return EXIT_OK;
}

static int read_words(const struct cli_program *program, int argc, char **argv)
{
    const char *dir = ".";
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        const struct cli_general *g = cli_general;
        while (g->name && strcmp(g->name, argv[at]) != 0)
            g++;
        if (!g->name)
            return refuse_words(program, "option", argv[at]);
        if (!g->takes_dir)
            return answer(program, g->name);
        if (at + 1 == argc) {
            fputs("talkpress: -C needs a folder: talkpress -C DIR COMMAND\n", stderr);
            return EXIT_USAGE;
        }
        dir = argv[++at];
    }
    if (at == argc) {
        print_overview(program, stderr);
        return EXIT_USAGE;
    }
    const struct verb *v = cli_find_verb(program->verbs, argv[at]);
    return v ? run_verb(program, v, dir, argc - at, argv + at)
             : refuse_words(program, "command", argv[at]);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* columns are counted for UTF-8, whatever the user's locale */
    return process_begin() ? EXIT_FAILED : process_end(read_words(program, argc, argv));
}
