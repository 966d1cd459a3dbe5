#include "card_requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "err.h"
#include "exit_status.h"
#include "fs.h"
#include "json.h"
#include "media_request.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "str.h"
#include "worker_sandbox.h"

/* A card takes a second, and 20,000 texts less than a minute. */
enum {
    MAX_CPU_S = 300,
    MAX_WALL_S = 1800,
    MAX_PNG_BYTES = 256 << 20,
    MAX_FINDINGS_BYTES = 8 << 20
};
static const int64_t max_memory_bytes = INT64_C(8) << 30;

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

/* --- in the sandbox --------------------------------------------------------------------------- */

/* Answers with a line, what the card is without, and the PNG. */
static int draw(struct str *out, const void *input, struct err *err)
{
    const struct card_request *r = input;
    const struct card_text text = text_of(r);
    const struct card_params params = params_of(r);
    struct card *card = NULL;
    int ret = card_create(&card, &text, &params, err);
    if (ret == 0) {
        str_addf(out, "%s\n", card_left_out(card) ? card_left_out(card) : "");
        ret = card_png(out, card, err);
    }
    card_destroy(card);
    return ret;
}

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

static void add_answer(struct str *out, const struct trial_answer *answer)
{
    AUTO_JSON *json = trial_answer_write(answer);
    AUTO_FREE char *text = json_compact(json);
    str_add(out, text);
}

static int try_all(struct str *out, const void *input, struct err *err)
{
    AUTO_TRIAL_ANSWER answer = {0};
    (void)err;
    try_cards(&answer, input);
    add_answer(out, &answer);
    return 0;
}

/* --- outside ---------------------------------------------------------------------------------- */

static void add_path(char ***list, size_t *nb, const char *path)
{
    if (path)
        mem_add_string(list, nb, path);
}

/* look: whose template and pictures are read. */
static int call(struct str *out, const struct card_request *look, const char *what,
                size_t max_answer_bytes,
                int (*run)(struct str *out, const void *input, struct err *err), const void *input,
                struct err *err)
{
    struct sandboxed_call c = {
        .file = what,
        .advice = "correct the texts, or use another template, logo or background",
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = max_answer_bytes,
        .run = run,
        .input = input,
    };
    if (look->sandbox && !sandbox_mode_parse(&c.mode, look->sandbox))
        return err_set(err, ERR_BUG, "the request names no sandbox that there is");
    c.readable = worker_readable(&c.nb_readable, true);
    add_path(&c.readable, &c.nb_readable, look->template_path);
    add_path(&c.readable, &c.nb_readable, look->logo_path);
    add_path(&c.readable, &c.nb_readable, look->background_path);
    const int ret = sandboxed_call(out, &c, err);
    mem_free_strings(c.readable, c.nb_readable);
    return ret;
}

/* Writes the PNG of an answer. *left_out: a new string, or NULL. */
static int take_card(char **left_out, const struct str *answer, const char *path, struct err *err)
{
    static const char mark[] = "\x89PNG\r\n\x1a\n";
    const char *end = answer->len ? memchr(answer->s, '\n', answer->len) : NULL;
    const char *png = end ? end + 1 : NULL;
    const size_t nb = end ? answer->len - (size_t)(png - answer->s) : 0;
    if (nb < strlen(mark) || memcmp(png, mark, strlen(mark)) != 0)
        return err_set(err, ERR_EXTERNAL, "the card was not drawn: the answer is no picture");
    AUTO_FREE char *line = mem_printf("%.*s", (int)(end - answer->s), answer->s);
    AUTO_FREE char *clean = str_clean_line(line);
    *left_out = *clean ? mem_take(&clean) : NULL;
    return fs_write_output(path, png, nb, err);
}

int card_serve(const json_t *json)
{
    struct err err = {0};
    AUTO_CARD_REQUEST request = {0};
    AUTO_STR answer = {0};
    AUTO_FREE char *left_out = NULL;
    if (card_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    AUTO_FREE char *what = mem_printf("the card of talk %s", request.talk);
    if (call(&answer, &request, what, MAX_PNG_BYTES, draw, &request, &err) < 0 ||
        take_card(&left_out, &answer, request.png_path, &err) < 0)
        return exit_status_report(&err);
    FILE *said = fs_beside_output(request.png_path);
    fprintf(said, "wrote the card of talk %s to '%s'\n", request.talk, request.png_path);
    if (left_out)
        fprintf(said, "left out, because no installed font has it in outline: %s\n", left_out);
    return EXIT_OK;
}

int card_serve_trial(const json_t *json)
{
    struct err err = {0};
    AUTO_TRIAL_REQUEST request = {0};
    AUTO_TRIAL_ANSWER none = {0};
    AUTO_STR answer = {0};
    if (trial_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    if (!request.nb_cards || call(&answer, &request.cards[0], "the cards", MAX_FINDINGS_BYTES,
                                  try_all, &request, &err) < 0) {
        none.failure = err.code ? mem_strdup(err.msg) : NULL;
        add_answer(&answer, &none);
    }
    return fputs(answer.s, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
}
