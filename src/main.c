#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "cli.h"
#include "mem.h"
#include "str.h"
#include "spawner.h"
#include "worker.h"

struct verb {
    const char *name;
    cli_verb *run;
    const char *help; /* the synopsis in the first line */
};

static const struct verb verbs[] = {
    {"init", cmd_init,
     "init [DIR]\n"
     "Makes an event's folder: settings, store, work/ and out/."},
    {"import", cmd_import,
     "import [--dry-run] [--json] PROGRAMME\n"
     "Reads a programme, shows what is new, changed and gone, and applies it.\n"
     "It may be schedule.xml, the c3voc or pretalx JSON, pyvideo JSON (a file or a\n"
     "folder), iCalendar, a timetable in HTML, CSV, a Markdown list, or a listing page\n"
     "of videos, as HTML or text.\n"
     "  -n, --dry-run   only show\n"
     "  --json          print the changes as JSON"},
    {"list", cmd_list,
     "list [--json]\n"
     "Shows the programme."},
    {"add", cmd_add,
     "add [--json] [--join | --separate] [--start TIME] [--room ROOM] FILE|FOLDER...\n"
     "Registers recordings, probes them and matches them to talks. The files are\n"
     "only ever read. Files that a camera made of one recording are joined.\n"
     "  --join       the files, in this order, are one recording\n"
     "  --separate   each file is a recording of its own\n"
     "  --start TIME the recording began then (2010-04-28 09:02): a timetable says which\n"
     "               talks lie in it; auto: as its files say\n"
     "  --room ROOM  of the timetable, where the recording was made; auto: as its path says\n"
     "  --json       print the recordings as JSON"},
    {"remove", cmd_remove,
     "remove FILE...\n"
     "Forgets recordings. The files are left alone; what was published from them goes\n"
     "at the next run or publish."},
    {"match", cmd_match,
     "match [--json] [TALK[/PART]=FILE|none| ...]\n"
     "Shows which recording holds which talk, and why.\n"
     "  15=FILE     talk 15 is in FILE\n"
     "  15/2=FILE   part 2 of talk 15 is in FILE\n"
     "  3-5=FILE    talks 3 to 5 are in FILE; 'cut' proposes where\n"
     "  15=none     talk 15 has no recording\n"
     "  15=         takes the decisions on talk 15 back, those on its parts too"},
    {"verify", cmd_verify,
     "verify [--json] [TALK...]\n"
     "verify --accept TALK[/PART] --because TEXT\n"
     "verify --reject TALK[/PART]\n"
     "Compares each part's measured time with its listed time and says what a\n"
     "difference comes from. --accept publishes a part as it is; the reason is kept.\n"
     "--reject takes that back."},
    {"cut", cmd_cut,
     "cut [--json] TALK[/PART] [--in TIME] [--out TIME | --auto | --take]\n"
     "cut [--json] [FILE [--take]]\n"
     "Shows or sets a part's range of its recording. TIME is [h:]mm:ss[.mmm], or a\n"
     "frame number with an f behind it: 1500f. --auto forgets what was set.\n"
     "Where a recording holds several talks, a range is proposed for each; without TALK\n"
     "they are shown, of FILE or of all such recordings. They count once they are taken\n"
     "(--take) or set."},
    {"sound", cmd_sound,
     "sound [--json] TALK[/PART] [--audio N] [--channels both|left|right] [--auto]\n"
     "Shows what was found in the sound of a talk's recording, or sets what is taken.\n"
     "  --audio N        the stream of the file\n"
     "  --channels WHICH both sides as they are, or one channel on both\n"
     "  --auto           forgets what was set"},
    {"card", cmd_card,
     "card TALK[/PART] -o FILE.png [--size WIDTHxHEIGHT]\n"
     "Draws a part's title card.\n"
     "  -o, --output FILE.png   where to\n"
     "  --size WIDTHxHEIGHT     1280x720 unless told"},
    {"run", cmd_run,
     "run [--no-publish] [--quiet] [--json] [TALK...]\n"
     "Does everything that is missing, then publishes. Ctrl-C stops it; run goes on\n"
     "from there.\n"
     "  --no-publish   leave out/ as it is\n"
     "  -q, --quiet    no progress\n"
     "  --json         no progress, and the summary as JSON"},
    {"status", cmd_status,
     "status [--json] [TALK]\n"
     "One line per part, and what the workers' sandbox is made of here; everything\n"
     "about one talk."},
    {"why", cmd_why,
     "why [--json] TALK[/PART]\n"
     "What is missing for a talk, what would run, and because of what."},
    {"publish", cmd_publish,
     "publish [--json]\n"
     "Brings out/ in line with what is complete. run does this too."},
    {"export", cmd_export,
     "export schedule.xml [-o FILE] [--base-url URL]\n"
     "export pyvideo -o DIR [--base-url URL]\n"
     "Writes the programme in a form that others read, with links to the videos in\n"
     "out/: schedule.xml, or a folder as pyvideo.org has it. DIR must not be there yet,\n"
     "or be empty.\n"
     "  -o, --output FILE|DIR   where to; schedule.xml goes to standard output otherwise\n"
     "  --base-url URL          where out/ will be found; no links otherwise"},
    {"rehearse", cmd_rehearse,
     "rehearse PROGRAMME -o DIR [OPTION...]\n"
     "Makes stand-in recordings of a programme's talks at their listed lengths, to\n"
     "try a set-up before the event, and estimates the time and disk that the event\n"
     "will need. It needs no event's folder.\n"
     "  -o, --output DIR   where to\n"
     "  --talk N           only this talk, or a range (3-7); more than once\n"
     "  --height N         of the picture, even; 720 unless told\n"
     "  --fps N            frames per second; 25 unless told\n"
     "  --tones            a hum in place of speech\n"
     "  --no-estimate      make the recordings only"},
    {"gc", cmd_gc,
     "gc [--dry-run]\n"
     "Drops cached work that nothing refers to any more.\n"
     "  -n, --dry-run   only say how much"},
};
enum { NB_VERBS = sizeof verbs / sizeof *verbs };

