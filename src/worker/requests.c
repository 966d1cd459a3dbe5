#include "requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card.h"
#include "clock.h"
#include "err.h"
#include "estimate.h"
#include "exit_status.h"
#include "fs.h"
#include "json.h"
#include "media_request.h"
#include "mem.h"
#include "rehearse.h"

/* --- a card ----------------------------------------------------------------------------------- */

static struct card_text text_of(const struct card_request *r)
{
    return (struct card_text){
        .event = r->event,
        .section = r->section,
        .title = r->title,
        .speakers = r->speakers,
        .part = r->part,
        .date = r->date,
        .place = r->place,
    };
}

static struct card_params params_of(const struct card_request *r)
{
    return (struct card_params){
        .template_path = r->template_path,
        .logo_path = r->logo_path,
        .background_path = r->background_path,
        .width = r->width,
        .height = r->height,
        .duration_ms = r->duration_ms,
        .fade_in_ms = r->fade_ms,
        .fade_out_ms = r->fade_ms,
    };
}

/* *left_out: see card_left_out; a new string, or NULL. */
static int draw(char **left_out, const struct card_request *r, struct err *err)
{
    const struct card_text text = text_of(r);
    const struct card_params params = params_of(r);
    struct card *card = NULL;
    int ret = card_create(&card, &text, &params, err);
    if (ret == 0)
        ret = card_write_png(card, r->png_path, err);
    *left_out = ret == 0 ? mem_strdup(card_left_out(card)) : NULL;
    card_destroy(card);
    return ret;
}

static int serve_card(const json_t *json)
{
    struct err err = {0};
    AUTO_CARD_REQUEST request = {0};
    AUTO_FREE char *left_out = NULL;
    if (card_request_read(&request, json, &err) < 0 || draw(&left_out, &request, &err) < 0)
        return exit_status_report(&err);
    printf("wrote the card of talk %s to '%s'\n", request.talk, request.png_path);
    if (left_out)
        printf("left out, because no installed font has it in outline: %s\n", left_out);
    return EXIT_OK;
}

/* --- a trial of cards ------------------------------------------------------------------------- */

/* A message without what to do, which follows a semicolon: it is the same for most cards. */
static char *without_advice(const char *message)
{
    return mem_printf("%.*s", (int)strcspn(message, ";"), message);
}

static void try_cards(struct trial_answer *out, const struct trial_request *r)
{
    struct err failure = {0};
    struct card_trial *trial = NULL;
    const struct card_params params = params_of(&r->cards[0]);
    if (card_trial_open(&trial, &params, &failure) < 0)
        out->failure = mem_strdup(failure.msg);
    for (size_t i = 0; trial && i < r->nb_cards; i++) {
        struct err err = {0};
        struct trial_finding found = {.card = (int)i};
        const struct card_text text = text_of(&r->cards[i]);
        if (card_trial_fit(trial, &text, &found.left_out, &err) < 0)
            found.problem = without_advice(err.msg);
        if (!found.problem && !found.left_out)
            continue;
        out->findings = mem_grow(out->findings, out->nb_findings, sizeof *out->findings);
        out->findings[out->nb_findings++] = found;
    }
    card_trial_close(trial);
}

static int serve_trial(const json_t *json)
{
    struct err err = {0};
    AUTO_TRIAL_REQUEST request = {0};
    AUTO_TRIAL_ANSWER answer = {0};
    if (trial_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    if (request.nb_cards)
        try_cards(&answer, &request);
    AUTO_JSON *said = trial_answer_write(&answer);
    return json_dumpf(said, stdout, JSON_COMPACT) == 0 ? EXIT_OK : EXIT_FAILED;
}

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
} requests[] = {{"card", serve_card}, {"try-cards", serve_trial}, {"rehearse", serve_rehearse}};
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
