#include "import_sandboxed.h"

#include "err.h"
#include "import.h"
#include "import_files.h"
#include "programme.h"
#include "programme_bytes.h"
#include "programme_limits.h"
#include "sandboxed_call.h"
#include "str.h"

/* Ten times what was measured for 20,000 talks with abstracts of 2,000 characters: 3 s, 0.3 GB. */
enum { MAX_CPU_S = 30, MAX_WALL_S = 300, MAX_ANSWER_BYTES = 2 * IMPORT_MAX_BYTES };
static const int64_t max_memory_bytes = INT64_C(2) << 30;

static void prepare(const void *input)
{
    import_prepare(input);
}

static int run(struct str *out, const void *input, struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    if (import_parse(&programme, input, err) < 0)
        return err->code;
    programme_to_bytes(out, &programme);
    return 0;
}

int import_sandboxed(struct programme *out, const char *path, enum sandbox_mode mode,
                     struct err *err)
{
    char zones[] = IMPORT_ZONES, local[] = IMPORT_LOCAL_ZONE;
    char *readable[] = {zones, local};
    AUTO_IMPORT_FILES files = {0};
    AUTO_STR answer = {0};
    AUTO_PROGRAMME programme = {0};
    if (import_files_read(&files, path, err) < 0)
        return err->code;
    const struct sandboxed_call call = {
        .file = path,
        .advice = "export the programme again, or write its talks into a CSV file",
        .mode = mode,
        .readable = readable,
        .nb_readable = sizeof readable / sizeof *readable,
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = MAX_ANSWER_BYTES,
        .prepare = prepare,
        .run = run,
        .input = &files,
    };
    if (sandboxed_call(&answer, &call, err) < 0)
        return err->code;
    if (programme_from_bytes(&programme, answer.s, answer.len, err) < 0)
        return err_prefix(err, "'%s': ", path);
    if (programme_check(&programme, path, err) < 0)
        return err->code;
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