static const char overview[] =
    "usage: talkpress [-C DIR] COMMAND [...]\n"
    "\n"
    "Turns a conference's recordings into checked videos that are ready to publish.\n"
    "\n"
    "  init DIR             make an event's folder\n"
    "  import PROGRAMME     read the programme, show what changes, apply it\n"
    "  list                 show the programme\n"
    "  add FILE|FOLDER...   register, probe and match recordings\n"
    "  remove FILE...       forget recordings\n"
    "  match [TALK=FILE]    show the matching, or decide it\n"
    "  verify [TALK...]     listed against measured time, and why they differ\n"
    "  cut [TALK|FILE]      show or set a part's in and out, or those of several talks\n"
    "  sound TALK [...]     what was found in the sound; choose stream and channel\n"
    "  card TALK -o PNG     draw a title card\n"
    "  run [TALK...]        do everything that is missing, then publish\n"
    "  status [TALK]        what stands\n"
    "  why TALK             what would run, and because of what\n"
    "  publish              bring out/ up to date\n"
    "  export FORMAT        write schedule.xml or pyvideo JSON with links to the videos\n"
    "  rehearse PROGRAMME   make stand-in recordings and an estimate\n"
    "  gc                   drop cached work that nothing refers to\n"
    "\n"
    "'talkpress COMMAND --help' tells more; so does 'man talkpress'.\n"
    "Exit status: 0 all is well, 1 something failed, 2 wrong usage, 3 a person is\n"
    "needed, 75 try again (no space, or another talkpress is at work).\n";

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < NB_VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

const char *cli_help(const char *verb)
{
    const struct verb *v = find(verb);
    return v ? v->help : NULL;
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "talkpress: %s\n", err->msg);
    if (err->code == ERR_USAGE)
        return EXIT_USAGE;
    if (err->code == ERR_NO_SPACE)
        fputs("talkpress: make room, then the same command goes on from here\n", stderr);
    return err->code == ERR_NO_SPACE || err->code == ERR_BUSY ? EXIT_TRY_AGAIN : EXIT_FAILED;
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

/* --- main ------------------------------------------------------------------------------------ */

static int run_verb(const struct cli *cli, int argc, char **argv)
{
    const struct verb *v = find(argv[0]);
    if (v)
        return v->run(cli, argc, argv);
    fprintf(stderr, "talkpress: there is no command '%s'\n%s", argv[0], overview);
    return EXIT_USAGE;
}

static int talkpress(int argc, char **argv)
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
    /* Not for people: the executor starts it, and a message names it to repeat a failed job. */
    if (strcmp(argv[at], "worker") == 0 && at + 2 == argc)
        return worker_main(argv[at + 1]);
    if (strcmp(argv[at], "worker") == 0 && at + 3 == argc && strcmp(argv[at + 1], "--serve") == 0)
        return spawner_serve();
    return run_verb(&cli, argc - at, argv + at);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* columns are counted for UTF-8, whatever the user's locale */
    signal(SIGPIPE, SIG_IGN);       /* 'talkpress list | head' ends quietly */
    av_log_quiet();                 /* a worker turns it on again, into its log */
    setenv("SVT_LOG", "1", 0);      /* SVT-AV1 says hello otherwise */
    int status = talkpress(argc, argv);
    if (fflush(stdout) != 0 && status == EXIT_OK)
        status = EXIT_FAILED;
    FcFini(); /* what fontconfig holds is no leak */
    return status;
}
