#include "clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double clock_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double clock_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

bool clock_parse_ms(const char *text, int64_t *out_ms)
{
    int64_t fields[3];
    int nb = 0;
    const char *p = text;
    for (;;) {
        if (nb == 3 || !isdigit((unsigned char)*p))
            return false;
        const char *begin = p;
        int64_t v = 0;
        while (isdigit((unsigned char)*p) && p - begin < 7)
            v = v * 10 + (*p++ - '0');
        if (nb > 0 && (v >= 60 || p - begin != 2))
            return false;
        fields[nb++] = v;
        if (*p != ':')
            break;
        p++;
    }
    int64_t ms = 0;
    if (*p == '.') {
        int64_t scale = 100;
        for (p++; isdigit((unsigned char)*p); p++, scale /= 10)
            ms += scale * (*p - '0');
        if (p[-1] == '.')
            return false;
    }
    if (*p)
        return false;
    int64_t s = 0;
    for (int i = 0; i < nb; i++)
        s = s * 60 + fields[i];
    *out_ms = s * 1000 + ms;
    return true;
}

const char *clock_format_ms(char buf[CLOCK_BYTES], int64_t ms, bool with_ms)
{
    const uint64_t abs_ms = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    const uint64_t s = with_ms ? abs_ms / 1000 : (abs_ms + 500) / 1000;
    const char *sign = ms < 0 && (s > 0 || with_ms) ? "-" : "";
    char frac[8] = "";
    if (with_ms)
        snprintf(frac, sizeof frac, ".%03d", (int)(abs_ms % 1000));
    if (s >= 3600)
        snprintf(buf, CLOCK_BYTES, "%s%" PRIu64 ":%02d:%02d%s", sign, s / 3600, (int)(s / 60 % 60),
                 (int)(s % 60), frac);
    else
        snprintf(buf, CLOCK_BYTES, "%s%d:%02d%s", sign, (int)(s / 60), (int)(s % 60), frac);
    return buf;
}

const char *clock_format_cue(char buf[CLOCK_BYTES], int64_t ms)
{
    snprintf(buf, CLOCK_BYTES, "%02" PRId64 ":%02d:%02d.%03d", ms / 3600000, (int)(ms / 60000 % 60),
             (int)(ms / 1000 % 60), (int)(ms % 1000));
    return buf;
}

const char *clock_format_place(char buf[CLOCK_BYTES], int64_t ms)
{
    return clock_format_ms(buf, ms < 0 ? 0 : ms, false);
}
