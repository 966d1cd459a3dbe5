#include "cues_answer.h"

#include <string.h>

#include "captions.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "str.h"

struct input {
    const char *path;
    char *bytes;
    size_t nb;
};

static int parse(struct str *out, const void *opaque, struct err *err)
{
    const struct input *in = opaque;
    AUTO_CUES cues = {0};
    if (captions_read_text(&cues, in->path, in->bytes, in->nb, err) < 0)
        return err->code;
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < cues.nb; i++)
        json_array_append_new(list, json_pack("{s:I, s:I, s:o}", "begin_ms",
                                              (json_int_t)cues.cues[i].start_ms, "end_ms",
                                              (json_int_t)cues.cues[i].end_ms, "text",
                                              json_text(cues.cues[i].text)));
    AUTO_JSON *all = json_pack("{s:O}", "cues", list);
    AUTO_FREE char *text = json_compact(all);
    str_add(out, text);
    return 0;
}

/* The cue with only what it must have; NULL: it is not one. */
static json_t *checked(const json_t *cue)
{
    const int64_t begin_ms = json_get_int(cue, "begin_ms", -1),
                  end_ms = json_get_int(cue, "end_ms", -1);
    const char *text = json_get_string(cue, "text", NULL);
    return begin_ms >= 0 && end_ms >= begin_ms && text
               ? json_pack("{s:I, s:I, s:o}", "begin_ms", (json_int_t)begin_ms, "end_ms",
                           (json_int_t)end_ms, "text", json_text(text))
               : NULL;
}

int cues_parse(json_t **out, const char *name, char *bytes, size_t nb, enum sandbox_mode mode,
               struct err *err)
{
    enum { MEMORY_BYTES = 1 << 30, ANSWER_BYTES = 4 * CAPTIONS_MAX_BYTES, MAX_VALUES = 1 << 20 };
    AUTO_STR answer = {0};
    AUTO_JSON *all = NULL;
    size_t i;
    json_t *cue;
    const struct sandboxed_call call = {.file = name,
                                        .advice = "run 'talkpress gc', and try again",
                                        .mode = mode,
                                        .max_memory_bytes = MEMORY_BYTES,
                                        .max_cpu_s = 5,
                                        .max_wall_s = 10,
                                        .max_answer_bytes = ANSWER_BYTES,
                                        .run = parse,
                                        .input = &(struct input){name, bytes, nb}};
    if (sandboxed_call(&answer, &call, err) < 0 ||
        json_read_limited(&all, answer.s ? answer.s : "", answer.len, MAX_VALUES, name, err) < 0)
        return err->code;
    *out = json_array();
    json_array_foreach(json_object_get(all, "cues"), i, cue) {
        json_t *one = checked(cue);
        if (one)
            json_array_append_new(*out, one);
    }
    return 0;
}

int cues_read(json_t **out, const char *path, enum sandbox_mode mode, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    return fs_read(&bytes, &nb, path, CAPTIONS_MAX_BYTES, err) < 0
               ? err->code
               : cues_parse(out, path, bytes, nb, mode, err);
}
