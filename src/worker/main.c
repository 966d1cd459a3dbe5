/* talkpress-media: all that opens recordings or draws. talkpress becomes it, or starts it. */
#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "cli.h"
#include "worker.h"
#include "zygote_process.h"

static int cmd_worker(const struct cli *cli, int argc, char **argv)
{
    (void)cli;
    if (argc == 2)
        return worker_main(argv[1]);
    if (argc == 3 && strcmp(argv[1], "--serve") == 0)
        return zygote_serve();
    return cli_usage(argv[0], "which job's file?");
}

static const struct verb verbs[] = {
    {.name = "card",
     .words = cmd_card,
     .help = "card TALK[/PART] -o FILE.png [--size WIDTHxHEIGHT]\n"
             "Draws a part's title card.\n"
             "  -o, --output FILE.png   where to\n"
             "  --size WIDTHxHEIGHT     1280x720 unless told"},
    {.name = "rehearse",
     .words = cmd_rehearse,
     .help = "rehearse PROGRAMME -o DIR [OPTION...]\n"
             "Makes stand-in recordings of a programme's talks at their listed lengths, to\n"
             "try a set-up before the event, and estimates the time and disk that the event\n"
             "will need. It needs no event's folder.\n"
             "  -o, --output DIR   where to\n"
             "  --talk N           only this talk, or a range (3-7); more than once\n"
             "  --height N         of the picture, even; 720 unless told\n"
             "  --fps N            frames per second; 25 unless told\n"
             "  --tones            a hum in place of speech\n"
             "  --no-estimate      make the recordings only"},
    {.name = "worker",
     .words = cmd_worker,
     .help = "worker FILE.json\nRuns one job, as 'talkpress run' does; for looking at one that "
             "failed."},
    {.name = NULL},
};

const struct cli_program cli_program = {.verbs = verbs};

int main(int argc, char **argv)
{
    av_log_quiet();            /* a worker turns it on again, into its log */
    setenv("SVT_LOG", "1", 0); /* SVT-AV1 says hello otherwise */
    const int status = cli_main(argc, argv);
    FcFini(); /* what fontconfig holds is no leak */
    return status;
}
