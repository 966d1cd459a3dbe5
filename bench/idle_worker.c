/* Stands where talkpress-media does beside talkpress-idle: its workers do nothing. */
#include "worker.h"

#include <stdio.h>

#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "stand_in.h"
#include "zygote_process.h"

static int deliver(void *opaque, const char *key, const char *ext, const json_t *result,
                   struct err *err)
{
    const char *work = ((const struct job_spec *)opaque)->work;
    AUTO_FREE char *text = json_canonical(result);
    return stand_in_file(work, key, ext, "", err) < 0 ? err->code
                                                      : stand_in_file(work, key, "json", text, err);
}

int worker_main(const char *spec_path)
{
    struct err err = {0};
    json_t *document = NULL;
    AUTO_JOB_SPEC spec = {0};
    if (json_read_file(&document, spec_path, &err) == 0 &&
        job_spec_read(&spec, document, &err) == 0 &&
        stand_in_results(&spec, deliver, &spec, &err) == 0)
        return 0;
    fprintf(stderr, "%s\n", err.msg);
    return 1;
}

int main(void)
{
    return zygote_serve();
}
