#include "page_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "datetime.h"
#include "mem.h"
#include "str.h"

json_t *text_length(int64_t ms)
{
    char text[CLOCK_BYTES];
    return json_string(clock_format_ms(text, ms, false));
}

json_t *text_total(int64_t ms)
{
    const int64_t min = (ms + 30000) / 60000;
    return min < 60 ? json_sprintf("%" PRId64 " min", min)
                    : json_sprintf("%" PRId64 " h %" PRId64 " min", min / 60, min % 60);
}

json_t *text_iso_length(int64_t ms)
{
    return json_sprintf("PT%" PRId64 "S", (ms + 500) / 1000);
}

const char *text_format_seconds(char out[TEXT_SECONDS_BYTES], int64_t ms)
{
    size_t nb = (size_t)snprintf(out, TEXT_SECONDS_BYTES, "%" PRId64, ms / 1000);
    if (ms % 1000)
        nb += (size_t)snprintf(out + nb, TEXT_SECONDS_BYTES - nb, ".%03d", (int)(ms % 1000));
    while (ms % 1000 && out[nb - 1] == '0')
        out[--nb] = '\0';
    return out;
}

json_t *text_seconds(int64_t ms)
{
    char text[TEXT_SECONDS_BYTES];
    return json_string(text_format_seconds(text, ms));
}

json_t *text_size(int64_t nb_bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    if (nb_bytes < 1000)
        return json_sprintf("%d byte%s", (int)nb_bytes, nb_bytes == 1 ? "" : "s");
    double size = (double)nb_bytes / 1000;
    size_t unit = 0;
    while (size >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    return json_sprintf(size < 9.95 && unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

json_t *text_paragraphs(const char *text)
{
    json_t *list = json_array();
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        const size_t nb = end ? (size_t)(end - text) : strlen(text);
        if (nb)
            json_array_append_new(list, json_stringn(text, nb));
        text += nb + (end ? 2 : 0);
    }
    return list;
}

char *text_days(const char *begin, const char *end)
{
    struct datetime a, b;
    if (!begin || !datetime_parse_iso(&a, begin))
        return NULL;
    if (!end || !datetime_parse_iso(&b, end))
        b = a;
    AUTO_STR s = {0};
    if (a.year != b.year)
        str_addf(&s, "%d %s %d – ", a.day, datetime_month_name(a.month), a.year);
    else if (a.month != b.month)
        str_addf(&s, "%d %s – ", a.day, datetime_month_name(a.month));
    else if (a.day != b.day)
        str_addf(&s, "%d–", a.day);
    str_addf(&s, "%d %s %d", b.day, datetime_month_name(b.month), b.year);
    return str_take(&s);
}
