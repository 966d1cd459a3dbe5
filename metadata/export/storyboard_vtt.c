#include "storyboard_vtt.h"

#include <inttypes.h>

#include "clock.h"
#include "json.h"
#include "str.h"

/* Names of published files need no escaping: they are letters, digits, '-' and '.'. */
char *storyboard_vtt(const json_t *b)
{
    const json_t *sheets = json_object_get(b, "pictures");
    const int64_t interval_ms = json_get_int(b, "interval_ms", 0),
                  count = json_get_int(b, "count", 0), columns = json_get_int(b, "columns", 1),
                  width = json_get_int(b, "width", 0), height = json_get_int(b, "height", 0),
                  per_sheet = columns * json_get_int(b, "rows", 1);
    AUTO_STR out = {0};
    str_add(&out, "WEBVTT\n");
    for (int64_t i = 0; i < count; i++) {
        const char *sheet = json_string_value(json_array_get(sheets, (size_t)(i / per_sheet)));
        const int64_t at = i % per_sheet, x = at % columns * width, y = at / columns * height;
        char from[CLOCK_BYTES], to[CLOCK_BYTES];
        str_addf(&out, "\n%s --> %s\n%s#xywh=%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
                 clock_format_cue(from, i * interval_ms),
                 clock_format_cue(to, (i + 1) * interval_ms), sheet ? sheet : "", x, y, width,
                 height);
    }
    return str_take(&out);
}
