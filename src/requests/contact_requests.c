#include "contact_requests.h"

#include <stdio.h>

#include "contact_sheet.h"
#include "err.h"
#include "exit_status.h"
#include "fs.h"
#include "jpeg.h"
#include "json.h"
#include "media_request.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "str.h"
#include "worker_sandbox.h"

/* A sheet of 2,000 posters takes 10 s, and has 8 MB. */
enum { MAX_CPU_S = 600, MAX_WALL_S = 3600, MAX_BYTES = 256 << 20 };
static const int64_t max_memory_bytes = INT64_C(8) << 30;
static const char what[] = "the contact sheet";

/* A sheet, and how many posters it should have. */
struct made {
    const struct str *jpeg;
    size_t nb;
};

/* --- in the sandbox --------------------------------------------------------------------------- */

static int draw(struct str *out, const void *input, struct err *err)
{
    const struct contact_request *r = input;
    AUTO_FREE struct contact_cell *cells = mem_zalloc(r->nb, sizeof *cells);
    for (size_t i = 0; i < r->nb; i++)
        cells[i] = (struct contact_cell){r->posters[i], r->labels[i]};
    return contact_sheet_make(out, cells, r->nb, err);
}

static int check(struct str *out, const void *input, struct err *err)
{
    const struct made *made = input;
    int width, height;
    (void)out;
    contact_sheet_size(&width, &height, made->nb);
    return jpeg_check_bytes(made->jpeg->s, made->jpeg->len, width, height, what, err);
}

/* --- outside ---------------------------------------------------------------------------------- */

static int call(struct str *out, const struct contact_request *r, char **readable,
                size_t nb_readable, int (*run)(struct str *, const void *, struct err *),
                const void *input, struct err *err)
{
    struct sandboxed_call c = {
        .file = what,
        .advice = "'talkpress run' makes posters that are damaged again",
        .readable = readable,
        .nb_readable = nb_readable,
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = MAX_BYTES,
        .run = run,
        .input = input,
    };
    if (r->sandbox && !sandbox_mode_parse(&c.mode, r->sandbox))
        return err_set(err, ERR_BUG, "the request names no sandbox that there is");
    return sandboxed_call(out, &c, err);
}

/* Posters are pictures that a recording was turned into. So the process that has read them may be
 * an attacker's, and another one checks what it made. */
static int make(struct str *jpeg, const struct contact_request *r, struct err *err)
{
    size_t nb, nb_machine;
    char **machine = worker_readable(&nb_machine, false), **files = worker_readable(&nb, true);
    for (size_t i = 0; i < r->nb; i++)
        mem_add_string(&files, &nb, r->posters[i]);
    AUTO_STR none = {0};
    if (call(jpeg, r, files, nb, draw, r, err) == 0)
        (void)!call(&none, r, machine, nb_machine, check, &(struct made){jpeg, r->nb}, err);
    mem_free_strings(files, nb);
    mem_free_strings(machine, nb_machine);
    return err->code;
}

int contact_serve(const json_t *json)
{
    struct err err = {0};
    AUTO_CONTACT_REQUEST request = {0};
    AUTO_STR jpeg = {0};
    if (contact_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    if (request.nb < 1 || request.nb > CONTACT_SHEET_MOST)
        (void)err_set(&err, ERR_INVALID, "a contact sheet has 1 to %d posters", CONTACT_SHEET_MOST);
    else if (make(&jpeg, &request, &err) == 0)
        (void)!fs_write(request.path, jpeg.s, jpeg.len, &err);
    AUTO_JSON *answer = err.code ? json_pack("{s:s}", "failure", err.msg)
                                 : json_pack("{s:I}", "bytes", (json_int_t)jpeg.len);
    AUTO_FREE char *text = mem_need(json_dumps(answer, JSON_COMPACT));
    return puts(text) >= 0 ? EXIT_OK : EXIT_FAILED;
}
