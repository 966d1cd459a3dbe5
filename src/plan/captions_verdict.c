#include "captions_verdict.h"

#include <string.h>

#include "captions.h"
#include "event.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "sandboxed_call.h"
#include "store.h"
#include "str.h"
#include "telemetry.h"

/* A second is enough for the largest file. The job that cuts it will refuse what needs more. */
enum { MAX_CPU_S = 10, MAX_WALL_S = 60, MAX_ANSWER_BYTES = 1000 };
static const int64_t max_memory_bytes = INT64_C(1) << 30;

struct text {
    const char *path, *bytes;
    size_t nb_bytes;
};

/* How many of the bytes are enough to judge: whole cues, which an empty line ends. */
static size_t head_of(const char *bytes, size_t nb)
{
    enum { HEAD_BYTES = 1 << 14 }; /* ten minutes of speech */
    const bool wide = nb >= 2 && ((unsigned char)bytes[0] >= 0xfe);
    if (nb <= HEAD_BYTES || wide)
        return nb;
    for (size_t i = HEAD_BYTES; i > 1; i--)
        if (bytes[i - 1] == '\n' && (bytes[i - 2] == '\n' || bytes[i - 2] == '\r'))
            return i;
    return nb;
}

/* In the sandbox: answers with what the text is, or with nothing where it may be language. What
 * cannot be read is judged by the job that needs it. */
static int judge(struct str *out, const void *input, struct err *err)
{
    const struct text *t = input;
    struct err unread = {0};
    AUTO_CUES cues = {0};
    (void)err;
    const size_t nb_head = head_of(t->bytes, t->nb_bytes);
    AUTO_FREE char *head = mem_zalloc(1, nb_head + 1);
    memcpy(head, t->bytes, nb_head);
    if (captions_read_text(&cues, t->path, head, nb_head, &unread) == 0) {
        const char *why = telemetry_find(&cues);
        str_add(out, why ? why : "");
    }
    return 0;
}

/* Of a text that exhausts its reader, or takes it over, there is a verdict too: it is no telemetry
 * that we know. */
static bool ask(const char **no_language, const struct event *event, const struct text *t)
{
    struct err err = {0};
    AUTO_STR answer = {0};
    const struct sandboxed_call call = {
        .file = t->path,
        .advice = "",
        .mode = event->settings.sandbox,
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = MAX_ANSWER_BYTES,
        .run = judge,
        .input = t,
    };
    const int ret = sandboxed_call(&answer, &call, &err);
    *no_language = ret == 0 ? telemetry_by_name(answer.s) : NULL;
    return ret == 0 || ret == ERR_INVALID;
}

static int read_kept(json_t **out, const struct event *event, const char *path, const char *hash,
                     struct err *err)
{
    char key[KEY_BYTES];
    keys_captions_verdict(key, hash, strrchr(path, '.'));
    return store_result(out, event->store, key, err);
}

bool captions_judge(const char **no_language, const struct event *event, const char *path,
                    const char *bytes, size_t nb_bytes, const char *hash)
{
    struct err unread = {0}; /* then it is judged again */
    AUTO_JSON *kept = NULL;
    if (read_kept(&kept, event, path, hash, &unread) == 0 && kept) {
        *no_language = telemetry_by_name(json_get_string(kept, "no_language", ""));
        return true;
    }
    return ask(no_language, event, &(struct text){path, bytes, nb_bytes});
}

int captions_keep_verdict(const struct event *event, const char *path, const char *hash,
                          const char *no_language, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *kept = NULL;
    if (read_kept(&kept, event, path, hash, err) < 0 || kept)
        return err->code;
    AUTO_JSON *verdict = json_pack("{s:o}", "no_language", json_text(no_language));
    keys_captions_verdict(key, hash, strrchr(path, '.'));
    return store_set_result(event->store, key, "captions", verdict, err);
}
