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

static const struct cli_verb_entry *find(const char *name)
{
    for (const struct cli_verb_entry *v = cli_verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

const char *cli_help(const char *verb)
{
    const struct cli_verb_entry *v = find(verb);
    return v ? v->help : NULL;
}

int cli_fail(const struct err *err)
{
    return exit_status_report(err);
}

/* The lines of a verb's help that show how it is written: all that begin with its name. */
static void print_synopsis(const char *verb)
{
    const char *line = cli_help(verb), *lead = "usage:";
    for (; line && str_starts(line, verb); lead = "      ") {
        fprintf(stderr, "%s talkpress %.*s\n", lead, (int)strcspn(line, "\n"), line);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
}

int cli_usage(const char *verb, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("talkpress: ", stderr);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    print_synopsis(verb);
    return EXIT_USAGE;
}

void cli_print_json(const json_t *value)
{
    AUTO_FREE char *text = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    puts(text ? text : "null");
}

/* --- options --------------------------------------------------------------------------------- */

enum { MAX_OPTIONS = 16, FIRST_LONG = 256 };

static void print_help(const char *verb)
{
    const char *help = cli_help(verb);
    printf("usage: talkpress %s\n", help ? help : verb);
}

/* optopt is the letter, or a long option's value, or 0 for a long option that there is not. */
static int refuse_option(char **argv, int got, const struct option *list)
{
    const char *word = argv[optind - 1];
    char letter[] = {'-', (char)optopt, '\0'};
    if (optopt > 0 && optopt < FIRST_LONG)
        word = letter;
    AUTO_FREE char *name = mem_strdup(word);
    if (optopt >= FIRST_LONG)
        name[strcspn(name, "=")] = '\0';
    if (got == ':')
        return cli_usage(argv[0], "'%s' of '%s' needs a value", name, argv[0]);
    for (; list->name; list++)
        if (optopt >= FIRST_LONG && list->val == optopt)
            return cli_usage(argv[0], "'%s' of '%s' takes no value", name, argv[0]);
    return cli_usage(argv[0], "'%s' has no option '%s'", argv[0], name);
}

/* getopt_long moves operands behind the options; they are then moved to the front. */
int cli_options(int *argc, char **argv, const struct cli_option *options, size_t nb)
{
    struct option list[MAX_OPTIONS + 2] = {0};
    char letters[2 * MAX_OPTIONS + 3] = ":", *l = letters + 1; /* ':': the messages are ours */
    for (size_t i = 0; i < nb; i++) {
        const int takes = options[i].value ? required_argument : no_argument;
        list[i] = (struct option){options[i].name, takes, NULL, FIRST_LONG + (int)i};
        if (options[i].letter) {
            *l++ = options[i].letter;
            if (options[i].value)
                *l++ = ':';
        }
    }
    list[nb] = (struct option){"help", no_argument, NULL, 'h'};
    optind = 0; /* GNU: start anew */
    int got;
    while ((got = getopt_long(*argc, argv, letters, list, NULL)) != -1) {
        if (got == 'h') {
            print_help(argv[0]);
            return -1;
        }
        if (got == '?' || got == ':')
            return refuse_option(argv, got, list);
        size_t i = 0;
        while (i < nb && got != FIRST_LONG + (int)i && got != options[i].letter)
            i++;
        assert(i < nb);
        if (options[i].value)
            *options[i].value = optarg;
        else
            *options[i].flag = true;
    }
    int n = 1;
    for (int i = optind; i < *argc; i++)
        argv[n++] = argv[i];
    *argc = n;
    argv[n] = NULL;
    return 0;
}

/* --- the words before the command ------------------------------------------------------------- */

static int run_verb(const struct cli *cli, int argc, char **argv, const char *overview)
{
    const struct cli_verb_entry *v = find(argv[0]);
    if (v)
        return v->run(cli, argc, argv);
    fprintf(stderr, "talkpress: there is no command '%s'\n%s", argv[0], overview);
    return EXIT_USAGE;
}

static int read_words(int argc, char **argv, const char *overview)
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
            fputs(overview, stdout);
            return EXIT_OK;
        } else if (strcmp(argv[at], "--version") == 0) {
            puts("talkpress " TALKPRESS_VERSION);
            return EXIT_OK;
        } else {
            fprintf(stderr, "talkpress: there is no option '%s'\n%s", argv[at], overview);
            return EXIT_USAGE;
        }
    }
    if (at == argc) {
        fputs(overview, stderr);
        return EXIT_USAGE;
    }
    return run_verb(&cli, argc - at, argv + at, overview);
}

int cli_main(int argc, char **argv, const char *overview)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* columns are counted for UTF-8, whatever the user's locale */
    signal(SIGPIPE, SIG_IGN);       /* 'talkpress list | head' ends quietly */
    const int status = read_words(argc, argv, overview);
    return fflush(stdout) != 0 && status == EXIT_OK ? EXIT_FAILED : status;
}
