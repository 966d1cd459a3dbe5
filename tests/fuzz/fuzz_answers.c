/* A speaker's answers: what a child process parses, and what it may make up when it is taken over.
 */
#include "answers.h"
#include "err.h"
#include "fuzz.h"
#include "mem.h"
#include "str.h"

static void take(const char *pairs, size_t nb)
{
    struct err err = {0};
    AUTO_ANSWERS answers = {.begin = -1};
    if (fuzz_failed(answers_take(&answers, pairs, nb, &err), &err))
        return;
    if (answers.comment && !str_is_utf8(answers.comment))
        fuzz_broken("a comment that was accepted", answers.comment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_STR pairs = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    take(text, size);
    if (!fuzz_failed(answers_parse(&pairs, text, size, &err), &err))
        take(pairs.s, pairs.len);
    return 0;
}
