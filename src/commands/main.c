#include <malloc.h>

#include "cli.h"
#include "media_program.h"
#include "mem.h"

static cli_verb cmd_worker;

const struct cli_verb_entry cli_verbs[] = {
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
    {"worker", cmd_worker, /* not in the overview: a message names it to repeat a failed job */
     "worker FILE.json\nRuns one job, as 'talkpress run' does; for looking at one that failed."},
    {NULL, NULL, NULL},
};

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

static int cmd_worker(const struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    AUTO_FREE char *program = NULL;
    (void)cli;
    if (argc != 2)
        return cli_usage(argv[0], "which job's file?");
    if (media_program_find(&program, &err) == 0)
        media_program_become(program, argv, NULL, &err);
    return cli_fail(&err);
}

int main(int argc, char **argv)
{
    /* What one part's plan needed, the next one's takes: nothing is given back between them, nor
     * are the smallest pieces merged for each larger one. */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MXFAST, 0);
    return cli_main(argc, argv, overview);
}
