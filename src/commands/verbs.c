/* The table of commands. */
#include "commands.h"
#include "media_program.h"
#include "mem.h"

/* Becomes talkpress-media, whose worker it is. */
static int cmd_worker(struct command *c, struct err *err)
{
    AUTO_FREE char *program = NULL;
    char verb[] = "worker";
    if (media_program_find(&program, err) == 0)
        media_program_become(program, (char *[]){verb, c->operands[0], NULL}, NULL, err);
    return err->code;
}

/* In the order of the overview. */
const struct verb command_verbs[] = {
    {.name = "init",
     .operands = "DIR",
     .summary = "create an event folder",
     .help = "init [DIR]\n"
             "Creates an event folder with the settings file, the store, work/ and out/.",
     .takes = {0, 1, "expected at most one DIR"},
     .names = {NAMES_FOLDER},
     .needs = NEEDS_NOTHING,
     .run = cmd_init},
    {.name = "import",
     .operands = "[PROGRAMME]",
     .summary = "read the programme, show the changes and apply them",
     .help = "import [--dry-run] [--replace] [--json] [PROGRAMME]\n"
             "Reads a programme, shows which talks are new, changed or gone, and applies the\n"
             "changes. PROGRAMME is schedule.xml, JSON of c3voc or pretalx, JSON of pyvideo (a\n"
             "file or a folder), iCalendar, an HTML timetable, CSV, a Markdown list, or a page\n"
             "that lists videos, as HTML or text; or the address of one, https://... Without\n"
             "PROGRAMME, it is the last one again, from where it came.\n"
             "A talk that may be another one than before is listed as doubtful, and a published\n"
             "talk whose title changes is listed last.\n"
             "Title cards that cannot be made are listed too: text that does not fit.\n"
             "What was left out, such as talks that were declined, is said in notes.\n"
             "  -n, --dry-run   show the changes without applying them\n"
             "  --replace       apply them even if this is another event's programme (no talk in\n"
             "                  common, or another name and other days), or if more than a third\n"
             "                  of the talks would be gone\n"
             "  --json          print the changes as JSON",
     .options = {{.name = "dry-run", .letter = 'n'}, {.name = "replace"}, {.name = "json"}},
     .takes = {0, 1, "expected at most one PROGRAMME"},
     .names = {NAMES_FILE},
     .needs = NEEDS_EVENT | NEEDS_HOOKS,
     .run = cmd_import},
    {.name = "list",
     .summary = "show the programme",
     .help = "list [--json]\n"
             "Shows the programme; of a timetable, also start and room.\n"
             "  --json   print it as JSON",
     .options = {{.name = "json"}},
     .takes = {0, 0, "expected no operands"},
     .needs = NEEDS_EVENT,
     .run = cmd_list},
    {.name = "add",
     .operands = "FILE|FOLDER...",
     .summary = "add recordings and match them to talks",
     .help = "add [--json] [--join | --separate] [--start TIME] [--room ROOM] FILE|FOLDER...\n"
             "Adds recordings, probes them and matches them to talks. Recordings are only\n"
             "read, never changed. Files that a camera split one recording into are joined.\n"
             "Links that lead out of a FOLDER are refused: name what they lead to.\n"
             "Shows and judges what this call added; 'talkpress status' has the rest.\n"
             "  --join         the files, in this order, are one recording\n"
             "  --separate     each file is a recording of its own\n"
             "  --start TIME   when the recording began, as 2010-04-28 09:02, to find\n"
             "                 the talks of the timetable that it holds; auto: use the time in\n"
             "                 its files\n"
             "  --room ROOM    the room where it was made, as the timetable names it; auto:\n"
             "                 use the name in its path\n"
             "  --json         print the recordings as JSON",
     .options = {{.name = "json"},
                 {.name = "join"},
                 {.name = "separate"},
                 {.name = "start", .takes_value = true, .words = "auto"},
                 {.name = "room", .takes_value = true, .names = NAMES_ROOM, .words = "auto"}},
     .takes = {1, VERB_ANY_NUMBER, "expected at least one FILE or FOLDER"},
     .names = {NAMES_FILE},
     .needs = NEEDS_LOCK,
     .check = check_add,
     .run = cmd_add},
    {.name = "remove",
     .operands = "FILE...",
     .summary = "remove recordings from the event",
     .help = "remove FILE...\n"
             "Removes recordings from the event. The files themselves are kept. The next run\n"
             "or publish removes what was published from them.",
     .takes = {1, VERB_ANY_NUMBER, "expected at least one FILE"},
     .names = {NAMES_RECORDING},
     .needs = NEEDS_PLAN,
     .run = cmd_remove},
    {.name = "match",
     .operands = "[TALK=FILE]",
     .summary = "show or set which recording holds which talk",
     .help = "match [--all] [--json] [TALK[/PART]=FILE|none| ...]\n"
             "match [--json] --exchange TALK[/PART] TALK[/PART]\n"
             "Shows which recording holds which talk, and why: the matches that need you, and\n"
             "how many are sure; after a decision, what it changes. Other formats of a recording\n"
             "(talk.mp4, talk.webm) are set aside and named.\n"
             "  --all       show the sure ones too\n"
             "  15=FILE     talk 15 is in FILE\n"
             "  15/2=FILE   part 2 of talk 15 is in FILE\n"
             "  3-5=FILE    talks 3 to 5 are in FILE; 'talkpress cut' proposes where\n"
             "  15=none     talk 15 was not recorded\n"
             "  15=         remove all such decisions on talk 15 and its parts\n"
             "  --exchange  give each of two talks, or parts, the other's recording\n"
             "  --json      print the matches as JSON",
     .options = {{.name = "json"},
                 {.name = "all"},
                 {.name = "exchange", .operands_named = NAMES_PART}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .names = {NAMES_MATCH},
     .needs = NEEDS_PLAN,
     .check = check_match,
     .run = cmd_match},
    {.name = "undo",
     .operands = "[TALK]",
     .summary = "show what was decided, or take the last decision back",
     .help = "undo [--json] [--list] [TALK[/PART]]\n"
             "undo [--json] TALK[/PART] | --decision ID\n"
             "Shows the last 20 decisions; with TALK, takes back the last one about that talk or\n"
             "its recording. That is a decision, too: undone twice, all is as before. One that\n"
             "was changed again since is not taken back.\n"
             "  --list         with TALK: show the decisions about it, take nothing back\n"
             "  --decision ID  take back that one: the list shows the IDs\n"
             "  --json         print the decisions as JSON",
     .options = {{.name = "json"},
                 {.name = "list"},
                 {.name = "decision", .takes_value = true, .names = NAMES_DECISION}},
     .takes = {0, 1, "expected at most one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_undo,
     .run = cmd_undo},
    {.name = "verify",
     .operands = "[TALK...]",
     .summary = "compare measured lengths with listed ones",
     .help = "verify [--problems] [--json] [--report FILE] [TALK...]\n"
             "verify --accept TALK[/PART] --because TEXT\n"
             "verify --reject TALK[/PART]\n"
             "Compares the measured length of each part with the listed one and shows the\n"
             "cause of a difference: first the parts that need a decision, in groups. Encodes\n"
             "nothing, so it also checks a published archive; a lead-in that all its recordings\n"
             "have does not count.\n"
             "  --problems       only the parts that need a decision\n"
             "  --report FILE    also write it as a page to send or to print, with pictures\n"
             "  --accept TALK    accept the part although its verdict is not ok\n"
             "  --because TEXT   the reason, which is kept and shown\n"
             "  --reject TALK    remove the acceptance\n"
             "  --json           print the table as JSON",
     .options = {{.name = "json"},
                 {.name = "problems"},
                 {.name = "report", .takes_value = true, .names = NAMES_FILE},
                 {.name = "accept", .takes_value = true, .names = NAMES_PART},
                 {.name = "because", .takes_value = true},
                 {.name = "reject", .takes_value = true, .names = NAMES_PART}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .names = {NAMES_TALK},
     .needs = NEEDS_FRESH | NEEDS_PLAN,
     .check = check_verify,
     .run = cmd_verify},
    {.name = "review",
     .summary = "decide in a browser: watch, cut, match, accept",
     .help = "review [--port N] [--open] [--listen ADDR]\n"
             "review --export TALK[/PART] [-o FILE.html]\n"
             "review --import FILE [--take all|in|out|breaks|accept]...\n"
             "Serves a page on this machine, and prints the link to it: the parts that need a\n"
             "person, their recordings with sound and picture at any place, and all decisions\n"
             "that commands make, with 'undo'. Others may use commands meanwhile, and 'run'.\n"
             "Ctrl-C ends it.\n"
             "  --port N        listen on this port (default: a free one)\n"
             "  --open          show the page in the browser\n"
             "  --listen ADDR   let other machines reach it, at this address of this machine:\n"
             "                  everybody who has the link can decide\n"
             "For a speaker, who needs no talkpress and no internet:\n"
             "  --export TALK   write a page with a small film of the part, where the speaker\n"
             "                  looks at its begin and end, and answers\n"
             "  -o, --output FILE.html\n"
             "                  the file to write (default: review-TALK.html)\n"
             "  --import FILE   show what the speaker's answers would change: the file that the\n"
             "                  page saved, or the text of a mail; on a terminal, ask what to\n"
             "                  take. Exit status: 3 if something can be taken and was not\n"
             "  --take WHICH    take this of the answers without a question",
     .options = {{.name = "port", .takes_value = true},
                 {.name = "open"},
                 {.name = "listen", .takes_value = true},
                 {.name = "export", .takes_value = true, .names = NAMES_PART},
                 {.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FILE},
                 {.name = "import", .takes_value = true, .names = NAMES_FILE},
                 {.name = "take",
                  .takes_value = true,
                  .repeats = true,
                  .words = "all in out breaks accept"}},
     .takes = {0, 0, "expected no operands"},
     .needs = NEEDS_EVENT,
     .check = check_review,
     .run = cmd_review},
    {.name = "cut",
     .operands = "[TALK|FILE]",
     .summary = "show or set where talks begin and end",
     .help = "cut [--json] TALK[/PART] [--in TIME] [--out TIME] [--drop TIME-TIME]...\n"
             "cut [--json] TALK[/PART] --keep [TIME-TIME] | --auto | --take\n"
             "cut [--json] TALK[/PART]|FILE --sound-offset OFFSET\n"
             "cut [--json] [FILE [--take]]\n"
             "Shows or sets the range of the recording that a part takes up. TIME is\n"
             "[h:]mm:ss[.mmm] in the recording, or a frame number followed by f: 1500f.\n"
             "If a recording holds several talks, a range is proposed for each. Without TALK\n"
             "they are shown, for FILE or for all such recordings. A proposed range is used\n"
             "only after it was taken or set.\n"
             "  --in TIME    where the part begins\n"
             "  --out TIME   where it ends\n"
             "  --drop RANGE leave out a break: 21:10-36:40\n"
             "  --keep       leave out no break any more, or none in this RANGE\n"
             "  --sound-offset OFFSET\n"
             "               play the sound later (+120ms) or earlier (-0.04s) than recorded,\n"
             "               of all talks in FILE; 0 takes it back\n"
             "  --auto       remove all that was set\n"
             "  --take       use the proposed range, or all those of FILE\n"
             "  --json       print the ranges as JSON",
     .options = {{.name = "json"},
                 {.name = "in", .takes_value = true},
                 {.name = "out", .takes_value = true},
                 {.name = "auto"},
                 {.name = "take"},
                 {.name = "drop", .takes_value = true, .repeats = true},
                 {.name = "keep"},
                 {.name = "sound-offset", .takes_value = true}},
     .takes = {0, 2, "expected at most one TALK or FILE"},
     .names = {NAMES_PART | NAMES_RECORDING},
     .needs = NEEDS_PLAN,
     .check = check_cut,
     .run = cmd_cut},
    {.name = "chapter",
     .operands = "TALK",
     .summary = "show, set or propose chapters",
     .help = "chapter [--json] TALK[/PART] [--list]\n"
             "chapter [--json] TALK[/PART] TIME TITLE\n"
             "chapter [--json] TALK[/PART] --remove TIME|all|waiting | --adopt\n"
             "chapter [--json] TALK[/PART] --propose [--take]\n"
             "Shows or sets the chapters of a part. TIME is [h:]mm:ss[.mmm] in the talk, without\n"
             "its card: 0:00 is its first picture. The list also shows the time in the video.\n"
             "A chapter is a place in the recording: if the cut moves, it stays where it is.\n"
             "Chapters may also be read from a file beside the recording, NAME.chapters.vtt or\n"
             "NAME.chapters.txt with lines '12:30 Title'; typed ones replace that list.\n"
             "  --list          show them (default)\n"
             "  --remove WHICH  remove the one that was typed at a TIME, all, or those waiting:\n"
             "                  typed for another recording of the part\n"
             "  --adopt         use those waiting with the present recording\n"
             "  --propose       show changes of slides that may begin chapters\n"
             "  --take          set those as chapters: 'Slide 1' and so on\n"
             "  --json          print the chapters as JSON",
     .options = {{.name = "json"},
                 {.name = "list"},
                 {.name = "remove", .takes_value = true, .words = "all waiting"},
                 {.name = "adopt"},
                 {.name = "propose"},
                 {.name = "take"}},
     .takes = {1, 3, "expected a TALK, or a TALK, a TIME and a TITLE"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_chapter,
     .run = cmd_chapter},
    {.name = "poster",
     .operands = "TALK [...]",
     .summary = "show or choose the picture that is a talk's poster",
     .help = "poster [--json] TALK[/PART] [--at TIME | --clear]\n"
             "Shows which picture is the poster of a talk, or chooses another one. TIME is\n"
             "[h:]mm:ss[.mmm] in the talk, without its card: 0:00 is its first picture. The\n"
             "picture is kept as a place in the recording: if the cut moves, it stays the same.\n"
             "  --at TIME   use the picture at this time\n"
             "  --clear     remove what was set: talkpress chooses the picture\n"
             "  --json      print the posters as JSON",
     .options = {{.name = "json"}, {.name = "at", .takes_value = true}, {.name = "clear"}},
     .takes = {1, 1, "expected exactly one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_poster,
     .run = cmd_poster},
    {.name = "sound",
     .operands = "TALK [...]",
     .summary = "show what the sound is like, choose stream and channel",
     .help = "sound [--json] TALK[/PART] [--audio N] [--channels WHICH] [--auto]\n"
             "Shows what was found in the sound of a talk's recording, or sets which part\n"
             "of it is used.\n"
             "  --audio N          use stream N of the file\n"
             "  --channels WHICH   'both' as they are; 'left' or 'right' on both sides;\n"
             "                     'invert': both, the right one inverted; of more than two\n"
             "                     '3' on both sides, or '3+4' as left and right\n"
             "  --auto             remove what was set\n"
             "  --json             print it as JSON",
     .options = {{.name = "json"},
                 {.name = "audio", .takes_value = true},
                 {.name = "channels", .takes_value = true, .words = "both left right invert"},
                 {.name = "auto"}},
     .takes = {1, 1, "expected exactly one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .run = cmd_sound},
    {.name = "language",
     .operands = "TALK [LANGUAGE]",
     .summary = "show or set the language of a talk",
     .help = "language [--json] TALK [LANGUAGE | --auto]\n"
             "Shows or sets the language that is spoken in a talk, as a code of ISO 639: en, deu.\n"
             "It is in the tags of all files, of captions whose name has none, in talks.json and\n"
             "on the pages, in place of that of the settings, the recording or the programme.\n"
             "  --auto   remove what was set\n"
             "  --json   print it as JSON",
     .options = {{.name = "json"}, {.name = "auto"}},
     .takes = {1, 2, "expected a TALK, or a TALK and a LANGUAGE"},
     .names = {NAMES_PART, NAMES_LANGUAGE},
     .needs = NEEDS_PLAN,
     .check = check_language,
     .run = cmd_language},
    {.name = "captions",
     .operands = "TALK [...]",
     .summary = "show or correct the captions of a talk",
     .help = "captions [--json] TALK[/PART] [--language CODE] [--set FILE.vtt | --clear]\n"
             "captions TALK[/PART] [--language CODE] --show\n"
             "Shows which captions a part has, or sets a corrected text in place of those of that\n"
             "language. It is WebVTT; 0:00 is the first picture of the recording, so that it\n"
             "stays right when the cut moves. The file is copied into the store.\n"
             "  --language CODE  of which captions, as a code of ISO 639: en (default: those that\n"
             "                   are the only ones, else those without a language)\n"
             "  --set FILE.vtt   use this text\n"
             "  --clear          remove what was set\n"
             "  --show           print the text as it can be corrected\n"
             "  --json           print the list as JSON",
     .options = {{.name = "json"},
                 {.name = "language", .takes_value = true, .names = NAMES_LANGUAGE},
                 {.name = "set", .takes_value = true, .names = NAMES_FILE},
                 {.name = "clear"},
                 {.name = "show"}},
     .takes = {1, 1, "expected exactly one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_captions,
     .run = cmd_captions},
    {.name = "card",
     .operands = "TALK -o PNG",
     .summary = "draw a title card",
     .help = "card TALK[/PART] -o FILE.png [--size WIDTHxHEIGHT]\n"
             "Draws a part's title card.\n"
             "  -o, --output FILE.png   the file to write\n"
             "  --size WIDTHxHEIGHT     (default 1280x720)",
     .options = {{.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FILE},
                 {.name = "size", .takes_value = true}},
     .takes = {1, 1, "expected exactly one TALK, and -o FILE.png"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_card,
     .run = cmd_card},
    {.name = "run",
     .operands = "[TALK...]",
     .summary = "make everything that is missing, then publish",
     .help =
         "run [--executor WHERE] [--no-publish | --prune] [--quiet] [--json] [TALK...]\n"
         "Makes everything that is missing, then publishes. Ctrl-C stops it; the next run\n"
         "continues from there.\n"
         "  --executor WHERE   local: on this machine; slurm: in tasks of Slurm; pilots: on\n"
         "                     machines where you start them (default: as talkpress.yaml says)\n"
         "  --no-publish   leave out/ as it is\n"
         "  --prune        remove from out/ what nothing needs any more, even if it is much:\n"
         "                 see 'talkpress publish --help'\n"
         "  -q, --quiet    show no progress\n"
         "  --json         show no progress, and print the summary as JSON",
     .options = {{.name = "no-publish"},
                 {.name = "prune"},
                 {.name = "quiet", .letter = 'q'},
                 {.name = "json"},
                 {.name = "executor", .takes_value = true, .words = "local slurm pilots"}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .names = {NAMES_TALK},
     .needs = NEEDS_LOCK | NEEDS_FRESH | NEEDS_PLAN | NEEDS_HOOKS | NEEDS_MACHINES,
     .check = check_run,
     .run = cmd_run},
    {.name = "watch",
     .operands = "FOLDER...",
     .summary = "add, run and publish while recordings arrive in folders",
     .help = "watch [--once] [--programme URL|FILE] [--json] FOLDER...\n"
             "Watches folders. Adds recordings when they are finished, matches them, makes what\n"
             "is sure, and publishes each talk as soon as it is made, in the order in which the\n"
             "talks end. Says what needs a person. Files that are still written or copied, and\n"
             "split files of which one is missing, wait. Other commands can be used meanwhile.\n"
             "The programme is read again from where it was imported; corrections are imported.\n"
             "Ctrl-C stops it.\n"
             "  --once   one pass over what is finished now, then end: for cron. Exit status: 3\n"
             "           also if files are not finished\n"
             "  --programme URL|FILE   read the programme from there from now on\n"
             "  --json   print an object for each line",
     .options = {{.name = "once"},
                 {.name = "programme", .takes_value = true, .names = NAMES_FILE},
                 {.name = "json"}},
     .takes = {1, VERB_ANY_NUMBER, "expected at least one FOLDER"},
     .names = {NAMES_FOLDER},
     .needs = NEEDS_NOTHING,
     .run = cmd_watch},
    {.name = "status",
     .operands = "[TALK]",
     .summary = "show the state of every part, or of one talk",
     .help = "status [--failed] [--waiting] [--room ROOM] [--text TEXT] [--json] [TALK]\n"
             "status --prometheus [-o FILE]\n"
             "Shows one line for each part, which sandbox workers have on this machine,\n"
             "which machines work for a run, and hooks that fail. With TALK, shows all that\n"
             "is known about that talk.\n"
             "  --failed      only parts with a job that failed\n"
             "  --waiting     only parts that wait for you\n"
             "  --room ROOM   only talks in that room\n"
             "  --text TEXT   only talks with TEXT in title, speakers, section or the name of\n"
             "                the recording\n"
             "  --json        print it as JSON, with the SHA-256 sums of the recordings' files\n"
             "  --prometheus  print numbers in Prometheus's text format (docs/metrics.md)\n"
             "  -o, --output FILE  write them to a file, which is replaced as a whole",
     .options = {{.name = "json"},
                 {.name = "prometheus"},
                 {.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FILE},
                 {.name = "failed"},
                 {.name = "waiting"},
                 {.name = "room", .takes_value = true, .names = NAMES_ROOM},
                 {.name = "text", .takes_value = true}},
     .takes = {0, 1, "expected at most one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .check = check_status,
     .run = cmd_status},
    {.name = "why",
     .operands = "TALK",
     .summary = "show what is missing, what would run, and why",
     .help = "why [--json] TALK[/PART]\n"
             "Shows what is missing for a talk, which jobs would run, and why.\n"
             "  --json   print it as JSON",
     .options = {{.name = "json"}},
     .takes = {1, 1, "expected exactly one TALK"},
     .names = {NAMES_PART},
     .needs = NEEDS_PLAN,
     .run = cmd_why},
    {.name = "publish",
     .summary = "bring out/ up to date, send it to servers",
     .help = "publish [--verify] [--prune] [--send [--dry-run]] [--json]\n"
             "Brings out/ up to date with the parts that are complete, and with the pages that\n"
             "show them: out/index.html. 'talkpress run' does this too. Files that nothing\n"
             "needs any more are moved to work/removed/. If they are more than five, and of\n"
             "more than one part, they stay unless you confirm it on a terminal.\n"
             "  --verify  first read every published file and compare its SHA-256 with that of\n"
             "            the check before it was published; repair from work/ what has changed.\n"
             "            Exit status: 3 if something was repaired, 1 if something could not be.\n"
             "            ('talkpress verify' compares lengths, and reads no file of out/)\n"
             "  --prune   move them without a question\n"
             "  --send    then copy what changed to the targets of 'publish' in\n"
             "            talkpress.yaml, lists last, compare it there, and remove what nothing\n"
             "            needs now. With --verify, compare all files there. If it is stopped,\n"
             "            the same command continues. Exit status: 75 if a target cannot be\n"
             "            reached\n"
             "  -n, --dry-run  with --send: publish and send nothing, show what would be sent\n"
             "  --json    print the summary as JSON",
     .options = {{.name = "verify"},
                 {.name = "prune"},
                 {.name = "send"},
                 {.name = "dry-run", .letter = 'n'},
                 {.name = "json"}},
     .takes = {0, 0, "expected no operands"},
     .needs = NEEDS_LOCK | NEEDS_PLAN | NEEDS_HOOKS,
     .check = check_publish,
     .run = cmd_publish},
    {.name = "report",
     .operands = "[TALK...]",
     .summary = "write one page that says what was found, decided and published",
     .help = "report [-o FILE.html] [TALK...]\n"
             "report --csv | --json [-o FILE] [TALK...]\n"
             "Writes a page to send or to print, which refers to no other file: counts, listed\n"
             "against measured with the causes, numbered checks; and of each part pictures, the\n"
             "waveform with the cut, the sound, what was published, what was decided and why,\n"
             "and what remains to do. A file that is no report is not replaced. Exit status: 3\n"
             "if a part needs a person.\n"
             "  -o, --output FILE   where to write (default report.html; for --csv and --json\n"
             "                      standard output)\n"
             "  --csv               a table for spreadsheets: a row for each part\n"
             "  --json              all of it but pictures and waveforms",
     .options = {{.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FILE},
                 {.name = "csv"},
                 {.name = "json"}},
     .takes = {0, VERB_ANY_NUMBER, NULL},
     .names = {NAMES_TALK},
     .needs = NEEDS_FRESH | NEEDS_PLAN,
     .check = check_report,
     .run = cmd_report},
    {.name = "export",
     .operands = "FORMAT",
     .summary = "write feeds, schedule.xml, and what video hosts want to know",
     .help = "export FORMAT [-o PATH] [--base-url URL]\n"
             "Writes a file or a folder for other programs. The programme, with links to the\n"
             "videos in out/:\n"
             "  schedule.xml  the timetable's format\n"
             "  pyvideo       a folder in the format of pyvideo.org\n"
             "What is published, for where it is shown:\n"
             "  podcast       a folder with a feed of the videos, and one of the sound\n"
             "  youtube       a folder per part: title, description, tags, picture, captions\n"
             "  peertube      a folder per part: bodies for its API\n"
             "  voctoweb      a folder per part: bodies for its API\n"
             "  archive.org   the table for 'ia upload --spreadsheet'\n"
             "  pretalx       links for the pages of the talks, as JSON\n"
             "The recordings:\n"
             "  waveform      a folder with the waveform of each, for audiowaveform's readers\n"
             "A folder must be new or empty. What was left out or shortened is reported.\n"
             "  -o, --output PATH   where to write; for a file the default is standard output\n"
             "  --base-url URL      the address of out/ on the web (default: 'base_url' of 'site'\n"
             "                      in talkpress.yaml, else no links)",
     .options = {{.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FILE},
                 {.name = "base-url", .takes_value = true}},
     .takes = {1, 1,
               "expected one FORMAT: schedule.xml, pyvideo, podcast, youtube, peertube, "
               "voctoweb, archive.org, pretalx or waveform"},
     .words = "schedule.xml pyvideo podcast youtube peertube voctoweb archive.org pretalx "
              "waveform",
     .needs = NEEDS_EVENT,
     .check = check_export,
     .run = cmd_export},
    {.name = "rehearse",
     .operands = "PROGRAMME",
     .summary = "make stand-in recordings and estimate the time needed",
     .help = "rehearse PROGRAMME -o DIR [OPTION...]\n"
             "Makes stand-in recordings of a programme's talks at their listed lengths, to\n"
             "try a set-up before the event, and estimates the time and disk that the event\n"
             "will need. It needs no event's folder.\n"
             "  -o, --output DIR   the folder to write to\n"
             "  --talk N           only this talk, or a range (3-7); more than once\n"
             "  --height N         of the picture, even (default 720)\n"
             "  --fps N            frames per second (default 25)\n"
             "  --tones            a hum in place of speech\n"
             "  --no-estimate      make the recordings only",
     .options = {{.name = "output", .letter = 'o', .takes_value = true, .names = NAMES_FOLDER},
                 {.name = "talk", .takes_value = true, .repeats = true},
                 {.name = "height", .takes_value = true},
                 {.name = "fps", .takes_value = true},
                 {.name = "tones"},
                 {.name = "no-estimate"}},
     .takes = {1, 1, "expected exactly one PROGRAMME, and -o DIR"},
     .names = {NAMES_FILE},
     .needs = NEEDS_NOTHING,
     .check = check_rehearse,
     .run = cmd_rehearse},
    {.name = "gc",
     .summary = "delete cached work that is no longer needed",
     .help = "gc [--dry-run] [--prune]\n"
             "Deletes cached work that is no longer needed. Work of talks that lost their\n"
             "recording by an import, and files that were removed from out/, are shown with\n"
             "their age, and deleted only if you confirm it on a terminal. Nothing is\n"
             "deleted while a recording is not read, or what was read of it is damaged.\n"
             "  -n, --dry-run   only show how much it is\n"
             "  --prune         delete these too, without a question",
     .options = {{.name = "dry-run", .letter = 'n'}, {.name = "prune"}},
     .takes = {0, 0, "expected no operands"},
     .needs = NEEDS_LOCK | NEEDS_PLAN,
     .run = cmd_gc},
    {.name = "worker", /* not listed; repeats a failed job */
     .help = "worker FILE.json\n"
             "Runs one job, as 'talkpress run' does; for looking at one that failed.",
     .takes = {1, 1, "expected exactly one FILE.json"},
     .names = {NAMES_FILE},
     .needs = NEEDS_NOTHING,
     .run = cmd_worker},
    {.name = "pilot", /* not listed; engines start it */
     .help = "pilot QUEUE\n"
             "Works for a 'talkpress run' on another machine that shares the event's folder:\n"
             "takes jobs from the queue folder, EVENT/work/queue, until none are left.",
     .takes = {1, 1, "expected exactly one QUEUE"},
     .names = {NAMES_FOLDER},
     .needs = NEEDS_NOTHING,
     .run = cmd_pilot},
    {.name = "complete", /* not listed; the scripts in contrib/completion call it */
     .help =
         "complete -- WORD...\n"
         "Prints what the shell's completion proposes for the last WORD: see docs/completion.md.",
     .takes = {1, VERB_ANY_NUMBER, "expected the words that were typed"},
     .needs = NEEDS_NOTHING,
     .run = cmd_complete},
    {.name = NULL},
};
