#include <malloc.h>

#include "commands.h"
#include "media_program.h"

/* The commands that need libav and libass are another program's: this one starts ten times faster
 * without them. */
static int cmd_media(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    (void)argc;
    media_program_become(cli->dir, argv, &err);
    return cli_fail(&err);
}

/* In the order of the overview. */
static const struct verb verbs[] = {
    {.name = "init",
     .operands = "DIR",
     .summary = "make an event's folder",
     .help = "init [DIR]\n"
             "Makes an event's folder: settings, store, work/ and out/.",
     .takes = {0, 1, "one folder, please"},
     .needs = NEEDS_NOTHING,
     .run = cmd_init},
    {.name = "import",
     .operands = "PROGRAMME",
     .summary = "read the programme, show what changes, apply it",
     .help = "import [--dry-run] [--json] PROGRAMME\n"
             "Reads a programme, shows what is new, changed and gone, and applies it.\n"
             "It may be schedule.xml, the c3voc or pretalx JSON, pyvideo JSON (a file or a\n"
             "folder), iCalendar, a timetable in HTML, CSV, a Markdown list, or a listing page\n"
             "of videos, as HTML or text.\n"
             "  -n, --dry-run   only show\n"
             "  --json          print the changes as JSON",
     .options = {{.name = "dry-run", .letter = 'n'}, {.name = "json"}},
     .takes = {1, 1, "one programme, please"},
     .needs = NEEDS_EVENT,
     .run = cmd_import},
    {.name = "list",
     .summary = "show the programme",
     .help = "list [--json]\n"
             "Shows the programme.",
     .options = {{.name = "json"}},
     .takes = {0, 0, "it takes no operands"},
     .needs = NEEDS_EVENT,
     .run = cmd_list},
    {.name = "add",
     .operands = "FILE|FOLDER...",
     .summary = "register, probe and match recordings",
     .help =
         "add [--json] [--join | --separate] [--start TIME] [--room ROOM] FILE|FOLDER...\n"
         "Registers recordings, probes them and matches them to talks. The files are\n"
         "only ever read. Files that a camera made of one recording are joined.\n"
         "  --join       the files, in this order, are one recording\n"
         "  --separate   each file is a recording of its own\n"
         "  --start TIME the recording began then (2010-04-28 09:02): a timetable says which\n"
         "               talks lie in it; auto: as its files say\n"
         "  --room ROOM  of the timetable, where the recording was made; auto: as its path says\n"
         "  --json       print the recordings as JSON",
     .options = {{.name = "json"},
                 {.name = "join"},
                 {.name = "separate"},
                 {.name = "start", .takes_value = true},
                 {.name = "room", .takes_value = true}},
     .takes = {1, VERB_ANY_NUMBER, "which files or folders?"},
     .needs = NEEDS_LOCK,
     .check = check_add,
     .run = cmd_add},
    {.name = "remove",
     .operands = "FILE...",
     .summary = "forget recordings",
     .help = "remove FILE...\n"
             "Forgets recordings. The files are left alone; what was published from them goes\n"
             "at the next run or publish.",
     .takes = {1, VERB_ANY_NUMBER, "which files?"},
     .needs = NEEDS_PLAN,
     .run = cmd_remove},
    {.name = "match",
     .operands = "[TALK=FILE]",
     .summary = "show the matching, or decide it",
     .help = "match [--json] [TALK[/PART]=FILE|none| ...]\n"
             "Shows which recording holds which talk, and why.\n"
             "  15=FILE     talk 15 is in FILE\n"
             "  15/2=FILE   part 2 of talk 15 is in FILE\n"
             "  3-5=FILE    talks 3 to 5 are in FILE; 'cut' proposes where\n"
             "  15=none     talk 15 has no recording\n"
             "  15=         takes the decisions on talk 15 back, those on its parts too",
     .options = {{.name = "json"}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .needs = NEEDS_PLAN,
     .run = cmd_match},
    {.name = "verify",
     .operands = "[TALK...]",
     .summary = "listed against measured time, and why they differ",
     .help = "verify [--json] [TALK...]\n"
             "verify --accept TALK[/PART] --because TEXT\n"
             "verify --reject TALK[/PART]\n"
             "Compares each part's measured time with its listed time and says what a\n"
             "difference comes from. --accept publishes a part as it is; the reason is kept.\n"
             "--reject takes that back.",
     .options = {{.name = "json"},
                 {.name = "accept", .takes_value = true},
                 {.name = "because", .takes_value = true},
                 {.name = "reject", .takes_value = true}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .needs = NEEDS_FRESH | NEEDS_PLAN,
     .check = check_verify,
     .run = cmd_verify},
    {.name = "cut",
     .operands = "[TALK|FILE]",
     .summary = "show or set a part's in and out, or those of several talks",
     .help = "cut [--json] TALK[/PART] [--in TIME] [--out TIME | --auto | --take]\n"
             "cut [--json] [FILE [--take]]\n"
             "Shows or sets a part's range of its recording. TIME is [h:]mm:ss[.mmm], or a\n"
             "frame number with an f behind it: 1500f. --auto forgets what was set.\n"
             "Where a recording holds several talks, a range is proposed for each; without TALK\n"
             "they are shown, of FILE or of all such recordings. They count once they are taken\n"
             "(--take) or set.",
     .options = {{.name = "json"},
                 {.name = "in", .takes_value = true},
                 {.name = "out", .takes_value = true},
                 {.name = "auto"},
                 {.name = "take"}},
     .takes = {0, 1, "one talk, or one recording, please"},
     .needs = NEEDS_PLAN,
     .check = check_cut,
     .run = cmd_cut},
    {.name = "sound",
     .operands = "TALK [...]",
     .summary = "what was found in the sound; choose stream and channel",
     .help = "sound [--json] TALK[/PART] [--audio N] [--channels both|left|right] [--auto]\n"
             "Shows what was found in the sound of a talk's recording, or sets what is taken.\n"
             "  --audio N        the stream of the file\n"
             "  --channels WHICH both sides as they are, or one channel on both\n"
             "  --auto           forgets what was set",
     .options = {{.name = "json"},
                 {.name = "audio", .takes_value = true},
                 {.name = "channels", .takes_value = true},
                 {.name = "auto"}},
     .takes = {1, 1, "which talk?"},
     .needs = NEEDS_PLAN,
     .run = cmd_sound},
    {.name = "card", .operands = "TALK -o PNG", .summary = "draw a title card", .words = cmd_media},
    {.name = "run",
     .operands = "[TALK...]",
     .summary = "do everything that is missing, then publish",
     .help = "run [--no-publish] [--quiet] [--json] [TALK...]\n"
             "Does everything that is missing, then publishes. Ctrl-C stops it; run goes on\n"
             "from there.\n"
             "  --no-publish   leave out/ as it is\n"
             "  -q, --quiet    no progress\n"
             "  --json         no progress, and the summary as JSON",
     .options = {{.name = "no-publish"}, {.name = "quiet", .letter = 'q'}, {.name = "json"}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .needs = NEEDS_LOCK | NEEDS_FRESH | NEEDS_PLAN,
     .run = cmd_run},
    {.name = "status",
     .operands = "[TALK]",
     .summary = "what stands",
     .help = "status [--json] [TALK]\n"
             "One line per part, and what the workers' sandbox is made of here; everything\n"
             "about one talk.",
     .options = {{.name = "json"}},
     .takes = {0, 1, "one talk, please"},
     .needs = NEEDS_PLAN,
     .run = cmd_status},
    {.name = "why",
     .operands = "TALK",
     .summary = "what would run, and because of what",
     .help = "why [--json] TALK[/PART]\n"
             "What is missing for a talk, what would run, and because of what.",
     .options = {{.name = "json"}},
     .takes = {1, 1, "which talk?"},
     .needs = NEEDS_PLAN,
     .run = cmd_why},
    {.name = "publish",
     .summary = "bring out/ up to date",
     .help = "publish [--json]\n"
             "Brings out/ in line with what is complete. run does this too.",
     .options = {{.name = "json"}},
     .takes = {0, 0, "it takes no operands"},
     .needs = NEEDS_LOCK | NEEDS_PLAN,
     .run = cmd_publish},
    {.name = "export",
     .operands = "FORMAT",
     .summary = "write schedule.xml or pyvideo JSON with links to the videos",
     .help = "export schedule.xml [-o FILE] [--base-url URL]\n"
             "export pyvideo -o DIR [--base-url URL]\n"
             "Writes the programme in a form that others read, with links to the videos in\n"
             "out/: schedule.xml, or a folder as pyvideo.org has it. DIR must not be there yet,\n"
             "or be empty.\n"
             "  -o, --output FILE|DIR   where to; schedule.xml goes to standard output otherwise\n"
             "  --base-url URL          where out/ will be found; no links otherwise",
     .options = {{.name = "output", .letter = 'o', .takes_value = true},
                 {.name = "base-url", .takes_value = true}},
     .takes = {1, 1, "which format: schedule.xml or pyvideo?"},
     .needs = NEEDS_EVENT,
     .check = check_export,
     .run = cmd_export},
    {.name = "rehearse",
     .operands = "PROGRAMME",
     .summary = "make stand-in recordings and an estimate",
     .words = cmd_media},
    {.name = "gc",
     .summary = "drop cached work that nothing refers to",
     .help = "gc [--dry-run]\n"
             "Drops cached work that nothing refers to any more.\n"
             "  -n, --dry-run   only say how much",
     .options = {{.name = "dry-run", .letter = 'n'}},
     .takes = {0, 0, "it takes no operands"},
     .needs = NEEDS_LOCK | NEEDS_PLAN,
     .run = cmd_gc},
    {.name = "worker", .words = cmd_media}, /* not listed: a message names it to repeat a job */
    {.name = NULL},
};

const struct cli_program cli_program = {verbs, command_run};

int main(int argc, char **argv)
{
    /* What one part's plan needed, the next one's takes: nothing is given back between them, nor
     * are the smallest pieces merged for each larger one. */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MXFAST, 0);
    return cli_main(argc, argv);
}
