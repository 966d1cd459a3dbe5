#include "card_template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_words.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

enum { MAX_TEMPLATE_BYTES = 1 << 20, DEFAULT_LINES = 2 };
enum { ASS_LEVEL_ERROR = 1, ASS_LEVEL_WARNING = 2 }; /* of libass' messages */
static const double DEFAULT_SMALLEST = 0.75;         /* of the style's size */

struct reader {
    struct card_template *t;
    const char *path;
    int number; /* of the line being read */
    bool has_style, has_title;
};

static int read_line(struct reader *r, char *line, struct err *err);

static int fail(const struct reader *r, struct err *err, const char *fmt, ...) ATTR_PRINTF(3, 4);

static int fail(const struct reader *r, struct err *err, const char *fmt, ...)
{
    char what[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return err_set(err, ERR_INVALID, "card template '%s', line %d: %s", r->path, r->number, what);
}

/* libass's log. While reading a script, warnings point to mistakes (a style that does not exist …);
 * while drawing they are noise, except for a missing glyph. */
static void on_message(int level, const char *fmt, va_list args, void *opaque) ATTR_PRINTF(2, 0);

static void on_message(int level, const char *fmt, va_list args, void *opaque)
{
    struct card_template *t = opaque;
    if (strstr(fmt, "failed to find any fallback with glyph 0x%X") && !t->missing_glyph) {
        va_list again;
        va_copy(again, args);
        t->missing_glyph = va_arg(again, unsigned);
        va_end(again);
    }
    if (level <= (t->reading ? ASS_LEVEL_WARNING : ASS_LEVEL_ERROR) && !t->message)
        t->message = mem_vprintf(fmt, args);
}

static struct card_template *create(void)
{
    AUTO_CARD_TEMPLATE *t = mem_zalloc(1, sizeof *t);
    t->logo_width = 240;
    t->logo_height = 72;
    t->library = ass_library_init();
    if (!t->library)
        return NULL;
    ass_set_message_cb(t->library, on_message, t);
    t->track = ass_new_track(t->library);
    return t->track ? mem_take(&t) : NULL;
}

void card_template_destroy_p(struct card_template **template)
{
    struct card_template *t = *template;
    if (!t)
        return;
    if (t->track)
        ass_free_track(t->track);
    if (t->library)
        ass_library_done(t->library);
    for (size_t i = 0; i < t->nb_lines; i++)
        free(t->lines[i].text);
    free(t->lines);
    free(t->styles);
    free(t->message);
    free(t);
}

int card_template_read(struct card_template **out, const char *path, struct err *err)
{
    AUTO_FREE char *script = NULL;
    if (fs_read(&script, NULL, path, MAX_TEMPLATE_BYTES, err) < 0)
        return err_prefix(err, "card template: ");
    AUTO_CARD_TEMPLATE *t = create();
    if (!t)
        return err_set(err, ERR_NOMEM, "libass cannot start: out of memory");

    struct reader r = {.t = t, .path = path};
    t->reading = true;
    for (char *rest = script + (str_starts(script, "\xef\xbb\xbf") ? 3 : 0); rest;) {
        char *line = strsep(&rest, "\n");
        r.number++;
        line[strcspn(line, "\r")] = '\0';
        if (read_line(&r, line, err) < 0)
            return err->code;
    }
    t->reading = false;
    if (!r.has_style)
        return err_set(err, ERR_INVALID, "card template '%s': it has no 'Style:' line", path);
    if (!r.has_title)
        return err_set(err, ERR_INVALID, "card template '%s': no 'Dialogue:' line has @TITLE@",
                       path);
    ass_flush_events(t->track);
    *out = mem_take(&t);
    return 0;
}

/* The style that libass has just read, or brought along itself. */
static void add_styles(struct card_template *t, int nb_before)
{
    for (int i = nb_before; i < t->track->n_styles; i++) {
        t->styles = mem_grow(t->styles, (size_t)i, sizeof *t->styles);
        t->styles[i] =
            (struct card_style){.smallest = t->track->styles[i].FontSize * DEFAULT_SMALLEST,
                                .max_lines = DEFAULT_LINES,
                                .leading = 1};
    }
}

static int take_dialogue(struct reader *r, struct err *err)
{
    struct card_template *t = r->t;
    const ASS_Event *event = &t->track->events[t->track->n_events - 1];
    const ASS_Style *style = &t->track->styles[event->Style];
    static const char *const placing[] = {"\\pos", "\\move", "\\an", "\\org"};
    for (size_t i = 0; i < sizeof placing / sizeof *placing; i++)
        if (strstr(event->Text, placing[i]))
            return fail(r, err, "%s cannot be used: the style's Alignment and margins place a line",
                        placing[i]);
    const char *at = event->Text;
    size_t len;
    enum card_field field;
    for (; (at = card_field_find(at, &len, &field)); at += len) {
        if (field == CARD_NB_FIELDS)
            return fail(r, err, "there is no field %.*s", (int)len, at);
        r->has_title = r->has_title || field == CARD_TITLE;
    }
    t->lines = mem_grow(t->lines, t->nb_lines, sizeof *t->lines);
    t->lines[t->nb_lines++] = (struct card_line){
        .text = mem_strdup(event->Text),
        .style = event->Style,
        .margin_l = event->MarginL ? event->MarginL : style->MarginL,
        .margin_r = event->MarginR ? event->MarginR : style->MarginR,
        .margin_v = event->MarginV ? event->MarginV : style->MarginV,
    };
    return 0;
}

static bool parse_colour(uint8_t out[3], const char *value)
{
    int used = 0;
    unsigned rgb;
    if (strlen(value) != 7 || sscanf(value, "#%6x%n", &rgb, &used) != 1 || used != 7)
        return false;
    out[0] = (uint8_t)(rgb >> 16);
    out[1] = (uint8_t)(rgb >> 8);
    out[2] = (uint8_t)rgb;
    return true;
}

static bool parse_int(int *out, const char *value, int least, int most)
{
    char *end;
    const long v = strtol(value, &end, 10);
    if (end == value || *end || v < least || v > most)
        return false;
    *out = (int)v;
    return true;
}

/* ";talkpress KEY: VALUE" */
static int read_key(struct reader *r, const char *line, struct err *err)
{
    struct card_template *t = r->t;
    struct card_style *style = r->has_style ? &t->styles[t->track->n_styles - 1] : NULL;
    AUTO_FREE char *key = mem_strdup(line);
    char *value = strchr(key, ':');
    if (!value)
        return fail(r, err, "';talkpress KEY: VALUE' was expected, ':' is missing");
    *value++ = '\0';
    str_fold_space(key);
    str_fold_space(value);

    int n = 0, used = 0;
    const char *expected = NULL;
    if (strcmp(key, "background") == 0) {
        expected = parse_colour(t->background, value) ? NULL : "a colour such as #101820";
    } else if (strcmp(key, "veil") == 0) {
        expected = parse_int(&t->veil_percent, value, 0, 100) ? NULL : "a number from 0 to 100";
    } else if (strcmp(key, "logo") == 0) {
        if (sscanf(value, "%4dx%4d%n", &t->logo_width, &t->logo_height, &used) != 2 ||
            value[used] || t->logo_width < 1 || t->logo_height < 1)
            expected = "a width and height such as 240x72";
    } else if (strcmp(key, "smallest") != 0 && strcmp(key, "lines") != 0 &&
               strcmp(key, "leading") != 0) {
        return fail(r, err, "there is no key '%s'", key);
    } else if (!style) {
        return fail(r, err, "'%s' must come after the 'Style:' line to which it applies", key);
    } else if (*key == 's') {
        const int size = (int)t->track->styles[t->track->n_styles - 1].FontSize;
        expected = parse_int(&n, value, 1, size) ? NULL : "a size up to the style's";
        style->smallest = n;
    } else if (strcmp(key, "lines") == 0) {
        expected = parse_int(&style->max_lines, value, 1, 100) ? NULL : "a number from 1";
    } else {
        expected = parse_int(&n, value, 50, 300) ? NULL : "a percentage from 50 to 300";
        style->leading = n / 100.0;
    }
    return expected ? fail(r, err, "'%s' is '%s', %s was expected", key, value, expected) : 0;
}

static int read_line(struct reader *r, char *line, struct err *err)
{
    ASS_Track *track = r->t->track;
    if (!str_is_utf8(line))
        return fail(r, err, "it is not UTF-8");
    static const char ours[] = ";talkpress ";
    if (str_starts(line, ours))
        return read_key(r, line + strlen(ours), err);
    const int nb_styles = track->n_styles, nb_events = track->n_events;
    ass_process_data(track, line, (int)strlen(line));
    if (r->t->message)
        return fail(r, err, "libass: %s", r->t->message);
    add_styles(r->t, r->t->styles ? nb_styles : 0);
    if (str_starts(line, "Style:")) {
        if (track->n_styles == nb_styles)
            return fail(r, err, "this style is not valid, or is outside [V4+ Styles]");
        if (!(track->styles[nb_styles].FontSize >= 1))
            return fail(r, err, "the style's font size is below 1");
        r->has_style = true;
    } else if (str_starts(line, "Dialogue:")) {
        if (track->n_events == nb_events)
            return fail(r, err, "this line is not valid, or is outside [Events]");
        return take_dialogue(r, err);
    }
    return 0;
}
