#include "contact_requests.h"

#include "contact_sheet.h"
#include "err.h"
#include "exit_status.h"
#include "jpeg.h"
#include "media_request.h"
#include "mem.h"
#include "picture_call.h"
#include "str.h"

/* A sheet of 2,000 posters takes 10 s, and has 8 MB. */
enum { MAX_BYTES = 256 << 20 };
static const int64_t max_memory_bytes = INT64_C(8) << 30;
static const char what[] = "the contact sheet";

static int draw(struct str *out, const void *request, struct err *err)
{
    const struct contact_request *r = request;
    AUTO_FREE struct contact_cell *cells = mem_zalloc(r->nb, sizeof *cells);
    for (size_t i = 0; i < r->nb; i++)
        cells[i] = (struct contact_cell){r->posters[i], r->labels[i]};
    return contact_sheet_make(out, cells, r->nb, err);
}

static int check(const struct str *made, const void *request, struct err *err)
{
    const struct contact_request *r = request;
    int width, height;
    contact_sheet_size(&width, &height, r->nb);
    return jpeg_check_bytes(made->s, made->len, width, height, what, err);
}

int contact_serve(const json_t *json)
{
    struct err err = {0};
    AUTO_CONTACT_REQUEST request = {0};
    if (contact_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    if (request.nb < 1 || request.nb > CONTACT_SHEET_MOST)
        (void)err_set(&err, ERR_INVALID, "a contact sheet has 1 to %d posters", CONTACT_SHEET_MOST);
    const struct picture_call call = {
        .what = what,
        .advice = "'talkpress run' makes posters that are damaged again",
        .sandbox = request.sandbox,
        .files = request.posters,
        .nb_files = request.nb,
        .fonts = true,
        .max_memory_bytes = max_memory_bytes,
        .max_bytes = MAX_BYTES,
        .draw = draw,
        .check = check,
        .request = &request,
    };
    return picture_call_serve(&call, request.path, &err);
}
