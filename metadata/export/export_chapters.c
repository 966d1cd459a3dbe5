#include "export_chapters.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "json.h"
#include "mem.h"
#include "str.h"

/* What YouTube's help page asks for. */
enum { YOUTUBE_LEAST = 3, YOUTUBE_SHORTEST_S = 10 };

static int64_t start_of(const json_t *chapters, size_t i, int64_t end_ms)
{
    return i < json_array_size(chapters) ? json_get_int(json_array_get(chapters, i), "start_ms", 0)
                                         : end_ms;
}

static const char *title_of(const json_t *chapters, size_t i)
{
    return json_get_string(json_array_get(chapters, i), "title", "");
}

/* --- WebVTT ----------------------------------------------------------------------------------- */

static void add_escaped(struct str *out, const char *text)
{
    for (; *text; text++)
        if (*text == '&')
            str_add(out, "&amp;");
        else if (*text == '<')
            str_add(out, "&lt;");
        else if (*text == '>')
            str_add(out, "&gt;");
        else
            str_add_bytes(out, text, 1);
}

char *export_chapters_vtt(const json_t *chapters, int64_t duration_ms)
{
    AUTO_STR out = {0};
    str_add(&out, "WEBVTT\n");
    for (size_t i = 0; i < json_array_size(chapters); i++) {
        char from[CLOCK_BYTES], to[CLOCK_BYTES];
        str_addf(&out, "\n%s --> %s\n", clock_format_cue(from, start_of(chapters, i, duration_ms)),
                 clock_format_cue(to, start_of(chapters, i + 1, duration_ms)));
        add_escaped(&out, title_of(chapters, i));
        str_add(&out, "\n");
    }
    return str_take(&out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *seconds(int64_t ms)
{
    return ms % 1000 ? json_real((double)ms / 1000) : json_integer(ms / 1000);
}

char *export_chapters_json(const json_t *chapters, const char *title)
{
    enum { DIGITS = 12 }; /* milliseconds of any video, without those of binary fractions */
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(chapters); i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "startTime",
                                              seconds(start_of(chapters, i, 0)), "title",
                                              json_text(title_of(chapters, i))));
    AUTO_JSON *all = json_pack("{s:s, s:o, s:o}", "version", "1.2.0", "title",
                               json_text(title ? title : ""), "chapters", list);
    AUTO_FREE char *text =
        mem_need(json_print(all, (struct json_style){.indent = 2, .digits = DIGITS}));
    return mem_printf("%s\n", text);
}

/* --- YouTube ---------------------------------------------------------------------------------- */

static char *broken_rule(const json_t *chapters, int64_t duration_ms)
{
    const size_t nb = json_array_size(chapters);
    if (nb && start_of(chapters, 0, 0) > 0)
        return mem_strdup("the first chapter does not begin at 0:00");
    if (nb < YOUTUBE_LEAST)
        return mem_printf("%zu chapter%s instead of at least %d", nb, nb == 1 ? "" : "s",
                          YOUTUBE_LEAST);
    for (size_t i = 0; i < nb; i++) {
        const int64_t from_s = start_of(chapters, i, 0) / 1000,
                      to_s = start_of(chapters, i + 1, duration_ms) / 1000;
        char at[CLOCK_BYTES];
        if (to_s - from_s < YOUTUBE_SHORTEST_S)
            return mem_printf("the chapter at %s lasts %" PRId64 " s instead of at least %d s",
                              clock_format_ms(at, from_s * 1000, false), to_s - from_s,
                              YOUTUBE_SHORTEST_S);
    }
    return NULL;
}

char *export_chapters_youtube(char **broken, const json_t *chapters, int64_t duration_ms)
{
    AUTO_STR out = {0};
    for (size_t i = 0; i < json_array_size(chapters); i++) {
        char at[CLOCK_BYTES];
        const int64_t from_s = start_of(chapters, i, 0) / 1000; /* not rounded to after the start */
        str_addf(&out, "%s %s\n", clock_format_ms(at, from_s * 1000, false), title_of(chapters, i));
    }
    *broken = broken_rule(chapters, duration_ms);
    return str_take(&out);
}
