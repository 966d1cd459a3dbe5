#include "av.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "str.h"

int av_fail(struct err *err, int averror, const char *fmt, ...)
{
    if (err->code != ERR_OK)
        return err->code;
    enum err_code code = ERR_EXTERNAL;
    if (averror == AVERROR(ENOSPC) || averror == AVERROR(EDQUOT))
        code = ERR_NO_SPACE;
    else if (averror == AVERROR(ENOMEM))
        code = ERR_NOMEM;
    else if (averror == AVERROR_INVALIDDATA)
        code = ERR_INVALID;
    else if (averror == AVERROR(EIO) || averror == AVERROR(EFBIG))
        code = ERR_IO;
    char msg[sizeof err->msg], why[AV_ERROR_MAX_STRING_SIZE];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    av_make_error_string(why, sizeof why, averror);
    return err_foreign(err, code, ERR_LIBAV, averror, "%s: %s%s", msg, why,
                       err_advice(AVUNERROR(averror)));
}

int av_fail_nomem(struct err *err)
{
    return err_foreign(err, ERR_NOMEM, ERR_LIBAV, AVERROR(ENOMEM), "out of memory");
}

void av_log_quiet(void)
{
    av_log_set_callback(NULL);
}

static void to_stderr(void *ctx, int level, const char *fmt, va_list args)
{
    if (level > AV_LOG_WARNING)
        return;
    char line[1024];
    int print_prefix = 1;
    av_log_format_line2(ctx, level, fmt, args, line, sizeof line, &print_prefix);
    line[strcspn(line, "\n")] = '\0';
    AUTO_FREE char *clean = str_clean(line); /* it may quote the file */
    if (*clean)
        fprintf(stderr, "%s\n", clean);
}

void av_log_to_stderr(void)
{
    av_log_set_callback(to_stderr);
}
