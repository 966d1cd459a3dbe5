#include "strip_requests.h"

#include <string.h>

#include "err.h"
#include "exit_status.h"
#include "fs.h"
#include "jpeg.h"
#include "media_request.h"
#include "mem.h"
#include "picture_call.h"
#include "picture_strip.h"
#include "str.h"

/* A thousand strips take 20 s, and have 40 MB. */
enum { MAX_BYTES = 1 << 30, SIZE_BYTES = 4 };
static const int64_t max_memory_bytes = INT64_C(4) << 30;
static const char what[] = "the strips of pictures";

static void put_size(char out[SIZE_BYTES], size_t nb)
{
    for (int i = 0; i < SIZE_BYTES; i++)
        out[i] = (char)(nb >> (8 * i) & 0xff);
}

static size_t get_size(const char in[SIZE_BYTES])
{
    size_t nb = 0;
    for (int i = 0; i < SIZE_BYTES; i++)
        nb |= (size_t)(unsigned char)in[i] << (8 * i);
    return nb;
}

/* --- in the sandbox --------------------------------------------------------------------------- */

/* Returns how many pictures there are; 0: too many. */
static size_t pictures_of(struct strip_picture out[PICTURE_STRIP_MOST],
                          const struct strip_request *r)
{
    if (r->nb > PICTURE_STRIP_MOST)
        return 0;
    for (size_t i = 0; i < r->nb; i++) {
        const struct strip_request_picture *p = &r->pictures[i];
        out[i] = (struct strip_picture){p->sheet, p->index, p->columns, p->width, p->height};
    }
    return r->nb;
}

/* A strip whose sheets cannot be read is left out. */
static void draw_one(struct str *out, const struct strip_request *r)
{
    struct strip_picture pictures[PICTURE_STRIP_MOST];
    struct err why = {0};
    char size[SIZE_BYTES];
    AUTO_STR jpeg = {0};
    const size_t nb = pictures_of(pictures, r);
    const bool ok = nb && picture_strip_make(&jpeg, pictures, nb, &why) == 0;
    put_size(size, ok ? jpeg.len : 0);
    str_add_bytes(out, size, sizeof size);
    if (ok)
        str_add_bytes(out, jpeg.s, jpeg.len);
}

static int draw(struct str *out, const void *request, struct err *err)
{
    const struct strips_request *r = request;
    (void)err;
    for (size_t i = 0; i < r->nb; i++)
        draw_one(out, &r->strips[i]);
    return 0;
}

static int check(const struct str *made, const void *request, struct err *err)
{
    const struct strips_request *r = request;
    const char *at = made->s;
    size_t left = made->len;
    for (size_t i = 0; i < r->nb; i++) {
        int width, height;
        struct strip_picture pictures[PICTURE_STRIP_MOST];
        const size_t nb_pictures = pictures_of(pictures, &r->strips[i]);
        const size_t nb = left >= SIZE_BYTES ? get_size(at) : left;
        if (left < SIZE_BYTES || nb > left - SIZE_BYTES)
            return err_set(err, ERR_EXTERNAL, "%s are not complete", what);
        if (nb && !nb_pictures)
            return err_set(err, ERR_EXTERNAL, "%s are more than were asked for", what);
        if (nb)
            picture_strip_size(&width, &height, pictures, nb_pictures);
        if (nb && jpeg_check_bytes(at + SIZE_BYTES, nb, width, height, what, err) < 0)
            return err->code;
        at += SIZE_BYTES + nb;
        left -= SIZE_BYTES + nb;
    }
    return left ? err_set(err, ERR_EXTERNAL, "%s are followed by something else", what) : 0;
}

/* --- outside ---------------------------------------------------------------------------------- */

static char **sheets_of(size_t *nb, const struct strips_request *r)
{
    char **files = NULL;
    const char *last = "";
    for (size_t i = 0; i < r->nb; i++)
        for (size_t k = 0; k < r->strips[i].nb; k++) {
            const char *sheet = r->strips[i].pictures[k].sheet;
            if (strcmp(sheet, last) != 0 && fs_exists(sheet))
                mem_add_string(&files, nb, sheet);
            last = sheet;
        }
    return files;
}

int strips_serve(const json_t *json)
{
    struct err err = {0};
    AUTO_STRIPS_REQUEST request = {0};
    size_t nb = 0;
    if (strips_request_read(&request, json, &err) < 0)
        return exit_status_report(&err);
    if (request.nb < 1 || request.nb > PICTURE_STRIPS_MOST)
        (void)err_set(&err, ERR_INVALID, "expected 1 to %d strips", PICTURE_STRIPS_MOST);
    char **files = sheets_of(&nb, &request);
    const struct picture_call call = {
        .what = what,
        .advice = "'talkpress run' makes storyboards that are damaged again",
        .sandbox = request.sandbox,
        .files = files,
        .nb_files = nb,
        .max_memory_bytes = max_memory_bytes,
        .max_bytes = MAX_BYTES,
        .draw = draw,
        .check = check,
        .request = &request,
    };
    const int ret = picture_call_serve(&call, request.path, &err);
    mem_free_strings(files, nb);
    return ret;
}
