/*
 * What every test program needs: cmocka with the headers that it wants first, a folder of the
 * program's own, and assertions that say what an error said.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "err.h"

#define NB(array) (sizeof(array) / sizeof *(array))

/* A group's setup and teardown: makes an empty folder in TMPDIR, removes it. */
int folder_make(void **state);
int folder_remove(void **state);

/* A new string: the path of a file in the folder. */
char *folder_path(const char *fmt, ...) ATTR_PRINTF(1, 2);

/* Both fail the test where err is not as it should be; assert_says: where the message lacks the
 * words (NULL: any will do). */
#define assert_done(call)                       \
    do {                                        \
        if ((call) < 0)                         \
            fail_msg("%s: %s", #call, err.msg); \
    } while (0)
#define assert_fails(call, wanted, words)                          \
    do {                                                           \
        const int ret_ = (call);                                   \
        support_check_error(ret_, &err, (wanted), (words), #call); \
        err = (struct err){0};                                     \
    } while (0)
void support_check_error(int ret, const struct err *err, enum err_code wanted, const char *words,
                         const char *call);

/* Both ends are allowed. cmocka 2 has other names for it than cmocka 1. */
#define assert_within(a, least, most)                                              \
    do {                                                                           \
        const long long a_ = (a), least_ = (least), most_ = (most);                \
        if (a_ < least_ || a_ > most_)                                             \
            fail_msg("%s is %lld, should be %lld to %lld", #a, a_, least_, most_); \
    } while (0)

/* Like assert_int_equal, naming the row of a table. */
#define assert_row_int(row, a, b)                                          \
    do {                                                                   \
        const long long a_ = (a), b_ = (b);                                \
        if (a_ != b_)                                                      \
            fail_msg("%s: %s is %lld, should be %lld", (row), #a, a_, b_); \
    } while (0)
#define assert_row_str(row, a, b)                                          \
    do {                                                                   \
        const char *a_ = (a), *b_ = (b);                                   \
        if (strcmp(a_, b_) != 0)                                           \
            fail_msg("%s: %s is '%s', should be '%s'", (row), #a, a_, b_); \
    } while (0)
#define assert_row_near(row, a, b, tolerance)                          \
    do {                                                               \
        const double a_ = (a), b_ = (b);                               \
        if (!(fabs(a_ - b_) <= (tolerance)))                           \
            fail_msg("%s: %s is %g, should be %g", (row), #a, a_, b_); \
    } while (0)
