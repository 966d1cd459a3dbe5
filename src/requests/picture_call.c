#include "picture_call.h"

#include <stdio.h>

#include "exit_status.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "worker_sandbox.h"

enum { MAX_CPU_S = 600, MAX_WALL_S = 3600 };

/* --- in the sandbox --------------------------------------------------------------------------- */

static int draw(struct str *out, const void *input, struct err *err)
{
    const struct picture_call *c = input;
    return c->draw(out, c->request, err);
}

struct made {
    const struct picture_call *call;
    const struct str *bytes;
};

static int check(struct str *out, const void *input, struct err *err)
{
    const struct made *made = input;
    (void)out;
    return made->call->check(made->bytes, made->call->request, err);
}

/* --- outside ---------------------------------------------------------------------------------- */

static int make(struct str *out, const struct picture_call *c, struct err *err)
{
    AUTO_STR none = {0};
    size_t nb, nb_machine;
    struct sandboxed_call call = {
        .file = c->what,
        .advice = c->advice,
        .max_memory_bytes = c->max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = c->max_bytes,
        .run = draw,
        .input = c,
    };
    if (c->sandbox && !sandbox_mode_parse(&call.mode, c->sandbox))
        return err_set(err, ERR_BUG, "the request names no sandbox that there is");
    struct sandboxed_call again = call;
    again.run = check;
    again.input = &(struct made){c, out};
    again.readable = worker_readable(&nb_machine, false);
    again.nb_readable = nb_machine;
    call.readable = worker_readable(&nb, c->fonts);
    for (size_t i = 0; i < c->nb_files; i++)
        mem_add_string(&call.readable, &nb, c->files[i]);
    call.nb_readable = nb;
    if (sandboxed_call(out, &call, err) == 0)
        (void)!sandboxed_call(&none, &again, err);
    mem_free_strings(call.readable, nb);
    mem_free_strings(again.readable, nb_machine);
    return err->code;
}

int picture_call_serve(const struct picture_call *c, const char *path, struct err *err)
{
    AUTO_STR made = {0};
    if (!err->code && make(&made, c, err) == 0)
        (void)!fs_write(path, made.s, made.len, err);
    AUTO_JSON *answer = err->code ? json_pack("{s:s}", "failure", err->msg)
                                  : json_pack("{s:I}", "bytes", (json_int_t)made.len);
    AUTO_FREE char *text = json_compact(answer);
    return puts(text) >= 0 ? EXIT_OK : EXIT_FAILED;
}
