#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "str.h"

static char folder[4096];

int folder_make(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/talkpress-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

int folder_remove(void **state)
{
    (void)state;
    struct err err = {0};
    return fs_remove_all(folder, &err);
}

char *folder_path(const char *fmt, ...)
{
    char *name = NULL;
    va_list args;
    va_start(args, fmt);
    const int len = vasprintf(&name, fmt, args);
    va_end(args);
    if (len < 0)
        abort();
    char *path = fs_join(folder, name);
    free(name);
    return path;
}

void support_check_error(int ret, const struct err *err, enum err_code wanted, const char *words,
                         const char *call)
{
    if (ret != (int)wanted || err->code != wanted)
        fail_msg("%s: returned %d, set %d (%s), should be %d (%s)", call, ret, (int)err->code,
                 err->msg, (int)wanted, err_code_name(wanted));
    if (!str_is_utf8(err->msg))
        fail_msg("%s: the message is no UTF-8", call);
    if (words && !strstr(err->msg, words))
        fail_msg("%s: '%s' does not say '%s'", call, err->msg, words);
}
