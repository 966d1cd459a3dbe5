#include "watch_lines.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "json.h"
#include "mem.h"
#include "str.h"

const char *watch_time(char *buf, double s)
{
    if (s < 90)
        snprintf(buf, WATCH_TIME_BYTES, "%.0f s", ceil(fmax(s, 0)));
    else if (s < 5400)
        snprintf(buf, WATCH_TIME_BYTES, "%.0f min", ceil(s / 60));
    else if (s < 48 * 3600)
        snprintf(buf, WATCH_TIME_BYTES, "%.1f h", s / 3600);
    else
        snprintf(buf, WATCH_TIME_BYTES, "%.0f days", s / 86400);
    return buf;
}

char *watch_backlog_text(size_t nb_parts, double work_s, double behind_s)
{
    enum { LEAST_BEHIND_S = 60 };
    char work[WATCH_TIME_BYTES], late[WATCH_TIME_BYTES];
    AUTO_FREE char *behind = behind_s < LEAST_BEHIND_S
                                 ? mem_strdup("")
                                 : mem_printf("; %s behind", watch_time(late, behind_s));
    return mem_printf("%zu talk%s to make, about %s of work%s", nb_parts, cli_s(nb_parts),
                      watch_time(work, work_s), behind);
}

void watch_line(const struct watch_lines *l, const char *event, json_t *more, const char *fmt, ...)
{
    const time_t now = time(NULL);
    struct tm tm;
    char at[40];
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *raw = mem_vprintf(fmt, args);
    va_end(args);
    AUTO_FREE char *text = str_clean_line(raw);
    localtime_r(&now, &tm);
    AUTO_JSON *object = more ? more : json_object();
    if (l->json) {
        strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S%z", &tm);
        json_object_set_new(object, "time", json_string(at));
        json_object_set_new(object, "event", json_string(event));
        json_object_set_new(object, "text", json_text(text));
        AUTO_FREE char *line = json_canonical(object);
        puts(line);
    } else {
        strftime(at, sizeof at, "%H:%M:%S", &tm);
        printf("%s  %s\n", at, text);
    }
    (void)fflush(stdout);
}
