/* talkpress-media: all that opens recordings or draws. talkpress becomes it, or starts it:
 *
 *     worker SPEC            runs one job
 *     worker --serve WORK    starts workers for a coordinator (zygote.h)
 *     card, rehearse         does what the request on stdin asks for (media_request.h)
 */
#include <fontconfig/fontconfig.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "exit_status.h"
#include "requests.h"
#include "worker.h"
#include "zygote_process.h"

static int run(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(what, "worker") == 0)
        return strcmp(argv[2], "--serve") == 0 ? zygote_serve() : worker_main(argv[2]);
    if (argc == 2 && request_known(what))
        return request_serve(what);
    fputs("talkpress: talkpress-media is started by talkpress: see 'talkpress --help'\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* whatever the user's locale */
    signal(SIGPIPE, SIG_IGN);       /* a worker notices by itself that the coordinator has gone */
    av_log_quiet();                 /* a worker turns it on again, into its log */
    setenv("SVT_LOG", "1", 0);      /* SVT-AV1 prints a greeting otherwise */
    const int status = run(argc, argv);
    FcFini(); /* what fontconfig holds is no leak */
    return fflush(stdout) != 0 && status == EXIT_OK ? EXIT_FAILED : status;
}
