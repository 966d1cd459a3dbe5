#include "requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card_requests.h"
#include "clock.h"
#include "contact_requests.h"
#include "err.h"
#include "estimate.h"
#include "exit_status.h"
#include "fs.h"
#include "json.h"
#include "media_request.h"
#include "mem.h"
#include "rehearse.h"
#include "strip_requests.h"
#include "versions.h"

/* --- stand-in recordings: one process each, one per core at once ------------------------------ */

static int make(const struct rehearse_request *r, const struct recording_request *recording,
                struct err *err)
{
    const struct rehearse_spec spec = {
        .path = recording->path,
        .title = recording->title,
        .speakers = recording->speakers,
        .subtitle = recording->subtitle,
        .part_ms = recording->part_ms,
        .nb_parts = recording->nb_parts,
        .width = r->width,
        .height = r->height,
        .fps = r->fps,
        .tones = r->tones,
    };
    return rehearse_make(&spec, err);
}

static pid_t begin(const struct rehearse_request *r, const struct recording_request *recording)
{
    fflush(stdout);
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct err err = {0};
    if (make(r, recording, &err) < 0) {
        fprintf(stderr, "talkpress: talk %d: %s\n", recording->talk, err.msg);
        _exit(err.code == ERR_NO_SPACE ? EXIT_TRY_AGAIN : EXIT_FAILED);
    }
    char length[CLOCK_BYTES];
    int64_t ms = 0;
    for (size_t i = 0; i < recording->nb_parts; i++)
        ms += recording->part_ms[i];
    printf("%8s  %s\n", clock_format_ms(length, ms, false), recording->path);
    fflush(stdout);
    _exit(EXIT_OK);
}

static int end_one(void)
{
    int status;
    while (wait(&status) < 0)
        if (errno != EINTR)
            return EXIT_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

/* Returns the highest exit status of the processes. */
static int make_all(const struct rehearse_request *r)
{
    int worst = EXIT_OK, running = 0;
    for (size_t i = 0; i < r->nb_recordings; i++) {
        if (running == r->cores) {
            const int status = end_one();
            worst = status > worst ? status : worst;
            running--;
        }
        if (begin(r, &r->recordings[i]) > 0)
            running++;
        else
            worst = EXIT_FAILED;
    }
    while (running-- > 0) {
        const int status = end_one();
        worst = status > worst ? status : worst;
    }
    return worst;
}

static int serve_rehearse(const json_t *json)
{
    struct err err = {0};
    AUTO_REHEARSE_REQUEST request = {0};
    if (rehearse_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    const int status = make_all(&request);
    if (status || !request.estimate.nb_renditions)
        return status;
    return estimate_print(&request.estimate, request.cores, &err) < 0 ? exit_status_report(&err)
                                                                      : EXIT_OK;
}

/* --- any request ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int (*serve)(const json_t *json);
} requests[] = {{"card", card_serve},
                {"try-cards", card_serve_trial},
                {"contact-sheet", contact_serve},
                {"strips", strips_serve},
                {"versions", versions_serve},
                {"encoders", versions_serve_encoders},
                {"rehearse", serve_rehearse}};
enum { NB_REQUESTS = sizeof requests / sizeof *requests };

bool request_known(const char *name)
{
    for (size_t i = 0; i < NB_REQUESTS; i++)
        if (strcmp(requests[i].name, name) == 0)
            return true;
    return false;
}

int request_serve(const char *name)
{
    static const size_t max_bytes = 256u << 20;
    static const char what[] = "the request";
    struct err err = {0};
    AUTO_JSON *json = NULL;
    AUTO_FREE char *text = NULL;
    if (fs_read_opened(&text, NULL, STDIN_FILENO, what, max_bytes, &err) < 0 ||
        json_read_text(&json, text, what, &err) < 0)
        return exit_status_report(&err);
    for (size_t i = 0; i < NB_REQUESTS; i++)
        if (strcmp(requests[i].name, name) == 0)
            return requests[i].serve(json);
    return EXIT_USAGE;
}
